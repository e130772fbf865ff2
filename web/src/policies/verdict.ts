// What stands of a document in one line: for the area Policies, and beside the verdict of the builder.
import type { Words } from "../words";
import type { Judged } from "./worker";

export interface PolicyVerdict {
  weight: "good" | "warn" | "bad";
  title: string;
  counts: string;
}

export function verdictOf({ check }: Judged, words: Words): PolicyVerdict {
  const sum = (key: "passed" | "failed" | "cannot_judge" | "skipped" | "waived") =>
    check.policies.reduce((total, policy) => total + policy[key], 0);
  const unheld = check.policies.filter(
    (policy) => policy.passed + policy.failed + policy.skipped + policy.cannot_judge === 0,
  ).length;
  const wrong = check.findings.some((finding) => finding.severity === "error" && !finding.accepted);
  const counts = words.policyCounts(
    sum("passed"),
    sum("failed"),
    sum("cannot_judge"),
    sum("skipped"),
    sum("waived"),
    unheld,
  );
  if (wrong) return { weight: "bad", title: words.policyWrong, counts };
  if (!check.passed) return { weight: "bad", title: words.policyNotMet, counts };
  // What was held to nothing has not passed anything, and what is not met weighs something though it stops nothing.
  if (sum("passed") + sum("failed") + sum("cannot_judge") + sum("skipped") === 0)
    return { weight: "warn", title: words.policyUnheld, counts };
  if (sum("failed") + sum("cannot_judge") > 0) return { weight: "warn", title: words.policyAllowed, counts };
  return { weight: unheld > 0 ? "warn" : "good", title: unheld > 0 ? words.policyAllowed : words.policyMet, counts };
}
