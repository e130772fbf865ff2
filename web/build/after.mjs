// After Vite: the service worker with the list of files it keeps, and the page as one file.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

/** Bytes that a first visit may have, gzipped. */
const BUDGET = 468_000;

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const listed = (folder) =>
  readdirSync(join(dist, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? listed(posix.join(folder, entry.name)) : [posix.join(folder, entry.name)],
  );
const bytes = (name) => readFileSync(join(dist, name));
// What goes into the single file was built on its own, in one piece; the modules of WebAssembly are the same.
// A closing tag inside a string would end the element of its script.
const whole = listed("single").find((name) => /^single\/assets\/index-.*\.js$/.test(name));
const code = bytes(whole).toString("utf8").replaceAll("</script", "<\\/script");
rmSync(join(dist, "single"), { recursive: true });
const files = listed("")
  .filter((name) => name !== "sw.js" && name !== "consnap.html")
  .sort();

// The engine is fetched while the script is still on its way.
const preload = files.find((name) => /engine_bg.*\.wasm$/.test(name));
writeFileSync(
  join(dist, "index.html"),
  bytes("index.html")
    .toString("utf8")
    .replace(
      "</title>",
      `</title>\n    <link rel="preload" href="./${preload}" as="fetch" type="application/wasm" crossorigin />`,
    ),
);

const digest = createHash("sha256");
for (const name of files) digest.update(name).update(bytes(name));
const cache = `consnap-${digest.digest("hex").slice(0, 16)}`;
// What only some areas and one language need is kept from its first use on: whoever never asks for it never loads it.
const named = [
  ...bytes("index.html")
    .toString("utf8")
    .matchAll(/="\.\/(assets\/[^"]+)"/g),
].map(([, name]) => name);
const isFirst = (name) => !name.startsWith("assets/") || named.includes(name);
const isSecond = (name) => !isFirst(name);
const kept = JSON.stringify(["./", ...files.filter((name) => !isSecond(name)).map((name) => `./${name}`)]);
const later = JSON.stringify(files.filter(isSecond).map((name) => `./${name}`));
writeFileSync(
  join(dist, "sw.js"),
  `// Keeps the page's own files, and nothing else, so that it works offline after the first visit. A new version waits
// until somebody asks for it; tabs that still show the version before find its files as long as nothing newer came.
const CACHE = ${JSON.stringify(cache)};
const FILES = ${kept};
const LATER = ${later}.map((name) => new URL(name, self.location).href);
self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)));
});
// What a page loaded before this worker was there is kept as well.
async function keep(addresses) {
  const cache = await caches.open(CACHE);
  for (const address of LATER.filter((own) => addresses.includes(own)))
    if (!(await cache.match(address))) await cache.add(address);
}
self.addEventListener("message", (event) => {
  if (event.data === "take over") self.skipWaiting();
  else if (Array.isArray(event.data?.keep)) event.waitUntil(keep(event.data.keep));
});
async function activate() {
  const others = (await caches.keys()).filter((name) => name.startsWith("consnap-") && name !== CACHE);
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
  await self.clients.claim();
}
self.addEventListener("activate", (event) => event.waitUntil(activate()));
async function answer(request) {
  const cache = await caches.open(CACHE);
  const found = await cache.match(request, { ignoreSearch: true });
  if (found) return found;
  const before = request.mode === "navigate" ? undefined : await caches.match(request);
  if (before) return before;
  const response = await fetch(request);
  if (response.ok && LATER.includes(request.url)) await cache.put(request, response.clone());
  return response;
}
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  event.respondWith(answer(event.request));
});
`,
);

const page = bytes("index.html").toString("utf8");
const style = files.find((name) => /^assets\/index-.*\.css$/.test(name));
const engine = files.find((name) => /engine_bg.*\.wasm$/.test(name));
const part = (name) => files.find((file) => file.endsWith(".wasm") && file.includes(`consnap_${name}`));
const fleetWorker = files.find((name) => /^assets\/fleetWorker-.*\.js$/.test(name));
const worker = files.find((name) => /^assets\/worker-.*\.js$/.test(name));
const css = bytes(style).toString("utf8");
const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const inlined = (name) => gzipSync(bytes(name), { level: 9 }).toString("base64");
const icon = `data:image/svg+xml;base64,${bytes("icon.svg").toString("base64")}`;
const policy = [
  "default-src 'none'",
  `script-src ${hash(code)} 'wasm-unsafe-eval'`,
  `style-src ${hash(css)}`,
  "img-src data:",
  "worker-src blob:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");
const single = page
  .replace(/content="default-src[^"]*"/, () => `content="${policy}"`)
  .replace(/<link rel="(?:manifest|preload|modulepreload)"[^>]*>\s*/g, "")
  .replace(/href="\.\/icon\.svg"/, () => `href="${icon}"`)
  .replace(/<link rel="stylesheet"[^>]*>\s*/, () => `<style>${css}</style>`)
  .replace(/<script type="module"[^>]*><\/script>\s*/, "")
  .replace(
    "</body>",
    () =>
      `${[
        ["engine", engine],
        ["shared", part("shared")],
        ["rehearsal", part("rehearsal")],
        ["policies", part("policies")],
        ["worker", worker],
        ["facts", fleetWorker],
      ]
        .map(([id, name]) => `<script type="application/octet-stream" id="consnap-${id}">${inlined(name)}</script>\n`)
        .join("")}<script type="module">${code}</script>\n</body>`,
  );
if (/(?:src|href)="\.?\/?assets\//.test(single)) throw new Error("consnap.html still refers to other files");
writeFileSync(join(dist, "consnap.html"), single);

const packed = (name) => gzipSync(bytes(name), { level: 9 }).length;
const languages = files.filter((name) => /^assets\/(en|zh)-.*\.js$/.test(name)).map(packed);
const first = ["sw.js", ...files.filter(isFirst)].map(packed);
const total = first.reduce((sum, size) => sum + size, Math.max(...languages));
const kilo = (size) => Math.round(size / 1000);
console.log(`page: ${kilo(total)} kB gzipped of at most ${kilo(BUDGET)}, consnap.html ${kilo(single.length)} kB`);
const policies = [part("shared"), part("policies"), worker].map(packed).reduce((sum, size) => sum + size, 0);
console.log(`policies: ${Math.round(policies / 1000)} kB more of at most 325, when they are asked for`);
if (policies > 325_000) throw new Error(`policies: ${policies} bytes gzipped are above the budget of 325000`);
if (total > BUDGET) throw new Error(`${total} bytes gzipped are above the budget of ${BUDGET}`);
