import { useMemo } from "preact/hooks";
import type { Context } from "../app";
import { Findings, Ticked } from "../build/Findings";
import { check } from "../engine";
import { at, usePasted } from "../state";
import { evidence } from "./evidence";
import { EXAMPLE } from "./example";
import { FORM, fromForm, fromText } from "./known";
import { DISKS, SYSTEMS } from "./usual";

/** Paste what the API answered, or fill in a short form: eligibility per instance, with evidence. */
export function Facts(context: Context) {
  const { state, words, lang } = context;
  const [way, setWay] = usePasted<"paste" | "form">("facts.way", "paste");
  const [text, setText] = usePasted("facts.text", "");
  const [form, setForm] = usePasted("facts.form", FORM);

  const given = useMemo(
    () => (way === "form" ? fromForm(form, state.job) : fromText(text, lang, words)),
    [way, text, form, state.job, lang, words],
  );

  const ids = at(state.job, "/targets/ids");
  const checked = useMemo(() => {
    if (!given || !("facts" in given) || !given.facts || given.facts.length === 0) return undefined;
    return check({ job: { targets: {}, ...state.job }, facts: given.facts, as_of: state.catalogue, lang });
  }, [given, state.job, state.catalogue, lang, ids]);

  const factsOf = (id: string) =>
    given && "facts" in given
      ? (given.facts as Record<string, unknown>[] | undefined)?.find((known) => known.instance_id === id)
      : undefined;

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
    <div class="columns">
      <section class="form" aria-labelledby="facts-title">
        <h1 id="facts-title">{words.factsTitle}</h1>
        <p class="lead">{words.factsLead}</p>
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
        {way === "paste" ? (
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
        ) : (
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
        )}
      </section>
      <section class="result" aria-live="polite">
        {!given && <p class="empty">{words.factsNone}</p>}
        {given && "error" in given && (
          <p class="blocked-note" role="alert">
            {given.error}
          </p>
        )}
        {given && "recognised" in given && given.recognised && given.recognised.length > 0 && (
          <p class="hint">
            {words.recognised}: {given.recognised.join(", ")}
          </p>
        )}
        {given && "facts" in given && given.facts?.length === 0 && <p class="empty">{words.factsNone}</p>}
        {checked && !checked.ok && (
          <p class="blocked-note" role="alert">
            {checked.failure.message}
          </p>
        )}
        {checked?.ok &&
          (checked.value.instances ?? []).map((instance) => (
            <article key={instance.instance_id} class={`instance ${instance.eligible}`}>
              <header>
                <h2>
                  <code>{instance.instance_id}</code>
                </h2>
                <span class={`badge ${instance.eligible}`}>{words.eligible[instance.eligible]}</span>
              </header>
              <dl class="meaning">
                <dt>{words.prediction}</dt>
                <dd>
                  <strong class={`level-name ${instance.predicted_consistency}`}>
                    {words.levels[instance.predicted_consistency]}
                  </strong>{" "}
                  <Ticked text={instance.predicted_why.message} />
                </dd>
                {evidence(factsOf(instance.instance_id), words).map(([name, value]) => (
                  <>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                  </>
                ))}
              </dl>
              {instance.findings.length > 0 ? (
                <Findings findings={instance.findings} words={words} />
              ) : (
                <p class="hint">{words.noFindings}</p>
              )}
            </article>
          ))}
      </section>
    </div>
  );
}
