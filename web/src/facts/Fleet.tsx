import { useMemo, useState } from "preact/hooks";
import { Findings, Ticked } from "../build/Findings";
import { save } from "../copy";
import { blocks, type CheckOutput, type Finding } from "../engine";
import type { Words } from "../words";
import { toCsv } from "./csv";
import { evidence } from "./evidence";
import type { Fleet as FleetOfFacts, Known } from "./fleetWorker";

export type Instance = NonNullable<CheckOutput["instances"]>[number];

interface Row {
  instance: Instance;
  facts: Known | undefined;
  name: string;
  reason: string;
  findings: Finding[];
  errors: number;
  warnings: number;
}

type Column = "instance" | "verdict" | "problems";

/** So many rows are drawn at once. */
const PAGE = 100;
const ELIGIBLE = ["no", "unknown", "yes"] as const;

const ORDER: Record<Column, (row: Row) => string | number> = {
  instance: (row) => row.name || row.instance.instance_id,
  verdict: (row) => ELIGIBLE.indexOf(row.instance.eligible),
  problems: (row) => -(row.errors * 1_000 + row.warnings),
};

interface Props {
  instances: Instance[];
  facts: Known[];
  odd: FleetOfFacts["odd"];
  words: Words;
}

/** The instances as a table: verdict, reason, problems; each opens to its evidence. */
export function Fleet({ instances, facts, odd, words }: Props) {
  const [search, setSearch] = useState("");
  const [only, setOnly] = useState("");
  const [sort, setSort] = useState<{ by: Column; down: boolean }>({ by: "verdict", down: false });
  const [most, setMost] = useState(PAGE);
  const rows = useMemo(() => rowsOf(instances, facts, odd), [instances, facts, odd]);
  const shown = useMemo(() => {
    const wanted = search.trim().toLowerCase();
    const key = ORDER[sort.by];
    return rows
      .filter((row) => !only || row.instance.eligible === only)
      .filter(
        (row) => !wanted || `${row.instance.instance_id} ${row.name} ${row.reason}`.toLowerCase().includes(wanted),
      )
      .sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0) * (sort.down ? -1 : 1));
  }, [rows, search, only, sort]);
  const of = (eligible: string) => rows.filter((row) => row.instance.eligible === eligible).length;
  const summary = words.fleetSummary(rows.length, of("yes"), of("no"), of("unknown"));
  return (
    <div class="fleet">
      <p class="fleet-summary" role="status">
        {summary}
      </p>
      {rows.length > 1 && (
        <div class="fleet-tools">
          <label>
            <span class="hidden">{words.fleetSearch}</span>
            <input
              type="search"
              placeholder={words.fleetSearch}
              value={search}
              onInput={(event) => setSearch(event.currentTarget.value)}
            />
          </label>
          <label>
            <span class="hidden">{words.fleetVerdict}</span>
            <select value={only} onChange={(event) => setOnly(event.currentTarget.value)}>
              <option value="">{words.fleetAll}</option>
              {ELIGIBLE.map((name) => (
                <option key={name} value={name}>
                  {words.eligible[name]}
                </option>
              ))}
            </select>
          </label>
          <button type="button" class="small" onClick={() => download(shown, words)}>
            {words.fleetCsv}
          </button>
        </div>
      )}
      <div class="scroll" role="region" aria-label={words.instances} tabIndex={0}>
        <table>
          <thead>
            <tr>
              {(["instance", "verdict"] as const).map((by) => (
                <Head key={by} by={by} sort={sort} onSort={setSort} words={words} />
              ))}
              <th scope="col">{words.fleetReason}</th>
              <Head by="problems" sort={sort} onSort={setSort} words={words} />
            </tr>
          </thead>
          <tbody>
            {shown.slice(0, most).map((row) => (
              <InstanceRow
                key={row.instance.instance_id}
                row={row}
                open={rows.length === 1}
                columns={4}
                words={words}
              />
            ))}
          </tbody>
        </table>
      </div>
      {shown.length > most && (
        <button type="button" class="small" onClick={() => setMost(most + 5 * PAGE)}>
          {words.fleetMore(shown.length - most)}
        </button>
      )}
    </div>
  );
}

