// The work of a tab: its state, what was before it, and how the browser keeps it. Nothing that somebody typed is lost:
// not by a link, a reload, a step back or a new start.
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Draft, drafts, OwnDraft } from "./drafts";
import { type Link, openFragment, pack, toLink } from "./link";
import { type Entry, type Opening, ownEntry } from "./opening";
import { initial, type State } from "./state";

/** What the page has to say about where the work comes from. */
export type Notice = "damaged" | "link" | "startedOver" | undefined;

export interface Work {
  state: State;
  /** Changes a part. With `step` it is a step of its own: Back leads to what was before. */
  change: (part: Partial<State>, step?: "step") => void;
  undo: (() => void) | undefined;
  redo: (() => void) | undefined;
  startOver: () => void;
  /** The link that stands for the state; nothing while it is being made. */
  link: Link | undefined;
  notice: Notice;
  dismiss: () => void;
  /** Earlier pieces of work, without this one. */
  earlier: () => Draft[];
  open: (draft: Draft) => void;
}

/** What undoing brings back; area and output stay where they are. */
const content = ({ platform, preset, job, separator, policies, catalogue }: State) => ({
  platform,
  preset,
  job,
  separator,
  policies,
  catalogue,
});
type Content = ReturnType<typeof content>;

interface Timeline {
  state: State;
  past: Content[];
  future: Content[];
  /** What was changed last, and when: typing is one step. */
  last: { keys: string; at: number };
  /** Whether somebody changed the content: what is only looked at becomes no draft. */
  edited: boolean;
  /** The piece of work in the history of the tab. */
  piece: number;
}

const MOST_STEPS = 200;
const TYPING_MILLISECONDS = 800;
/** Browsers take only so many changes of the address in a while: not one a keystroke. */
const WRITE_MILLISECONDS = 200;

const isContent = (key: string) => key !== "area" && key !== "target";

function changed(old: Timeline, part: Partial<State>, step: boolean, now: number): Timeline {
  const keys = Object.keys(part).filter(isContent).join(" ");
  const state = { ...old.state, ...part };
  if (!keys) return { ...old, state };
  const typing = !step && keys === old.last.keys && now - old.last.at < TYPING_MILLISECONDS && old.past.length > 0;
  const past = typing ? old.past : [...old.past, content(old.state)].slice(-MOST_STEPS);
  return { ...old, state, past, future: [], last: { keys: step ? "" : keys, at: now }, edited: true };
}

function moved(old: Timeline, from: "past" | "future"): Timeline {
  const [to, source] = [from === "past" ? "future" : "past", old[from]] as const;
  const next = source.at(-1);
  if (!next) return old;
  return {
    ...old,
    state: { ...old.state, ...next },
    [from]: source.slice(0, -1),
    [to]: [...old[to], content(old.state)],
    last: { keys: "", at: 0 },
    edited: true,
  };
}

