import type { Lang } from "./engine";
import type { Words } from "./words/en";

export type { Words };

/** The words of a language: whoever reads one does not load the other. */
export const loadWords = async (lang: Lang): Promise<Words> =>
  lang === "zh" ? (await import("./words/zh")).zh : (await import("./words/en")).en;
