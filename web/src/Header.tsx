import type { Context } from "./context";
import type { Lang } from "./engine";
import { toLink } from "./link";
import { AREAS, neighbour, type Theme } from "./state";
import { useCopy } from "./useCopy";
import type { Work } from "./useWork";
import type { Words } from "./words";

const THEMES: Theme[] = ["auto", "light", "dark"];

interface Props extends Context {
  /** The address of the page without its fragment; none for a file. */
  page: string | undefined;
  work: Work;
  theme: Theme;
  onLang: (lang: Lang) => void;
  onTheme: (theme: Theme) => void;
}

export function Header(props: Props) {
  const { state, change, lang, words, theme, onLang, onTheme } = props;
  const onTabKey = (event: KeyboardEvent) => {
    const next =
      { Home: AREAS[0], End: AREAS.at(-1) }[event.key] ??
      (event.key === "ArrowRight" || event.key === "ArrowLeft"
        ? neighbour(AREAS, state.area, event.key === "ArrowRight" ? 1 : -1)
        : undefined);
    if (!next) return;
    event.preventDefault();
    change({ area: next });
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <header class="top">
      <div class="top-inner">
        <div class="brand">
          <Mark />
          <span class="name">consnap</span>
          <span class="tagline">{words.tagline}</span>
        </div>
        <div class="settings">
          <label>
            <span class="hidden">{words.language}</span>
            <select value={lang} onChange={(event) => onLang(event.currentTarget.value as Lang)}>
              <option value="en">English</option>
              <option value="zh">简体中文</option>
            </select>
          </label>
          <label>
            <span class="hidden">{words.theme}</span>
            <select value={theme} onChange={(event) => onTheme(event.currentTarget.value as Theme)}>
              {THEMES.map((name) => (
                <option key={name} value={name}>
                  {words.themes[name]}
                </option>
              ))}
            </select>
          </label>
        </div>
      </div>
      <div class="top-inner tabs-row">
        <div class="tabs" role="tablist" aria-label="consnap" onKeyDown={onTabKey}>
          {AREAS.map((area) => (
            <button
              key={area}
              id={`tab-${area}`}
              role="tab"
              type="button"
              aria-selected={state.area === area}
              aria-controls="area"
              tabIndex={state.area === area ? 0 : -1}
              onClick={() => change({ area })}
            >
              {words.areas[area]}
            </button>
          ))}
        </div>
        <Tools {...props} />
      </div>
    </header>
  );
}

function Tools({ work, words, state, page }: Props) {
  const [copied, copy] = useCopy();
  // The path of a file is nobody else's business, and leads nobody else there.
  const share = async () => copy((page ?? "consnap.html") + (await toLink(state)).fragment);
  return (
    <div class="tools">
      <button type="button" class="quiet" disabled={!work.undo} onClick={work.undo}>
        {words.undo}
      </button>
      <button type="button" class="quiet" disabled={!work.redo} onClick={work.redo}>
        {words.redo}
      </button>
      <button id="share" type="button" class="quiet" onClick={() => void share()}>
        {copied === "copied" ? words.shared : words.share}
      </button>
      <button type="button" class="quiet" onClick={work.startOver}>
        {words.reset}
      </button>
      <Earlier work={work} words={words} />
      <div class={copied === "refused" ? "said" : "hidden"} role="status">
        {copied && (copied === "copied" ? words.shared : words.copyRefused)}
      </div>
    </div>
  );
}

/** The drafts that the browser keeps beside this one. */
function Earlier({ work, words }: { work: Work; words: Words }) {
  const drafts = work.earlier();
  if (drafts.length === 0) return null;
  return (
    <label>
      <span class="hidden">{words.earlier}</span>
      <select
        class="earlier"
        value=""
        onChange={(event) => {
          const chosen = drafts.find(({ id }) => id === event.currentTarget.value);
          if (chosen) work.open(chosen);
          event.currentTarget.value = "";
        }}
      >
        <option value="">{words.earlier}</option>
        {drafts.map(({ id, at, state }) => (
          <option key={id} value={id}>
            {`${String(state.job.group_name ?? "–")} · ${new Date(at).toLocaleString(document.documentElement.lang)}`}
          </option>
        ))}
      </select>
    </label>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <rect width="32" height="32" rx="7" class="mark-back" />
      <g fill="none" class="mark-line" stroke-width="2.4" stroke-linecap="round">
        <ellipse cx="16" cy="9.5" rx="8" ry="3" />
        <path d="M8 9.5v12.5c0 1.7 3.6 3 8 3s8-1.3 8-3V9.5" />
        <path d="m12.4 17.2 2.6 2.6 4.8-5" />
      </g>
    </svg>
  );
}
