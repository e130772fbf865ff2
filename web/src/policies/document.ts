// The text of a document, YAML or JSON, as a value, with the line of every place in it, and back. Runs in the worker: a
// hostile text takes nothing with it.
import {
  type CreateNodeOptions,
  type Document,
  type DocumentOptions,
  isCollection,
  LineCounter,
  parseDocument,
  type ScalarTag,
  type SchemaOptions,
  stringify,
  type ToStringOptions,
} from "yaml";

export interface Unreadable {
  /** From 1; 0 where no line can be named. */
  line: number;
  column: number;
  /**
   * What the reader of YAML says; or `deep`: nested too deeply, or too large once its aliases are followed; or
   * `number`: one that a script cannot keep as it is written.
   */
  reason: { said: string } | "deep" | "number";
}

export type Read = { value: unknown; line: (place: string) => number | undefined } | { unreadable: Unreadable };

/** Levels of a document, as the command line takes them; a policy document has nine at most. */
const MOST_LEVELS = 24;
const unreadable = (reason: Unreadable["reason"]): Read => ({ unreadable: { line: 0, column: 0, reason } });

/** Whole numbers that the command line's reader knows beyond the core schema: `1_000`, `0b101`. */
const MORE_NUMBERS: ScalarTag = {
  tag: "tag:yaml.org,2002:int",
  default: true,
  test: /^[-+]?(0b[01_]+|[0-9][0-9_]*_[0-9_]*)$/,
  resolve: (text) => {
    const digits = text.replaceAll("_", "").replace(/^\+/, "");
    return digits.startsWith("-") ? -BigInt(digits.slice(1)) : BigInt(digits);
  },
};
/**
 * As the command line reads: keys are texts, `<<` merges, no number is rounded unseen. A silent reader would pass over
 * a second document.
 */
const OPTIONS = {
  version: "1.2",
  schema: "core",
  merge: true,
  stringKeys: true,
  intAsBigInt: true,
  customTags: (tags: unknown[]) => [MORE_NUMBERS, ...tags],
  prettyErrors: false,
  logLevel: "error",
} as const;

export function read(text: string): Read {
  const lines = new LineCounter();
  let document: Document.Parsed;
  let value: unknown;
  try {
    document = parseDocument(text, { ...OPTIONS, lineCounter: lines } as Parameters<typeof parseDocument>[1]);
    const wrong = document.errors[0];
    if (wrong) {
      // What JSON allows is read as JSON, but for two members of one name, of which its readers silently drop one.
      const json = wrong.code === "DUPLICATE_KEY" ? undefined : asJson(text);
      if (json) return kept(json.value, () => undefined);
      const { line, col } = lines.linePos(wrong.pos[0]);
      return { unreadable: { line, column: col, reason: { said: wrong.message } } };
    }
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // The reader calls itself for each level, and counts what aliases stand for.
    if (error instanceof RangeError || error instanceof ReferenceError) return unreadable("deep");
    throw error;
  }
  return kept(value, (place) => lineOf(document, lines, place));
}

/** A value as YAML that reads back the same here and on the command line. */
export const write = (value: unknown): string =>
  stringify(value, { ...OPTIONS, compat: "yaml-1.1", lineWidth: 0 } as DocumentOptions &
    SchemaOptions &
    CreateNodeOptions &
    ToStringOptions);

/** The value, if all of it can be handed on as JSON. */
function kept(value: unknown, line: (place: string) => number | undefined): Read {
  if (isDeep(value)) return unreadable("deep");
  try {
    return { value: exact(value), line };
  } catch (error) {
    if (error instanceof RangeError) return unreadable("number");
    throw error;
  }
}

/** The same with plain numbers; a `RangeError` for one that would not be the same. */
function exact(value: unknown): unknown {
  if (typeof value === "bigint" || typeof value === "number") {
    const number = Number(value);
    const same = typeof value === "bigint" ? Number.isSafeInteger(number) : Number.isFinite(number);
    if (!same) throw new RangeError(String(value));
    return number;
  }
  if (Array.isArray(value)) return value.map(exact);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, exact(member)]));
}

function asJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function isDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MOST_LEVELS) return true;
    level = level.flatMap((item) => (typeof item === "object" && item !== null ? Object.values(item) : []));
  }
  return false;
}

/** The line of a JSON pointer, or of the nearest place around it that is written down. */
function lineOf(document: Document.Parsed, lines: LineCounter, place: string): number | undefined {
  const parts = place
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  let node: unknown = document.contents;
  let start = startOf(node);
  for (const part of parts) {
    if (!isCollection(node)) break;
    node = node.get(part, true) ?? node.get(Number(part), true);
    start = startOf(node) ?? start;
  }
  return start === undefined ? undefined : lines.linePos(start).line;
}

function startOf(node: unknown): number | undefined {
  const range =
    typeof node === "object" && node !== null ? (node as { range?: [number, number, number] | null }).range : undefined;
  return range?.[0];
}
