import { Findings } from "../build/Findings";
import type { Words } from "../words";
import { ExplanationTree } from "./Explanation";
import { Line } from "./Policies";
import type { Judged } from "./worker";

/** The cases of the document, what none of them tries out, and how often each verdict came out. */
export function Cases({ judged, words, onLine }: { judged: Judged; words: Words; onLine: (line: number) => void }) {
  const { tried, check, lines } = judged;
  const passed = tried.cases.filter((one) => one.passed).length;
  // What is wrong with the document has been said above.
  const said = new Set(check.findings.map((finding) => `${finding.code} ${finding.place}`));
  const findings = tried.findings.filter((finding) => !said.has(`${finding.code} ${finding.place}`));
  return (
    <section class="cases" aria-label={words.policyCases}>
      <div class="section-head">
        <h2>{words.policyCases}</h2>
        {tried.cases.length > 0 && (
          <span class={`figure ${passed === tried.cases.length ? "" : "bad"}`}>
            {words.policyPassed(passed, tried.cases.length)}
          </span>
        )}
      </div>
      {findings.map((finding, at) => (
        <div key={`${finding.code}${finding.place}${String(at)}`} class="placed">
          <p class="hint">
            <Line line={lines[finding.place]} onClick={onLine} words={words} />
          </p>
          <Findings findings={[finding]} words={words} />
        </div>
      ))}
      {tried.exercised.map((policy) => (
        <article key={policy.policy} class="policy">
          <header>
            <h3>
              <code>{policy.policy}</code>
            </h3>
            {policy.missing.length > 0 && <small>{words.policyMissing(policy.missing.join(", "))}</small>}
          </header>
          <ul>
            {tried.cases
              .filter((one) => one.policy === policy.policy)
              .map((one) => (
                <li key={one.place} class={`case ${one.passed ? "" : "differs"}`}>
                  <span class={`badge ${one.passed ? "passed" : "failed"}`}>{one.got ?? "–"}</span>
                  <span>
                    {one.name}
                    {!one.passed && <> · {words.policyExpected(one.expected)}</>}{" "}
                    <Line line={lines[one.place]} onClick={onLine} words={words} />
                  </span>
                  {!one.passed && one.explanation && <ExplanationTree explanation={one.explanation} words={words} />}
                </li>
              ))}
          </ul>
        </article>
      ))}
    </section>
  );
}
