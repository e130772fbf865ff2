// What is cut out of the engine and loaded when it is asked for. Each part works on the engine's memory and its
// functions; what two of them share is a module of its own, loaded with the first of them.
import { initSync } from "./consnap_engine.js";

const OWN = {
  shared: () => new URL("./consnap_shared.wasm", import.meta.url),
  rehearsal: () => new URL("./consnap_rehearsal.wasm", import.meta.url),
  policies: () => new URL("./consnap_policies.wasm", import.meta.url),
};

/** Each module that was asked for; one that could not be loaded is asked for again. */
const loading = new Map();
const ready = new Set();

/** Loads a part once: from its own address, or from what is given. The engine must be loaded before. */
export async function loadPart(name, sources = {}) {
  const compiled = await Promise.all([compile("shared", sources), compile(name, sources)]);
  for (const [at, part] of ["shared", name].entries()) {
    if (ready.has(part)) continue;
    const engine = initSync();
    const wanted = WebAssembly.Module.imports(compiled[at]).map((item) => [item.name, engine[item.name]]);
    new WebAssembly.Instance(compiled[at], { __wasm_split: Object.fromEntries(wanted) });
    ready.add(part);
  }
}

export const isLoaded = (name) => ready.has(name);

function compile(name, sources) {
  const begun = loading.get(name) ?? fetched(sources[name] ?? OWN[name]());
  loading.set(name, begun);
  begun.catch(() => loading.delete(name));
  return begun;
}

async function fetched(source) {
  if (source instanceof WebAssembly.Module) return source;
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return WebAssembly.compile(source);
  const response = source instanceof Response ? source : await fetch(source);
  if (!response.ok) throw new Error(`${response.url}: ${String(response.status)}`);
  return WebAssembly.compile(await response.arrayBuffer());
}

const answer = (name) => (callback, data) => initSync().__indirect_function_table.get(callback)(data, ready.has(name));

/** Asked by the engine before each call: whether the part is there. */
export const __wasm_split_load_rehearsal = answer("rehearsal");
export const __wasm_split_load_policies = answer("policies");
