// The facts that were pasted, read and judged in a worker. What is judged in the area Facts is judged by policies too.
import { useEffect, useState } from "preact/hooks";
import { inlined, type Job, type Lang, moduleAddresses } from "../engine";
import type { Fleet, Order, Told } from "./fleetWorker";
import workerAddress from "./fleetWorker.ts?worker&url";

export type Outcome = { fleet: Fleet } | { failure: string } | { absent: true };

export type Question = Omit<Order, "id">;

/** While somebody types, nothing is read. */
const PAUSE_MILLISECONDS = 120;
const MOST_MILLISECONDS = 30_000;

let worker: Promise<Worker> | undefined;
let count = 0;
let last: { of: Question; outcome: Outcome } | undefined;
const listeners = new Set<() => void>();

async function begun(): Promise<Worker> {
  const script = await inlined("consnap-facts");
  const address = script ? URL.createObjectURL(new Blob([script], { type: "text/javascript" })) : workerAddress;
  const made = new Worker(address, { type: import.meta.env.PROD ? "classic" : "module" });
  made.postMessage(await moduleAddresses());
  return made;
}

const outcomeOf = (told: Told): Outcome => {
  if ("fleet" in told) return { fleet: told.fleet };
  return "failure" in told ? { failure: told.failure.message } : { absent: true };
};

/** Asks for a text; only the newest is told of. Gives what ends it. */
function ask(question: Question, tell: (outcome: Outcome) => void): () => void {
  count += 1;
  const id = count;
  const end = new AbortController();
  const finish = (outcome: Outcome, broken: boolean) => {
    if (end.signal.aborted) return;
    end.abort();
    clearTimeout(timer);
    if (broken) {
      void worker?.then(
        (there) => there.terminate(),
        () => undefined,
      );
      worker = undefined;
    }
    tell(outcome);
  };
  const timer = setTimeout(() => finish({ absent: true }, true), MOST_MILLISECONDS);
  worker ??= begun();
  worker.then(
    (there) => {
      if (end.signal.aborted) return;
      const { signal } = end;
      const hear = ({ data }: MessageEvent<Told>) => {
        if (data.id === id) finish(outcomeOf(data), "absent" in data);
      };
      there.addEventListener("message", hear, { signal });
      there.addEventListener("error", () => finish({ absent: true }, true), { signal });
      there.postMessage({ id, ...question } satisfies Order);
    },
    () => finish({ absent: true }, true),
  );
  return () => {
    end.abort();
    clearTimeout(timer);
  };
}

/** What was read last, whatever became of the text since. */
export const lastFacts = (): Fleet["facts"] => (last && "fleet" in last.outcome ? last.outcome.fleet.facts : []);

/** Calls when other facts were read. */
export function onFacts(listen: () => void): () => void {
  listeners.add(listen);
  return () => listeners.delete(listen);
}

/** What a text says of the instances of a job; nothing for an empty text, and before the first answer. */
export function useFleet(text: string, job: Job, asOf: string, lang: Lang) {
  const [told, setTold] = useState(last);
  const [round, setRound] = useState(0);
  const empty = text.trim() === "";
  const isThis = told?.of.text === text && told.of.job === job && told.of.as_of === asOf && told.of.lang === lang;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round asks the same again
  useEffect(() => {
    const question = { text, job, as_of: asOf, lang };
    const set = (next: typeof last) => {
      last = next;
      setTold(next);
      for (const listen of listeners) listen();
    };
    if (empty) {
      if (last) set(undefined);
      return undefined;
    }
    if (isThis && round === 0) return undefined;
    let end = () => {};
    const timer = setTimeout(() => {
      end = ask(question, (outcome) => set({ of: question, outcome }));
    }, PAUSE_MILLISECONDS);
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [text, job, asOf, lang, empty, round]);
  return { outcome: empty ? undefined : told?.outcome, busy: !empty && !isThis, again: () => setRound(round + 1) };
}
