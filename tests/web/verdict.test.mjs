// One verdict, of the output that is shown: for each output and each preset the page says what the command line says of
// the same job, and no output is given out that the command line would refuse.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { inflateSync } from "node:zlib";
import { launch, open, serve } from "./browser.mjs";

const CONSNAP = process.env.CONSNAP;
let browser;
let server;
let folder;
before(async () => {
  [browser, server] = await Promise.all([launch(), serve()]);
  folder = mkdtempSync(join(tmpdir(), "consnap-verdict-"));
});
after(async () => {
  rmSync(folder, { recursive: true });
  await browser?.close();
  await server?.close();
});

/** How the command line spells the outputs of the page. */
const TARGETS = {
  command: "command",
  run_command: "run-command",
  aliyun_cli: "aliyun-cli",
  job: "job",
  python_consnap: "python",
  python_sdk: "python-sdk",
  go_sdk: "go-sdk",
  terraform: "terraform",
  oos: "oos",
  oos_timer: "oos-timer",
  systemd: "systemd",
  cron: "cron",
  task_scheduler: "task-scheduler",
  github_actions: "github-actions",
  ram_policies: "ram-policies",
};
/** Outputs that consnap itself runs: they hold the job, and what `check` says of it counts. */
const RUN_BY_CONSNAP = ["job", "python_consnap", "systemd", "cron", "task_scheduler", "github_actions", "ram_policies"];

const consnap = (...words) => {
  const { status, stdout, stderr } = spawnSync(CONSNAP, words, { encoding: "utf8" });
  assert.ok(status !== null, `consnap did not run: ${stderr}`);
  return { status, said: stdout + stderr };
};

const fragment = (job, more = {}) => {
  const state = { v: 1, a: "build", p: "linux", k: "", t: "command", c: "2026-11-22", j: job, ...more };
  return `#c=${Buffer.from(JSON.stringify(state)).toString("base64url")}`;
};

/** What the page works on, as its own address tells once it has caught up. */
async function shownJob(page, target) {
  await page.waitForFunction(
    (target) => history.state?.consnap?.packed.t === target && location.hash.length > 3,
    target,
  );
  for (let round = 0; round < 100; round += 1) {
    const [hash, job] = await page.evaluate(() => [location.hash, history.state.consnap.packed.j]);
    const packed = JSON.parse(inflateSync(Buffer.from(hash.slice("#z=".length), "base64url")));
    if (packed.t === target && JSON.stringify(packed.j) === JSON.stringify(job)) return job;
    await page.waitForTimeout(20);
  }
  return assert.fail("the address never caught up");
}

/** Each output of what the page shows: its verdict is that of the command line. */
async function compare(page, platform, name) {
  let good = 0;
  const shown = await page
    .locator("[id^=target-]")
    .evaluateAll((tabs) => tabs.map((tab) => tab.id.slice("target-".length)));
  assert.deepEqual(shown.sort(), Object.keys(TARGETS).sort(), "a form that is not tried");
  for (const [target, to] of Object.entries(TARGETS)) {
    const told = `${name}, ${target}`;
    await page.click(`#target-${target}`);
    await page.waitForSelector(`#target-${target}[aria-selected=true]`);
    const ready = (await page.locator("#result > .verdict.good").count()) === 1;
    const files = await page.locator("#output-files figure.file").count();
    assert.equal(files > 0, ready, `${told}: files stand there only with a good verdict`);
    const file = join(folder, "job.json");
    writeFileSync(file, JSON.stringify(await shownJob(page, target)));
    const exported = consnap("export", file, "--to", to, "--platform", platform);
    assert.equal(exported.status === 0, ready, `${told}: export ended with ${exported.status}\n${exported.said}`);
    if (RUN_BY_CONSNAP.includes(target)) {
      const checked = consnap("check", file);
      assert.equal(checked.status === 0, ready, `${told}: check ended with ${checked.status}\n${checked.said}`);
    }
    if (!ready) continue;
    good += 1;
    for (const figure of await page.locator("#output-files figure.file").all()) {
      const [download] = await Promise.all([page.waitForEvent("download"), figure.getByRole("button").nth(1).click()]);
      const path = join(folder, download.suggestedFilename());
      await download.saveAs(path);
      const content = await figure.locator("pre").textContent();
      assert.doesNotMatch(content, /i-bp1example/, `${told}: no made-up instance is given out`);
      if (!/job.*\.(json|ya?ml)$/.test(path)) continue;
      const checked = consnap("check", path);
      assert.equal(checked.status, 0, `${told}: check of the downloaded ${path} ended with ${checked.status}`);
    }
  }
  return good;
}

for (const platform of ["linux", "windows"]) {
  test(`each output of each preset for ${platform}, without and with instances`, { skip: !CONSNAP }, async () => {
    const { context, page, wrong } = await open(browser, server.address, { locale: "en-US" });
    await page
      .locator(".switch input")
      .nth(platform === "linux" ? 0 : 1)
      .check({ force: true });
    const presets = await page.locator(".preset strong").allTextContents();
    assert.ok(presets.length > 0);
    for (const [at, preset] of presets.entries()) {
      await page.locator(".preset").nth(at).click();
      await page.fill("#field-targets-ids", "");
      assert.equal(await compare(page, platform, `${preset} without instances`), 1, "only the command needs none");
      await page.fill("#field-targets-ids", "i-bp1linux000000000001");
      assert.equal(await compare(page, platform, `${preset} with an instance`), Object.keys(TARGETS).length);
    }
    assert.deepEqual(wrong, []);
    await context.close();
  });
}

