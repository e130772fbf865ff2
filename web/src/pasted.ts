// What was pasted into an area: it outlives a change of area and not the page, and enters neither link nor draft.
import { useState } from "preact/hooks";

const pasted = new Map<string, unknown>();

/** What was pasted under a key, in whatever area. */
export const pastedValue = <T>(key: string): T | undefined => pasted.get(key) as T | undefined;

/** State that outlives a change of area and not the page: what is pasted enters neither the link nor the draft. */
export function usePasted<T>(key: string, first: T): [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => (pasted.has(key) ? (pasted.get(key) as T) : first));
  return [
    value,
    (next) => {
      pasted.set(key, next);
      setValue(next);
    },
  ];
}
