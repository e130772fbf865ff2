import { useEffect, useRef, useState } from "preact/hooks";
import type { Context } from "../context";
import type { Job, Platform } from "../engine";
import { readText, writeText } from "../policies/text";
import { FileTools } from "./Output";

/** Bytes of the largest file that is taken. */
const MOST_BYTES = 1 << 20;
/** While somebody types, nothing is read. */
const PAUSE_MILLISECONDS = 250;

/** The members of a job in the order in which people write them; others follow. */
const ORDER = [
  "version",
  "regions",
  "targets",
  "instance_ram_role",
  "group_name",
  "description",
  "required_consistency",
  "linux",
  "windows",
  "exclude_disks",
  "instant_access",
  "instant_access_retention_days",
  "run",
  "accept",
];

function inOrder(job: Job): Job {
  const place = (key: string) => (ORDER.includes(key) ? ORDER.indexOf(key) : ORDER.length);
  return Object.fromEntries(Object.entries(job).sort(([a], [b]) => place(a) - place(b)));
}

/** A document with one section is for its platform. */
const platformOf = (job: Job, now: Platform): Platform =>
  "windows" in job === "linux" in job ? now : "windows" in job ? "windows" : "linux";

/** The job as its document: one of somebody's own is typed, pasted, chosen or dropped, and goes out as YAML. */
export function JobDocument({ state, change, words }: Context) {
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState<string>();
  const [over, setOver] = useState(false);
  /** The job that the text stands for. */
  const told = useRef<Job | undefined>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const round = useRef(0);
  const { job } = state;
  useEffect(() => {
    if (!open || told.current === job) return;
    told.current = job;
    void writeText(inOrder(job)).then((written) => {
      if (written === undefined || told.current !== job) return;
      setText(written);
      setWrong(undefined);
    });
  }, [open, job]);

  const take = async (typed: string, step?: "step") => {
    round.current += 1;
    const now = round.current;
    const read = await readText(typed);
    if (now !== round.current) return;
    if (read === "failed") setWrong(words.documentFailed);
    else if ("unreadable" in read) {
      const { line, reason } = read.unreadable;
      const said = typeof reason === "string" ? words.policyCannotKeep[reason] : reason.said;
      setWrong(`${line > 0 ? `${words.line(line)}: ` : ""}${said}`);
    } else if (typeof read.value !== "object" || read.value === null || Array.isArray(read.value))
      setWrong(words.documentNoJob);
    else {
      const next = read.value as Job;
      setWrong(undefined);
      told.current = next;
      change({ job: next, preset: "", platform: platformOf(next, state.platform) }, step);
    }
  };
  const type = (typed: string) => {
    setText(typed);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void take(typed), PAUSE_MILLISECONDS);
  };
  const file = async (files: FileList | null | undefined) => {
    const chosen = files?.[0];
    if (!chosen) return;
    if (files.length > 1) setWrong(words.policyOneFile);
    else if (chosen.size > MOST_BYTES) setWrong(words.policyTooLarge);
    else {
      try {
        const read = new TextDecoder("utf-8", { fatal: true }).decode(await chosen.arrayBuffer());
        setText(read);
        await take(read, "step");
      } catch {
        setWrong(words.policyNoText);
      }
    }
  };
  return (
    <details class="card document" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span class="summary-title">{words.document}</span>
        <small>{words.documentNote}</small>
      </summary>
      {open && (
        <div class="field">
          <label for="job-text">{words.documentText}</label>
          <textarea
            id="job-text"
            class={`mono ${over ? "over" : ""}`}
            rows={16}
            spellcheck={false}
            autocomplete="off"
            autocapitalize="off"
            value={text}
            aria-invalid={wrong !== undefined}
            aria-describedby="job-text-wrong"
            onInput={(event) => type(event.currentTarget.value)}
            onDragOver={(event) => {
              if (!event.dataTransfer?.types.includes("Files")) return;
              event.preventDefault();
              setOver(true);
            }}
            onDragLeave={() => setOver(false)}
            onDrop={(event) => {
              if (!event.dataTransfer?.files.length) return;
              event.preventDefault();
              setOver(false);
              void file(event.dataTransfer.files);
            }}
          />
          <div id="job-text-wrong" role="alert">
            {wrong && (
              <p class="blocked-note">
                {words.documentWrong} {wrong}
              </p>
            )}
          </div>
          <div class="document-tools">
            <label class="small upload">
              <input
                type="file"
                accept=".yaml,.yml,.json"
                onChange={(event) => {
                  const input = event.currentTarget;
                  void file(input.files).then(() => {
                    input.value = "";
                  });
                }}
              />
              <span>{words.policyUpload}</span>
            </label>
            {!wrong && <FileTools name="job.yaml" content={text} words={words} />}
          </div>
        </div>
      )}
    </details>
  );
}
