import { useEffect, useMemo, useState } from "preact/hooks";
import type { Job, Lang } from "../engine";
import { knownFacts } from "../facts/known";
import { onFacts } from "../facts/useFleet";
import { at } from "../pointer";
import type { State } from "../state";
import { judge, type Outcome } from "./judge";

export interface Standing {
  /** What came of the newest document that was judged; nothing before the first. */
  outcome: Outcome | undefined;
  /** A newer one is being judged. */
  busy: boolean;
  /** The facts it is judged by were given in the area Facts. */
  instances: number;
  /** Judges once more, after it was stopped. */
  again: () => void;
}

/** While somebody types, nothing is judged. */
const PAUSE_MILLISECONDS = 250;

/**
 * Holds the job to the policy document, whatever area is shown; without a document nothing is loaded and nothing is
 * judged.
 */
export function usePolicies(state: State, today: string, lang: Lang): Standing {
  const [told, setTold] = useState<{ of: object; outcome: Outcome }>();
  const [round, setRound] = useState(0);
  const { policies: text, job, catalogue, area } = state;
  const none = text.trim() === "";
  const [read, setRead] = useState(0);
  useEffect(() => onFacts(() => setRead((count) => count + 1)), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the form changes in the area Facts, other facts are told
  const facts = useMemo(() => (none ? [] : knownFacts(job)), [none, job, area === "facts", read]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round is a new question
  const question = useMemo(
    () => ({ text, facts, lang, job: withTargets(job, facts), ...(catalogue === today ? {} : { as_of: catalogue }) }),
    [text, facts, lang, job, catalogue, today, round],
  );
  useEffect(() => {
    if (none) {
      setTold(undefined);
      return undefined;
    }
    let overtaken = false;
    const timer = setTimeout(
      () =>
        judge({ ...question, now: new Date().toISOString() }, (outcome) => {
          if (!overtaken) setTold({ of: question, outcome });
        }),
      PAUSE_MILLISECONDS,
    );
    return () => {
      overtaken = true;
      clearTimeout(timer);
    };
  }, [question, none]);
  return {
    outcome: none ? undefined : told?.outcome,
    busy: !none && told?.of !== question,
    instances: facts.length,
    again: () => setRound(round + 1),
  };
}

/** A job that names no instances yet is for those whose facts were given: a plan would select none otherwise. */
function withTargets(job: Job, facts: unknown[]): Job {
  const targets = job.targets ?? {};
  // What is no selection at all is for the engine to tell.
  const named = typeof targets !== "object" || ["ids", "tags", "all"].some((key) => key in targets);
  if (named || facts.length === 0) return { targets: {}, ...job };
  const ids = facts.map((known) => at(known, "/instance_id")).filter((id) => typeof id === "string");
  return { ...job, targets: { ...targets, ids } };
}