function rowsOf(instances: Instance[], facts: Known[], odd: FleetOfFacts["odd"]): Row[] {
  const known = new Map(facts.map((one) => [one.instance_id, one]));
  const looked = new Map(odd.map(({ instance_id, findings }) => [instance_id, findings]));
  return instances.map((instance) => {
    const of = known.get(instance.instance_id);
    const findings = [...instance.findings, ...(looked.get(instance.instance_id) ?? [])];
    const weightiest = findings.find(blocks) ?? instance.predicted_why;
    return {
      instance,
      facts: of,
      name: typeof of?.instance_name === "string" ? of.instance_name : "",
      reason: weightiest.message,
      findings,
      errors: findings.filter(blocks).length,
      warnings: findings.filter((finding) => finding.severity === "warning" && finding.accepted == null).length,
    };
  });
}

interface HeadProps {
  by: Column;
  sort: { by: Column; down: boolean };
  onSort: (sort: { by: Column; down: boolean }) => void;
  words: Words;
}

function Head({ by, sort, onSort, words }: HeadProps) {
  const sorted = sort.by === by ? (sort.down ? "descending" : "ascending") : undefined;
  return (
    <th scope="col" aria-sort={sorted}>
      <button type="button" class="link" onClick={() => onSort({ by, down: sort.by === by && !sort.down })}>
        {words.fleetColumns[by]}
        <span aria-hidden="true">{sorted === undefined ? "" : sorted === "ascending" ? " ▲" : " ▼"}</span>
      </button>
    </th>
  );
}

interface RowProps {
  row: Row;
  open: boolean;
  columns: number;
  words: Words;
}

function InstanceRow({ row, open: first, columns, words }: RowProps) {
  const [open, setOpen] = useState(first);
  const { instance, name } = row;
  const id = `about-${instance.instance_id}`;
  return (
    <>
      <tr class={`instance ${instance.eligible}`}>
        <th scope="row">
          <button type="button" class="link" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
            {name && <span>{name} </span>}
            <code>{instance.instance_id}</code>
          </button>
        </th>
        <td>
          <span class={`badge ${instance.eligible}`}>{words.eligible[instance.eligible]}</span>
        </td>
        <td>
          <Ticked text={row.reason} />
        </td>
        <td>{row.errors + row.warnings > 0 ? words.counts(row.errors, row.warnings) : "–"}</td>
      </tr>
      {open && (
        <tr class="about-row" id={id}>
          <td colSpan={columns}>
            <dl class="meaning">
              <dt>{words.prediction}</dt>
              <dd>
                <strong class={`level-name ${instance.predicted_consistency}`}>
                  {words.levels[instance.predicted_consistency]}
                </strong>{" "}
                <Ticked text={instance.predicted_why.message} />
              </dd>
              {evidence(row.facts, words).map(([title, value]) => (
                <Fact key={title} title={title} value={value} />
              ))}
            </dl>
            {row.findings.length > 0 ? (
              <Findings findings={row.findings} words={words} />
            ) : (
              <p class="hint">{words.noFindings}</p>
            )}
          </td>
        </tr>
      )}
    </>
  );
}

function Fact({ title, value }: { title: string; value: string }) {
  return (
    <>
      <dt>{title}</dt>
      <dd>{value}</dd>
    </>
  );
}

function download(rows: Row[], words: Words): void {
  const { instance, verdict } = words.fleetColumns;
  const head = [instance, "InstanceName", verdict, words.prediction, words.fleetReason, words.error, words.warning];
  const lines = rows.map((row) => [
    row.instance.instance_id,
    row.name,
    words.eligible[row.instance.eligible] ?? row.instance.eligible,
    words.levels[row.instance.predicted_consistency] ?? row.instance.predicted_consistency,
    row.reason,
    String(row.errors),
    String(row.warnings),
  ]);
  // Spreadsheets know the encoding by its mark.
  save("instances.csv", `\ufeff${toCsv([head, ...lines])}`, "text/csv;charset=utf-8");
}
