// Hands documents to the worker, one at a time and the newest first, and ends it when it takes too long or broke.
import { moduleAddresses } from "../engine";
import type { Unreadable } from "./document";
import { startWorker } from "./startWorker";
import type { Judged, Modules, Order, Reference, Told } from "./worker";

export type Outcome =
  | { judged: Judged }
  | { unreadable: Unreadable }
  /**
   * `long`: it took too long and was ended. `broken`: the engine failed and is loaded anew. `absent`: it could not be
   * loaded.
   */
  | { stopped: "long" | "broken" | "absent" };

/** What a document is judged against. */
export type Question = Omit<Order, "id">;

/** The engine's own bound is some ten seconds of work. */
const MOST_MILLISECONDS = 20_000;
/** So long a document is waited for when a newer one is there. */
const OVERTAKEN_MILLISECONDS = 1_500;

interface Asked {
  order: Order;
  tell: (outcome: Outcome) => void;
}

let worker: Promise<Worker> | undefined;
let running: (Asked & { timer: ReturnType<typeof setTimeout> }) | undefined;
let waiting: Asked | undefined;
let count = 0;
let known: Reference | undefined;

/** What expressions can see, once the worker is there. */
export const reference = () => known;

/** Judges a document; one that is overtaken by a newer one is never told of. */
export function judge(question: Question, tell: (outcome: Outcome) => void): void {
  count += 1;
  waiting = { order: { id: count, ...question }, tell };
  if (!running) next();
  else {
    const { id } = running.order;
    setTimeout(() => {
      if (running?.order.id === id && waiting) {
        end();
        next();
      }
    }, OVERTAKEN_MILLISECONDS);
  }
}

function next(): void {
  if (!waiting) return;
  const asked = waiting;
  waiting = undefined;
  running = { ...asked, timer: setTimeout(() => finish(asked.order.id, { stopped: "long" }), MOST_MILLISECONDS) };
  worker ??= begun();
  worker.then(
    (there) => there.postMessage(asked.order),
    () => finish(asked.order.id, { stopped: "absent" }),
  );
}

function finish(id: number, outcome: Outcome): void {
  if (running?.order.id !== id) return;
  const { tell, timer } = running;
  clearTimeout(timer);
  running = undefined;
  if ("stopped" in outcome) end();
  // A newer document makes this answer an old one.
  if (!waiting) tell(outcome);
  next();
}

/** Ends the worker; the next document gets a new one. */
function end(): void {
  if (running) clearTimeout(running.timer);
  running = undefined;
  void worker?.then(
    (there) => there.terminate(),
    () => undefined,
  );
  worker = undefined;
}

async function begun(): Promise<Worker> {
  const made = await startWorker();
  let ready = false;
  made.addEventListener("message", (event: MessageEvent<Told>) => {
    const told = event.data;
    if ("ready" in told) {
      ready = true;
      known = told.ready;
    } else if ("judged" in told) finish(told.id, { judged: told.judged });
    else if ("unreadable" in told) finish(told.id, { unreadable: told.unreadable });
    else if ("id" in told) finish(told.id, { stopped: "broken" in told ? "broken" : "absent" });
  });
  made.addEventListener("error", (event) => {
    event.preventDefault();
    if (running) finish(running.order.id, { stopped: ready ? "broken" : "absent" });
  });
  const modules: Modules = await moduleAddresses();
  made.postMessage(modules);
  return made;
}
