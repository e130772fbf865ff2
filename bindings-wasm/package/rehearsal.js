// The second module: what only `simulate` needs. It is cut out of the engine and works on its memory and its functions.
import { initSync } from "./consnap_engine.js";

let ready = false;

/** Loads it once: from its own address, or from what is given. The engine must be loaded before. */
export async function loadRehearsal(source = new URL("./consnap_rehearsal.wasm", import.meta.url)) {
  if (ready) return;
  const module = source instanceof WebAssembly.Module ? source : await WebAssembly.compile(await bytes(source));
  const engine = initSync();
  const wanted = WebAssembly.Module.imports(module).map(({ name }) => [name, engine[name]]);
  await WebAssembly.instantiate(module, { __wasm_split: Object.fromEntries(wanted) });
  ready = true;
}

async function bytes(source) {
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return source;
  const response = source instanceof Response ? source : await fetch(source);
  if (!response.ok) throw new Error(`${response.url}: ${String(response.status)}`);
  return response.arrayBuffer();
}

/** Asked by the engine before each rehearsal: whether the module is there. */
export function __wasm_split_load_rehearsal(callback, data) {
  initSync().__indirect_function_table.get(callback)(data, ready);
}
