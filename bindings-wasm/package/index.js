// The typed clothes of the engine: objects in, objects out, errors that carry their detail.
import init, {
  catalogue_date as dateText,
  initSync,
  operations as names,
  policy_reference as referenceText,
  run as runText,
  version as versionText,
} from "./consnap_engine.js";
import { isLoaded, loadPart } from "./parts.js";

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

/**
 * Loads what rehearses, plans, signs and reads replies, so that `run` knows `simulate`, `plan`, `sign`, `facts`,
 * `decode`, `probe` and `witness`, and `explain` takes a `text`.
 */
export const loadRehearsal = (sources) => loadPart("rehearsal", sources);

/** Loads policies, so that `run` knows `policy_check` and `policy_test`, and `check` and `plan` take `policies`. */
export const loadPolicies = (sources) => loadPart("policies", sources);

/** Carries out an operation by name. */
export function run(operation, input) {
  try {
    if (operation === "decode") input = withoutGbk(input);
    if (operation === "explain" && typeof input?.text === "string") input = { ...input, text: pasted(input.text) };
    return JSON.parse(runText(operation, JSON.stringify(input)));
  } catch (error) {
    if (typeof error === "string") throw new ConsnapError(JSON.parse(error));
    throw error;
  }
}

/** What expressions of policies see: variables with their members, and functions. Policies must be loaded. */
export function policyReference() {
  try {
    return JSON.parse(referenceText());
  } catch (error) {
    if (typeof error === "string") throw new ConsnapError(JSON.parse(error));
    throw error;
  }
}

/** The names of all operations. */
export const operations = () => [
  ...JSON.parse(names()),
  ...(isLoaded("rehearsal") ? ["decode", "facts", "plan", "probe", "sign", "simulate", "witness"] : []),
  ...(isLoaded("policies") ? ["policy_check", "policy_test"] : []),
];

/** The version of consnap. */
export const version = () => versionText();

/** The day up to which the engine's facts were gathered, `2026-11-22`. */
export const catalogueDate = () => dateText();

/** The engine here has no tables of GBK; its host does. Base64 that holds GBK throughout is turned into UTF-8 first. */
function withoutGbk(input) {
  if (input === null || typeof input !== "object" || /^plain/i.test(input.content_encoding ?? "")) return input;
  const converted = (value, name) => {
    if (typeof value === "string") return name === "Output" ? fromGbk(value) : value;
    if (Array.isArray(value)) return value.map((item) => converted(item));
    if (value === null || typeof value !== "object") return value;
    if (Number(value.Dropped) > 0) return value; // a cut may damage good UTF-8: that alone does not speak for GBK
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, converted(member, key)]));
  };
  const changed = { ...input };
  if (typeof input.output === "string" && !(Number(input.dropped) > 0)) changed.output = fromGbk(input.output);
  if (input.results !== undefined) changed.results = converted(input.results);
  return changed;
}

/** The same in a text: its outputs, or the whole of it where it is Base64, wrapped or not. A sentence has blanks. */
const pasted = (text) =>
  /^\s*[A-Za-z0-9+/]{64,}(?:\r?\n[A-Za-z0-9+/]+)*={0,2}\s*$/.test(text)
    ? fromGbk(text.replace(/\s/g, ""))
    : text.replace(/("output"\s*:\s*")([A-Za-z0-9+/]+={0,2})(?=")/gi, (_, before, output) => before + fromGbk(output));

function fromGbk(base64) {
  try {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes);
      return base64;
    } catch {
      const text = new TextDecoder("gbk", { fatal: true }).decode(bytes);
      return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""));
    }
  } catch {
    // No Base64, or neither UTF-8 nor GBK: the engine says so.
    return base64;
  }
}
