// The typed clothes of the engine: objects in, objects out, errors that carry their detail.
import init, { catalogue_date as dateText, initSync, operations as names, run as runText, version as versionText } from "./consnap_engine.js";

let rehearse;

/** A call that could not be carried out. What is wrong with input comes back as findings instead. */
export class ConsnapError extends Error {
  constructor(detail) {
    super(detail.message);
    this.name = "ConsnapError";
    this.detail = detail;
  }
}

/** Loads the engine: in a browser from its own address or a given one. */
export async function load(source) {
  await init(source === undefined ? undefined : { module_or_path: source });
}

/** Loads the engine from bytes or from a compiled module, at once: for Node and for a page with inlined bytes. */
export function loadSync(module) {
  initSync({ module });
}

/** Loads the simulator, a module of its own, so that `run` knows the operation `simulate`. */
export async function loadRehearsal(source) {
  const module = await import("./consnap_rehearsal.js");
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) module.initSync({ module: source });
  else await module.default(source === undefined ? undefined : { module_or_path: source });
  rehearse = module.run;
}

/** Carries out an operation by name. */
export function run(operation, input) {
  try {
    const carryOut = operation === "simulate" && rehearse ? rehearse : runText;
    return JSON.parse(carryOut(operation, JSON.stringify(input)));
  } catch (error) {
    if (typeof error === "string") throw new ConsnapError(JSON.parse(error));
    throw error;
  }
}

/** The names of all operations. */
export const operations = () => [...JSON.parse(names()), ...(rehearse ? ["simulate"] : [])];

/** The version of consnap. */
export const version = () => versionText();

/** The day up to which the engine's facts were gathered, `2026-11-22`. */
export const catalogueDate = () => dateText();
