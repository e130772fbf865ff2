import { useCallback, useState } from "preact/hooks";
import type { Target } from "../engine";

export interface Naming {
  run: string;
  date: string;
  time: string;
}

const LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz";

/** What replaces `{run}`, `{date}` and `{time}` from now on, as a run of consnap would do it. */
function draw(): Naming {
  // No letter is likelier than another: bytes beyond a multiple of 36 are passed over.
  const letters: string[] = [];
  while (letters.length < 8) {
    for (const byte of crypto.getRandomValues(new Uint8Array(16)))
      if (byte < 252 && letters.length < 8) letters.push(LETTERS.charAt(byte % 36));
  }
  const [date = "", time = ""] = new Date().toISOString().split(/[T.]/);
  return { run: letters.join(""), date: date.replaceAll("-", ""), time: time.replaceAll(":", "") };
}

/** Outputs whose name is filled in here: nothing that runs them can do it. */
export const isNamedHere = (target: Target): boolean => target === "command" || target === "run_command";

/** The naming of what is shown, and what draws another: no two copies have the same. */
export function useNaming(): [Naming, () => void] {
  const [naming, setNaming] = useState(draw);
  return [naming, useCallback(() => setNaming(draw()), [])];
}
