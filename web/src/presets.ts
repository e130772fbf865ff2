import type { Job, Platform } from "./engine";
import type { Words } from "./words";

export interface Preset {
  key: string;
  platform: Platform;
  title: (words: Words) => string;
  note: (words: Words) => string;
  job: Job;
}

const scripts = (script: number, freeze: number): Job => ({
  pre_script_path: "/tmp/prescript.sh",
  post_script_path: "/tmp/postscript.sh",
  script_timeout_seconds: script,
  freeze_file_systems: true,
  freeze_timeout_seconds: freeze,
});

/** A job with what every job has; presets change the rest. */
const job = (rest: Job): Job => ({
  version: 1,
  regions: ["cn-hangzhou"],
  targets: {},
  instance_ram_role: "AppSnapshotRoleName",
  required_consistency: "application",
  ...rest,
});

export const PRESETS: [Preset, ...Preset[]] = [
  {
    key: "mysql",
    platform: "linux",
    title: () => "MySQL",
    note: (words) => words.presetScripts,
    job: job({ group_name: "mysql-{run}", linux: scripts(60, 10) }),
  },
  {
    key: "postgresql",
    platform: "linux",
    title: () => "PostgreSQL",
    note: (words) => words.presetScripts,
    job: job({ group_name: "postgresql-{run}", linux: scripts(120, 10) }),
  },
  {
    key: "files",
    platform: "linux",
    title: (words) => words.presetFiles,
    note: (words) => words.presetFilesNote,
    job: job({
      group_name: "files-{run}",
      required_consistency: "file_system",
      linux: { freeze_file_systems: true, freeze_timeout_seconds: 10 },
    }),
  },
  {
    key: "sqlserver",
    platform: "windows",
    title: () => "SQL Server",
    note: (words) => words.presetVss,
    job: job({ group_name: "sqlserver-{run}", windows: { vss_writers: true } }),
  },
];
