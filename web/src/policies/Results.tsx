import type { PolicyCheckOutput, PolicyResult, PolicySummary } from "consnap";
import { Findings, Ticked } from "../build/Findings";
import type { Finding } from "../engine";
import type { Words } from "../words";
import { ExplanationTree } from "./Explanation";
import { Line } from "./Policies";

/** Results of one policy that are shown; the others are counted. */
const SHOWN = 20;

/** What is wrong with the document itself, each with its line. */
export function DocumentFindings({
  findings,
  lines,
  words,
  onLine,
}: {
  findings: Finding[];
  lines: Record<string, number>;
  words: Words;
  onLine: (line: number) => void;
}) {
  if (findings.length === 0) return null;
  return (
    <section class="document-findings" aria-label={words.policyFindings}>
      <h2>{words.policyFindings}</h2>
      {findings.map((finding, at) => (
        <div key={`${finding.code}${finding.place}${String(at)}`} class="placed">
          <p class="hint">
            <Line line={lines[finding.place]} onClick={onLine} words={words} /> <code>{finding.place}</code>
          </p>
          <Findings findings={[finding]} words={words} />
        </div>
      ))}
    </section>
  );
}

/** Each policy with what came of it, and why where it is not met. */
export function Results({ check, words }: { check: PolicyCheckOutput; words: Words }) {
  return (
    <section aria-label={words.policyResults}>
      <h2>{words.policyResults}</h2>
      {check.policies.map((policy) => (
        <Policy
          key={policy.policy}
          policy={policy}
          results={check.results.filter((result) => result.policy === policy.policy)}
          words={words}
        />
      ))}
    </section>
  );
}

function Policy({ policy, results, words }: { policy: PolicySummary; results: PolicyResult[]; words: Words }) {
  const told = (["passed", "failed", "cannot_judge", "skipped"] as const).filter((key) => policy[key] > 0);
  return (
    <article class="policy">
      <header>
        <h3>
          <code>{policy.policy}</code> <small>{words[policy.severity]}</small>
        </h3>
        <span class="badges">
          {told.map((key) => (
            <span key={key} class={`badge ${key}`}>
              {words.policyVerdicts[key]}
              {policy.per_instance ? ` ${String(policy[key])}` : ""}
            </span>
          ))}
          {told.length === 0 && <span class="badge">{words.policyHeldToNothing}</span>}
        </span>
      </header>
      {results.slice(0, SHOWN).map((result, at) => (
        <div key={`${result.instance_id ?? ""}${String(at)}`} class="policy-result">
          {result.instance_id && (
            <p class="hint">
              <code>{result.instance_id}</code>
            </p>
          )}
          {result.finding && <Findings findings={[result.finding]} words={words} />}
          {result.waived && <p class="hint">{words.policyWaived(result.waived.expires, result.waived.owner)}</p>}
          {result.explanation && <ExplanationTree explanation={result.explanation} words={words} />}
          {(result.links ?? []).length > 0 && (
            <p class="hint">
              <Ticked text={(result.links ?? []).map((link) => `\`${link}\``).join(" ")} />
            </p>
          )}
        </div>
      ))}
      {results.length > SHOWN && <p class="hint">{words.policyMore(results.length - SHOWN)}</p>}
    </article>
  );
}
