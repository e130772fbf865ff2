// What is known of an instance, in a few lines: what the verdict on it rests on.
import type { Words } from "../words";

type Known = Record<string, unknown>;

/** Name and value of each fact; what no reply told is said to be unknown. */
export function evidence(facts: Known | undefined, words: Words): [string, string][] {
  if (!facts) return [];
  const text = (key: string) => (typeof facts[key] === "string" ? facts[key] : undefined);
  const unknown = words.form.unknown;
  const assistant = facts.cloud_assistant as { online?: boolean; version?: string } | undefined;
  const online = { true: words.form.online, false: words.form.offline }[String(assistant?.online)] ?? unknown;
  const disks = Array.isArray(facts.disks) ? (facts.disks as { category?: string; size_gib?: number }[]) : undefined;
  return [
    [words.form.os, text("os_name_en") || text("os_name") || unknown],
    [words.form.status, text("status") ?? unknown],
    [words.form.role, facts.ram_role === "" ? words.form.none : (text("ram_role") ?? unknown)],
    [words.form.assistant, assistant?.version ? `${online} · ${assistant.version}` : online],
    [
      words.form.disks,
      disks
        ?.map((disk) => `${disk.category ?? unknown}${disk.size_gib ? ` ${String(disk.size_gib)} GiB` : ""}`)
        .join(", ") || unknown,
    ],
  ];
}
