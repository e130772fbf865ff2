// The text of a policy document, YAML or JSON, as a value, with the line of every place in it. Runs in the worker: a hostile text
// takes nothing with it.
import { isCollection, LineCounter, parseDocument, type Document } from "yaml";

export interface Unreadable {
  /** From 1; 0 where no line can be named. */
  line: number;
  column: number;
  /** What the reader of YAML says; nothing where the document is nested too deeply or too large once its aliases are followed. */
  reason: string | undefined;
}

export type Read = { value: unknown; line: (place: string) => number | undefined } | { unreadable: Unreadable };

/** Levels of a document, as the command line takes them; a policy document has nine at most. */
const MOST_LEVELS = 24;
const TOO_DEEP: Read = { unreadable: { line: 0, column: 0, reason: undefined } };

export function read(text: string): Read {
  const lines = new LineCounter();
  let document: Document.Parsed;
  let value: unknown;
  try {
    document = parseDocument(text, { version: "1.2", schema: "core", lineCounter: lines, prettyErrors: false, logLevel: "silent" });
    const wrong = document.errors[0];
    if (wrong) {
      // What JSON allows is read as JSON, but for two members of one name, of which its readers silently drop one.
      const json = wrong.code === "DUPLICATE_KEY" ? undefined : asJson(text);
      if (json) return isDeep(json.value) ? TOO_DEEP : { value: json.value, line: () => undefined };
      const { line, col } = lines.linePos(wrong.pos[0]);
      return { unreadable: { line, column: col, reason: wrong.message } };
    }
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // The reader calls itself for each level, and counts what aliases stand for.
    if (error instanceof RangeError || error instanceof ReferenceError) return TOO_DEEP;
    throw error;
  }
  if (isDeep(value)) return TOO_DEEP;
  return { value, line: (place) => lineOf(document, lines, place) };
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
  const parts = place.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
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
  const range = typeof node === "object" && node !== null ? (node as { range?: [number, number, number] | null }).range : undefined;
  return range?.[0];
}
