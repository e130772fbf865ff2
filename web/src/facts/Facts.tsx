import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import { Findings } from "../build/Findings";
import type { Context } from "../context";
import { check } from "../engine";
import { usePasted } from "../pasted";
import { at } from "../pointer";
import type { Words } from "../words";
import { EXAMPLE } from "./example";
import { Fleet } from "./Fleet";
import { Gaps } from "./Gaps";
import { FORM, fromForm } from "./known";
import { useFleet } from "./useFleet";
import { DISKS, SYSTEMS } from "./usual";

/** Paste what the API answered, or fill in a short form: eligibility per instance, with evidence. */
export function Facts(context: Context) {
  const { words } = context;
  const [way, setWay] = usePasted<"paste" | "form">("facts.way", "paste");
  const Way = way === "paste" ? Pasted : Form;
  return (
    <div class="columns facts">
      <Way {...context}>
        <fieldset class="switch">
          <legend class="hidden">{words.factsTitle}</legend>
          <label>
            <input type="radio" name="way" checked={way === "paste"} onChange={() => setWay("paste")} />
            <span>{words.factsPaste}</span>
          </label>
          <label>
            <input type="radio" name="way" checked={way === "form"} onChange={() => setWay("form")} />
            <span>{words.factsForm}</span>
          </label>
        </fieldset>
      </Way>
    </div>
  );
}

type Props = Context & { children: ComponentChildren };

function Given({ words, children }: { words: Words; children: ComponentChildren }) {
  return (
    <section class="form" aria-labelledby="facts-title">
      <h1 id="facts-title">{words.factsTitle}</h1>
      <p class="lead">{words.factsLead}</p>
      {children}
    </section>
  );
}

function Pasted({ state, words, lang, children }: Props) {
  const [text, setText] = usePasted("facts.text", "");
  const { outcome, busy, again } = useFleet(text, state.job, state.catalogue, lang);
  const fleet = outcome && "fleet" in outcome ? outcome.fleet : undefined;
  return (
    <>
      <Given words={words}>
        {children}
        <div class="field">
          <label for="facts-text">{words.factsPaste}</label>
          <textarea
            id="facts-text"
            class="mono"
            rows={16}
            spellcheck={false}
            autocomplete="off"
            value={text}
            aria-describedby="facts-hint"
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <p class="hint" id="facts-hint">
            {words.factsPasteHint}
          </p>
          <button type="button" class="small" onClick={() => setText(EXAMPLE)}>
            {words.factsExample}
          </button>
        </div>
      </Given>
      <section class="result" aria-label={words.result} aria-busy={busy}>
        {!outcome && <p class="empty">{busy ? words.areaLoading : words.factsNone}</p>}
        {outcome && "failure" in outcome && (
          <p class="blocked-note" role="alert">
            {outcome.failure}
          </p>
        )}
        {outcome && "absent" in outcome && (
          <div class="blocked-note" role="alert">
            <p>{words.areaFailed}</p>
            <button type="button" class="small" onClick={again}>
              {words.again}
            </button>
          </div>
        )}
        {fleet && fleet.about.length > 0 && (
          <div role="alert">
            <Findings findings={fleet.about} words={words} />
          </div>
        )}
        {fleet && fleet.recognised.length > 0 && (
          <p class="hint">
            {words.recognised}: {[...new Set(fleet.recognised)].join(", ")}
          </p>
        )}
        {fleet && fleet.facts.length === 0 && fleet.about.length === 0 && <p class="empty">{words.factsNone}</p>}
        {fleet && <Gaps gaps={fleet.gaps} words={words} />}
        {fleet && fleet.facts.length > 0 && (
          <Fleet instances={fleet.checked.instances ?? []} facts={fleet.facts} odd={fleet.odd} words={words} />
        )}
      </section>
    </>
  );
}

function Form({ state, words, lang, children }: Props) {
  const [form, setForm] = usePasted("facts.form", FORM);
  const facts = useMemo(() => fromForm(form, state.job), [form, state.job]);
  const checked = useMemo(
    () => check({ job: { targets: {}, ...state.job }, facts: [facts], as_of: state.catalogue, lang }),
    [facts, state.job, state.catalogue, lang],
  );
  const choose = (key: keyof typeof form, label: string, options: [string, string][]) => (
    <div class="field">
      <label for={`form-${key}`}>{label}</label>
      <select
        id={`form-${key}`}
        value={String(form[key])}
        onChange={(event) =>
          setForm({ ...form, [key]: key === "system" ? Number(event.currentTarget.value) : event.currentTarget.value })
        }
      >
        {options.map(([value, title]) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
      </select>
    </div>
  );
  return (
    <>
      <Given words={words}>
        {children}
        <div class="card">
          {choose(
            "system",
            words.form.os,
            SYSTEMS.map(([, title], index) => [String(index), title]),
          )}
          <div class="pair">
            {choose("status", words.form.status, [
              ["Running", "Running"],
              ["Stopped", "Stopped"],
              ["Starting", "Starting"],
            ])}
            {choose(
              "disk",
              words.form.disk,
              DISKS.map((name) => [name, name]),
            )}
          </div>
          <div class="pair">
            {choose("role", words.form.role, [
              ["same", String(at(state.job, "/instance_ram_role") ?? "") || "AppSnapshotRoleName"],
              ["none", words.form.none],
              ["other", "SomeOtherRole"],
              ["unknown", words.form.unknown],
            ])}
            {choose("assistant", words.form.assistant, [
              ["online", words.form.online],
              ["offline", words.form.offline],
              ["unknown", words.form.unknown],
            ])}
          </div>
          {choose("multi", words.form.multi, [
            ["Disabled", "Disabled"],
            ["Enabled", "Enabled"],
          ])}
        </div>
      </Given>
      <section class="result" aria-label={words.result}>
        {checked.either(
          ({ instances }) => (
            <Fleet instances={instances ?? []} facts={[facts]} odd={[]} words={words} />
          ),
          (failure) => (
            <p class="blocked-note" role="alert">
              {failure.message}
            </p>
          ),
        )}
      </section>
    </>
  );
}
