// What the page is working on.
import type { Job, Platform, Target } from "./engine";
import { PRESETS } from "./presets";

export type Area = "build" | "facts" | "policies" | "explain" | "rehearse";
export type Theme = "auto" | "light" | "dark";

export interface State {
  area: Area;
  platform: Platform;
  preset: string;
  job: Job;
  target: Target;
  separator: boolean;
  /** A policy document that the job is held to; empty for none. */
  policies: string;
  /** The facts of this day and of no later one: an old link gives the same output later. */
  catalogue: string;
}

export const AREAS: Area[] = ["build", "facts", "policies", "explain", "rehearse"];
const TARGETS: Target[] = [
  "command",
  "run_command",
  "aliyun_cli",
  "job",
  "python_consnap",
  "python_sdk",
  "go_sdk",
  "terraform",
  "oos",
  "oos_timer",
  "systemd",
  "cron",
  "task_scheduler",
  "github_actions",
  "ram_policies",
];

export { TARGETS };

export const initial = (catalogue: string): State => {
  const preset = PRESETS[0];
  return {
    area: "build",
    platform: preset.platform,
    preset: preset.key,
    job: structuredClone(preset.job),
    target: "command",
    separator: false,
    policies: "",
    catalogue,
  };
};

/** The entry that an arrow key leads to, round and round. */
export const neighbour = <T>(all: readonly T[], of: T, step: number): T =>
  all[(all.indexOf(of) + step + all.length) % all.length] ?? of;
