// The maintained pack, as it stands in `policies/` when the page is built.
const TEXTS = import.meta.glob<string>("../../../policies/*.yaml", { query: "?raw", import: "default", eager: true });

/** Name, as the file has it, and text. */
export const STARTERS: [string, string][] = Object.entries(TEXTS)
  .map(([path, text]): [string, string] => [path.replace(/^.*\/|\.yaml$/g, ""), text])
  .sort(([a], [b]) => (a < b ? -1 : 1));
