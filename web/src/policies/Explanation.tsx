import type { Explanation } from "consnap";
import type { Words } from "../words";

/** Which parts of an expression made it so, with their values: a list in a list. */
export function ExplanationTree({ explanation, words }: { explanation: Explanation; words: Words }) {
  return (
    <ul class="why" aria-label={words.why}>
      <Part part={explanation} />
    </ul>
  );
}

function Part({ part }: { part: Explanation }) {
  const value = part.trouble ? "CANNOT_JUDGE" : JSON.stringify(part.value);
  return (
    <li>
      <span class={`value ${part.trouble ? "unknown" : String(part.value)}`}>{value}</span>{" "}
      <code>{part.expression}</code>
      {part.entry && <small> {part.entry}</small>}
      {(part.because ?? []).length > 0 && (
        <ul>
          {(part.because ?? []).map((inner, at) => (
            <Part key={at} part={inner} />
          ))}
        </ul>
      )}
    </li>
  );
}
