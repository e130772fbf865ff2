// The built page in Debian's Chromium, from a loopback server that counts what is asked of it.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
export const { chromium } = require("playwright-core");
export const axeSource = require.resolve("axe-core/axe.min.js");
export const dist = fileURLToPath(new URL("../../web/dist", import.meta.url));

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".webmanifest": "application/manifest+json",
};

/** Serves the built page, below a folder if one is given; `asked` lists every path that was requested. */
export async function serve({ below = "", types = TYPES } = {}) {
  const asked = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    asked.push(path);
    const own = path.startsWith(`${below}/`) ? path.slice(below.length) : "/none";
    const file = join(dist, normalize(own === "/" ? "/index.html" : own));
    if (!file.startsWith(dist) || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      "content-type": types[extname(file)] ?? "application/octet-stream",
      "cache-control": "no-cache",
    });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}${below}/`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--headless",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });

/** Slows the processor of a page down, `SLOWED` times: what holds only on a fast machine shows itself. */
async function slowed(page) {
  const rate = Number(process.env.SLOWED ?? 1);
  if (rate > 1) await (await page.context().newCDPSession(page)).send("Emulation.setCPUThrottlingRate", { rate });
}

/** A page that fails the test on any error, any blocked load and any request beyond its own server. */
export async function open(browser, address, options = {}) {
  const context = await browser.newContext({
    permissions: ["clipboard-read", "clipboard-write"],
    acceptDownloads: true,
    ...options,
  });
  context.setDefaultTimeout(30_000); // a step that hangs says which it is; a slow machine is none
  const page = await context.newPage();
  await slowed(page);
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") wrong.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(address.split("#")[0]) && !/^(data|blob):/.test(url)) wrong.push(`request: ${url}`);
  });
  await page.goto(address);
  await page.waitForSelector("html[data-ready]", { state: "attached" }).catch((error) => {
    throw new Error(`the page did not start: ${wrong.join("; ")}`, { cause: error });
  });
  return { context, page, wrong };
}

/** Waits for a promise of the page: to `waitForFunction` the promise itself is true. */
async function until(page, holds) {
  const end = Date.now() + 30_000;
  while (!(await page.evaluate(holds))) {
    if (Date.now() > end) throw new Error(`never came true: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits until the page works offline: a service worker answers it and has kept all that the page has loaded. */
export const keptOffline = (page) =>
  until(page, async () => {
    const loaded = performance.getEntriesByType("resource").filter(({ name }) => /\/assets\//.test(name));
    const kept = await Promise.all(["./", ...loaded.map(({ name }) => name)].map((name) => caches.match(name)));
    return navigator.serviceWorker.controller !== null && kept.every(Boolean);
  });

export const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

/** Presses a copy button, and gives what is on the clipboard once the button says so. */
export async function copied(page, button, said) {
  await page.evaluate(() => navigator.clipboard.writeText(""));
  await button.click();
  await until(page, async () => (await navigator.clipboard.readText()) !== "");
  await button.filter({ hasText: said }).waitFor();
  return clipboard(page);
}

/** Comes back when nothing fades or moves any more: a colour on its way is no colour to judge. */
export const still = (page) =>
  until(
    page,
    () =>
      new Promise((resolve) => {
        requestAnimationFrame(() =>
          requestAnimationFrame(() => resolve(document.getAnimations().every((one) => one.playState !== "running"))),
        );
      }),
  );