const JOB = {
  version: 1,
  regions: ["cn-hangzhou"],
  targets: { ids: ["i-bp1linux000000000001"] },
  instance_ram_role: "AppSnapshotRoleName",
  group_name: "n-{run}",
  linux: { pre_script_path: "/tmp/prescript.sh", post_script_path: "/tmp/postscript.sh" },
};
const WRONG = {
  "an unknown key": { ...JOB, foo: 1 },
  "an unknown key within": { ...JOB, linux: { ...JOB.linux, foo: 1 } },
  "a number written as a text": { ...JOB, linux: { ...JOB.linux, script_timeout_seconds: "60s" } },
  "a member of another kind": { ...JOB, accept: 5 },
  "a path that is not absolute": { ...JOB, linux: { ...JOB.linux, pre_script_path: "x/pre.sh" } },
  "a section of another kind": { ...JOB, linux: 7 },
};
const DEEP = JSON.parse(`${'{"a":'.repeat(2_000)}1${"}".repeat(2_000)}`);

for (const [name, job] of Object.entries(WRONG)) {
  test(`${name}: no output is ready, and the rehearsal starts nothing`, { skip: !CONSNAP }, async () => {
    const { context, page, wrong } = await open(browser, server.address, { locale: "en-US" });
    await page.evaluate((hash) => {
      location.hash = hash;
    }, fragment(job));
    await page.waitForSelector("#result > .verdict.bad");
    assert.equal(await compare(page, "linux", name), 0);
    assert.equal(await page.locator(".prediction").count(), 0, "nothing is predicted of a job with errors");
    await page.click("#tab-rehearse");
    await page.locator("button.primary").click();
    await page.waitForSelector(".result .verdict.bad");
    assert.equal(await page.locator(".result tbody tr").count(), 0);
    assert.ok((await page.locator(".result .finding.error").count()) > 0, "the errors are listed");
    assert.deepEqual(wrong, []);
    await context.close();
  });
}

test("what cannot be worked out is an error, and says so in every area", async () => {
  const { context, page, wrong } = await open(browser, server.address, { locale: "en-US" });
  await page.evaluate(
    (hash) => {
      location.hash = hash;
    },
    fragment({ ...JOB, deep: DEEP }),
  );
  await page.waitForSelector("#result > .verdict.bad");
  assert.match(await page.locator("#result > .verdict").textContent(), /Not yet usable.*[1-9]\d* error/);
  assert.equal(await page.locator("#output-files figure").count(), 0);
  assert.deepEqual(wrong, []);
  await context.close();
});

for (const [lang, damaged] of [
  ["en", "The link is damaged or was cut off."],
  ["zh", "链接已损坏或不完整。"],
]) {
  test(`a damaged link is said and gives nothing out, in ${lang}`, async () => {
    const locale = lang === "zh" ? "zh-CN" : "en-US";
    for (const hash of [fragment(JOB, { c: "2026-99-99" }), fragment(JOB).slice(0, 90), "#z=eJyrVkrLz1eyUg"]) {
      const { context, page, wrong } = await open(browser, `${server.address}${hash}`, { locale });
      assert.match(await page.locator(".notice.bad").textContent(), new RegExp(damaged));
      assert.equal(await page.locator("#result > .verdict.bad").count(), 1);
      assert.equal(await page.locator("#output-files figure").count(), 0);
      await page.click("#tab-rehearse");
      assert.ok(await page.locator("button.primary").isDisabled());
      await page.click("#tab-build");
      await page.locator(".notice.bad button").click();
      await page.waitForSelector("#result > .verdict.good");
      assert.deepEqual(wrong, []);
      await context.close();
    }
  });
}

test("an output that needs instances says so beside their field", async () => {
  const { context, page, wrong } = await open(browser, server.address, { locale: "en-US" });
  await page.click("#target-job");
  await page.waitForSelector("#result > .verdict.bad");
  assert.match(await page.locator("#field-targets-ids-findings").textContent(), /CS111/);
  await page.fill("#field-targets-ids", "i-bp1linux000000000001；i-bp1linux000000000002");
  await page.waitForSelector("#result > .verdict.good");
  assert.deepEqual(wrong, []);
  await context.close();
});

test("what can be reached is a condition, and belongs to the platform", async () => {
  const { context, page, wrong } = await open(browser, server.address, { locale: "en-US" });
  const prediction = page.locator(".prediction");
  assert.match(await prediction.textContent(), /if both scripts exist, belong to root, have mode 0700, and succeed/i);
  await page.fill("#field-linux-pre_script_path", "scripts/pre.sh");
  assert.equal(await prediction.count(), 0);
  await page.fill("#field-linux-pre_script_path", "/tmp/prescript.sh");
  await page.locator(".switch input").nth(1).check({ force: true });
  assert.equal(await page.locator('.preset[aria-pressed="true"]').textContent(), "SQL ServerVSS Writers on Windows");
  assert.match(await prediction.textContent(), /if each application .* VSS Writer/i);
  // A job that was worked on is kept, and no preset of the other platform is said to be chosen.
  await page.locator(".switch input").nth(0).check({ force: true });
  await page.fill("#field-group_name", "mine-{run}");
  await page.locator(".switch input").nth(1).check({ force: true });
  assert.equal(await page.inputValue("#field-group_name"), "mine-{run}");
  assert.equal(await page.locator('.preset[aria-pressed="true"]').count(), 0);
  assert.deepEqual(wrong, []);
  await context.close();
});
