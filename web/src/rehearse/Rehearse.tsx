import { useEffect } from "preact/hooks";
import type { Context } from "../app";
import { type Answer, type Job, type SimulateOutput, simulate } from "../engine";
import { at, usePasted } from "../state";
import { Played } from "./Played";
import { FAULTS, type Fault, scenario } from "./scenario";

const START = "2027-01-31T02:00:00Z";

interface Shown {
  /** What was asked for, so that it can be asked again. */
  asked: { fault: Fault; count: number };
  answer: Answer<SimulateOutput> | "playing" | "no module";
}

/** The job on the simulator, in the page and in virtual time. */
export function Rehearse({ state, words, lang }: Context) {
  const [fault, setFault] = usePasted<Fault>("rehearse.fault", "none");
  const [count, setCount] = usePasted("rehearse.count", 4);
  const [shown, setShown] = usePasted<Shown | undefined>("rehearse.shown", undefined);
  const play = async (asked: Shown["asked"]) => {
    const { fault, count } = asked;
    setShown({ asked, answer: "playing" });
    const ids = Array.from({ length: count }, (_, index) => `i-rehearse${String(index + 1).padStart(2, "0")}`);
    const job: Job = {
      ...state.job,
      regions: ["cn-hangzhou"],
      targets: { ids },
      run: { ...(at(state.job, "/run") as object | undefined), attach_role: "if_missing" },
    };
    delete job.exclude_disks;
    const answer = await simulate({ job, scenario: scenario(state.platform, job, ids, fault), now: START, lang }).catch(
      () => "no module" as const,
    );
    setShown({ asked, answer });
  };
  // In another language, and when the job was changed meanwhile, it is played anew.
  useEffect(() => {
    if (shown) void play(shown.asked);
  }, [lang]);
  const answer = shown?.answer;
  return (
    <div class="columns rehearsal">
      <section class="form" aria-labelledby="rehearse-title">
        <h1 id="rehearse-title">{words.rehearseTitle}</h1>
        <p class="lead">{words.rehearseLead}</p>
        <div class="field short">
          <label for="rehearse-count">{words.instances}</label>
          <select id="rehearse-count" value={count} onChange={(event) => setCount(Number(event.currentTarget.value))}>
            {[1, 2, 4, 12, 40].map((number) => (
              <option key={number} value={number}>
                {number}
              </option>
            ))}
          </select>
        </div>
        <fieldset class="faults">
          <legend>{words.whatGoesWrong}</legend>
          {FAULTS.map((name) => (
            <label key={name} class="fault">
              <input type="radio" name="fault" checked={fault === name} onChange={() => setFault(name)} />
              <span>
                <strong>{words.faults[name]}</strong>
                <small>{words.faultNotes[name]}</small>
              </span>
            </label>
          ))}
        </fieldset>
        <button type="button" class="primary" onClick={() => void play({ fault, count })}>
          {words.play}
        </button>
      </section>
      <section class="result" aria-live="polite" aria-busy={answer === "playing"}>
        {answer === undefined && <p class="empty">{words.rehearseNone}</p>}
        {answer === "playing" && <p class="empty">{words.playing}</p>}
        {answer === "no module" && (
          <p class="blocked-note" role="alert">
            {words.noModule}
          </p>
        )}
        {typeof answer === "object" && !answer.ok && (
          <p class="blocked-note" role="alert">
            {answer.failure.message}
          </p>
        )}
        {typeof answer === "object" && answer.ok && <Played output={answer.value} words={words} />}
      </section>
    </div>
  );
}
