// Members of a JSON document by their JSON Pointer (RFC 6901), and patches of it (RFC 6902). Documents are never
// changed in place.
import type { Job } from "./engine";

const keysOf = (pointer: string): string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The member of a document at a JSON Pointer; `undefined` where there is none. */
export function at(document: unknown, pointer: string): unknown {
  return keysOf(pointer).reduce<unknown>(
    (value, key) =>
      typeof value === "object" &&
      value !== null &&
      Object.hasOwn(value, key) &&
      !(Array.isArray(value) && key === "length")
        ? (value as Record<string, unknown>)[key]
        : undefined,
    document,
  );
}

type Change = { kind: "set" | "insert"; value: unknown } | { kind: "remove" };

function changed(value: unknown, [key, ...rest]: string[], change: Change): unknown {
  if (key === undefined) return change.kind === "remove" ? undefined : change.value;
  if (Array.isArray(value)) {
    const index = key === "-" ? value.length : /^(0|[1-9]\d*)$/.test(key) ? Number(key) : Number.NaN;
    const there = index < value.length;
    // A list has no holes: the place behind its last entry is the only new one.
    if (!there && (index !== value.length || change.kind === "remove")) return value;
    const copy = [...value];
    if (rest.length > 0) copy[index] = changed(copy[index], rest, change);
    else if (change.kind === "remove") copy.splice(index, 1);
    else copy.splice(index, change.kind === "insert" || !there ? 0 : 1, change.value);
    return copy;
  }
  if (change.kind === "remove" && !(isObject(value) && Object.hasOwn(value, key))) return value;
  const object = isObject(value) ? value : {};
  if (change.kind === "remove" && rest.length === 0) {
    const { [key]: _, ...others } = object;
    return others;
  }
  return { ...object, [key]: changed(Object.hasOwn(object, key) ? object[key] : undefined, rest, change) };
}

const withChange = (document: Job, pointer: string, change: Change): Job => {
  const next = changed(document, keysOf(pointer), change);
  return isObject(next) ? next : document;
};

/** The document with another member at a pointer; `undefined` removes it. An entry of a list is replaced. */
export const put = (document: Job, pointer: string, value: unknown): Job =>
  withChange(document, pointer, value === undefined ? { kind: "remove" } : { kind: "set", value });

interface Step {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

/** A document with a patch of the engine applied: add, replace, remove, move, copy. */
export function patched(document: Job, patch: unknown): Job {
  const steps = Array.isArray(patch) ? (patch as Step[]) : [];
  return steps.reduce((job, { op, path, from, value }) => {
    if (op === "add") return withChange(job, path, { kind: "insert", value });
    if (op === "replace") return withChange(job, path, { kind: "set", value });
    if (op === "remove") return withChange(job, path, { kind: "remove" });
    if (from === undefined || (op !== "move" && op !== "copy")) return job;
    const moved = at(job, from);
    if (moved === undefined) return job;
    const source = op === "move" ? withChange(job, from, { kind: "remove" }) : job;
    return withChange(source, path, { kind: "insert", value: moved });
  }, document);
}
