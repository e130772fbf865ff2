// The state as a link: it lives in the fragment of the address, which browsers never send to a server. `#z=` holds it
// compressed with a checksum (zlib), so that a link that was cut or changed on its way is known for one; `#c=`, which
// links of earlier versions have, holds plain JSON.
import type { Job, Platform, Target } from "./engine";
import { PRESETS } from "./presets";
import { AREAS, type Area, type State, TARGETS } from "./state";

/** What a link holds, and a draft too. */
export interface Packed {
  v: 1;
  a: Area;
  p: Platform;
  k: string;
  j: Job;
  t: Target;
  s?: 1;
  y?: string;
  c: string;
}

/** What a fragment is: a state; one of ours that cannot be read; none of ours. */
export type Opened = State | "damaged" | "none";

/** Letters of the longest link: mail and chat programs cut longer ones. */
const MOST_LETTERS = 60_000;
/** Bytes that a link may unfold to; the longest policy document has one mebibyte. */
const MOST_BYTES = 4 << 20;

export function pack(state: State): Packed {
  return {
    v: 1,
    a: state.area,
    p: state.platform,
    k: state.preset,
    j: state.job,
    t: state.target,
    c: state.catalogue,
    ...(state.separator ? { s: 1 as const } : {}),
    ...(state.policies ? { y: state.policies } : {}),
  };
}

/** Reads what a link or a draft holds; what is not as [`pack`] writes it, is `undefined`. */
export function unpack(packed: unknown): State | undefined {
  if (typeof packed !== "object" || packed === null) return undefined;
  const { v, a, p, k, j, t, s, y, c } = packed as Partial<Record<keyof Packed, unknown>>;
  const area = AREAS.find((name) => name === a);
  const target = TARGETS.find((name) => name === t);
  const plain = typeof j === "object" && j !== null && !Array.isArray(j);
  if (v !== 1 || !plain || area === undefined || target === undefined || !isDay(c)) return undefined;
  if (p !== "linux" && p !== "windows") return undefined;
  return {
    area,
    platform: p,
    preset: PRESETS.find((preset) => preset.key === k)?.key ?? "",
    job: j as Job,
    target,
    separator: s === 1,
    policies: typeof y === "string" ? y : "",
    catalogue: c,
  };
}

function isDay(text: unknown): text is string {
  if (typeof text !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

const toLetters = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

const toBytes = (letters: string) =>
  Uint8Array.from(atob(letters.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

async function through(bytes: Uint8Array<ArrayBuffer>, by: GenericTransformStream, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = new Blob([bytes]).stream().pipeThrough<Uint8Array>(by).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > most) {
      await reader.cancel();
      throw new RangeError("the link unfolds to too much");
    }
    parts.push(part.value);
  }
  const whole = new Uint8Array(length);
  let to = 0;
  for (const part of parts) {
    whole.set(part, to);
    to += part.length;
  }
  return whole;
}

async function fragmentOf(state: State): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(pack(state)));
  return `#z=${toLetters(await through(bytes, new CompressionStream("deflate"), Number.POSITIVE_INFINITY))}`;
}

export interface Link {
  fragment: string;
  /** The policy document was too long for it. */
  withoutPolicies: boolean;
}

/** The state as a link has it: a policy document that is too long for it stays out. */
export async function toLink(state: State): Promise<Link> {
  const fragment = await fragmentOf(state);
  if (fragment.length <= MOST_LETTERS || !state.policies) return { fragment, withoutPolicies: false };
  return { fragment: await fragmentOf({ ...state, policies: "" }), withoutPolicies: true };
}

/** Reads a fragment of an address. */
export async function openFragment(fragment: string): Promise<Opened> {
  const [, kind, letters = ""] = /^#([cz])=(.*)$/s.exec(fragment) ?? [];
  if (kind === undefined) return "none";
  try {
    // Programs that show links in text like to end them with what ends a sentence.
    const bytes = toBytes(letters.replace(/[.,;:)\]>]+$/, ""));
    const unfolded = kind === "c" ? bytes : await through(bytes, new DecompressionStream("deflate"), MOST_BYTES);
    return unpack(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(unfolded))) ?? "damaged";
  } catch {
    return "damaged";
  }
}
