import { useMemo } from "preact/hooks";
import type { Context } from "../context";
import { exportJob } from "../engine";
import { at } from "../pointer";
import { weightOf } from "../policies/PolicyLine";
import { Form } from "./Form";
import { isNamedHere, useNaming } from "./naming";
import { Pinned } from "./Pinned";
import { Result } from "./Result";
import { isGood, verdictOf } from "./verdict";

/** From what is to be protected to the output, with every finding beside its field. */
export function Build(context: Context) {
  const { state, words, lang, today, address, damaged, standing } = context;
  const { job, platform, target, separator, catalogue } = state;
  const { outcome } = standing;
  const severities = outcome && "judged" in outcome ? outcome.judged.check.severities : undefined;
  const [naming, rename] = useNaming();
  const exported = useMemo(
    () =>
      exportJob({
        job,
        platform,
        target,
        use_separator: separator,
        as_of: catalogue,
        lang,
        ...(address ? { link: address } : {}),
        ...(severities ? { severities } : {}),
        ...(isNamedHere(target) ? { naming } : {}),
      }),
    [job, platform, target, separator, catalogue, lang, address, severities, naming],
  );
  const disallowed = state.policies.trim() !== "" && weightOf(standing, words) === "bad";
  const verdict = useMemo(() => verdictOf(exported, { damaged, disallowed }), [exported, damaged, disallowed]);
  const instance = useMemo(() => {
    const ids = at(job, "/targets/ids");
    return Array.isArray(ids) && typeof ids[0] === "string" ? ids[0] : undefined;
  }, [job]);
  return (
    <div class="columns">
      <section class="form" aria-labelledby="build-title">
        <h1 id="build-title">{words.buildTitle}</h1>
        <p class="lead">{words.buildLead}</p>
        {state.catalogue !== today && <Pinned {...context} />}
        <Form {...context} findings={verdict.findings} />
        <a
          class="jump"
          href="#result"
          onClick={(event) => {
            event.preventDefault();
            document.getElementById("result")?.scrollIntoView();
            document.getElementById("result")?.focus({ preventScroll: true });
          }}
        >
          <strong class={isGood(verdict) ? "good" : "bad"}>{words.readiness[verdict.state]}</strong>
          <span>{words.toResult}</span>
        </a>
      </section>
      <Result {...context} verdict={verdict} exported={exported} naming={naming} rename={rename} instance={instance} />
    </div>
  );
}
