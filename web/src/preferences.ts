// What the browser keeps of a visit: language, theme, drafts.
import type { Lang } from "./engine";
import type { Theme } from "./state";

/** The browser may forbid storage; the page works without it. */
export const memory = {
  get(key: string): string | undefined {
    try {
      return localStorage.getItem(key) ?? undefined;
    } catch {
      return undefined;
    }
  },
  /** Whether it was kept. */
  set(key: string, value: string | undefined): boolean {
    try {
      if (value === undefined) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
      return true;
    } catch {
      return false;
    }
  },
};

export function preferredLang(): Lang {
  const kept = memory.get("consnap.lang");
  if (kept === "en" || kept === "zh") return kept;
  return navigator.languages
    .find((lang) => /^(en|zh)\b/i.test(lang))
    ?.toLowerCase()
    .startsWith("zh")
    ? "zh"
    : "en";
}

export function preferredTheme(): Theme {
  const kept = memory.get("consnap.theme");
  return kept === "light" || kept === "dark" ? kept : "auto";
}
