// What the page begins with.
import { type Draft, drafts, oldDraft } from "./drafts";
import { openFragment, type Packed, unpack } from "./link";
import { initial, type State } from "./state";

export interface Opening {
  state: State;
  /** `tab`: the tab goes on, after a reload or a step back. */
  from: "tab" | "link" | "draft" | "start";
  /** The address holds a link that cannot be read; something else is shown instead. */
  damaged: boolean;
  /** The draft that it goes on with. */
  draft: Draft | undefined;
}

/** What an entry of the tab's history holds: all of the state, however long it is. */
export interface Entry {
  packed: Packed;
  /** The fragment that stands in the address with it. */
  fragment: string;
  /** Entries with the same number hold the same piece of work, in another area. */
  piece: number;
  draft: string | undefined;
}

/** The entry of the tab's history that the address stands for, if the page wrote it. */
export function ownEntry(): (Entry & { state: State }) | undefined {
  const entry = (history.state as { consnap?: Partial<Entry> } | null)?.consnap;
  const state = unpack(entry?.packed);
  if (!entry || !state || entry.fragment !== location.hash) return undefined;
  return { ...(entry as Entry), state };
}

/** A reloaded tab goes on as it was, a link shows what it holds; else it is the newest draft. */
export async function opening(today: string): Promise<Opening> {
  const own = ownEntry();
  const kept = drafts();
  if (own)
    return { state: own.state, from: "tab", damaged: false, draft: kept.find((draft) => draft.id === own.draft) };
  const opened = await openFragment(location.hash);
  if (typeof opened === "object") return { state: opened, from: "link", damaged: false, draft: undefined };
  const damaged = opened === "damaged";
  const newest = kept[0];
  if (newest) return { state: newest.state, from: "draft", damaged, draft: newest };
  const old = await openFragment(oldDraft());
  if (typeof old === "object") return { state: old, from: "draft", damaged, draft: undefined };
  return { state: initial(today), from: "start", damaged, draft: undefined };
}
