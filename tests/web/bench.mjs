// Start, response and transfer of the page on loopback, measured in the page.
import { readFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { dist, keptOffline, launch, open, serve } from "./browser.mjs";

const ROUNDS = 15;
const sorted = (numbers) => numbers.toSorted((a, b) => a - b);
const median = (numbers) => sorted(numbers)[Math.floor(numbers.length / 2)];

const browser = await launch();
const server = await serve();
const [ready, drawn] = [[], []];
let responses = [];
for (let round = 0; round < ROUNDS; round += 1) {
  const { context, page } = await open(browser, server.address, { serviceWorkers: "block" });
  const at = (name) => page.evaluate((mark) => performance.getEntriesByName(mark)[0].startTime, name);
  ready.push(await at("consnap-engine"));
  drawn.push(await at("consnap-ready"));
  if (round === ROUNDS - 1) {
    responses = await page.evaluate(async () => {
      const input = document.getElementById("field-group_name");
      const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
      const nextTask = () =>
        new Promise((go) => {
          const channel = new MessageChannel();
          channel.port1.onmessage = go;
          channel.port2.postMessage(0);
        });
      const times = [];
      for (let at = 0; at < 120; at += 1) {
        const name = `bench-${String(at)}`;
        const start = performance.now();
        set.call(input, name);
        input.dispatchEvent(new Event("input", { bubbles: true }));
        while (!document.querySelector("#output-files pre").textContent.includes(name)) await nextTask();
        times.push(performance.now() - start);
      }
      return times.slice(20);
    });
  }
  await context.close();
}

// What a first visit fetches, the service worker included, as a host that compresses would send it.
const visited = await serve();
const { context, page } = await open(browser, visited.address);
await keptOffline(page);
const packed = (path) => gzipSync(readFileSync(join(dist, path === "/" ? "index.html" : path)), { level: 9 }).length;
const transferred = [...new Set(visited.asked)].reduce((sum, path) => sum + packed(path), 0);
visited.asked.length = 0;
await page.click("#tab-rehearse");
await page.locator("button.primary").click();
await page.waitForSelector("tbody tr");
const rehearsal = [...new Set(visited.asked)].reduce((sum, path) => sum + packed(path), 0);
await context.close();
await Promise.all([browser.close(), server.close(), visited.close()]);

const rows = [
  ["engine ready after navigation", median(ready), sorted(ready)[0], 150, "ms"],
  ["page drawn after navigation", median(drawn), sorted(drawn)[0], undefined, "ms"],
  ["input to updated output", median(responses), sorted(responses)[0], 8, "ms"],
  ["transfer of a first visit", transferred / 1000, undefined, 500, "kB"],
  ["more for a rehearsal", rehearsal / 1000, undefined, undefined, "kB"],
];
const load = loadavg()[0].toFixed(1);
console.log(`load of the machine: ${load}\n\n| measured | median | best | goal | held |\n|---|---|---|---|---|`);
for (const [name, took, best, goal, unit] of rows) {
  const held = goal === undefined ? "" : took < goal ? "yes" : "NO";
  const least = best === undefined ? "" : `${best.toFixed(1)} ${unit}`;
  const wanted = goal === undefined ? "" : `< ${goal} ${unit}`;
  console.log(`| ${[name, `${took.toFixed(1)} ${unit}`, least, wanted, held].join(" | ")} |`);
}
if (rows.some(([, took, , goal]) => goal !== undefined && took >= goal)) process.exitCode = 1;
