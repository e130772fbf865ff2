// The last pieces of work, kept by the browser. Each tab writes its own; a link is none before it is edited.
import { type Packed, pack, unpack } from "./link";
import { memory } from "./preferences";
import type { State } from "./state";

export interface Draft {
  id: string;
  /** When it was last changed, in milliseconds since 1970. */
  at: number;
  state: State;
}

interface Kept {
  id: string;
  at: number;
  packed: Packed;
}

const KEY = "consnap.drafts";
/** Earlier versions kept one draft, as a fragment of plain JSON. */
const OLD_KEY = "consnap.draft";
const MOST = 10;

function stored(): Kept[] {
  try {
    const kept: unknown = JSON.parse(memory.get(KEY) ?? "[]");
    return Array.isArray(kept)
      ? kept.filter((draft): draft is Kept => typeof draft === "object" && draft !== null)
      : [];
  } catch {
    return [];
  }
}

/** The drafts that can be read, the newest first. */
export const drafts = (): Draft[] =>
  stored().flatMap(({ id, at, packed }) => {
    const state = unpack(packed);
    return state && typeof id === "string" && typeof at === "number" ? [{ id, at, state }] : [];
  });

/** The draft of an earlier version, as the fragment of a link. */
export const oldDraft = (): string => memory.get(OLD_KEY) ?? "";

const content = (packed: Packed | undefined) => JSON.stringify(packed);

/** The draft that one tab writes. */
export class OwnDraft {
  #id: string | undefined;
  #written: string | undefined;

  /** Goes on with a draft that is there. */
  continue(draft: Draft | undefined): void {
    this.#id = draft?.id;
    this.#written = draft && content(pack(draft.state));
  }

  get id(): string | undefined {
    return this.#id;
  }

  /** Writes the state as the newest draft. Where another tab wrote meanwhile, this one begins its own. */
  write(state: State): void {
    const packed = pack(state);
    const all = stored();
    const there = all.find((draft) => draft.id === this.#id);
    if (there && content(there.packed) !== this.#written) this.#id = undefined;
    this.#id ??= crypto.randomUUID?.() ?? String(Math.random());
    this.#written = content(packed);
    const others = all.filter((draft) => draft.id !== this.#id && content(draft.packed) !== this.#written);
    const own = { id: this.#id, at: Date.now(), packed };
    // A browser that has no room takes fewer.
    for (let most = MOST; most > 0; most -= 1)
      if (memory.set(KEY, JSON.stringify([own, ...others].slice(0, most)))) return;
  }
}
