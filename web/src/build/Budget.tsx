import type { BudgetOutput } from "../engine";
import type { Words } from "../words";

/** The time budget as a line of time: scripts are spent before and after the freeze. */
export function Budget({ budget, words }: { budget: BudgetOutput; words: Words }) {
  const of = (key: string) => budget.terms.find((term) => term.key === key)?.seconds ?? 0;
  const steps: [string, number][] = budget.terms.some((term) => term.key === "windows")
    ? [["windows", of("windows")]]
    : [
        ["fetch", of("fetch")],
        ["pre", of("script") / 2],
        ["freeze", of("freeze")],
        ["group", of("group")],
        ["post", of("script") / 2],
      ];
  const shown = steps.filter(([, seconds]) => seconds > 0);
  return (
    <section class="budget" aria-label={words.budget}>
      <div class="section-head">
        <h3>{words.budget}</h3>
        <span class="figure">{words.budgetTotal(budget.total_seconds)}</span>
      </div>
      <ol class="bar">
        {shown.map(([key, seconds]) => (
          <li key={key} class={`term ${key}`} style={{ flexGrow: Math.sqrt(seconds) }}>
            <span class="seconds">
              {seconds} {words.seconds}
            </span>
            <span class="what">{words.terms[key]}</span>
          </li>
        ))}
      </ol>
      <p class="hint">{words.budgetNote}</p>
    </section>
  );
}
