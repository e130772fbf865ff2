// The only file that touches WebAssembly. Everything the page knows about snapshots comes through here.
import * as consnap from "consnap";
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
import engineAddress from "../../bindings-wasm/pkg/consnap_engine_bg.wasm?url";
import rehearsalAddress from "../../bindings-wasm/pkg/consnap_rehearsal.wasm?url";

export type { BudgetOutput, BuildOutput, CheckOutput, DecodeOutput, ExplainOutput, ExportOutput, FactsOutput, SimulateOutput };
export type Finding = RenderedFinding;
export type Failure = RenderedError;
export type Platform = "linux" | "windows";
export type Lang = "en" | "zh";
export type Target = ExportInput["target"];
export type Job = Record<string, unknown>;

/** A module that stands in the page itself, in the single-file form. */
async function inlined(id: string): Promise<ArrayBuffer | undefined> {
  const text = document.getElementById(id)?.textContent;
  if (!text) return undefined;
  const packed = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

/** Loads the engine: from the page itself in the single-file form, else from its own address. */
export async function loadEngine(): Promise<void> {
  const own = await inlined("consnap-engine");
  if (own) consnap.loadSync(own);
  else await consnap.load(engineAddress);
}

let rehearsal: Promise<void> | undefined;

/** Loads the second module once: what reads replies of the API, and the simulator. */
export const loadRehearsal = () => (rehearsal ??= inlined("consnap-rehearsal").then((own) => consnap.loadRehearsal(own ?? rehearsalAddress)));

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
