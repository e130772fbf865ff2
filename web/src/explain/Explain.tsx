import { useMemo } from "preact/hooks";
import { Findings, Ticked } from "../build/Findings";
import { FileView } from "../build/Output";
import type { Context } from "../context";
import { type Answer, type ExplainOutput, explain, type Lang, type TextExplanation } from "../engine";
import { usePasted } from "../pasted";
import type { Words } from "../words";
import { EXAMPLES } from "./examples";

export function Explain(context: Context) {
  const { words, lang } = context;
  const [text, setText] = usePasted("explain.text", "");
  const [exitCode, setExitCode] = usePasted("explain.code", "");
  const shown = useMemo(() => asked(text, exitCode, lang), [text, exitCode, lang]);
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

/** What the engine takes a text for, and what it says of it. */
function asked(text: string, exitCode: string, lang: Lang): Answer<ExplainOutput> | undefined {
  const code = /^-?\d{1,10}$/.test(exitCode.trim()) ? Number(exitCode) : undefined;
  if (text.trim() === "" && code === undefined) return undefined;
  return explain({ text, ...(code === undefined ? {} : { exit_code: code }), lang });
}

/** The answer in a sentence, for whoever hears it. */
const inShort = (shown: Answer<ExplainOutput>, words: Words): string =>
  shown.either(
    (value) => {
      if (!("taken_for" in value)) return "";
      const said = [...value.outcomes, ...value.explanations].map(
        ({ held, message }) => `${held ? words.held : ""} ${message}`,
      );
      return [...said, ...value.findings.map(({ message }) => message)].join(" ");
    },
    () => "", // It is an alert of its own.
  );

function Answered({ shown, words }: { shown: Answer<ExplainOutput> | undefined; words: Words }) {
  if (!shown) return <p class="empty">{words.explainNone}</p>;
  return shown.either(
    (value) => ("taken_for" in value ? <Explained value={value} words={words} /> : null),
    (failure) => (
      <p class="blocked-note" role="alert">
        {failure.message}
      </p>
    ),
  );
}

function Explained({ value, words }: { value: TextExplanation; words: Words }) {
  return (
    <>
      <p class="hint">
        {words.recognised}: {value.taken_for}
      </p>
      {value.findings.length > 0 && <Findings findings={value.findings} words={words} />}
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
      {value.parameters.map((parameter) => (
        <Parameter key={parameter.key} parameter={parameter} words={words} />
      ))}
      {value.commands.map((command, at) => (
        <Command key={at} command={command} words={words} />
      ))}
      <Decoded outcomes={value.outcomes} words={words} />
    </>
  );
}

function Command({ command, words }: { command: TextExplanation["commands"][number]; words: Words }) {
  return (
    <article class="explanation">
      <header>
        <h2>{words.arrives}</h2>
      </header>
      {!command.modelled ? (
        <p class="blocked-note">{words.notModelled}</p>
      ) : command.arguments ? (
        <ol class="argv">
          {command.arguments.map((argument, at) => (
            <li key={at}>
              <code>{argument}</code>
            </li>
          ))}
        </ol>
      ) : (
        <p class="blocked-note">{words.notRun}</p>
      )}
      {command.findings.length > 0 && <Findings findings={command.findings} words={words} />}
      {command.corrected && (
        <>
          <h3>{words.corrected}</h3>
          <FileView
            name={command.platform === "windows" ? "snapshot.bat" : "snapshot.sh"}
            content={command.corrected}
            words={words}
          />
        </>
      )}
    </article>
  );
}

type Explanation = TextExplanation["explanations"][number];

/** The code as people meet it: `exit:plugin:12` is the name of a row. */
function titleOf({ kind, key }: Explanation, words: Words): string {
  const code = key.split(":").at(-1) ?? key;
  if (kind === "exit_code") return `${words.exitCode} ${code}`;
  return kind === "invocation_status" ? `${words.status} ${code}` : code;
}

function Parameter({ parameter, words }: { parameter: TextExplanation["parameters"][number]; words: Words }) {
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

function Decoded({ outcomes, words }: { outcomes: TextExplanation["outcomes"]; words: Words }) {
  return (
    <>
      {outcomes.map((outcome, at) => (
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
