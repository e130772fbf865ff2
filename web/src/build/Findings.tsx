import type { Finding } from "../engine";
import type { Words } from "../words";

/** Findings as a list; each with its weight in words, never by colour alone. */
export function Findings({
  findings,
  words,
  onFix,
}: {
  findings: Finding[];
  words: Words;
  onFix?: (patch: unknown) => void;
}) {
  return (
    <ul class="findings">
      {findings.map((finding, at) =>
        finding.accepted || finding.severity === "advice" ? (
          <li key={`${finding.code}${finding.place}${at}`}>
            <details class="finding advice">
              <summary>
                <span class="weight">{finding.accepted ? words.accepted : words.advice}</span>{" "}
                <Ticked text={finding.message} />
              </summary>
              {finding.help && (
                <p class="does">
                  <Ticked text={finding.help} /> <code class="code-name">{finding.code}</code>
                </p>
              )}
              {finding.accepted && <p class="does">{finding.accepted}</p>}
            </details>
          </li>
        ) : (
          <li key={`${finding.code}${finding.place}${at}`} class={`finding ${finding.severity}`}>
            <div class="finding-head">
              <span class="weight">{words[finding.severity]}</span>
              <code class="code-name">{finding.code}</code>
            </div>
            <p class="says">
              <Ticked text={finding.message} />
            </p>
            {finding.help && (
              <p class="does">
                <Ticked text={finding.help} />
              </p>
            )}
            {finding.fix != null && onFix && (
              <button type="button" class="small" onClick={() => onFix(finding.fix)}>
                {words.fix}
                <span class="hidden"> {finding.code}</span>
              </button>
            )}
          </li>
        ),
      )}
    </ul>
  );
}

/** Text whose parts in backticks are shown as code. It begins like a sentence, unless it begins with code. */
export function Ticked({ text }: { text: string }) {
  return (
    <>
      {text
        .split("`")
        .map((part, at) =>
          at % 2 ? <code key={at}>{part}</code> : at === 0 ? part.charAt(0).toUpperCase() + part.slice(1) : part,
        )}
    </>
  );
}
