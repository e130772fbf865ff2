import { useMemo } from "preact/hooks";
import type { Context } from "../context";
import { type Answer, budget, build, type ExportOutput } from "../engine";
import { patched } from "../pointer";
import { PolicyLine } from "../policies/PolicyLine";
import { Budget } from "./Budget";
import { Findings, Ticked } from "./Findings";
import { isNamedHere, type Naming } from "./naming";
import { Output } from "./Output";
import { Prediction } from "./Prediction";
import { ESSENTIAL, INSTANCES, isAt, MORE, OF_PLATFORM } from "./places";
import { isGood, type Verdict } from "./verdict";

interface Props extends Context {
  verdict: Verdict;
  exported: Answer<ExportOutput>;
  naming: Naming;
  /** Draws another name, once something was taken. */
  rename: () => void;
  /** The instance that the command is for, as far as it matters. */
  instance: string | undefined;
}

export function Result(props: Props) {
  const { state, change, words, lang, verdict, exported } = props;
  const { job, platform, target } = state;
  const { errors, warnings } = verdict;
  const good = isGood(verdict);
  const spent = useMemo(() => budget(job, platform, lang), [job, platform, lang]);
  const hasField = isAt([...ESSENTIAL, ...INSTANCES, ...OF_PLATFORM[platform], ...MORE]);
  const elsewhere = verdict.findings.filter((finding) => !hasField(finding));
  return (
    <section class="result" id="result" tabIndex={-1} aria-label={words.result}>
      <div class={`verdict ${good ? "good" : "bad"}`} role="status">
        <strong>{words.readiness[verdict.state]}</strong>
        {(errors + warnings > 0 || good) && (
          <span>{errors + warnings ? words.counts(errors, warnings) : words.noFindings}</span>
        )}
        {state.policies.trim() && (
          <PolicyLine standing={props.standing} words={words} onShow={() => change({ area: "policies" })} />
        )}
      </div>
      <Output {...props} exported={exported} onTaken={props.rename} />
      {good && isNamedHere(target) && /\{(?:run|date|time)\}/.test(String(job.group_name)) && (
        <p class="hint">{words.namedHere}</p>
      )}
      {good && target === "command" && <Arrives {...props} />}
      <div class="facts-row">
        {errors === 0 && verdict.state !== "damaged" && <Prediction {...props} />}
        {spent.either(
          (terms) => (
            <Budget budget={terms} words={words} />
          ),
          () => null, // The verdict says why nothing can be worked out.
        )}
      </div>
      {elsewhere.length > 0 && (
        <section aria-label={words.findingsTitle}>
          <h3>{words.findingsTitle}</h3>
          <Findings
            findings={elsewhere}
            words={words}
            onFix={(patch) => {
              change({ job: patched(job, patch) });
              document.getElementById("result")?.focus({ preventScroll: true });
            }}
          />
        </section>
      )}
    </section>
  );
}

/** How the command is sent, and what arrives of it. */
function Arrives({ state, words, lang, instance, naming }: Props) {
  const { job, platform, separator } = state;
  const built = useMemo(
    () => build({ job, platform, use_separator: separator, naming, lang, ...(instance ? { instance } : {}) }),
    [job, platform, instance, separator, naming, lang],
  );
  return built.either(
    (output) => (
      <>
        <p class="hint send">
          <Ticked text={words.send(platform === "linux" ? "RunShellScript" : "RunBatScript", output.timeout_seconds)} />
        </p>
        <details class="arrives">
          <summary>{words.arguments}</summary>
          <ol class="argv">
            {output.arguments.map((argument) => (
              <li key={argument}>
                <code>{argument}</code>
              </li>
            ))}
          </ol>
          <p class="hint">{words.proven}</p>
        </details>
      </>
    ),
    (failure) => <p class="blocked-note">{failure.message}</p>,
  );
}
