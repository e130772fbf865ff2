// What the page is working on. It lives in the fragment of the address, which browsers never send to a server.
import { useRef, useState } from "preact/hooks";
import type { Job, Lang, Platform, Target } from "./engine";
import { PRESETS } from "./presets";

export type Area = "build" | "facts" | "policies" | "explain" | "rehearse";
export type Theme = "auto" | "light" | "dark";

export interface State {
  area: Area;
  platform: Platform;
  preset: string;
  job: Job;
  target: Target;
  separator: boolean;
  /** A policy document that the job is held to; empty for none. */
  policies: string;
  /** The facts of this day and of no later one: an old link gives the same output later. */
  catalogue: string;
}

export const AREAS: Area[] = ["build", "facts", "policies", "explain", "rehearse"];
const TARGETS: Target[] = [
  "command",
  "run_command",
  "aliyun_cli",
  "job",
  "python_consnap",
  "python_sdk",
  "go_sdk",
  "terraform",
  "oos",
  "oos_timer",
  "systemd",
  "cron",
  "ram_policies",
];

export { TARGETS };

export const initial = (catalogue: string): State => {
  const preset = PRESETS[0];
  return {
    area: "build",
    platform: preset.platform,
    preset: preset.key,
    job: structuredClone(preset.job),
    target: "command",
    separator: false,
    policies: "",
    catalogue,
  };
};

interface Packed {
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

/** Letters of the longest link: mail and chat programs cut longer ones. */
const MOST_LETTERS = 60_000;

/** Whether a link has room for the state; the draft always has. */
export const fitsLink = (state: State): boolean => toFragment(state).length <= MOST_LETTERS;

/** The state as a link has it: a policy document that is too long for it stays out. */
export const toLink = (state: State): string => toFragment(fitsLink(state) ? state : { ...state, policies: "" });

/** The state as a fragment. */
export function toFragment(state: State): string {
  const packed: Packed = {
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
  const bytes = new TextEncoder().encode(JSON.stringify(packed));
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return `#c=${btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")}`;
}

/** Reads a fragment; anything that is not one of ours is `undefined`. */
export function fromFragment(fragment: string): State | undefined {
  const text = /^#c=([A-Za-z0-9_-]+)$/.exec(fragment)?.[1];
  if (!text) return undefined;
  try {
    const letters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const packed = JSON.parse(
      new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(letters, (letter) => letter.charCodeAt(0))),
    ) as Partial<Packed>;
    const plain = typeof packed.j === "object" && packed.j !== null && !Array.isArray(packed.j);
    if (packed.v !== 1 || !plain || !/^\d{4}-\d{2}-\d{2}$/.test(packed.c ?? "")) return undefined;
    return {
      area: AREAS.find((area) => area === packed.a) ?? "build",
      platform: packed.p === "windows" ? "windows" : "linux",
      preset: PRESETS.find((preset) => preset.key === packed.k)?.key ?? "",
      job: packed.j as Job,
      target: TARGETS.find((target) => target === packed.t) ?? "command",
      separator: packed.s === 1,
      policies: typeof packed.y === "string" ? packed.y : "",
      catalogue: packed.c as string,
    };
  } catch {
    return undefined;
  }
}

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

/** The entry that an arrow key leads to, round and round. */
export const neighbour = <T>(all: readonly T[], of: T, step: number): T =>
  all[(all.indexOf(of) + step + all.length) % all.length] ?? of;

/** Something that is true for two seconds after it was last said. */
export function useMoment(): [boolean, () => void] {
  const [now, setNow] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const say = () => {
    clearTimeout(timer.current);
    setNow(true);
    timer.current = setTimeout(() => setNow(false), 2000);
  };
  return [now, say];
}

const DRAFT = "consnap.draft";

/** The browser may forbid storage; the page works without it. */
export const memory = {
  get(key: string): string | undefined {
    try {
      return localStorage.getItem(key) ?? undefined;
    } catch {
      return undefined;
    }
  },
  set(key: string, value: string | undefined): void {
    try {
      if (value === undefined) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
    } catch {
      // Nothing to do: the draft is a convenience.
    }
  },
};

export const readDraft = (): State | undefined => fromFragment(memory.get(DRAFT) ?? "");
export const writeDraft = (state: State | undefined): void => memory.set(DRAFT, state && toFragment(state));

export function preferredLang(): Lang {
  const kept = memory.get("consnap.lang");
  if (kept === "en" || kept === "zh") return kept;
  return navigator.languages
    .find((lang) => /^(en|zh)\b/i.test(lang))
    ?.toLowerCase()
    .startsWith("zh")
    ? "zh"
    : "en";
}

export function preferredTheme(): Theme {
  const kept = memory.get("consnap.theme");
  return kept === "light" || kept === "dark" ? kept : "auto";
}

/** The member of a document at a JSON pointer. */
export function at(document: unknown, pointer: string): unknown {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>(
      (value, part) =>
        typeof value === "object" && value !== null ? (value as Record<string, unknown>)[part] : undefined,
      document,
    );
}

/** The document with another member at a pointer; `undefined` removes it. */
export function put(document: Job, pointer: string, value: unknown): Job {
  const parts = pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const copy = structuredClone(document);
  let place: Record<string, unknown> = copy;
  for (const part of parts.slice(0, -1)) {
    const next = place[part];
    if (typeof next !== "object" || next === null) place[part] = {};
    place = place[part] as Record<string, unknown>;
  }
  const last = parts.at(-1);
  if (last === undefined || last === "__proto__") return copy;
  if (value === undefined) {
    if (Array.isArray(place)) place.splice(Number(last), 1);
    else delete place[last];
  } else if (Array.isArray(place) && last === "-") place.push(value);
  else place[last] = value;
  return copy;
}

/** A JSON patch of the engine (add, replace, remove, move, copy of RFC 6902) applied to a document. */
export function patched(document: Job, patch: unknown): Job {
  const steps = Array.isArray(patch) ? (patch as { op: string; path: string; from?: string; value?: unknown }[]) : [];
  return steps.reduce((job, step) => {
    if (step.op === "remove") return put(job, step.path, undefined);
    if (step.op === "move" && step.from) {
      const value = at(job, step.from);
      return put(put(job, step.from, undefined), step.path, value);
    }
    if (step.op === "copy" && step.from) return put(job, step.path, at(job, step.from));
    return step.op === "add" || step.op === "replace" ? put(job, step.path, step.value) : job;
  }, document);
}
