import type { Context } from "../context";
import { save } from "../copy";
import type { Answer, ExportOutput, Target } from "../engine";
import { neighbour, TARGETS } from "../state";
import { useCopy } from "../useCopy";

interface Props extends Context {
  exported: Answer<ExportOutput>;
  /** Called when a file was copied or downloaded. */
  onTaken: () => void;
}

/** The job for every tool: tabs, files, copy and download. */
export function Output({ state, change, words, damaged, exported, onTaken }: Props) {
  const onKey = (event: KeyboardEvent) => {
    const next =
      { Home: TARGETS[0], End: TARGETS.at(-1) }[event.key] ??
      (event.key === "ArrowRight" || event.key === "ArrowLeft"
        ? neighbour(TARGETS, state.target, event.key === "ArrowRight" ? 1 : -1)
        : undefined);
    if (!next) return;
    event.preventDefault();
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
        {damaged ? (
          <p class="blocked-note">{words.linkDamaged}</p>
        ) : (
          exported.either(
            ({ files }) =>
              files.length === 0 ? (
                <p class="blocked-note">{words.blockedNote}</p>
              ) : (
                files.map(({ name, content }) => (
                  <FileView
                    key={`${state.target} ${name}`}
                    name={name}
                    content={content}
                    words={words}
                    onTaken={onTaken}
                  />
                ))
              ),
            (failure) => <p class="blocked-note">{failure.message}</p>,
          )
        )}
      </div>
    </section>
  );
}

interface FileProps {
  name: string;
  content: string;
  words: Context["words"];
  onTaken?: () => void;
}

export function FileView(props: FileProps) {
  const { name, content } = props;
  return (
    <figure class="file">
      <figcaption>
        <span class="file-name">{name}</span>
        <span class="file-tools">
          <FileTools {...props} />
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
export function FileTools({ name, content, words, onTaken }: FileProps) {
  const [copied, copy] = useCopy();
  const download = () => {
    save(name, content);
    onTaken?.();
  };
  const take = async () => {
    await copy(content);
    onTaken?.();
  };
  return (
    <>
      <button type="button" class="small" onClick={() => void take()}>
        {copied === "copied" ? words.copied : words.copy}
        <span class="hidden"> {name}</span>
      </button>
      <button type="button" class="small quiet" onClick={download}>
        {words.download}
        <span class="hidden"> {name}</span>
      </button>
      <span class={copied === "refused" ? "said" : "hidden"} role="status">
        {copied && (copied === "copied" ? words.copied : words.copyRefused)}
      </span>
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
      {cut >= 0 && <Parameters text={lines.slice(cut).join("")} />}
    </>
  );
}

/** Text whose parameters of the plug-in are not broken after their dash. */
function Parameters({ text }: { text: string }) {
  return (
    <>
      {text.split(/(?<=[,=])(?=-[A-Z])/).map((part, at) => (
        <span key={at} class="token">
          {part}
        </span>
      ))}
    </>
  );
}
