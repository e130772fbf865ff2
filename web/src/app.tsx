import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Build } from "./build/Build";
import { catalogueDate, type Lang, loadRehearsal, version } from "./engine";
import { Explain } from "./explain/Explain";
import { Facts } from "./facts/Facts";
import { Policies } from "./policies/Policies";
import { type Standing, usePolicies } from "./policies/usePolicies";
import { Rehearse } from "./rehearse/Rehearse";
import {
  AREAS,
  type Area,
  fromFragment,
  initial,
  memory,
  neighbour,
  preferredLang,
  preferredTheme,
  readDraft,
  type State,
  type Theme,
  toLink,
  useMoment,
  writeDraft,
} from "./state";
import { WORDS, type Words } from "./words";

/** What every part of the page gets. */
export interface Context {
  state: State;
  change: (part: Partial<State>) => void;
  lang: Lang;
  words: Words;
  link: string;
  /** What the policies say of the job. */
  standing: Standing;
}

export function App() {
  const today = useMemo(catalogueDate, []);
  const [state, setState] = useState<State>(() => fromFragment(location.hash) ?? readDraft() ?? initial(today));
  const [lang, setLang] = useState<Lang>(preferredLang);
  const [theme, setTheme] = useState<Theme>(preferredTheme);
  const [shared, sayShared] = useMoment();
  // What reads replies of the API is a module of its own: it comes when its area is entered.
  const [reader, setReader] = useState<"absent" | "there" | "failed">("absent");
  useEffect(() => {
    if (state.area !== "facts" || reader !== "absent") return;
    loadRehearsal().then(
      () => setReader("there"),
      () => setReader("failed"),
    );
  }, [state.area, reader]);
  const main = useRef<HTMLElement>(null);
  const words = WORDS[lang];
  const change = useCallback((part: Partial<State>) => setState((old) => ({ ...old, ...part })), []);
  const fragment = toLink(state);
  const standing = usePolicies(state, today, lang, words);

  useEffect(() => {
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
    document.title = `consnap – ${words.areas[state.area]}`;
  }, [lang, state.area]);
  useEffect(() => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    memory.set("consnap.theme", theme === "auto" ? undefined : theme);
  }, [theme]);
  useEffect(() => {
    // Browsers take only so many changes of the address in a while: not one a keystroke.
    const timer = setTimeout(() => {
      history.replaceState(null, "", fragment);
      writeDraft(state);
    }, 200);
    return () => clearTimeout(timer);
  }, [fragment, state.policies]);
  useEffect(() => {
    const keep = () => writeDraft(state);
    addEventListener("pagehide", keep);
    return () => removeEventListener("pagehide", keep);
  }, [state]);
  useEffect(() => {
    const follow = () => {
      const next = fromFragment(location.hash);
      if (next) setState(next);
    };
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);

  const link = location.href.split("#")[0] + fragment;
  const context: Context = { state, change, lang, words, link, standing };
  const share = async () => {
    await navigator.clipboard.writeText(link);
    sayShared();
  };
  const reset = () => {
    writeDraft(undefined);
    setState({ ...initial(today), area: state.area });
  };
  const onTabKey = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = neighbour(AREAS, state.area, step);
    change({ area: next });
    document.getElementById(`tab-${next}`)?.focus();
  };

  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {words.skip}
      </a>
      <header class="top">
        <div class="top-inner">
          <div class="brand">
            <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
              <rect width="32" height="32" rx="7" class="mark-back" />
              <g fill="none" class="mark-line" stroke-width="2.4" stroke-linecap="round">
                <ellipse cx="16" cy="9.5" rx="8" ry="3" />
                <path d="M8 9.5v12.5c0 1.7 3.6 3 8 3s8-1.3 8-3V9.5" />
                <path d="m12.4 17.2 2.6 2.6 4.8-5" />
              </g>
            </svg>
            <span class="name">consnap</span>
            <span class="tagline">{words.tagline}</span>
          </div>
          <div class="settings">
            <label>
              <span class="hidden">{words.language}</span>
              <select
                value={lang}
                onChange={(event) => {
                  const next = event.currentTarget.value as Lang;
                  setLang(next);
                  memory.set("consnap.lang", next);
                }}
              >
                <option value="en">English</option>
                <option value="zh">简体中文</option>
              </select>
            </label>
            <label>
              <span class="hidden">{words.theme}</span>
              <select value={theme} onChange={(event) => setTheme(event.currentTarget.value as Theme)}>
                {(["auto", "light", "dark"] as Theme[]).map((name) => (
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
            {AREAS.map((area: Area) => (
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
          <div class="tools">
            <button type="button" class="quiet" onClick={() => void share()}>
              {shared ? words.shared : words.share}
            </button>
            <button type="button" class="quiet" onClick={reset}>
              {words.reset}
            </button>
          </div>
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <div id="area" role="tabpanel" aria-labelledby={`tab-${state.area}`}>
          {state.area === "build" && <Build {...context} today={today} />}
          {state.area === "facts" && reader === "there" && <Facts {...context} />}
          {state.area === "facts" && reader !== "there" && (
            <p class="empty" role="status">
              {reader === "failed" ? words.readerFailed : words.readerLoading}
            </p>
          )}
          {state.area === "policies" && <Policies {...context} />}
          {state.area === "explain" && <Explain {...context} />}
          {state.area === "rehearse" && <Rehearse {...context} />}
        </div>
      </main>
      <footer>
        <p>{words.privacy}</p>
        <p>
          {words.footer(version(), today)} · {words.unverified}
        </p>
      </footer>
      <div class="hidden" role="status">
        {shared ? words.shared : ""}
      </div>
    </>
  );
}
