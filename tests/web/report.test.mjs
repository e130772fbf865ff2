// The page of a report, as the real binary writes it, in Debian's Chromium: it loads nothing, breaks none of its own
// policy, and can be used with the keyboard, on a phone and in both themes.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { axeSource, launch } from "./browser.mjs";

const binary = process.env.CONSNAP ?? fileURLToPath(new URL("../../target/debug/consnap", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "consnap-report-"));
let browser;
before(async () => {
  for (const lang of ["en", "zh"]) {
    const done = spawnSync(binary, ["--lang", lang, "demo", "--report", join(folder, `${lang}.html`)], {
      encoding: "utf8",
    });
    assert.equal(done.status, 0, done.stderr);
  }
  browser = await launch();
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

for (const lang of ["en", "zh"]) {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1440, 900, 360]) {
      test(`${lang}, ${colorScheme}, ${width} px`, async () => {
        const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme });
        const page = await context.newPage();
        const address = pathToFileURL(join(folder, `${lang}.html`)).href;
        const wrong = [];
        page.on("console", (message) => wrong.push(message.text()));
        page.on("pageerror", (error) => wrong.push(error.message));
        page.on("request", (request) => {
          if (request.url() !== address) wrong.push(request.url());
        });
        await page.goto(address);
        for (const summary of (await page.locator(".evidence summary").all()).slice(0, 5)) await summary.press("Enter");
        assert.equal(await page.locator(".evidence details[open]").count(), 5);
        assert.ok(
          await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
          "it runs out at the side",
        );
        assert.deepEqual(wrong, []);
        // Hundreds of rows alike would only take time.
        await page.evaluate(() => {
          for (const row of [...document.querySelectorAll(".list > tbody")].slice(12)) row.remove();
        });
        // Not by a script element: the policy of the page forbids it.
        await page.evaluate(readFileSync(axeSource, "utf8"));
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        assert.deepEqual(
          violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`),
          [],
        );
        await context.close();
      });
    }
  }
}

test("the table is narrowed by result and by words, and a lane leads to its evidence", async () => {
  const page = await browser.newPage();
  await page.goto(pathToFileURL(join(folder, "en.html")).href);
  const rows = page.locator(".list > tbody:visible");
  const all = await rows.count();
  await page.locator(".filter button[value=failed]").press("Enter");
  assert.equal(await rows.count(), 2);
  assert.match(await page.locator("output").textContent(), /^2 of \d+ shown$/);
  await page.locator(".filter button").first().press("Space");
  await page.locator(".filter input").fill("LEDGER urgent");
  assert.equal(await rows.count(), 1);
  await page.locator(".lane a").last().press("Enter");
  await page.waitForSelector("tbody:target details[open]");
  assert.equal(await rows.count(), all, "what is led to is shown");
  await page.close();
});

test("a large run is opened fast, every evidence is there when it is asked for, with and without scripts", async () => {
  const [job, scenario] = ["job.json", "scenario.json"].map((name) => join(folder, name));
  const ids = Array.from({ length: 600 }, (_, at) => `i-bp1web${String(at + 1).padStart(14, "0")}`);
  const role = "AppSnapshotRoleName";
  const instances = [{ id: "i-bp1plain00000000001", role, name: "<img src=x>" }];
  writeFileSync(
    scenario,
    JSON.stringify({
      version: 1,
      time_scale: 100,
      fleets: [{ count: 600, id_prefix: "i-bp1web", template: { role, name: "</noscript><img src=x>" } }],
      instances,
    }),
  );
  const scripts = {
    pre_script_path: "/tmp/prescript.sh",
    post_script_path: "/tmp/postscript.sh",
    script_timeout_seconds: 60,
  };
  writeFileSync(
    job,
    JSON.stringify({
      version: 1,
      regions: ["cn-hangzhou"],
      targets: { ids: [...ids, instances[0].id] },
      instance_ram_role: role,
      group_name: "large-{run}",
      linux: scripts,
      run: { canary: 0, max_in_flight: 1000 },
    }),
  );
  const simulator = spawn(binary, ["simulate", scenario], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(simulator.stdout, "data");
  const environment = {
    ...process.env,
    HOME: folder,
    ALIBABA_CLOUD_ACCESS_KEY_ID: "testid",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "testsecret",
  };
  const file = join(folder, "large.html");
  const run = spawnSync(binary, ["run", job, "--endpoint", JSON.parse(line).endpoint, "--report", file], {
    encoding: "utf8",
    env: environment,
  });
  simulator.kill();
  assert.equal(run.status, 0, run.stderr);
  for (const javaScriptEnabled of [true, false]) {
    const context = await browser.newContext({ javaScriptEnabled });
    const page = await context.newPage();
    await page.goto(pathToFileURL(file).href);
    const last = page.locator("tbody[data-result]").last();
    assert.equal(await page.locator(".inside").count(), javaScriptEnabled ? 0 : 601);
    await last.locator("summary").press("Enter");
    await last.locator(".inside").waitFor();
    assert.match(await last.locator(".inside").textContent(), /APPConsistent/);
    assert.equal(await page.locator("img").count(), 0);
    await context.close();
  }
});

test("without scripts everything is shown and nothing that cannot work", async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(pathToFileURL(join(folder, "en.html")).href);
  assert.equal(await page.locator(".filter:visible").count(), 0);
  assert.ok((await page.locator(".list > tbody:visible").count()) > 200);
  await context.close();
});

test("on paper the evidence is open and the controls are gone", async () => {
  const page = await browser.newPage();
  await page.goto(pathToFileURL(join(folder, "en.html")).href);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  assert.equal(await page.locator(".filter:visible, .evidence summary:visible").count(), 0);
  assert.ok(await page.locator(".inside").first().isVisible(), "without the script's help");
  await page.close();
});
