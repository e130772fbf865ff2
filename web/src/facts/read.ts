// JSON as people paste it: one reply after the other, with anything that is no JSON between them.

/** The objects and lists in a text; `undefined` when there is something that begins like JSON and is none. */
export function documents(text: string): unknown[] | undefined {
  const found: unknown[] = [];
  let at = 0;
  while (at < text.length) {
    const next = text.slice(at).search(/[{[]/);
    if (next < 0) break;
    const start = at + next;
    const end = endOf(text, start);
    if (end === undefined) return undefined;
    try {
      found.push(JSON.parse(text.slice(start, end)));
    } catch {
      return undefined;
    }
    at = end;
  }
  return found.flat();
}

/** The place behind the bracket that closes the one at `start`. */
function endOf(text: string, start: number): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at += 1) {
    const letter = text[at];
    if (quoted) {
      if (letter === "\\") at += 1;
      else if (letter === '"') quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === "{" || letter === "[") depth += 1;
    else if (letter === "}" || letter === "]") {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}
