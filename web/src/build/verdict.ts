// What is said of the output that is shown: one verdict, from what the engine says of that very output.
import { type Answer, asFindings, blocks, type ExportOutput, type Finding } from "../engine";

export interface Verdict {
  /** `damaged`: the link could not be read, so that this is not what somebody was sent. */
  state: "ready" | "blocked" | "disallowed" | "damaged";
  findings: Finding[];
  errors: number;
  warnings: number;
}

const WEIGHT = { error: 0, warning: 1, advice: 2 };

/** The same findings, each once, the weightiest first. */
export function merged(...lists: Finding[][]): Finding[] {
  const seen = new Map(lists.flat().map((finding) => [`${finding.code} ${finding.place} ${finding.message}`, finding]));
  return [...seen.values()].sort((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity]);
}

export function verdictOf(
  exported: Answer<ExportOutput>,
  { damaged, disallowed }: { damaged: boolean; disallowed: boolean },
): Verdict {
  const { found, given } = exported.either(
    ({ findings, files }) => ({ found: findings, given: files.length > 0 }),
    (failure) => ({ found: asFindings(failure), given: false }),
  );
  const findings = merged(found);
  const errors = findings.filter(blocks).length;
  const warnings = findings.filter((finding) => finding.severity === "warning" && finding.accepted == null).length;
  const state = damaged ? "damaged" : errors > 0 || !given ? "blocked" : disallowed ? "disallowed" : "ready";
  return { state, findings, errors, warnings };
}

export const isGood = ({ state }: Verdict): boolean => state === "ready";
