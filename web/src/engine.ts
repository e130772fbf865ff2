// The only file of the page that touches WebAssembly; policies are judged in a worker, which has an engine of its own.
// Everything the page knows about snapshots comes through here.

import type {
  BudgetOutput,
  BuildOutput,
  CheckInput,
  CheckOutput,
  DecodeInput,
  DecodeOutput,
  ExplainInput,
  ExplainOutput,
  ExportInput,
  ExportOutput,
  FactsOutput,
  RenderedError,
  RenderedFinding,
  SimulateInput,
  SimulateOutput,
} from "consnap";
import * as consnap from "consnap";
import engineAddress from "../../bindings-wasm/pkg/consnap_engine_bg.wasm?url";
import policiesAddress from "../../bindings-wasm/pkg/consnap_policies.wasm?url";
import rehearsalAddress from "../../bindings-wasm/pkg/consnap_rehearsal.wasm?url";
import sharedAddress from "../../bindings-wasm/pkg/consnap_shared.wasm?url";

export type {
  BudgetOutput,
  BuildOutput,
  CheckInput,
  CheckOutput,
  DecodeOutput,
  ExplainOutput,
  ExportOutput,
  FactsOutput,
  SimulateOutput,
};
export type Finding = RenderedFinding;
export type Failure = RenderedError;
export type Platform = "linux" | "windows";
export type Lang = "en" | "zh";
export type Target = ExportInput["target"];
export type Job = Record<string, unknown>;

const ADDRESSES = {
  engine: engineAddress,
  shared: sharedAddress,
  rehearsal: rehearsalAddress,
  policies: policiesAddress,
};

/** A file that stands in the page itself, in the single-file form. */
export async function inlined(id: string): Promise<ArrayBuffer | undefined> {
  const text = document.getElementById(id)?.textContent;
  if (!text) return undefined;
  const packed = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

/** A module's bytes in the single-file form, else its address. */
const source = async (name: keyof typeof ADDRESSES) =>
  (await inlined(`consnap-${name}`)) ?? new URL(ADDRESSES[name], location.href).href;

/** Where all modules come from, for an engine elsewhere. */
export const moduleAddresses = async () => {
  const [engine, shared, rehearsal, policies] = await Promise.all([
    source("engine"),
    source("shared"),
    source("rehearsal"),
    source("policies"),
  ]);
  return { engine, shared, rehearsal, policies };
};

/** Loads the engine: from the page itself in the single-file form, else from its own address. */
export async function loadEngine(): Promise<void> {
  const own = await inlined("consnap-engine");
  if (own) consnap.loadSync(own);
  else await consnap.load(engineAddress);
}

let rehearsal: Promise<void> | undefined;

/** Loads what reads replies of the API and rehearses, once; what could not be loaded is asked for again. */
export function loadRehearsal(): Promise<void> {
  rehearsal ??= Promise.all([source("shared"), source("rehearsal")])
    .then(([shared, part]) => consnap.loadRehearsal({ shared, rehearsal: part }))
    .catch((error: unknown) => {
      rehearsal = undefined;
      throw error;
    });
  return rehearsal;
}

export type Answer<T> = { ok: true; value: T } | { ok: false; failure: Failure };

function answer<T>(call: () => T): Answer<T> {
  try {
    return { ok: true, value: call() };
  } catch (error) {
    if (error instanceof consnap.ConsnapError) return { ok: false, failure: error.detail };
    throw error;
  }
}

export const build = (job: Job, platform: Platform, instance: string | undefined, useSeparator: boolean, lang: Lang) =>
  answer<BuildOutput>(() =>
    consnap.run("build", { job, platform, ...(instance ? { instance } : {}), use_separator: useSeparator, lang }),
  );

export const budget = (job: Job, platform: Platform, lang: Lang) =>
  answer<BudgetOutput>(() => consnap.run("budget", { job, platform, lang }));

export const check = (input: CheckInput) => answer<CheckOutput>(() => consnap.run("check", input));

export const facts = (replies: unknown[], lang: Lang) =>
  answer<FactsOutput>(() => consnap.run("facts", { replies, lang }));

export const explain = (input: ExplainInput) => answer<ExplainOutput>(() => consnap.run("explain", input));

export const decode = (input: DecodeInput) => answer<DecodeOutput>(() => consnap.run("decode", input));

export const exportJob = (input: ExportInput) => answer<ExportOutput>(() => consnap.run("export", input));

export const simulate = async (input: SimulateInput) => {
  await loadRehearsal();
  return answer<SimulateOutput>(() => consnap.run("simulate", input));
};

export const catalogueDate = () => consnap.catalogueDate();

export const version = () => consnap.version();
