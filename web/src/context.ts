import type { Lang } from "./engine";
import type { Standing } from "./policies/usePolicies";
import type { Work } from "./useWork";
import type { Words } from "./words";

/** What every part of the page gets. */
export interface Context extends Pick<Work, "state" | "change"> {
  lang: Lang;
  words: Words;
  /** The address of what is shown; nothing where the page is a file, whose path is nobody else's business. */
  address: string | undefined;
  /** The link that the address holds could not be read. */
  damaged: boolean;
  /** What the policies say of the job. */
  standing: Standing;
  /** The day of the newest facts. */
  today: string;
}
