// Reads replies and judges instances away from the page, which answers each key at once however many there are.
import type { CheckOutput, FactsOutput, RenderedError } from "consnap";
import * as consnap from "consnap";
import type { Modules } from "../policies/worker";
import { documents, type Reason } from "./read";
import { type Gap, gaps } from "./replies";

/** A text to be read, or facts that are known, and the job they are judged by. */
export interface Order {
  id: number;
  text: string;
  job: Record<string, unknown>;
  as_of: string;
  lang: "en" | "zh";
}

export type Known = Record<string, unknown>;

export interface Fleet {
  facts: Known[];
  recognised: string[];
  /** What is odd about answers from within the guests. */
  odd: NonNullable<FactsOutput["findings"]>;
  gaps: Gap[];
  checked: CheckOutput;
}

export type Told =
  | { id: number; fleet: Fleet }
  | { id: number; unreadable: { line: number; reason: Reason } }
  | { id: number; failure: RenderedError }
  | { id: number; absent: string };

let ready: Promise<void>;

addEventListener("message", ({ data }: MessageEvent<Modules | Order>) => {
  if ("engine" in data) ready = start(data);
  else void answer(data).then((told) => postMessage(told));
});

async function start(given: Modules): Promise<void> {
  if (typeof given.engine === "string") await consnap.load(given.engine);
  else consnap.loadSync(given.engine);
  await consnap.loadRehearsal(given);
}

async function answer({ id, text, job, as_of, lang }: Order): Promise<Told> {
  try {
    await ready;
  } catch (error) {
    return { id, absent: String(error) };
  }
  const read = documents(text);
  if ("reason" in read) return { id, unreadable: read };
  try {
    return { id, fleet: fleetOf(read.found, job, as_of, lang) };
  } catch (error) {
    if (error instanceof consnap.ConsnapError) return { id, failure: error.detail };
    return { id, absent: String(error) };
  }
}

const isOwn = (reply: unknown): reply is Known => typeof reply === "object" && reply !== null && "instance_id" in reply;

function fleetOf(replies: unknown[], job: Order["job"], as_of: string, lang: Order["lang"]): Fleet {
  const read = consnap.run("facts", { replies: replies.filter((reply) => !isOwn(reply)), lang });
  const facts = [...replies.filter(isOwn), ...(read.facts as unknown as Known[])];
  const checked = consnap.run("check", { job: { targets: {}, ...job }, facts, as_of, lang });
  return { facts, recognised: read.recognised, odd: read.findings ?? [], gaps: gaps(replies), checked };
}
