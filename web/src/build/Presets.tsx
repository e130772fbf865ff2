import type { Context } from "../context";
import type { Platform } from "../engine";
import { PRESETS, type Preset } from "../presets";

const PLATFORMS: [Platform, string][] = [
  ["linux", "Linux"],
  ["windows", "Windows"],
];

/** What to begin with: the platform, and the presets that belong to it. */
export function Presets({ state, change, words }: Context) {
  const { job, platform } = state;
  const begin = (preset: Preset) => {
    // Where the instances are does not depend on what runs on them.
    const { targets = preset.job.targets, regions = preset.job.regions } = job;
    const next = { ...structuredClone(preset.job), targets, regions };
    change({ preset: preset.key, platform: preset.platform, job: next }, "step");
  };
  const turn = (to: Platform) => {
    const from = PRESETS.find(({ key }) => key === state.preset);
    const other = PRESETS.find((preset) => preset.platform === to);
    const untouched = from && JSON.stringify({ ...job, targets: 0, regions: 0 }) === JSON.stringify(begun(from));
    if (untouched && other) begin(other);
    // A preset says nothing about the other platform.
    else change({ platform: to, preset: "" }, "step");
  };
  return (
    <div class="presets" role="group" aria-label={words.startFrom}>
      <span class="group-label">{words.startFrom}</span>
      <fieldset class="switch">
        <legend class="hidden">{words.platform}</legend>
        {PLATFORMS.map(([name, title]) => (
          <label key={name}>
            <input type="radio" name="platform" checked={platform === name} onChange={() => turn(name)} />
            <span>{title}</span>
          </label>
        ))}
      </fieldset>
      {PRESETS.filter((preset) => preset.platform === platform).map((preset) => (
        <button
          key={preset.key}
          type="button"
          class="preset"
          aria-pressed={state.preset === preset.key}
          onClick={() => begin(preset)}
        >
          <strong>{preset.title(words)}</strong>
          <small>{preset.note(words)}</small>
        </button>
      ))}
    </div>
  );
}

/** A preset as it is compared: instances and regions belong to nobody's. */
const begun = (preset: Preset) => ({ ...preset.job, targets: 0, regions: 0 });
