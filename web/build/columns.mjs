// No line is longer than 120 columns: the formatter breaks code, and leaves texts and comments as they are.
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";

const WIDTH = 120;
const root = fileURLToPath(new URL("../..", import.meta.url));
const kinds = new Set([".ts", ".tsx", ".mjs", ".js", ".css", ".html", ".svg"]);
const left = new Set(["node_modules", "dist"]);

const files = (folder) =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (left.has(entry.name)) return [];
    const name = join(folder, entry.name);
    return entry.isDirectory() ? files(name) : kinds.has(extname(name)) ? [name] : [];
  });

let long = 0;
for (const name of ["web", "tests/web", "bindings-wasm/package"].flatMap(files)) {
  for (const [at, line] of readFileSync(join(root, name), "utf8").split("\n").entries()) {
    const columns = [...line].length;
    if (columns <= WIDTH) continue;
    long += 1;
    console.error(`${name}:${at + 1}: ${columns} columns, at most ${WIDTH}`);
  }
}
process.exitCode = long > 0 ? 1 : 0;
