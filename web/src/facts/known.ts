// What is known of instances: read from what was pasted, or from the short form. Facts and Policies judge by the same.
import { facts, type Job, type Lang } from "../engine";
import { pastedValue } from "../state";
import type { Words } from "../words";
import { fitInstance } from "./fit";
import { documents } from "./read";
import { SYSTEMS } from "./usual";

export const FORM = {
  system: 0,
  status: "Running",
  disk: "cloud_essd",
  role: "same",
  assistant: "online",
  multi: "Disabled",
};

export type Known = { facts: unknown[]; recognised: string[] } | { error: string } | undefined;

/** Facts of what was pasted: replies of the API, or facts as consnap writes them. */
export function fromText(text: string, lang: Lang, words: Words): Known {
  if (text.trim() === "") return undefined;
  const replies = documents(text);
  if (!replies) return { error: words.invalidJson };
  const isOwn = (reply: unknown): reply is object =>
    typeof reply === "object" && reply !== null && "instance_id" in reply;
  const own = replies.filter(isOwn);
  const answer = facts(
    replies.filter((reply) => !isOwn(reply)),
    lang,
  );
  if (!answer.ok) return { error: answer.failure.message };
  return { facts: [...own, ...answer.value.facts], recognised: answer.value.recognised };
}

/** Facts of the one instance that the short form describes. */
export function fromForm(form: typeof FORM, job: Job): { facts: unknown[]; recognised: string[] } {
  const [platform = "linux", , name] = SYSTEMS[form.system] ?? [];
  const base = fitInstance(job, platform);
  const role = { same: base.ram_role, none: "", other: "SomeOtherRole", unknown: undefined }[form.role];
  const disks = (base.disks as object[]).map((disk) => ({ ...disk, category: form.disk, multi_attach: form.multi }));
  const assistant = {
    online: { online: true, version: "2.2.3.1090" },
    offline: { online: false, version: "2.2.3.1090" },
    unknown: undefined,
  }[form.assistant];
  return {
    facts: [
      {
        ...base,
        os_name_en: name,
        status: form.status,
        ram_role: role,
        disks,
        cloud_assistant: assistant,
        guest: undefined,
      },
    ],
    recognised: [],
  };
}

/** The facts that were given in the area Facts; none where nothing was, or nothing that can be read. */
export function knownFacts(job: Job, lang: Lang, words: Words): unknown[] {
  const known =
    pastedValue<string>("facts.way") === "form"
      ? fromForm(pastedValue<typeof FORM>("facts.form") ?? FORM, job)
      : fromText(pastedValue<string>("facts.text") ?? "", lang, words);
  return known && "facts" in known ? known.facts : [];
}
