import { useMemo, useState } from "preact/hooks";
import type { Context } from "../app";
import { budget, build, type CheckInput, check, type Finding, type Job, type Lang, type Platform } from "../engine";
import { fitInstance } from "../facts/fit";
import { PolicyLine, weightOf } from "../policies/PolicyLine";
import { PRESETS } from "../presets";
import { at, patched } from "../state";
import { Budget } from "./Budget";
import { Field } from "./Field";
import { Findings, Ticked } from "./Findings";
import { Output } from "./Output";
import { Pinned } from "./Pinned";

/** The same findings, each once, the weightiest first. */
export function merged(...lists: Finding[][]): Finding[] {
  const weight = { error: 0, warning: 1, advice: 2 };
  const seen = new Map(lists.flat().map((finding) => [`${finding.code} ${finding.place} ${finding.message}`, finding]));
  return [...seen.values()].sort((a, b) => weight[a.severity] - weight[b.severity]);
}

type Severities = NonNullable<CheckInput["severities"]>;

const jobFindings = (job: Job, platform: Platform, asOf: string, lang: Lang, severities: Severities = {}) => {
  const answer = check({ job: { targets: {}, ...job }, platform, as_of: asOf, lang, severities });
  return answer.ok ? answer.value.findings : [];
};

const prediction = (job: Job, platform: Platform, asOf: string, lang: Lang) => {
  const answer = check({ job: { targets: {}, ...job }, facts: fitInstance(job, platform), as_of: asOf, lang });
  return answer.ok ? answer.value : undefined;
};

/** Findings that only speak of the target selection do not matter while a command is built. */
const aboutTargets = (finding: Finding) => finding.place === "/targets" || finding.place.startsWith("/targets/");

const FIRST = ["/instance_ram_role", "/group_name", "/required_consistency"];
const OF_PLATFORM: Record<Platform, string[]> = {
  linux: [
    "/linux/pre_script_path",
    "/linux/post_script_path",
    "/linux/script_timeout_seconds",
    "/linux/freeze_file_systems",
    "/linux/freeze_timeout_seconds",
  ],
  windows: ["/windows/vss_writers"],
};
const MORE = [
  "/description",
  "/instant_access",
  "/instant_access_retention_days",
  "/exclude_disks",
  "/regions",
  "/targets/ids",
  "/targets/tags",
  "/run/timeout",
  "/run/max_in_flight",
  "/run/max_errors",
];
const isAt = (places: string[]) => (finding: Finding) =>
  places.some((place) => finding.place === place || finding.place.startsWith(`${place}/`));

