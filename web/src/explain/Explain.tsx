import { useMemo } from "preact/hooks";
import type { Context } from "../app";
import { Findings, Ticked } from "../build/Findings";
import { FileView } from "../build/Output";
import { type Answer, type DecodeOutput, decode, type ExplainOutput, explain } from "../engine";
import { documents } from "../facts/read";
import { usePasted } from "../state";
import { EXAMPLES } from "./examples";

type Shown =
  | { kind: "command" | "code"; answer: Answer<ExplainOutput> }
  | { kind: "results"; answer: Answer<DecodeOutput> }
  | { kind: "error"; message: string };

/** Tells what it is that was pasted, and has it explained. */
function read(text: string, exitCode: string, { lang, words, state }: Context): Shown | undefined {
  const trimmed = text.trim();
  const code = /^-?\d{1,10}$/.test(exitCode.trim()) ? Number(exitCode) : undefined;
  if (trimmed === "")
    return code === undefined ? undefined : { kind: "results", answer: decode({ exit_code: code, lang }) };
  // A log begins with a bracket too: `[error] ...`.
  if (/^(\{|\[\s*[[{"\]])/.test(trimmed)) {
    const found = documents(trimmed);
    if (!found) return { kind: "error", message: words.invalidJson };
    return {
      kind: "results",
      answer: decode({
        results: found.length === 1 ? found[0] : found,
        content_encoding: plainPage(found) ? "PlainText" : "Base64",
        lang,
      }),
    };
  }
  if (/acs-plugin-manager|--params/.test(trimmed)) {
    const named = /app-snapshot-plugin-win/.test(trimmed)
      ? "windows"
      : /app-snapshot-plugin/.test(trimmed)
        ? "linux"
        : state.platform;
    return { kind: "command", answer: explain({ command: text.replace(/\r?\n$/, ""), platform: named, lang }) };
  }
  if (/^[A-Za-z0-9_.:-]{1,80}$/.test(trimmed) && code === undefined) {
    const answer = explain({ code: trimmed, lang });
    const known = answer.ok && "explanations" in answer.value && answer.value.explanations.length > 0;
    if (known || trimmed.length < 24) return { kind: "code", answer };
  }
  const base64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(trimmed) && trimmed.replace(/\s/g, "").length % 4 === 0;
  return {
    kind: "results",
    answer: decode({
      output: trimmed,
      content_encoding: base64 ? "Base64" : "PlainText",
      ...(code === undefined ? {} : { exit_code: code }),
      lang,
    }),
  };
}

/** Whether the outputs of a page are plain: the reply does not say. */
function plainPage(found: unknown[]): boolean {
  const outputs: string[] = [];
  JSON.stringify(found, (key, value: unknown) => {
    if (key === "Output" && typeof value === "string" && value) outputs.push(value);
    return value;
  });
  return outputs.some((output) => !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(output));
}

export function Explain(context: Context) {
  const { words, lang } = context;
  const [text, setText] = usePasted("explain.text", "");
  const [exitCode, setExitCode] = usePasted("explain.code", "");
  const shown = useMemo(() => read(text, exitCode, context), [text, exitCode, lang]);
  return (
    <div class="columns">
      <section class="form" aria-labelledby="explain-title">
        <h1 id="explain-title">{words.explainTitle}</h1>
        <p class="lead">{words.explainLead}</p>
        <div class="field">
          <label for="explain-text">{words.explainInput}</label>
          <textarea
            id="explain-text"
            class="mono"
            rows={12}
            spellcheck={false}
            autocomplete="off"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </div>
        <div class="field short">
          <label for="explain-code">{words.exitCode}</label>
          <input
            id="explain-code"
            inputMode="numeric"
            autocomplete="off"
            value={exitCode}
            aria-describedby="explain-code-hint"
            onInput={(event) => setExitCode(event.currentTarget.value)}
          />
          <p class="hint" id="explain-code-hint">
            {words.exitCodeHint}
          </p>
        </div>
        <div class="examples" role="group" aria-label={words.examples}>
          <span class="group-label">{words.examples}</span>
          {(
            [
              ["command", words.asCommand],
              ["code", words.asCode],
              ["results", words.asResults],
              ["output", words.asOutput],
            ] as const
          ).map(([key, title]) => (
            <button
              key={key}
              type="button"
              class="small"
              onClick={() => {
                setText(EXAMPLES[key].text);
                setExitCode(EXAMPLES[key].exitCode);
              }}
            >
              {title}
            </button>
          ))}
        </div>
      </section>
      <section class="result" aria-live="polite">
        {!shown && <p class="empty">{words.explainNone}</p>}
        {shown?.kind === "error" && (
          <p class="blocked-note" role="alert">
            {shown.message}
          </p>
        )}
        {shown && shown.kind !== "error" && !shown.answer.ok && (
          <p class="blocked-note" role="alert">
            {shown.answer.failure.message}
          </p>
        )}
        {(shown?.kind === "command" || shown?.kind === "code") && shown.answer.ok && (
          <Explained value={shown.answer.value} words={words} />
        )}
        {shown?.kind === "results" && shown.answer.ok && <Decoded value={shown.answer.value} words={words} />}
      </section>
    </div>
  );
}

function Explained({ value, words }: { value: ExplainOutput; words: Context["words"] }) {
  if ("explanations" in value) {
    if (value.explanations.length === 0) return <p class="blocked-note">{words.unknownCode}</p>;
    return (
      <>
        {value.explanations.map((found) => (
          <article key={found.key} class="explanation">
            <header>
              <h2>{found.name || found.key}</h2>
              {found.name && <code>{found.key}</code>}
            </header>
            <Meaning meaning={found.message} cause={found.cause ?? ""} next_step={found.next_step} words={words} />
          </article>
        ))}
      </>
    );
  }
  if ("modelled" in value) {
    return (
      <article class="explanation">
        <header>
          <h2>{words.arrives}</h2>
        </header>
        {!value.modelled ? (
          <p class="blocked-note">{words.notModelled}</p>
        ) : value.arguments ? (
          <ol class="argv">
            {value.arguments.map((argument, at) => (
              <li key={at}>
                <code>{argument}</code>
              </li>
            ))}
          </ol>
        ) : (
          <p class="blocked-note">{words.notRun}</p>
        )}
        {value.findings.length > 0 && <Findings findings={value.findings} words={words} />}
        {value.corrected && (
          <>
            <h3>{words.corrected}</h3>
            <FileView
              name={value.platform === "windows" ? "snapshot.bat" : "snapshot.sh"}
              content={value.corrected}
              words={words}
            />
          </>
        )}
      </article>
    );
  }
  return null;
}

function Meaning({
  meaning,
  cause,
  next_step,
  words,
}: {
  meaning: string;
  cause: string;
  next_step: string;
  words: Context["words"];
}) {
  return (
    <dl class="meaning">
      <dt>{words.meaning}</dt>
      <dd>
        <Ticked text={meaning} />
      </dd>
      {cause && (
        <>
          <dt>{words.cause}</dt>
          <dd>
            <Ticked text={cause} />
          </dd>
        </>
      )}
      {next_step && (
        <>
          <dt>{words.nextStep}</dt>
          <dd>
            <Ticked text={next_step} />
          </dd>
        </>
      )}
    </dl>
  );
}

function Decoded({ value, words }: { value: DecodeOutput; words: Context["words"] }) {
  return (
    <>
      {(value.findings ?? []).length > 0 && <Findings findings={value.findings ?? []} words={words} />}
      {value.outcomes.map((outcome, at) => (
        <article key={at} class={`explanation ${outcome.held ? "held" : ""}`}>
          <header>
            <h2>{outcome.instance_id || words.result}</h2>
            {outcome.exit_code != null && (
              <code>
                {words.exitCode} {outcome.exit_code}
              </code>
            )}
          </header>
          {outcome.held && <p class="alarm">{words.held}</p>}
          <p class={`outcome ${outcome.succeeded ? "good" : "bad"}`}>
            {outcome.succeeded ? words.succeeded : outcome.group_may_exist ? words.groupMayExist : words.notSucceeded}
          </p>
          <p class="wire">
            {words.layer}: {words.layers[outcome.layer]}
            {outcome.invocation_status && (
              <>
                {" "}
                · {words.status}: <code>{outcome.invocation_status}</code>
              </>
            )}
            {outcome.snapshot_group_id && (
              <>
                {" "}
                · {words.group}: <code>{outcome.snapshot_group_id}</code>
              </>
            )}
            {outcome.claimed && (
              <>
                {" "}
                · {words.claimed}: {words.levels[outcome.claimed]}
              </>
            )}
          </p>
          <Meaning meaning={outcome.message} cause={outcome.cause} next_step={outcome.next_step} words={words} />
          {outcome.findings.length > 0 && <Findings findings={outcome.findings} words={words} />}
        </article>
      ))}
    </>
  );
}
