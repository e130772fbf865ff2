import { useMemo } from "preact/hooks";
import { Findings, Ticked } from "../build/Findings";
import { FileView } from "../build/Output";
import type { Context } from "../context";
import type { DecodeOutput, ExplainOutput, Failure } from "../engine";
import { usePasted } from "../pasted";
import type { Words } from "../words";
import { EXAMPLES } from "./examples";
import { recognise, type Shown } from "./recognise";

export function Explain(context: Context) {
  const { words, lang, state } = context;
  const [text, setText] = usePasted("explain.text", "");
  const [exitCode, setExitCode] = usePasted("explain.code", "");
  const shown = useMemo(() => recognise(text, exitCode, state.platform, lang), [text, exitCode, state.platform, lang]);
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
      <section class="result" aria-label={words.result}>
        <p class="hidden" role="status">
          {shown && inShort(shown, words)}
        </p>
        <Answered shown={shown} words={words} />
      </section>
    </div>
  );
}

/** The answer in a sentence, for whoever hears it. */
function inShort(shown: Shown, words: Words): string {
  switch (shown.kind) {
    case "nothing":
      return words.explainNothing;
    case "invalid":
      return ""; // It is an alert of its own.
    case "explanation":
      return shown.answer.either(
        (value) =>
          "explanations" in value
            ? value.explanations.map((found) => `${found.held ? words.held : ""} ${found.message}`).join(" ")
            : "",
        () => "", // It is an alert of its own.
      );
    case "results":
      return shown.answer.either(
        ({ outcomes }) => outcomes.map(({ held, message }) => `${held ? words.held : ""} ${message}`).join(" "),
        () => "", // It is an alert of its own.
      );
  }
}

function Answered({ shown, words }: { shown: Shown | undefined; words: Words }) {
  const refused = (failure: Failure) => (
    <p class="blocked-note" role="alert">
      {failure.message}
    </p>
  );
  switch (shown?.kind) {
    case undefined:
      return <p class="empty">{words.explainNone}</p>;
    case "nothing":
      return <p class="blocked-note">{words.explainNothing}</p>;
    case "invalid":
      return (
        <p class="blocked-note" role="alert">
          {words.invalidJson(shown.line, shown.reason)}
        </p>
      );
    case "explanation":
      return shown.answer.either((value) => <Explained value={value} words={words} />, refused);
    case "results":
      return shown.answer.either((value) => <Decoded value={value} words={words} />, refused);
  }
}

function Explained({ value, words }: { value: ExplainOutput; words: Words }) {
  if ("explanations" in value) {
    if (value.explanations.length === 0) return <p class="blocked-note">{words.unknownCode}</p>;
    return (
      <>
        {value.explanations.map((found) => (
          <article key={found.key} class={`explanation ${found.held ? "held" : ""}`}>
            <header>
              <h2>{titleOf(found, words)}</h2>
              {found.name && <code>{found.name}</code>}
            </header>
            {found.held && <p class="alarm">{words.held}</p>}
            {found.group_may_exist && <p class="outcome bad">{words.groupMayExist}</p>}
            <Meaning
              meaning={found.message}
              cause={found.cause ?? ""}
              next_step={found.next_step}
              source={found.source}
              words={words}
            />
          </article>
        ))}
      </>
    );
  }
  if ("parameter" in value)
    return value.parameter ? <Parameter parameter={value.parameter} words={words} /> : <p>{words.unknownCode}</p>;
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

type Explanation = Extract<ExplainOutput, { explanations: unknown }>["explanations"][number];

/** The code as people meet it: `exit:plugin:12` is the name of a row. */
function titleOf({ kind, key }: Explanation, words: Words): string {
  const code = key.split(":").at(-1) ?? key;
  if (kind === "exit_code") return `${words.exitCode} ${code}`;
  return kind === "invocation_status" ? `${words.status} ${code}` : code;
}

type ParameterExplanation = NonNullable<Extract<ExplainOutput, { parameter?: unknown }>["parameter"]>;

function Parameter({ parameter, words }: { parameter: ParameterExplanation; words: Words }) {
  return (
    <article class="explanation">
      <header>
        <h2>{parameter.wire}</h2>
        <code>{parameter.key}</code>
      </header>
      <p>
        <Ticked text={parameter.about} />
      </p>
      <p class="wire">
        {parameter.platforms.join(", ")}
        {parameter.range && ` · ${words.range} ${parameter.range.join("–")}`}
        {parameter.default && ` · ${words.defaultIs} ${parameter.default}`}
        {parameter.required && ` · ${words.required}`}
      </p>
      <p class="source">
        {words.source}: {parameter.source}
      </p>
    </article>
  );
}

interface MeaningProps {
  meaning: string;
  cause: string;
  next_step: string;
  source?: string;
  words: Words;
}

function Meaning({ meaning, cause, next_step, source, words }: MeaningProps) {
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
      {source && (
        <>
          <dt>{words.source}</dt>
          <dd>{source}</dd>
        </>
      )}
    </dl>
  );
}

function Decoded({ value, words }: { value: DecodeOutput; words: Words }) {
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
