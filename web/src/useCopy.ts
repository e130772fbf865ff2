import { useEffect, useRef, useState } from "preact/hooks";
import { copy } from "./copy";

export type Copied = "copied" | "refused" | undefined;

/** Copies texts, and says for a moment what came of it. */
export function useCopy(): [Copied, (text: string) => Promise<void>] {
  const [state, setState] = useState<Copied>();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const run = async (text: string) => {
    const done = await copy(text);
    clearTimeout(timer.current);
    setState(done ? "copied" : "refused");
    timer.current = setTimeout(() => setState(undefined), done ? 2_000 : 8_000);
  };
  return [state, run];
}
