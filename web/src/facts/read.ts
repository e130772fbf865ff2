// JSON as people paste it: one reply after the other, with anything that is no JSON between them: prompts, marks of a
// log, commands.

/** Why something that begins like JSON is none. */
export type Reason = "cut" | "comma" | "quotes" | "other";
export type Read = { found: unknown[] } | { line: number; reason: Reason };

/** What an object or a list of objects begins with. A list of words or numbers may be a mark of a log as well. */
const BEGIN = /\{|\[\s*[[{\]]/g;

/** The objects and lists in a text, or where and why there is something that begins like JSON and is none. */
export function documents(text: string): Read {
  const found: unknown[] = [];
  let at = 0;
  while (at < text.length) {
    BEGIN.lastIndex = at;
    const start = BEGIN.exec(text)?.index;
    if (start === undefined) break;
    const end = endOf(text, start);
    const part = text.slice(start, end);
    const wrong = (place: number, reason: Reason): Read => ({ line: text.slice(0, place).split("\n").length, reason });
    if (end === undefined) return wrong(start, quoted(part) ? "quotes" : "cut");
    try {
      found.push(JSON.parse(part));
    } catch {
      const comma = /,\s*[}\]]/.exec(part);
      if (comma && parses(part.replaceAll(/,(\s*[}\]])/g, "$1"))) return wrong(start + comma.index, "comma");
      return wrong(start, quoted(part) ? "quotes" : "other");
    }
    at = end;
  }
  return { found: found.flat() };
}

/** Whether it looks like a value as Python prints it. */
const quoted = (part: string) => /[{[,:]\s*'/.test(part) || /:\s*(?:None|True|False)\b/.test(part);

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The place behind the bracket that closes the one at `start`. */
function endOf(text: string, start: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const letter = text[at];
    if (inString) {
      if (letter === "\\") at += 1;
      else if (letter === '"') inString = false;
    } else if (letter === '"') inString = true;
    else if (letter === "{" || letter === "[") depth += 1;
    else if (letter === "}" || letter === "]") {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}
