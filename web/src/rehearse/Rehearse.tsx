import { useState } from "preact/hooks";
import type { Context } from "../app";
import { Ticked } from "../build/Findings";
import { simulate, type Answer, type Job, type SimulateOutput } from "../engine";
import { at } from "../state";
import { FAULTS, scenario, type Fault } from "./scenario";

interface Event { seq: number; at: string; event: string; [key: string]: unknown }
interface Report {
  exit_status: number;
  sentences: string[];
  summary: { calls: number };
  instances: { instance_id: string; name: string; result: string; wanted: string; got: string; why: { message: string } }[];
}

const START = "2027-01-31T02:00:00Z";

/** The job on the simulator, in the page and in virtual time. */
export function Rehearse({ state, words, lang }: Context) {
  const [fault, setFault] = useState<Fault>("none");
  const [count, setCount] = useState(4);
  const [played, setPlayed] = useState<Answer<SimulateOutput>>();
  const play = async () => {
    const ids = Array.from({ length: count }, (_, index) => `i-bp1rehearse${String(index + 1).padStart(9, "0")}`);
    const job: Job = { ...state.job, regions: ["cn-hangzhou"], targets: { ids }, run: { ...(at(state.job, "/run") as object | undefined), attach_role: "if_missing" } };
    delete job["exclude_disks"];
    setPlayed(await simulate({ job, scenario: scenario(state.platform, job, ids, fault), now: START, lang }));
  };
  return (
    <div class="columns">
      <section class="form" aria-labelledby="rehearse-title">
        <h1 id="rehearse-title">{words.rehearseTitle}</h1>
        <p class="lead">{words.rehearseLead}</p>
        <div class="field short">
          <label for="rehearse-count">{words.instances}</label>
          <select id="rehearse-count" value={count} onChange={(event) => setCount(Number(event.currentTarget.value))}>{[1, 2, 4, 12, 40].map((number) => <option key={number} value={number}>{number}</option>)}</select>
        </div>
        <fieldset class="faults"><legend>{words.whatGoesWrong}</legend>
          {FAULTS.map((name) => (
            <label key={name} class="fault"><input type="radio" name="fault" checked={fault === name} onChange={() => setFault(name)} /><span><strong>{words.faults[name]}</strong><small>{words.faultNotes[name]}</small></span></label>
          ))}
        </fieldset>
        <button type="button" class="primary" onClick={() => void play()}>{words.play}</button>
      </section>
      <section class="result" aria-live="polite">
        {!played && <p class="empty">{words.rehearseLead}</p>}
        {played && !played.ok && <p class="blocked-note" role="alert">{played.failure.message}</p>}
        {played?.ok && <Played output={played.value} words={words} lang={lang} />}
      </section>
    </div>
  );
}

function Played({ output, words }: { output: SimulateOutput; words: Context["words"]; lang: string }) {
  const report = output.report as unknown as Report;
  const events = output.events as unknown as Event[];
  const start = Date.parse(events[0]?.at ?? START);
  const span = (time: string) => duration(Date.parse(time) - start);
  const truth = new Map((output.truth as { instance_id: string; level: string; held: boolean }[]).map((entry) => [entry.instance_id, entry]));
  return (
    <>
      <div class={`verdict ${report.exit_status === 0 ? "good" : "bad"}`}><strong>{words.exitStatus(report.exit_status)}</strong><span>{words.took(span(output.ended_at), events.length, report.summary.calls)}</span></div>
      <section aria-label={words.report}><h2>{words.report}</h2>
        <div class="sentences">{report.sentences.map((sentence, index) => <p key={index}><Ticked text={sentence} /></p>)}</div>
        <div class="scroll" tabIndex={0} role="region" aria-label={`${words.report}: ${words.instances}`}>
          <table>
            <thead><tr><th scope="col">{words.result}</th><th scope="col">{words.instance}</th><th scope="col">{words.wanted}</th><th scope="col">{words.got}</th><th scope="col">{words.truth}</th><th scope="col">{words.why}</th></tr></thead>
            <tbody>{report.instances.map((instance) => (
              <tr key={instance.instance_id}>
                <td><span class={`badge ${instance.result}`}>{words.results[instance.result] ?? instance.result}</span></td>
                <th scope="row"><code>{instance.instance_id}</code></th>
                <td>{words.levels[instance.wanted] ?? instance.wanted}</td><td>{words.levels[instance.got] ?? instance.got}</td>
                <td>{words.levels[truth.get(instance.instance_id)?.level ?? "unknown"]}{truth.get(instance.instance_id)?.held ? ` · ${words.held}` : ""}</td>
                <td><Ticked text={instance.why.message} /></td>
              </tr>))}</tbody>
          </table>
        </div>
      </section>
      <section aria-label={words.timeline}><h2>{words.timeline}</h2>
        <ol class="timeline" tabIndex={0}>{events.slice(0, 400).map((event) => (
          <li key={event.seq} class={event.event}><time>{span(event.at)}</time><span class="event"><code>{event.event}</code> {about(event)}</span></li>
        ))}</ol>
      </section>
    </>
  );
}

function duration(millis: number): string {
  const seconds = Math.max(0, millis) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes} min ${Math.round(seconds % 60)} s`;
}

/** What an event is about, in its own values. */
function about(event: Event): string {
  const text = (key: string) => (typeof event[key] === "string" || typeof event[key] === "number" ? String(event[key]) : "");
  const outcome = event["outcome"] as { exit_code?: number; invocation_status?: string } | undefined;
  const look = event["look"] as { level?: string } | undefined;
  const instances = Array.isArray(event["instances"]) ? `× ${event["instances"].length}` : "";
  return [text("phase"), text("instance"), text("purpose"), instances, text("operation"), text("code"), text("invoke_id"), text("reason"),
    outcome ? `${outcome.invocation_status ?? ""} ${outcome.exit_code ?? ""}` : "", look?.level ?? ""].filter(Boolean).join(" ");
}
