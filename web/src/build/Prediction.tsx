import { useMemo } from "preact/hooks";
import type { Context } from "../context";
import { check } from "../engine";
import { Ticked } from "./Findings";

/** The consistency that the job can reach, and what must be the case in the guest: nobody has looked there. */
export function Prediction({ state, words, lang }: Context) {
  const { job, platform, catalogue } = state;
  const checked = useMemo(() => check({ job, platform, as_of: catalogue, lang }), [job, platform, catalogue, lang]);
  return checked.either(
    ({ reachable }) =>
      reachable && (
        <section class="prediction" aria-label={words.reachable}>
          <h3>{words.reachable}</h3>
          <p class={`level ${reachable.consistency}`}>{words.levels[reachable.consistency]}</p>
          <p class="hint">
            <Ticked text={reachable.condition.message} />
          </p>
          <p class="hint">{words.predictionNote}</p>
        </section>
      ),
    (failure) => <p class="blocked-note">{failure.message}</p>,
  );
}
