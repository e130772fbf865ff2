// Start and response time of the page on loopback, measured in the page.
import { launch, open, serve } from "./browser.mjs";

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const [browser, server] = await Promise.all([launch(), serve()]);
const ready = [];
let responses = [];
for (let round = 0; round < 9; round += 1) {
  const { context, page } = await open(browser, server.address, { serviceWorkers: "block" });
  ready.push(await page.evaluate(() => performance.getEntriesByName("consnap-ready")[0].startTime));
  if (round === 8) {
    responses = await page.evaluate(async () => {
      const input = document.getElementById("field-group_name");
      const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
      const times = [];
      for (let at = 0; at < 60; at += 1) {
        const name = `bench-${String(at)}`;
        const start = performance.now();
        set.call(input, name);
        input.dispatchEvent(new Event("input", { bubbles: true }));
        while (!document.querySelector("#output-files pre").textContent.includes(name)) await Promise.resolve().then(() => new Promise((go) => { const channel = new MessageChannel(); channel.port1.onmessage = go; channel.port2.postMessage(0); }));
        times.push(performance.now() - start);
      }
      return times.slice(10);
    });
  }
  await context.close();
}
await browser.close();
await server.close();
const rows = [["engine ready after navigation", median(ready), 150], ["input to updated output", median(responses), 8]];
console.log("| measured | median | goal |\n|---|---|---|");
for (const [name, took, goal] of rows) console.log(`| ${name} | ${took.toFixed(1)} ms | < ${goal} ms |`);
if (rows.some(([, took, goal]) => took >= goal)) process.exitCode = 1;
