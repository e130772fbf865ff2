import { Fragment } from "preact";
import { Findings, Ticked } from "../build/Findings";
import type { Context } from "../context";
import { blocks, type SimulateOutput } from "../engine";

interface Instance {
  instance_id: string;
  name: string;
  result: string;
  got: string;
  why: { message: string; help: string };
}
interface Report {
  exit_status: number;
  sentences: string[];
  started_at: string;
  summary: { calls: number };
  instances: Instance[];
}
interface Truth {
  instance_id: string;
  level: string;
  held: boolean;
}

/** The report of a rehearsal, and beside it what happened, phase by phase. */
export function Played({ output, words }: { output: SimulateOutput; words: Context["words"] }) {
  const report = output.report as Report;
  const truth = new Map((output.truth as Truth[]).map((entry) => [entry.instance_id, entry]));
  const duration = (millis: number) => words.span(Math.max(0, millis) / 1000);
  const took = duration(Date.parse(output.ended_at) - Date.parse(report.started_at));
  const good = report.exit_status === 0;
  // The last sentence repeats the status; the one before it names a command that only a real run has.
  const sentences = report.sentences.filter((sentence) => !/`consnap (show|resume)/.test(sentence)).slice(0, -1);
  return (
    <>
      <div class={`verdict ${good ? "good" : "bad"}`} role="status">
        <strong>{words.ends[report.exit_status]}</strong>
        <span>
          {words.exitStatus(report.exit_status)} · {words.took(took, report.summary.calls)}
        </span>
      </div>
      <div class="played">
        <section aria-labelledby="report-title">
          <h2 id="report-title">{words.report}</h2>
          <div class="sentences">
            {sentences.map((sentence, index) => (
              <p key={index}>
                <Ticked text={sentence} />
              </p>
            ))}
          </div>
          {report.instances.length === 0 && <Findings findings={output.findings.filter(blocks)} words={words} />}
          {report.instances.length > 0 && (
            <div class="scroll" tabIndex={0} role="region" aria-label={`${words.report}: ${words.instances}`}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">{words.instance}</th>
                    <th scope="col">{words.result}</th>
                    <th scope="col">{words.got}</th>
                    <th scope="col">{words.truth}</th>
                  </tr>
                </thead>
                <tbody>
                  {report.instances.map((instance) => (
                    <Row
                      key={instance.instance_id}
                      instance={instance}
                      truth={truth.get(instance.instance_id)}
                      words={words}
                    />
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </section>
        <section aria-labelledby="timeline-title">
          <h2 id="timeline-title">{words.timeline}</h2>
          <ol class="timeline">
            {output.timeline.map((stretch, index) => (
              <li key={index}>
                <h3>{stretch.title}</h3>
                <ol>
                  {stretch.moments.map((moment, at) => (
                    <li key={at} class={`moment ${moment.weight}`}>
                      <time>
                        {duration(moment.from_millis)}
                        {moment.to_millis - moment.from_millis >= 100 && ` – ${duration(moment.to_millis)}`}
                      </time>
                      <span>
                        <Ticked text={moment.text} />
                      </span>
                    </li>
                  ))}
                </ol>
              </li>
            ))}
          </ol>
        </section>
      </div>
    </>
  );
}

/** An instance; what is not as it should be has its reason below it. */
function Row({ instance, truth, words }: { instance: Instance; truth: Truth | undefined; words: Context["words"] }) {
  const level = (name: string) => words.shortLevels[name] ?? name;
  return (
    <Fragment>
      <tr class="instance-row">
        <th scope="row">
          {instance.name}
          <code>{instance.instance_id}</code>
        </th>
        <td>
          <span class={`badge ${instance.result}`}>{words.results[instance.result] ?? instance.result}</span>
        </td>
        <td>{level(instance.got)}</td>
        <td>
          {level(truth?.level ?? "unknown")}
          {truth?.held && <> · {words.heldShort}</>}
        </td>
      </tr>
      {instance.result !== "ok" && (
        <tr class="why-row">
          <td colSpan={4}>
            <Ticked text={instance.why.message} />
          </td>
        </tr>
      )}
    </Fragment>
  );
}
