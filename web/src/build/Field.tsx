import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { Context } from "../app";
import { explain, type Finding } from "../engine";
import { at, patched, put } from "../state";
import { Findings, Ticked } from "./Findings";

type Kind = "text" | "number" | "truth" | "lines" | "pairs" | "tags" | "choice";

interface Props extends Context {
  /** JSON pointer into the job. */
  place: string;
  kind: Kind;
  findings: Finding[];
  placeholder?: string;
  choices?: [string, string][];
}

/** A parameter of the job: label, control, help from the catalogue, and what is found about it. */
export function Field(props: Props) {
  const { place, kind, findings, state, change, words, lang } = props;
  const [open, setOpen] = useState(false);
  const id = `field${place.replaceAll("/", "-")}`;
  const about = useMemo(() => {
    const answer = explain({ parameter: place, lang });
    return answer.ok && "parameter" in answer.value ? (answer.value.parameter ?? undefined) : undefined;
  }, [place, lang]);
  const value = at(state.job, place);
  const set = (next: unknown) => change({ job: put(state.job, place, next), preset: state.preset });
  const mine = findings.filter((finding) => finding.place === place || finding.place.startsWith(`${place}/`));
  const worst = mine.some((finding) => finding.severity === "error" && !finding.accepted);
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
          <Findings findings={mine} words={words} onFix={(patch) => change({ job: patched(state.job, patch) })} />
        </div>
      )}
    </div>
  );
}

interface ControlProps extends Props {
  common: Record<string, unknown> & { id: string };
  value: unknown;
  set: (value: unknown) => void;
  default_: string | undefined;
}

function Control({ kind, common, value, set, default_, placeholder, choices, words }: ControlProps): ComponentChildren {
  switch (kind) {
    case "number":
      return (
        <div class="unit">
          <input
            {...common}
            inputMode="numeric"
            autocomplete="off"
            placeholder={default_ ?? placeholder}
            value={value == null || value === "auto" ? "" : String(value)}
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
          value={value === undefined ? "" : String(value)}
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
        </select>
      );
    case "choice":
      return (
        <select
          {...common}
          value={String(value ?? choices?.[0]?.[0] ?? "")}
          onChange={(event) => set(event.currentTarget.value)}
        >
          {choices?.map(([key, title]) => (
            <option key={key} value={key}>
              {title}
            </option>
          ))}
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
          value={typeof value === "string" ? value : ""}
          onInput={(event) =>
            set(
              event.currentTarget.value === "" &&
                common.id !== "field-instance_ram_role" &&
                common.id !== "field-group_name"
                ? undefined
                : event.currentTarget.value,
            )
          }
        />
      );
  }
}

/** A list, one entry a line. The text is kept as typed while it has the focus. */
function Lines({
  kind,
  common,
  value,
  set,
  placeholder,
}: {
  kind: Kind;
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
        set(read(kind, event.currentTarget.value));
      }}
      onBlur={() => setTyped(undefined)}
    />
  );
}

function written(kind: Kind, value: unknown): string {
  if (kind === "tags")
    return Object.entries((value ?? {}) as Record<string, string>)
      .map(([key, tag]) => `${key}=${tag}`)
      .join("\n");
  if (!Array.isArray(value)) return "";
  return value
    .map((item) =>
      kind === "pairs" ? `${String(item?.instance ?? "")} ${String(item?.disk ?? "")}`.trim() : String(item),
    )
    .join("\n");
}

function read(kind: Kind, text: string): unknown {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  if (lines.length === 0) return undefined;
  if (kind === "pairs")
    return lines.map((line) => {
      const [instance = "", disk = ""] = line.split(/\s+/);
      return { instance, disk };
    });
  if (kind === "tags")
    return Object.fromEntries(
      lines.map((line) => {
        const cut = line.indexOf("=");
        return cut < 0 ? [line, ""] : [line.slice(0, cut), line.slice(cut + 1)];
      }),
    );
  return [...new Set(lines.flatMap((line) => line.split(/[\s,]+/)).filter(Boolean))];
}
