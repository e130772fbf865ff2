// Reads replies and judges instances away from the page, which answers each key at once however many there are.
import type { CheckOutput, FactsOutput, RenderedError } from "consnap";
import * as consnap from "consnap";
import type { Modules } from "../policies/worker";

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
  gaps: NonNullable<FactsOutput["gaps"]>;
  /** About the text: why it could not be read, or what in it says nothing of instances. */
  about: NonNullable<FactsOutput["about"]>;
  checked: CheckOutput;
}

export type Told =
  | { id: number; fleet: Fleet }
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
  try {
    return { id, fleet: fleetOf(text, job, as_of, lang) };
  } catch (error) {
    if (error instanceof consnap.ConsnapError) return { id, failure: error.detail };
    return { id, absent: String(error) };
  }
}

function fleetOf(text: string, job: Order["job"], as_of: string, lang: Order["lang"]): Fleet {
  const read = consnap.run("facts", { text, lang });
  const facts = read.facts as unknown as Known[];
  const checked = consnap.run("check", {
    job: { targets: {}, ...job },
    facts: facts.length > 0 ? text : [],
    as_of,
    lang,
  });
  const { recognised, findings: odd = [], gaps = [], about = [] } = read;
  return { facts, recognised, odd, gaps, about, checked };
}
