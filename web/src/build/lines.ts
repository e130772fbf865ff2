// Lists and tags of a job as the lines of a text field, and back.

export type LinesKind = "lines" | "pairs" | "tags";

interface Line {
  text: string;
  /** What the job holds for it. */
  entry: unknown;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const asText = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));

function linesOf(kind: LinesKind, value: unknown): Line[] {
  if (value === undefined || value === null) return [];
  if (kind === "tags" && isObject(value))
    return Object.entries(value).map(([key, tag]) => ({ text: `${key}=${asText(tag)}`, entry: tag }));
  if (kind !== "tags" && Array.isArray(value))
    return value.map((entry: unknown) => {
      const plain = kind === "pairs" && isObject(entry);
      return {
        text: plain ? [entry.instance, entry.disk].filter(Boolean).map(asText).join(" ") : asText(entry),
        entry,
      };
    });
  // What is of another kind is shown as it is: the engine says what is wrong with it.
  return [{ text: asText(value), entry: value }];
}

/** The text of a member. */
export const written = (kind: LinesKind, value: unknown): string =>
  linesOf(kind, value)
    .map((line) => line.text)
    .join("\n");

/** Blanks, and the commas and semicolons of English and Chinese keyboards. */
const BETWEEN = /[\s,;，；、]+/;

/**
 * The member that a text stands for; nothing for an empty text. Lines that are as `before` had them keep what it holds
 * for them, with all that the line does not show.
 */
export function read(kind: LinesKind, text: string, before?: unknown): unknown {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  if (lines.length === 0) return undefined;
  const known = new Map(linesOf(kind, before).map((line) => [line.text, line.entry]));
  if (kind === "tags")
    return Object.fromEntries(
      lines.map((line) => {
        const cut = line.indexOf("=");
        const [key, value] = cut < 0 ? [line, ""] : [line.slice(0, cut), line.slice(cut + 1)];
        return [key, isObject(before) && known.has(line) ? known.get(line) : value];
      }),
    );
  if (kind === "pairs")
    return lines.map((line) => {
      if (known.has(line)) return known.get(line);
      const [instance = "", ...disk] = line.split(BETWEEN).filter(Boolean);
      // More than two words are no pair: the engine says so of the disk.
      return { instance, disk: disk.join(" ") };
    });
  const words = lines.flatMap((line) => (known.has(line) ? [line] : line.split(BETWEEN).filter(Boolean)));
  return [...new Set(words)].map((word) => (Array.isArray(before) && known.has(word) ? known.get(word) : word));
}
