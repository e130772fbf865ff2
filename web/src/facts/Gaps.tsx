import { FileView } from "../build/Output";
import type { Words } from "../words";
import type { Fleet } from "./fleetWorker";

/** Replies that are missing or not whole: what they would tell is not known until they are there. */
export function Gaps({ gaps, words }: { gaps: Fleet["gaps"]; words: Words }) {
  if (gaps.length === 0) return null;
  const missing = gaps.filter(({ kind }) => kind === "missing");
  const incomplete = gaps.filter(({ kind }) => kind === "incomplete");
  return (
    <div class="gaps finding warning" role="status">
      {incomplete.map(({ operation }) => (
        <p key={operation}>{words.factsIncomplete(operation)}</p>
      ))}
      {missing.length > 0 && (
        <>
          <p>{words.factsMissing(missing.map(({ operation }) => operation))}</p>
          <details>
            <summary>{words.factsCommands}</summary>
            <FileView name="facts.sh" content={`${missing.map(({ command }) => command).join("\n")}\n`} words={words} />
          </details>
        </>
      )}
    </div>
  );
}
