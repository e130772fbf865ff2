// What is known of the one instance that the short form describes.
import type { Job } from "../engine";
import { pastedValue } from "../pasted";
import { fitInstance } from "./fit";
import { lastFacts } from "./useFleet";
import { SYSTEMS } from "./usual";

export const FORM = {
  system: 0,
  status: "Running",
  disk: "cloud_essd",
  role: "same",
  assistant: "online",
  multi: "Disabled",
};

/** Facts of the one instance that the short form describes. */
export function fromForm(form: typeof FORM, job: Job): Record<string, unknown> {
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
    ...base,
    os_name_en: name,
    status: form.status,
    ram_role: role,
    disks,
    cloud_assistant: assistant,
    guest: undefined,
  };
}

/** The facts that were given in the area Facts; none where nothing was, or nothing that can be read. */
export const knownFacts = (job: Job): Record<string, unknown>[] =>
  pastedValue<string>("facts.way") === "form"
    ? [fromForm(pastedValue<typeof FORM>("facts.form") ?? FORM, job)]
    : lastFacts();
