import { Build } from "./build/Build";
import type { Context } from "./context";
import { loadRehearsal } from "./engine";
import { onDemand } from "./onDemand";

/** What reads replies of the API comes with the areas that need it. */
const Facts = onDemand<Context>(async () => {
  const [{ Facts }] = await Promise.all([import("./facts/Facts"), loadRehearsal()]);
  return Facts;
});
const Explain = onDemand<Context>(async () => {
  const [{ Explain }] = await Promise.all([import("./explain/Explain"), loadRehearsal()]);
  return Explain;
});
const Policies = onDemand(async () => (await import("./policies/Policies")).Policies);
const Rehearse = onDemand(async () => (await import("./rehearse/Rehearse")).Rehearse);

/** The area that is shown. */
export function Area({ withoutPolicies, ...context }: Context & { withoutPolicies: boolean }) {
  switch (context.state.area) {
    case "build":
      return <Build {...context} />;
    case "facts":
      return <Facts {...context} />;
    case "policies":
      return <Policies {...context} withoutPolicies={withoutPolicies} />;
    case "explain":
      return <Explain {...context} />;
    case "rehearse":
      return <Rehearse {...context} />;
  }
}
