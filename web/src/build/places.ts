// Which members of a job have a field, and where.
import type { Finding, Job, Platform } from "../engine";

export const ESSENTIAL = ["/instance_ram_role", "/group_name", "/required_consistency"];
export const INSTANCES = ["/targets/ids", "/targets/tags", "/regions"];
export const OF_PLATFORM: Record<Platform, string[]> = {
  linux: [
    "/linux/pre_script_path",
    "/linux/post_script_path",
    "/linux/script_timeout_seconds",
    "/linux/freeze_file_systems",
    "/linux/freeze_timeout_seconds",
  ],
  windows: ["/windows/vss_writers"],
};
export const MORE = [
  "/exclude_disks",
  "/description",
  "/instant_access",
  "/instant_access_retention_days",
  "/run/timeout",
  "/run/max_in_flight",
  "/run/max_errors",
];

/** Whether a finding speaks of one of the places. What is said of the whole selection stands beside its first field. */
export const isAt =
  (places: string[]) =>
  ({ place: said }: Finding) =>
    places.some(
      (place) => said === place || said.startsWith(`${place}/`) || (said === "/targets" && place === INSTANCES.at(0)),
    );

/** Members of the job without a field of the platform, as people write them: they are kept as they are. */
export function unshown(job: Job, platform: Platform): string[] {
  const shown = new Set([...ESSENTIAL, ...INSTANCES, ...OF_PLATFORM[platform], ...MORE, "/version"]);
  const within = [...shown].filter((place) => place.indexOf("/", 1) > 0).map((place) => place.split("/")[1]);
  return Object.entries(job).flatMap(([key, value]) => {
    if (shown.has(`/${key}`)) return [];
    const section = within.includes(key) && typeof value === "object" && value !== null && !Array.isArray(value);
    if (!section) return [key];
    return Object.keys(value)
      .filter((member) => !shown.has(`/${key}/${member}`))
      .map((member) => `${key}.${member}`);
  });
}
