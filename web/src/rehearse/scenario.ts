// What the simulator is told: the instances of the rehearsal, and what goes wrong.
import type { Job, Platform } from "../engine";
import { at } from "../pointer";

export const FAULTS = ["none", "scripts", "thaw", "throttled", "lost", "offline", "tags"] as const;
export type Fault = (typeof FAULTS)[number];

export function scenario(platform: Platform, job: Job, ids: string[], fault: Fault): Record<string, unknown> {
  const named = at(job, "/instance_ram_role");
  const role = typeof named === "string" && named !== "" && named !== "attached" ? named : "AppSnapshotRoleName";
  const path = (pointer: string, usual: string) => {
    const given = at(job, pointer);
    return typeof given === "string" ? given : usual;
  };
  const struck = ids[1] ?? ids[0] ?? "";
  const instances = ids.map((id, index) => ({
    id,
    name: `${platform === "linux" ? "db" : "sql"}-${index + 1}`,
    platform,
    role,
    disks: [
      { category: "cloud_essd", size_gib: 40 },
      { category: "cloud_essd", size_gib: 200 },
    ],
    guest: {
      pre_script: {
        path: path("/linux/pre_script_path", "/tmp/prescript.sh"),
        mode: fault === "scripts" && id === struck ? "0755" : "0700",
      },
      post_script: { path: path("/linux/post_script_path", "/tmp/postscript.sh") },
      ...(fault === "scripts" && platform === "windows" && id === struck ? { vss_writers: false } : {}),
    },
  }));
  const guest = {
    thaw: [{ instances: [struck], exit_code: platform === "linux" ? 12 : 255, held: true }],
    offline: [{ instances: [struck], offline: true }],
    tags: [{ instances: [struck], tags: "missing" }],
  }[fault as string];
  const api = {
    throttled: [
      { operation: "RunCommand", times: 3, throttle: { code: "Throttling.User", time_left_millis: 4000 } },
      { operation: "DescribeInvocations", every: 3, throttle: { code: "Throttling.User", time_left_millis: 2000 } },
    ],
    lost: [{ operation: "RunCommand", nth: ids.length > 1 ? 2 : 1, connection_closed: "after_effect" }],
  }[fault as string];
  return {
    version: 1,
    region: "cn-hangzhou",
    account: "1234567890123456",
    seed: 7,
    access_keys: [{ id: "testid", secret: "testsecret" }],
    roles: [{ name: role }],
    instances,
    fleets: [],
    guest_faults: guest ?? [],
    api_faults: api ?? [],
  };
}
