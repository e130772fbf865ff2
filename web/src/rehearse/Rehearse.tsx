import { useEffect, useRef } from "preact/hooks";
import { Findings } from "../build/Findings";
import { merged } from "../build/verdict";
import type { Context } from "../context";
import {
  type Answer,
  asFindings,
  blocks,
  exportJob,
  type Finding,
  type Job,
  type SimulateOutput,
  simulate,
} from "../engine";
import { usePasted } from "../pasted";
import { at } from "../pointer";
import { Played } from "./Played";
import { FAULTS, type Fault, scenario } from "./scenario";

const START = "2027-01-31T02:00:00Z";

interface Shown {
  /** What was asked for, so that it can be asked again. */
  asked: { fault: Fault; count: number };
  answer: Answer<SimulateOutput> | { refused: Finding[] } | "playing" | "no module";
}

/** The job on the simulator, in the page and in virtual time. */
export function Rehearse(context: Context) {
  const { state, words, lang, damaged } = context;
  const [fault, setFault] = usePasted<Fault>("rehearse.fault", "none");
  const [count, setCount] = usePasted("rehearse.count", 4);
  const [shown, setShown] = usePasted<Shown | undefined>("rehearse.shown", undefined);
  const play = async (asked: Shown["asked"]) => {
    const { fault, count } = asked;
    // The rehearsal has instances of its own; all else of the job must stand as it is.
    const refused = standsAgainst(context);
    if (refused.length > 0) {
      setShown({ asked, answer: { refused } });
      return;
    }
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
  const told = useRef<typeof lang | undefined>(undefined);
  useEffect(() => {
    if (shown && told.current !== lang) void play(shown.asked);
    told.current = lang;
  });
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
        <button type="button" class="primary" disabled={damaged} onClick={() => void play({ fault, count })}>
          {words.play}
        </button>
      </section>
      <section class="result" aria-label={words.result} aria-busy={answer === "playing"}>
        {answer === undefined && <p class="empty">{words.rehearseNone}</p>}
        {answer === "playing" && <p class="empty">{words.playing}</p>}
        {answer === "no module" && (
          <p class="blocked-note" role="alert">
            {words.noModule}
          </p>
        )}
        {damaged && <p class="blocked-note">{words.linkDamaged}</p>}
        {typeof answer === "object" && "refused" in answer && <Refused findings={answer.refused} words={words} />}
        {typeof answer === "object" &&
          !("refused" in answer) &&
          answer.either(
            (output) =>
              output.ended === "refused" ? (
                <Refused findings={output.findings.filter(blocks)} words={words} />
              ) : (
                <Played output={output} words={words} />
              ),
            (failure) => (
              <p class="blocked-note" role="alert">
                {failure.message}
              </p>
            ),
          )}
      </section>
    </div>
  );
}

/** What stands against the job, whatever its instances are. */
function standsAgainst({ state, lang }: Context): Finding[] {
  const { job, platform, catalogue } = state;
  const exported = exportJob({ job, platform, target: "command", as_of: catalogue, lang });
  return exported.either(({ findings }) => merged(findings.filter(blocks)), asFindings);
}

function Refused({ findings, words }: { findings: Finding[]; words: Context["words"] }) {
  return (
    <>
      <div class="verdict bad" role="status">
        <strong>{words.nothingStarted}</strong>
        <span>{words.counts(findings.length, 0)}</span>
      </div>
      <Findings findings={findings} words={words} />
    </>
  );
}
