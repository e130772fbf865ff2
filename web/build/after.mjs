// After Vite: the service worker with the list of files it keeps, and the page as one file.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const listed = (folder) =>
  readdirSync(join(dist, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? listed(posix.join(folder, entry.name)) : [posix.join(folder, entry.name)],
  );
const files = listed("")
  .filter((name) => name !== "sw.js" && name !== "consnap.html")
  .sort();
const bytes = (name) => readFileSync(join(dist, name));

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
// What only rehearsals and policies need is kept from its first use on: whoever never asks for it never loads it.
const isSecond = (name) => /(rehearsal|policies|shared).*\.wasm$|worker.*\.js$/.test(name);
const kept = JSON.stringify(["./", ...files.filter((name) => !isSecond(name)).map((name) => `./${name}`)]);
const later = JSON.stringify(files.filter(isSecond).map((name) => `./${name}`));
writeFileSync(
  join(dist, "sw.js"),
  `// Keeps the page's own files, and nothing else, so that it works offline after the first visit.
const CACHE = ${JSON.stringify(cache)};
const FILES = ${kept};
const LATER = ${later}.map((name) => new URL(name, self.location).href);
self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  const old = caches.keys().then((names) => names.filter((name) => name.startsWith("consnap-") && name !== CACHE));
  const gone = old.then((names) => Promise.all(names.map((name) => caches.delete(name))));
  event.waitUntil(gone.then(() => self.clients.claim()));
});
self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  event.respondWith(
    caches.open(CACHE).then(async (cache) => {
      const found = await cache.match(event.request, { ignoreSearch: true });
      if (found) return found;
      const response = await fetch(event.request);
      if (response.ok && LATER.includes(address.href)) await cache.put(event.request, response.clone());
      return response;
    }),
  );
});
`,
);

const page = bytes("index.html").toString("utf8");
const script = files.find((name) => /^assets\/index-.*\.js$/.test(name));
const style = files.find((name) => /^assets\/index-.*\.css$/.test(name));
const engine = files.find((name) => /engine_bg.*\.wasm$/.test(name));
const part = (name) => files.find((file) => file.endsWith(".wasm") && file.includes(`consnap_${name}`));
const worker = files.find((name) => /^assets\/worker-.*\.js$/.test(name));
// A closing tag inside a string would end the element.
const code = bytes(script).toString("utf8").replaceAll("</script", "<\\/script");
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
  .replace(/<link rel="(?:manifest|preload)"[^>]*>\s*/g, "")
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
      ]
        .map(([id, name]) => `<script type="application/octet-stream" id="consnap-${id}">${inlined(name)}</script>\n`)
        .join("")}<script type="module">${code}</script>\n</body>`,
  );
if (/(?:src|href)="\.?\/?assets\//.test(single)) throw new Error("consnap.html still refers to other files");
writeFileSync(join(dist, "consnap.html"), single);

const packed = (name) => gzipSync(bytes(name), { level: 9 }).length;
const total = ["index.html", script, style, engine, "icon.svg"].map(packed).reduce((sum, size) => sum + size, 0);
console.log(
  `page: ${Math.round(total / 1000)} kB gzipped of at most 500, consnap.html ${Math.round(single.length / 1000)} kB`,
);
const policies = [part("shared"), part("policies"), worker].map(packed).reduce((sum, size) => sum + size, 0);
console.log(`policies: ${Math.round(policies / 1000)} kB more of at most 350, when they are asked for`);
if (policies > 350_000) throw new Error(`policies: ${policies} bytes gzipped are above the budget of 350000`);
if (total > 500_000) throw new Error(`${total} bytes gzipped are above the budget of 500000`);