export function useWork(opening: Opening, today: string): Work {
  const [line, setLine] = useState<Timeline>(() => ({
    state: opening.state,
    past: [],
    future: [],
    last: { keys: "", at: 0 },
    edited: opening.from === "tab" && opening.draft !== undefined,
    piece: ownEntry()?.piece ?? 0,
  }));
  const [notice, setNotice] = useState<Notice>(
    opening.damaged ? "damaged" : opening.from === "link" ? "link" : undefined,
  );
  const [link, setLink] = useState<{ of?: State; link: Link }>({ link: { fragment: "", withoutPolicies: false } });
  const draft = useRef<OwnDraft | undefined>(undefined);
  if (!draft.current) {
    draft.current = new OwnDraft();
    draft.current.continue(opening.draft);
  }
  // What the listeners of the window need is the newest, whenever they are called.
  const newest = useRef({ line, notice });
  newest.current = { line, notice };
  /** The newest content of each piece of work that this page has seen. */
  const pieces = useRef(new Map<number, Content>());
  pieces.current.set(line.piece, content(line.state));
  const { state } = line;

  const entry = useCallback((of: Timeline, fragment: string) => {
    const consnap: Entry = { packed: pack(of.state), fragment, piece: of.piece, draft: draft.current?.id };
    return { consnap };
  }, []);

  /** Keeps the work: in the history of the tab, and as a draft. */
  const keep = useCallback(
    (of: Timeline, fragment: string) => {
      if (of.edited) draft.current?.write(of.state);
      history.replaceState(entry(of, fragment), "", fragment);
    },
    [entry],
  );

  useEffect(() => {
    let overtaken = false;
    void toLink(state).then((made) => {
      if (!overtaken) setLink({ of: state, link: made });
    });
    return () => {
      overtaken = true;
    };
  }, [state]);

  useEffect(() => {
    if (link.of !== state || notice === "damaged") return undefined;
    // Content that is newer than the link waits for its own: the address never stands for something else.
    const write = () => newest.current.line.state === state && keep(newest.current.line, link.link.fragment);
    const timer = setTimeout(write, WRITE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [state, link, notice, keep]);

  useEffect(() => {
    const leave = () => {
      const { line } = newest.current;
      if (line.edited) draft.current?.write(line.state);
      if (ownEntry()) history.replaceState(entry(line, location.hash), "", location.hash);
    };
    addEventListener("pagehide", leave);
    return () => removeEventListener("pagehide", leave);
  }, [entry]);

  useEffect(() => {
    const follow = async () => {
      const own = ownEntry();
      if (own) {
        setNotice(undefined);
        setLine((old) => {
          if (own.piece === old.piece) return { ...old, state: { ...old.state, area: own.state.area } };
          const back = { ...own.state, ...pieces.current.get(own.piece) };
          return { ...changed(old, back, true, Date.now()), piece: own.piece, edited: old.edited };
        });
        return;
      }
      const opened = await openFragment(location.hash);
      if (opened === "damaged") setNotice("damaged");
      if (typeof opened !== "object") return;
      draft.current?.continue(undefined);
      setNotice("link");
      setLine((old) => ({ ...changed(old, opened, true, Date.now()), piece: old.piece + 1, edited: false }));
    };
    const listen = () => void follow();
    addEventListener("popstate", listen);
    return () => removeEventListener("popstate", listen);
  }, []);

  const change = useCallback(
    (part: Partial<State>, step?: "step") => {
      const { line: old } = newest.current;
      const walks = step === "step" || (part.area !== undefined && part.area !== old.state.area);
      const piece = step === "step" ? Math.max(old.piece, ...pieces.current.keys()) + 1 : old.piece;
      const next = { ...changed(old, part, step === "step", Date.now()), piece };
      // The address of a damaged link stays until somebody says that it may go.
      if (walks && newest.current.notice !== "damaged") {
        // What is left behind is kept as it is now, and the new entry gets its address when its link is made.
        if (ownEntry()) history.replaceState(entry(old, location.hash), "", location.hash);
        history.pushState(entry(next, location.hash), "", location.hash);
      }
      newest.current = { ...newest.current, line: next };
      setLine(next);
      setNotice((now) => (next.edited && now !== "damaged" ? undefined : now));
    },
    [entry],
  );

  const open = useCallback(
    (other: Draft) => {
      change(other.state, "step");
      draft.current?.continue(other);
      setNotice(undefined);
    },
    [change],
  );

  return useMemo(
    () => ({
      state,
      change,
      undo: line.past.length > 0 ? () => setLine((old) => moved(old, "past")) : undefined,
      redo: line.future.length > 0 ? () => setLine((old) => moved(old, "future")) : undefined,
      startOver: () => {
        change({ ...initial(today), area: state.area }, "step");
        // What was there stays among the drafts.
        draft.current?.continue(undefined);
        setNotice("startedOver");
      },
      link: link.of === state ? link.link : undefined,
      notice,
      dismiss: () => setNotice(undefined),
      earlier: () => drafts().filter(({ id }) => id !== draft.current?.id),
      open,
    }),
    [state, change, open, line.past.length, line.future.length, link, notice, today],
  );
}
