// Judges policies away from the page: however long or hostile a document is, the page goes on, and can end this at any
// time. It has an engine of its own, so that a failure of the engine here is none of the page's.

import type { PolicyCheckOutput, TestReport } from "consnap";
import * as consnap from "consnap";
import { read, type Unreadable, write } from "./document";

/** Where the modules come from: addresses, or bytes in the single-file form. */
export interface Modules {
  engine: string | ArrayBuffer;
  shared: string | ArrayBuffer;
  policies: string | ArrayBuffer;
  rehearsal: string | ArrayBuffer;
}

/** What is held to which document. */
export interface Order {
  id: number;
  text: string;
  job: Record<string, unknown>;
  facts: unknown[];
  /** The day of the facts of an old link. */
  as_of?: string;
  now: string;
  lang: "en" | "zh";
}

/** A text to be read, or a value to be written as one; no engine is needed for it. */
export type TextOrder = { id: number; read: string } | { id: number; write: unknown };

/** What came of it. */
export interface Judged {
  check: PolicyCheckOutput;
  tried: TestReport;
  /** Lines of the places that are spoken of. */
  lines: Record<string, number>;
}

/** What expressions can see. */
export interface Reference {
  members: { path: string; type: string; values: string[] }[];
  functions: { form: string; gives: string }[];
}

export type Told =
  | { ready: Reference }
  | { id: number; judged: Judged }
  | { id: number; unreadable: Unreadable }
  | { id: number; value: unknown }
  | { id: number; text: string }
  /** The modules could not be loaded. */
  | { id: number; absent: string }
  /** The engine ended as it must not: its memory is not to be trusted any more. */
  | { id: number; broken: string };

const tell = (told: Told) => {
  postMessage(told);
};
let modules: Promise<Modules>;

addEventListener("message", (event: MessageEvent<Modules | Order | TextOrder>) => {
  if ("engine" in event.data) modules = start(event.data);
  else if ("read" in event.data) readText(event.data);
  else if ("write" in event.data) tell({ id: event.data.id, text: write(event.data.write) });
  else void answer(event.data);
});

function readText({ id, read: text }: { id: number; read: string }): void {
  const document = read(text);
  tell("unreadable" in document ? { id, unreadable: document.unreadable } : { id, value: document.value });
}

async function start(given: Modules): Promise<Modules> {
  if (typeof given.engine === "string") await consnap.load(given.engine);
  else consnap.loadSync(given.engine);
  await consnap.loadPolicies(given);
  tell({ ready: consnap.policyReference() as Reference });
  return given;
}

async function answer(order: Order): Promise<void> {
  const { id } = order;
  let given: Modules;
  try {
    given = await modules;
  } catch (error) {
    tell(error instanceof WebAssembly.RuntimeError ? { id, broken: String(error) } : { id, absent: String(error) });
    return;
  }
  try {
    const document = read(order.text);
    if ("unreadable" in document) {
      tell({ id, unreadable: document.unreadable });
      return;
    }
    tell({ id, judged: await judged(document, order, given) });
  } catch (error) {
    tell({ id, broken: String(error) });
  }
}

async function judged(
  document: Extract<ReturnType<typeof read>, { value: unknown }>,
  order: Order,
  given: Modules,
): Promise<Judged> {
  const { job, now, lang, as_of } = order;
  // A list of documents would be one for each entry; this is one document, whatever it holds.
  const policies = [document.value];
  const input = {
    policies,
    job,
    now,
    lang,
    ...(as_of ? { as_of } : {}),
    ...(order.facts.length > 0 ? { facts: order.facts } : {}),
  };
  let check: PolicyCheckOutput;
  try {
    check = consnap.run("policy_check", input);
  } catch (error) {
    // A policy reads the plan: what makes one is a part of its own.
    if (!(error instanceof consnap.ConsnapError) || error.detail.code !== "CE103") throw error;
    await consnap.loadRehearsal(given);
    check = consnap.run("policy_check", input);
  }
  const tried = consnap.run("policy_test", { policies, lang });
  const lines: Record<string, number> = {};
  for (const told of [...check.findings, ...tried.findings, ...tried.cases]) {
    told.place = told.place.replace(/^\/0/, "");
    const line = document.line(told.place);
    if (line !== undefined) lines[told.place] = line;
  }
  return { check, tried, lines };
}