export function Build(context: Context & { today: string }) {
  const { state, change, words, lang, today } = context;
  const { job, platform } = state;
  const instance = useMemo(() => {
    const ids = at(job, "/targets/ids");
    return Array.isArray(ids) && typeof ids[0] === "string" ? ids[0] : undefined;
  }, [job]);
  const built = useMemo(
    () => build(job, platform, instance, state.separator, lang),
    [job, platform, instance, state.separator, lang],
  );
  const { outcome } = context.standing;
  const judged = outcome && "judged" in outcome ? outcome.judged : undefined;
  const severities = judged?.check.severities;
  const about = useMemo(
    () => jobFindings(job, platform, state.catalogue, lang, severities),
    [job, platform, state.catalogue, lang, severities],
  );
  const checked = useMemo(
    () => prediction(job, platform, state.catalogue, lang),
    [job, platform, state.catalogue, lang],
  );
  const spent = useMemo(() => budget(job, platform, lang), [job, platform, lang]);
  const output = built.ok ? built.value : undefined;
  const findings = merged(
    output?.findings ?? [],
    about.filter((finding) => !aboutTargets(finding)),
  );
  const errors = findings.filter((finding) => finding.severity === "error" && !finding.accepted).length;
  const warnings = findings.filter((finding) => finding.severity === "warning").length;
  const disallowed = state.policies.trim() !== "" && weightOf(context.standing, words) === "bad";
  const readiness = errors ? words.blocked : disallowed ? words.disallowed : words.ready;
  const [asked, setAsked] = useState(false);
  // What stops the job is never hidden.
  const forced = findings.filter(isAt(MORE)).some((finding) => finding.severity !== "advice" && !finding.accepted);
  const open = asked || forced;
  const shown = isAt([...FIRST, ...OF_PLATFORM[platform], ...(open ? MORE : [])]);
  const elsewhere = findings.filter((finding) => !shown(finding));
  const field = (
    place: string,
    kind: Parameters<typeof Field>[0]["kind"],
    more: Partial<Parameters<typeof Field>[0]> = {},
  ) => <Field key={place} {...context} place={place} kind={kind} findings={findings} {...more} />;
  const platformSwitch = (
    <fieldset class="switch">
      <legend class="hidden">{words.platform}</legend>
      {(["linux", "windows"] as Platform[]).map((name) => (
        <label key={name}>
          <input type="radio" name="platform" checked={platform === name} onChange={() => change({ platform: name })} />
          <span>{name === "linux" ? "Linux" : "Windows"}</span>
        </label>
      ))}
    </fieldset>
  );
  return (
    <div class="columns">
      <section class="form" aria-labelledby="build-title">
        <h1 id="build-title">{words.buildTitle}</h1>
        <p class="lead">{words.buildLead}</p>
        {state.catalogue !== today && (
          <Pinned {...context} findingsOf={(day) => jobFindings(job, platform, day, lang)} />
        )}
        <div class="presets" role="group" aria-label={words.startFrom}>
          <span class="group-label">{words.startFrom}</span>
          {platformSwitch}
          {PRESETS.map((preset) => (
            <button
              key={preset.key}
              type="button"
              class="preset"
              aria-pressed={state.preset === preset.key}
              onClick={() =>
                change({ preset: preset.key, platform: preset.platform, job: structuredClone(preset.job) })
              }
            >
              <strong>{preset.title(words)}</strong>
              <small>{preset.note(words)}</small>
            </button>
          ))}
        </div>
        <div class="card">
          <h2>{words.essentials}</h2>
          <div class="pair">
            {field("/instance_ram_role", "text", { placeholder: "AppSnapshotRoleName" })}
            {field("/group_name", "text", { placeholder: "nightly-{run}" })}
          </div>
          {field("/required_consistency", "choice", {
            choices: [
              ["application", words.application],
              ["file_system", words.fileSystem],
            ],
          })}
        </div>
        {platform === "linux" ? (
          <div class="card">
            <h2>{words.scripts}</h2>
            <div class="pair">
              {field("/linux/pre_script_path", "text", { placeholder: "/tmp/prescript.sh" })}
              {field("/linux/post_script_path", "text", { placeholder: "/tmp/postscript.sh" })}
            </div>
            <div class="triple">
              {field("/linux/script_timeout_seconds", "number")}
              {field("/linux/freeze_file_systems", "truth")}
              {field("/linux/freeze_timeout_seconds", "number")}
            </div>
          </div>
        ) : (
          <div class="card">
            <h2>{words.vss}</h2>
            {field("/windows/vss_writers", "truth")}
          </div>
        )}
        <details
          class="card more"
          open={open}
          onToggle={(event) => {
            if (forced) event.currentTarget.open = true;
            else setAsked(event.currentTarget.open);
          }}
        >
          <summary>
            <span class="summary-title">{words.more}</span>
            <small>{words.moreNote}</small>
          </summary>
          {open && (
            <>
              <div class="pair">
                {field("/targets/ids", "lines", { placeholder: "i-bp1…" })}
                {field("/targets/tags", "tags", { placeholder: "app=orders" })}
              </div>
              <div class="pair">
                {field("/regions", "lines", { placeholder: "cn-hangzhou" })}
                {field("/exclude_disks", "pairs", { placeholder: "i-bp1… d-bp1…" })}
              </div>
              {field("/description", "text")}
              <div class="triple">
                {field("/run/timeout", "number")}
                {field("/run/max_in_flight", "number", { placeholder: "10" })}
                {field("/run/max_errors", "number", { placeholder: "1" })}
              </div>
              <div class="pair">
                {field("/instant_access", "truth")}
                {field("/instant_access_retention_days", "number")}
              </div>
              <label class="tick">
                <input
                  type="checkbox"
                  checked={state.separator}
                  onChange={(event) => change({ separator: event.currentTarget.checked })}
                />{" "}
                {words.separator}
              </label>
            </>
          )}
        </details>
        <a
          class="jump"
          href="#result"
          onClick={(event) => {
            event.preventDefault();
            document.getElementById("result")?.scrollIntoView();
            document.getElementById("result")?.focus({ preventScroll: true });
          }}
        >
          <strong class={errors || disallowed ? "bad" : "good"}>{readiness}</strong>
          <span>{words.toResult}</span>
        </a>
      </section>

      <section class="result" id="result" tabIndex={-1} aria-label={words.result}>
        <div class={`verdict ${errors || disallowed ? "bad" : "good"}`} role="status">
          <strong>{readiness}</strong>
          {(errors + warnings > 0 || !disallowed) && (
            <span>{errors + warnings ? words.counts(errors, warnings) : words.noFindings}</span>
          )}
          {state.policies.trim() && (
            <PolicyLine standing={context.standing} words={words} onShow={() => change({ area: "policies" })} />
          )}
        </div>
        <Output {...context} />
        {output?.command && state.target === "command" && (
          <>
            <p class="hint send">
              <Ticked
                text={words.send(platform === "linux" ? "RunShellScript" : "RunBatScript", output.timeout_seconds)}
              />
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
        )}
        <div class="facts-row">
          {checked?.predicted_consistency && (
            <section class="prediction" aria-label={words.prediction}>
              <h3>{words.prediction}</h3>
              <p class={`level ${checked.predicted_consistency}`}>{words.levels[checked.predicted_consistency]}</p>
              {checked.predicted_why && (
                <p class="hint">
                  <Ticked text={checked.predicted_why.message} />
                </p>
              )}
              <p class="hint">{words.predictionNote}</p>
            </section>
          )}
          {spent.ok && <Budget budget={spent.value} words={words} />}
        </div>
        {elsewhere.length > 0 && (
          <section aria-label={words.findingsTitle}>
            <h3>{words.findingsTitle}</h3>
            <Findings findings={elsewhere} words={words} onFix={(patch) => change({ job: patched(job, patch) })} />
          </section>
        )}
        {!built.ok && <p class="blocked-note">{built.failure.message}</p>}
      </section>
    </div>
  );
}
