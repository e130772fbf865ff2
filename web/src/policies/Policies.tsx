import { useRef, useState } from "preact/hooks";
import { FileTools } from "../build/Output";
import type { Context } from "../context";
import { Cases } from "./Cases";
import { reference } from "./judge";
import { DocumentFindings, Results } from "./Results";
import { STARTERS } from "./starters";
import { verdictOf } from "./verdict";

/** Bytes of the largest file that is taken; the pack has sixteen thousand. */
const MOST_BYTES = 1 << 20;

/** A policy document: edited, judged as it is typed, with its cases. */
export function Policies({ state, change, words, standing, withoutPolicies }: Context & { withoutPolicies: boolean }) {
  const text = useRef<HTMLTextAreaElement>(null);
  const [refused, setRefused] = useState<string>();
  const [over, setOver] = useState(false);
  const set = (policies: string) => {
    setRefused(undefined);
    change({ policies });
  };
  const take = async (files: FileList | null | undefined) => {
    const file = files?.[0];
    if (!file) return;
    if (files.length > 1) setRefused(words.policyOneFile);
    else if (file.size > MOST_BYTES) setRefused(words.policyTooLarge);
    else {
      try {
        set(new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer()));
      } catch {
        setRefused(words.policyNoText);
      }
    }
  };
  const goTo = (line: number) => {
    const editor = text.current;
    if (!editor) return;
    const lines = editor.value.split("\n");
    const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    editor.focus();
    editor.setSelectionRange(start, start + (lines[line - 1]?.length ?? 0));
    editor.scrollTop = Math.max(0, (line - 4) * (editor.scrollHeight / lines.length));
  };
  const { outcome, busy } = standing;
  const judged = outcome && "judged" in outcome ? outcome.judged : undefined;
  const verdict = judged && verdictOf(judged, words);
  const seen = reference();
  return (
    <div class="columns">
      <section class="form" aria-labelledby="policies-title">
        <h1 id="policies-title">{words.policiesTitle}</h1>
        <p class="lead">{words.policiesLead}</p>
        <div class="examples" role="group" aria-label={words.startFrom}>
          <span class="group-label">{words.startFrom}</span>
          {STARTERS.map(([name, document]) => (
            <button
              key={name}
              type="button"
              class="small starter"
              aria-pressed={state.policies === document}
              onClick={() => set(document)}
            >
              {words.starters[name] ?? name}
            </button>
          ))}
        </div>
        <div class="field">
          <label for="policies-text">{words.policyDocument}</label>
          <textarea
            id="policies-text"
            ref={text}
            class={`mono ${over ? "over" : ""}`}
            rows={24}
            spellcheck={false}
            autocomplete="off"
            autocapitalize="off"
            value={state.policies}
            aria-describedby="policies-hint"
            onInput={(event) => set(event.currentTarget.value)}
            onDragOver={(event) => {
              if (event.dataTransfer?.types.includes("Files")) {
                event.preventDefault();
                setOver(true);
              }
            }}
            onDragLeave={() => setOver(false)}
            onDrop={(event) => {
              if (event.dataTransfer?.files.length) {
                event.preventDefault();
                setOver(false);
                void take(event.dataTransfer.files);
              }
            }}
          />
          <p class="hint" id="policies-hint">
            {words.policiesHint}
          </p>
          {refused && (
            <p class="blocked-note" role="alert">
              {refused}
            </p>
          )}
          <div class="document-tools">
            <label class="small upload">
              <input
                type="file"
                accept=".yaml,.yml,.json"
                onChange={(event) => {
                  const input = event.currentTarget;
                  void take(input.files).then(() => {
                    input.value = "";
                  });
                }}
              />
              <span>{words.policyUpload}</span>
            </label>
            {state.policies && <FileTools name="policies.yaml" content={state.policies} words={words} />}
            {state.policies && (
              <button
                type="button"
                class="small quiet"
                onClick={() => {
                  set("");
                  text.current?.focus();
                }}
              >
                {words.policyRemove}
              </button>
            )}
          </div>
          {withoutPolicies && <p class="hint">{words.policyNoLink}</p>}
        </div>
        {seen && (
          <details class="card more reference">
            <summary>
              <span class="summary-title">{words.policyReference}</span>
              <small>{words.policyReferenceNote}</small>
            </summary>
            <div class="scroll" tabIndex={0} role="region" aria-label={words.policyReference}>
              <ul>
                {seen.functions.map(({ form, gives }) => (
                  <li key={form}>
                    <code>{form}</code> <small>{gives}</small>
                  </li>
                ))}
              </ul>
              <ul>
                {seen.members.map(({ path, type, values }) => (
                  <li key={path}>
                    <code>{path}</code>{" "}
                    <small>{values.length > 0 ? values.map((value) => `'${value}'`).join(", ") : type}</small>
                  </li>
                ))}
              </ul>
            </div>
          </details>
        )}
      </section>

      <section class="result" aria-label={words.result} aria-busy={busy}>
        {!outcome && !busy && <p class="empty">{words.policiesNone}</p>}
        {busy && !judged && (
          <p class="empty" role="status">
            {words.policiesBusy}
          </p>
        )}
        {outcome && "unreadable" in outcome && (
          <p class="blocked-note" role="alert">
            {outcome.unreadable.line > 0 && (
              <>
                <Line line={outcome.unreadable.line} onClick={goTo} words={words} />{" "}
              </>
            )}
            {words.policyUnreadable(
              typeof outcome.unreadable.reason === "string"
                ? words.policyCannotKeep[outcome.unreadable.reason]
                : outcome.unreadable.reason.said,
            )}
          </p>
        )}
        {outcome && "stopped" in outcome && (
          <div class="blocked-note" role="alert">
            <p>{words.policyStopped[outcome.stopped]}</p>
            <button type="button" class="small" onClick={standing.again}>
              {words.again}
            </button>
          </div>
        )}
        {judged && verdict && (
          <>
            <div class={`verdict ${verdict.weight}`} role="status">
              <strong>{verdict.title}</strong>
              <span>{verdict.counts}</span>
            </div>
            {standing.instances === 0 && judged.check.policies.some((policy) => policy.per_instance) && (
              <p class="hint">
                {words.policyNeedsFacts}{" "}
                <button type="button" class="link" onClick={() => change({ area: "facts" })}>
                  {words.policyToFacts}
                </button>
              </p>
            )}
            {standing.instances > 0 && <p class="hint">{words.policyFacts(standing.instances)}</p>}
            <DocumentFindings findings={judged.check.findings} lines={judged.lines} words={words} onLine={goTo} />
            <Results check={judged.check} words={words} />
            <Cases judged={judged} words={words} onLine={goTo} />
          </>
        )}
      </section>
    </div>
  );
}

/** A line of the document; pressing it brings the caret there. */
export function Line({
  line,
  onClick,
  words,
}: {
  line: number | undefined;
  onClick: (line: number) => void;
  words: Context["words"];
}) {
  return line === undefined ? null : (
    <button type="button" class="link" onClick={() => onClick(line)}>
      {words.line(line)}
    </button>
  );
}
