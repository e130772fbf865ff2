import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Area } from "./Area";
import type { Context } from "./context";
import { ErrorBoundary } from "./ErrorBoundary";
import { type Lang, version } from "./engine";
import { Header } from "./Header";
import { Notices } from "./Notices";
import type { Opening } from "./opening";
import { usePolicies } from "./policies/usePolicies";
import { memory, preferredTheme } from "./preferences";
import type { Theme } from "./state";
import { useUpdate } from "./useUpdate";
import { useWork } from "./useWork";
import { loadWords, type Words } from "./words";

/** The address of the page without its fragment; none for a file. */
const ADDRESS = location.protocol === "file:" ? undefined : location.href.split("#")[0];

interface Spoken {
  lang: Lang;
  words: Words;
}

export function App({ opening, today, first }: { opening: Opening; today: string; first: Spoken }) {
  const work = useWork(opening, today);
  const { state, change } = work;
  const [{ lang, words }, setSpoken] = useState(first);
  const [theme, setTheme] = useState<Theme>(preferredTheme);
  const main = useRef<HTMLElement>(null);
  const update = useUpdate();
  const standing = usePolicies(state, today, lang);
  const title = words.areas[state.area];

  useEffect(() => {
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
    document.title = `consnap – ${title}`;
  }, [lang, title]);
  useEffect(() => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    memory.set("consnap.theme", theme === "auto" ? undefined : theme);
  }, [theme]);
  const speak = useCallback((next: Lang) => {
    const set = (loaded: Words) => {
      setSpoken({ lang: next, words: loaded });
      memory.set("consnap.lang", next);
    };
    // Where the other language cannot be loaded, this one stays.
    loadWords(next).then(set, () => setSpoken((now) => ({ ...now })));
  }, []);

  const context: Context = {
    state,
    change,
    lang,
    words,
    address: work.link && ADDRESS && ADDRESS + work.link.fragment,
    damaged: work.notice === "damaged",
    standing,
    today,
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
      <Header {...context} page={ADDRESS} work={work} theme={theme} onLang={speak} onTheme={setTheme} />
      <main id="main" ref={main} tabIndex={-1}>
        <Notices work={work} words={words} update={update} />
        <div id="area" role="tabpanel" aria-labelledby={`tab-${state.area}`}>
          <ErrorBoundary words={words} of={state}>
            <Area {...context} withoutPolicies={work.link?.withoutPolicies ?? false} />
          </ErrorBoundary>
        </div>
      </main>
      <footer>
        <p>{words.privacy}</p>
        <p>
          {words.footer(version(), today)} · {words.unverified}
        </p>
      </footer>
    </>
  );
}
