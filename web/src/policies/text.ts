// Documents as text and back, in a worker: a hostile text takes nothing with it, and is ended when it takes too long.
import type { Unreadable } from "./document";
import { startWorker } from "./startWorker";
import type { TextOrder, Told } from "./worker";

export type ReadText = { value: unknown } | { unreadable: Unreadable } | "failed";

const MOST_MILLISECONDS = 5_000;

let worker: Promise<Worker> | undefined;
let count = 0;

async function ask(order: { read: string } | { write: unknown }): Promise<Told | undefined> {
  worker ??= startWorker();
  const asked = worker;
  count += 1;
  const id = count;
  try {
    const there = await asked;
    return await new Promise<Told>((tell, fail) => {
      const end = new AbortController();
      const over = (then: () => void) => {
        end.abort();
        clearTimeout(timer);
        then();
      };
      const timer = setTimeout(() => over(() => fail(new Error("it takes too long"))), MOST_MILLISECONDS);
      const { signal } = end;
      there.addEventListener(
        "message",
        ({ data }: MessageEvent<Told>) => {
          if ("id" in data && data.id === id) over(() => tell(data));
        },
        { signal },
      );
      there.addEventListener("error", () => over(() => fail(new Error("the worker failed"))), { signal });
      there.postMessage({ id, ...order } satisfies TextOrder);
    });
  } catch {
    if (worker === asked) worker = undefined;
    void asked.then(
      (there) => there.terminate(),
      () => undefined,
    );
    return undefined;
  }
}

/** Reads YAML or JSON. */
export async function readText(text: string): Promise<ReadText> {
  const told = await ask({ read: text });
  if (told && "value" in told) return { value: told.value };
  return told && "unreadable" in told ? { unreadable: told.unreadable } : "failed";
}

/** Writes a value as YAML; nothing where that failed. */
export async function writeText(value: unknown): Promise<string | undefined> {
  const told = await ask({ write: value });
  return told && "text" in told ? told.text : undefined;
}
