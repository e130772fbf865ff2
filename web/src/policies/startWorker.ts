import { inlined } from "../engine";
import workerAddress from "./worker.ts?worker&url";

/** Starts a worker: from the page itself in the single-file form, else from its own address. */
export async function startWorker(): Promise<Worker> {
  const script = await inlined("consnap-worker");
  const address = script ? URL.createObjectURL(new Blob([script], { type: "text/javascript" })) : workerAddress;
  return new Worker(address, { type: import.meta.env.PROD ? "classic" : "module" });
}
