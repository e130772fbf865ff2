import { useState } from "preact/hooks";
import type { Context } from "../context";
import type { Finding } from "../engine";
import { Field, type FieldProps } from "./Field";
import { JobDocument } from "./JobDocument";
import { Presets } from "./Presets";
import { isAt, MORE, unshown } from "./places";

interface Props extends Context {
  findings: Finding[];
}

/** The parameters of the job. */
export function Form(props: Props) {
  const { state, words, findings } = props;
  const field = (place: string, kind: FieldProps["kind"], more: Partial<FieldProps> = {}) => (
    <Field key={place} {...props} place={place} kind={kind} findings={findings} {...more} />
  );
  return (
    <>
      <Presets {...props} />
      <JobDocument {...props} />
      <div class="card">
        <h2>{words.essentials}</h2>
        <div class="pair">
          {field("/instance_ram_role", "text", { placeholder: "AppSnapshotRoleName" })}
          {field("/group_name", "text", { placeholder: "nightly-{run}" })}
        </div>
        {field("/required_consistency", "choice", {
          choices: [
            ["application", words.application],
            ["file_system", words.fileSystem],
          ],
        })}
      </div>
      <div class="card">
        <h2>{words.instances}</h2>
        <div class="pair">
          {field("/targets/ids", "lines", { placeholder: "i-bp1…" })}
          {field("/targets/tags", "tags", { placeholder: "app=orders" })}
        </div>
        {field("/regions", "lines", { placeholder: "cn-hangzhou" })}
      </div>
      {state.platform === "linux" ? (
        <div class="card">
          <h2>{words.scripts}</h2>
          <div class="pair">
            {field("/linux/pre_script_path", "text", { placeholder: "/tmp/prescript.sh" })}
            {field("/linux/post_script_path", "text", { placeholder: "/tmp/postscript.sh" })}
          </div>
          <div class="triple">
            {field("/linux/script_timeout_seconds", "number")}
            {field("/linux/freeze_file_systems", "truth")}
            {field("/linux/freeze_timeout_seconds", "number")}
          </div>
        </div>
      ) : (
        <div class="card">
          <h2>{words.vss}</h2>
          {field("/windows/vss_writers", "truth")}
        </div>
      )}
      <More {...props} field={field} />
    </>
  );
}

type MakeField = (place: string, kind: FieldProps["kind"], more?: Partial<FieldProps>) => preact.JSX.Element;

function More({ state, change, words, findings, field }: Props & { field: MakeField }) {
  const [asked, setAsked] = useState(false);
  // What stops the job is never hidden.
  const forced = findings.filter(isAt(MORE)).some((finding) => finding.severity !== "advice" && !finding.accepted);
  const open = asked || forced;
  const others = unshown(state.job, state.platform);
  return (
    <details
      class="card more"
      open={open}
      onToggle={(event) => {
        if (forced) event.currentTarget.open = true;
        else setAsked(event.currentTarget.open);
      }}
    >
      <summary>
        <span class="summary-title">{words.more}</span>
        <small>{words.moreNote}</small>
      </summary>
      {open && (
        <>
          <div class="pair">
            {field("/exclude_disks", "pairs", { placeholder: "i-bp1… d-bp1…" })}
            {field("/description", "text")}
          </div>
          <div class="triple">
            {field("/run/timeout", "number")}
            {field("/run/max_in_flight", "number", { placeholder: "10" })}
            {field("/run/max_errors", "number", { placeholder: "1" })}
          </div>
          <div class="pair">
            {field("/instant_access", "truth")}
            {field("/instant_access_retention_days", "number")}
          </div>
          <label class="tick">
            <input
              type="checkbox"
              checked={state.separator}
              onChange={(event) => change({ separator: event.currentTarget.checked })}
            />{" "}
            {words.separator}
          </label>
        </>
      )}
      {others.length > 0 && (
        <p class="hint">
          {words.unshown} <code>{others.join(", ")}</code>
        </p>
      )}
    </details>
  );
}
