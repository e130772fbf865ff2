import { useMemo } from "preact/hooks";
import type { Context } from "../context";
import { asFindings, check, exportJob, type Finding } from "../engine";
import { fitInstance } from "../facts/fit";
import { DISKS, SYSTEMS } from "../facts/usual";
import { Ticked } from "./Findings";

/** An old link: it keeps the facts of its day, and what today's would change is told. */
export function Pinned({ state, change, words, lang, today }: Context) {
  const then = state.catalogue;
  const [added, gone] = useMemo(() => {
    const { job, platform, target } = state;
    const findingsOf = (day: string): Finding[] =>
      exportJob({ job, platform, target, as_of: day, lang }).either(({ findings }) => findings, asFindings);
    const [before, now] = [findingsOf(then), findingsOf(today)];
    const key = (finding: Finding) => `${finding.code} ${finding.place} ${finding.message}`;
    const missing = (from: Finding[], others: Finding[]) =>
      from.filter((finding) => !others.some((other) => key(other) === key(finding)));
    return [missing(now, before), missing(before, now)];
  }, [state, then, today, lang]);
  const support = useMemo(() => changedSupport(state, then, today), [state, then, today]);
  const same = added.length + gone.length + support.length === 0;
  return (
    <aside class="pinned">
      <p>
        <strong>{words.pinned(then)}</strong> {same ? words.pinnedSame : words.pinnedChanged}
      </p>
      {!same && (
        <ul>
          {added.map((finding) => (
            <li key={finding.code}>
              {words.added}: <Ticked text={finding.message} />
            </li>
          ))}
          {gone.map((finding) => (
            <li key={finding.code}>
              {words.gone}: <Ticked text={finding.message} />
            </li>
          ))}
          {support.map(([title, was, is]) => (
            <li key={title}>
              {title}: {words.eligible[was]} → {words.eligible[is]}
            </li>
          ))}
        </ul>
      )}
      <button type="button" class="small" onClick={() => change({ catalogue: today })}>
        {words.useToday}
      </button>
    </aside>
  );
}

/** Systems and disk categories on which the two days do not agree: title, then, now. */
function changedSupport({ job, platform }: Context["state"], then: string, today: string): [string, string, string][] {
  const fit = fitInstance(job, platform);
  const systems = SYSTEMS.filter(([of]) => of === platform).map(
    ([, title, name]) => [title, { ...fit, os_name_en: name }] as const,
  );
  const disks = DISKS.map(
    (category) =>
      [category, { ...fit, disks: (fit.disks as object[]).map((disk) => ({ ...disk, category })) }] as const,
  );
  const cases = [...systems, ...disks];
  const verdicts = (day: string) => {
    // Facts of one instance count once.
    const facts = cases.map(([, facts], at) => ({ ...facts, instance_id: `i-case${at}` }));
    return check({ job: { ...job, targets: {} }, facts, as_of: day }).either(
      ({ instances }) => (instances ?? []).map((instance) => instance.eligible),
      () => [], // The verdict on the job says why.
    );
  };
  const [before, now] = [verdicts(then), verdicts(today)];
  return cases.flatMap(([title], at) =>
    before[at] && now[at] && before[at] !== now[at] ? [[title, before[at], now[at]] as [string, string, string]] : [],
  );
}
