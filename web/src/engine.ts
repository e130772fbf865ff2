// The only file of the page that touches WebAssembly; policies are judged in a worker, which has an engine of its own.
// Everything the page knows about snapshots comes through here.

import type {
  BudgetOutput,
  BuildInput,
  BuildOutput,
  CheckInput,
  CheckOutput,
  ExplainInput,
  ExplainOutput,
  ExportInput,
  ExportOutput,
  FactsOutput,
  RenderedError,
  RenderedFinding,
  SimulateInput,
  SimulateOutput,
  TextExplanation,
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
  ExplainOutput,
  ExportInput,
  ExportOutput,
  FactsOutput,
  SimulateOutput,
  TextExplanation,
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

/** Whether the page is one file, with everything in it. */
export const isSingleFile = () => document.getElementById("consnap-engine") !== null;

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

/**
 * What an operation gave: its value, or why it could not be carried out. Whoever asks for the one says what becomes of
 * the other, so that a failure cannot pass for an answer without findings.
 */
export class Answer<T> {
  private constructor(private readonly settled: { value: T } | { failure: Failure }) {}

  /** Carries an operation out. What is no failure of consnap's own is a defect, and thrown on. */
  static of<T>(call: () => T): Answer<T> {
    try {
      return new Answer<T>({ value: call() });
    } catch (error) {
      if (error instanceof consnap.ConsnapError) return new Answer<T>({ failure: error.detail });
      throw error;
    }
  }

  either<V, F>(value: (value: T) => V, failure: (failure: Failure) => F): V | F {
    return "value" in this.settled ? value(this.settled.value) : failure(this.settled.failure);
  }
}

/** A failure as a finding about the whole: what could not be worked out stops what it was asked for. */
export const asFindings = ({ code, message, help, findings = [] }: Failure): Finding[] => [
  { code, severity: "error", place: "", message, help },
  ...findings,
];

/** Whether a finding stops what it speaks of. */
export const blocks = (finding: Finding): boolean => finding.severity === "error" && finding.accepted == null;

export const build = (input: BuildInput) => Answer.of<BuildOutput>(() => consnap.run("build", input));

export const budget = (job: Job, platform: Platform, lang: Lang) =>
  Answer.of<BudgetOutput>(() => consnap.run("budget", { job, platform, lang }));

export const check = (input: CheckInput) => Answer.of<CheckOutput>(() => consnap.run("check", input));

export const explain = (input: ExplainInput) => Answer.of<ExplainOutput>(() => consnap.run("explain", input));

export const exportJob = (input: ExportInput) => Answer.of<ExportOutput>(() => consnap.run("export", input));

export const simulate = async (input: SimulateInput) => {
  await loadRehearsal();
  return Answer.of<SimulateOutput>(() => consnap.run("simulate", input));
};

export const catalogueDate = () => consnap.catalogueDate();

export const version = () => consnap.version();
