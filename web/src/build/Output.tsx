import { useMemo } from "preact/hooks";
import type { Context } from "../app";
import { exportJob, type Target } from "../engine";
import { neighbour, TARGETS, useMoment } from "../state";

/** The job for every tool: tabs, files, copy and download. */
export function Output({ state, change, words, lang, link }: Context) {
  const answer = useMemo(
    () =>
      exportJob({
        job: state.job,
        platform: state.platform,
        target: state.target,
        link,
        use_separator: state.separator,
        as_of: state.catalogue,
        lang,
      }),
    [state.job, state.platform, state.target, state.separator, state.catalogue, lang, link],
  );
  const files = answer.ok ? answer.value.files : [];
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = neighbour(TARGETS, state.target, step);
    change({ target: next });
    document.getElementById(`target-${next}`)?.focus();
  };
  return (
    <section class="output" aria-label={words.output}>
      <div class="targets" role="tablist" aria-label={words.output} onKeyDown={onKey}>
        {TARGETS.map((target: Target) => (
          <button
            key={target}
            id={`target-${target}`}
            role="tab"
            type="button"
            aria-selected={state.target === target}
            aria-controls="output-files"
            tabIndex={state.target === target ? 0 : -1}
            onClick={() => change({ target })}
          >
            {words.targets[target]}
          </button>
        ))}
      </div>
      <div id="output-files" role="tabpanel" aria-labelledby={`target-${state.target}`}>
        {!answer.ok && <p class="blocked-note">{answer.failure.message}</p>}
        {answer.ok && files.length === 0 && <p class="blocked-note">{words.blockedNote}</p>}
        {files.map((file) => (
          <FileView key={`${state.target} ${file.name}`} name={file.name} content={file.content} words={words} />
        ))}
      </div>
    </section>
  );
}

export function FileView({ name, content, words }: { name: string; content: string; words: Context["words"] }) {
  return (
    <figure class="file">
      <figcaption>
        <span class="file-name">{name}</span>
        <span class="file-tools">
          <FileTools name={name} content={content} words={words} />
        </span>
      </figcaption>
      <pre role="group" tabIndex={0} aria-label={name}>
        <code>
          <Origin content={content} />
        </code>
      </pre>
    </figure>
  );
}

/** Copies a file, or downloads it. */
export function FileTools({ name, content, words }: { name: string; content: string; words: Context["words"] }) {
  const [copied, sayCopied] = useMoment();
  const copy = async () => {
    await navigator.clipboard.writeText(content);
    sayCopied();
  };
  const download = () => {
    const address = URL.createObjectURL(new Blob([content], { type: "text/plain;charset=utf-8" }));
    const anchor = Object.assign(document.createElement("a"), { href: address, download: name });
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  };
  return (
    <>
      <button type="button" class="small" onClick={() => void copy()}>
        {copied ? words.copied : words.copy}
        <span class="hidden"> {name}</span>
      </button>
      <button type="button" class="small quiet" onClick={download}>
        {words.download}
        <span class="hidden"> {name}</span>
      </button>
    </>
  );
}

/** The content, its lines of origin (version, link) kept to one line each on the screen; copies have them whole. */
function Origin({ content }: { content: string }) {
  const lines = content.split(/(?<=\n)/);
  const cut = lines.findIndex(
    (line) => !/^(#!|# consnap|\/\/ consnap|@rem consnap|(#|\/\/|@rem) (https?|file):)/.test(line),
  );
  const head = cut < 0 ? lines : lines.slice(0, cut);
  return (
    <>
      {head.map((line, at) => (
        <span key={at} class="origin">
          {line}
        </span>
      ))}
      {cut < 0 ? "" : lines.slice(cut).join("")}
    </>
  );
}
