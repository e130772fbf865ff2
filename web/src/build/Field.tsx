import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { Context } from "../context";
import { explain, type Finding } from "../engine";
import { at, patched, put } from "../pointer";
import { Findings, Ticked } from "./Findings";
import { type LinesKind, read, written } from "./lines";
import { isAt } from "./places";

type Kind = "text" | "number" | "truth" | "choice" | LinesKind;

export interface FieldProps extends Context {
  /** JSON pointer into the job. */
  place: string;
  kind: Kind;
  findings: Finding[];
  placeholder?: string;
  choices?: [string, string][];
}

/** A parameter of the job: label, control, help from the catalogue, and what is found about it. */
export function Field(props: FieldProps) {
  const { place, kind, findings, state, change, words, lang } = props;
  const [open, setOpen] = useState(false);
  const id = `field${place.replaceAll("/", "-")}`;
  const about = useMemo(
    () =>
      explain({ parameter: place, lang }).either(
        (value) => ("parameter" in value ? (value.parameter ?? undefined) : undefined),
        () => undefined, // There is no help about it, and the button is left out.
      ),
    [place, lang],
  );
  const value = at(state.job, place);
  const set = (next: unknown) => change({ job: put(state.job, place, next) });
  const mine = findings.filter(isAt([place]));
  const worst = mine.some((finding) => finding.severity === "error" && !finding.accepted);
  const fix = (patch: unknown) => {
    change({ job: patched(state.job, patch) });
    // The button is gone with what it mended: the focus goes to what it mended.
    document.getElementById(id)?.focus();
  };
  const hint = words.hints[place];
  const described = [hint ? `${id}-hint` : "", mine.length ? `${id}-findings` : "", open ? `${id}-help` : ""]
    .filter(Boolean)
    .join(" ");
  const common = { id, "aria-describedby": described || undefined, "aria-invalid": worst || undefined };
  const default_ = about?.default;
  return (
    <div class={`field ${kind}`}>
      <div class="label-row">
        <label for={id}>{words.fields[place]}</label>
        {about && (
          <button
            type="button"
            class="help"
            aria-expanded={open}
            aria-controls={`${id}-help`}
            onClick={() => setOpen(!open)}
          >
            <span aria-hidden="true">?</span>
            <span class="hidden">
              {words.help}: {words.fields[place]}
            </span>
          </button>
        )}
      </div>
      <Control {...props} common={common} value={value} set={set} default_={default_ ?? undefined} />
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {open && about && (
        <div class="about" id={`${id}-help`}>
          <p>
            <Ticked text={about.about} />
          </p>
          <p class="wire">
            <code>{about.wire}</code>
            {about.range && (
              <>
                {" "}
                · {words.range} {about.range.join("–")}
              </>
            )}
            {default_ && (
              <>
                {" "}
                · {words.defaultIs} {default_}
              </>
            )}
            {about.required && <> · {words.required}</>}
          </p>
          <p class="source">
            {words.source}: {about.source}
          </p>
        </div>
      )}
      {mine.length > 0 && (
        <div id={`${id}-findings`}>
          <Findings findings={mine} words={words} onFix={fix} />
        </div>
      )}
    </div>
  );
}

interface ControlProps extends FieldProps {
  common: Record<string, unknown> & { id: string };
  value: unknown;
  set: (value: unknown) => void;
  default_: string | undefined;
}

function Control({
  place,
  kind,
  common,
  value,
  set,
  default_,
  placeholder,
  choices,
  words,
}: ControlProps): ComponentChildren {
  switch (kind) {
    case "number":
      return (
        <div class="unit">
          <input
            {...common}
            inputMode="numeric"
            autocomplete="off"
            placeholder={default_ ?? placeholder}
            value={value === "auto" ? "" : asText(value)}
            onInput={(event) => {
              const text = event.currentTarget.value.trim();
              set(text === "" ? undefined : /^-?\d{1,15}$/.test(text) ? Number(text) : text);
            }}
          />
          <span aria-hidden="true">
            {common.id.endsWith("seconds") || common.id.endsWith("timeout") ? words.seconds : ""}
          </span>
        </div>
      );
    case "truth":
      return (
        <select
          {...common}
          value={asText(value)}
          onChange={(event) => {
            const text = event.currentTarget.value;
            set(text === "" ? undefined : text === "true");
          }}
        >
          <option value="">
            {words.unset}
            {default_ ? ` (${default_ === "true" ? words.yes : words.no})` : ""}
          </option>
          <option value="true">{words.yes}</option>
          <option value="false">{words.no}</option>
          <Other value={value} known={["true", "false"]} />
        </select>
      );
    case "choice":
      return (
        <select
          {...common}
          value={asText(value ?? choices?.[0]?.[0])}
          onChange={(event) => set(event.currentTarget.value)}
        >
          {choices?.map(([key, title]) => (
            <option key={key} value={key}>
              {title}
            </option>
          ))}
          <Other value={value} known={choices?.map(([key]) => key) ?? []} />
        </select>
      );
    case "lines":
    case "pairs":
    case "tags":
      return <Lines kind={kind} common={common} value={value} set={set} placeholder={placeholder} />;
    default:
      return (
        <input
          {...common}
          autocomplete="off"
          spellcheck={false}
          placeholder={placeholder}
          value={asText(value)}
          onInput={(event) =>
            set(event.currentTarget.value === "" && !REQUIRED.includes(place) ? undefined : event.currentTarget.value)
          }
        />
      );
  }
}

/** Members that stay in the job when their field is emptied: the engine says that they are missing. */
const REQUIRED = ["/instance_ram_role", "/group_name"];

/** What is of another kind than the field is shown as it is; the engine says what is wrong with it. */
const asText = (value: unknown): string =>
  value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);

/** A value that is none of the choices. */
function Other({ value, known }: { value: unknown; known: string[] }) {
  const text = asText(value);
  return text === "" || known.includes(text) ? null : <option value={text}>{text}</option>;
}

/** A list, one entry a line. The text is kept as typed while it has the focus. */
function Lines({
  kind,
  common,
  value,
  set,
  placeholder,
}: {
  kind: LinesKind;
  common: ControlProps["common"];
  value: unknown;
  set: (value: unknown) => void;
  placeholder: string | undefined;
}) {
  const [typed, setTyped] = useState<string>();
  const shown = typed ?? written(kind, value);
  return (
    <textarea
      {...common}
      rows={Math.min(6, Math.max(2, shown.split("\n").length))}
      spellcheck={false}
      autocomplete="off"
      placeholder={placeholder}
      value={shown}
      onInput={(event) => {
        setTyped(event.currentTarget.value);
        set(read(kind, event.currentTarget.value, value));
      }}
      onBlur={() => setTyped(undefined)}
    />
  );
}
