import type { Words } from "../words";
import type { Standing } from "./usePolicies";
import { verdictOf } from "./verdict";

const verdict = ({ outcome }: Standing, words: Words) =>
  outcome && "judged" in outcome ? verdictOf(outcome.judged, words) : undefined;

/**
 * How much the policies weigh; nothing while the first judgement is awaited. That nothing is known weighs like what is
 * not met.
 */
export const weightOf = (standing: Standing, words: Words) =>
  verdict(standing, words)?.weight ?? (standing.busy ? undefined : "bad");

/** In the verdict of the builder: what the policies that are loaded say of the job. */
export function PolicyLine({ standing, words, onShow }: { standing: Standing; words: Words; onShow: () => void }) {
  const judged = verdict(standing, words);
  return (
    <div class={`policy-line ${weightOf(standing, words) ?? ""}`} aria-busy={standing.busy}>
      <strong>{judged ? judged.title : standing.busy ? words.policyJudging : words.policyUnknown}</strong>
      {judged && <span>{judged.counts}</span>}
      <button type="button" class="link" onClick={onShow}>
        {words.policyShow}
      </button>
    </div>
  );
}
