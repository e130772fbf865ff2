// Pictures of every area, to be looked at: `node tests/web/screenshots.mjs [FOLDER] [WORDS...]` writes them where it is
// told, or into `target/screenshots`; words choose among them by name, such as `360-dark`.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, open, serve } from "./browser.mjs";

const [folder = fileURLToPath(new URL("../../target/screenshots", import.meta.url)), ...words] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const fragment = (state) => `#c=${Buffer.from(JSON.stringify(state)).toString("base64url")}`;
const PINNED = {
  v: 1,
  a: "build",
  p: "linux",
  k: "",
  t: "command",
  c: "2021-06-07",
  j: {
    version: 1,
    targets: {},
    instance_ram_role: "AppSnapshotRoleName",
    group_name: "old",
    linux: { freeze_timeout_seconds: 90 },
  },
};

/** Brings a document of the pack into the area Policies, and waits until it was judged. */
const starter = async (page, at) => {
  await page.click("#tab-policies");
  await page.locator(".starter").nth(at).click();
  await page.waitForSelector(".policy");
};

/** What is brought onto the screen before each picture. */
const SCENES = {
  build: async () => {},
  findings: async (page) => {
    await page.locator("#field-group_name").fill("");
    await page.locator("#field-linux-pre_script_path").fill("scripts/pre.sh");
    await page.locator("#field-linux-freeze_timeout_seconds").fill("900");
    await page.locator(".field .help").first().click();
  },
  more: async (page) => page.locator("details.more summary").click(),
  terraform: async (page) => {
    await page.fill("#field-targets-ids", "i-bp1linux000000000001");
    await page.locator("#target-terraform").click();
  },
  "no-instances": async (page) => page.locator("#target-terraform").click(),
  windows: async (page) => page.locator(".switch input").nth(1).check({ force: true }),
  document: async (page) => {
    await page.locator("details.document summary").click();
    await page.waitForFunction(() => document.querySelector("#job-text")?.value !== "");
  },
  damaged: async (page) => {
    await page.evaluate(() => {
      location.hash = "#z=eJyrVkrLz1eyUg";
    });
    await page.waitForSelector(".notice.bad");
  },
  "started-over": async (page) => {
    await page.fill("#field-group_name", "mine-{run}");
    await page.locator(".tools button").nth(3).click();
    await page.waitForSelector(".notice");
  },
  pinned: async (page) => {
    await page.evaluate((hash) => {
      location.hash = hash;
    }, fragment(PINNED));
    await page.waitForSelector(".pinned");
  },
  facts: async (page) => page.click("#tab-facts"),
  "facts-example": async (page) => {
    await page.click("#tab-facts");
    await page.locator(".field > .small").click();
    await page.waitForSelector(".instance");
  },
  "facts-form": async (page) => {
    await page.click("#tab-facts");
    await page.locator(".facts .switch input").nth(1).check({ force: true });
    await page.waitForSelector(".instance");
  },
  policies: async (page) => page.click("#tab-policies"),
  "policies-starter": async (page) => starter(page, 2),
  "policies-wrong": async (page) => {
    await page.click("#tab-policies");
    await page.fill(
      "#policies-text",
      "version: 1\n" +
        "language: cel\n" +
        "policies:\n" +
        "  - id: ours\n" +
        "    require: job.group_nam == 'x'\n" +
        "    message: {en: no}\n" +
        "  - id: other\n" +
        "    require: job.run.canary >= 1\n" +
        "    message: {en: no}\n" +
        "    cases: [{name: none, job: {run: {canary: 0}}, expect: PASS}]\n",
    );
    await page.waitForSelector(".document-findings");
    await page.locator(".reference summary").click();
  },
  "policies-facts": async (page) => {
    await page.click("#tab-facts");
    await page.locator(".field > .small").click();
    await page.waitForSelector(".instance");
    await page.click("#tab-policies");
    await page.fill(
      "#policies-text",
      "version: 1\n" +
        "language: cel\n" +
        "policies:\n" +
        "  - id: runs\n" +
        "    require: instance.status == 'Running'\n" +
        "    message: {en: it does not run, zh: 实例未在运行}\n" +
        "    help: {en: start it, zh: 请启动实例}\n" +
        "  - id: tier\n" +
        "    severity: warning\n" +
        "    require: instance.tags.tier == '1'\n" +
        "    message: {en: no tier}\n" +
        "waivers:\n" +
        "  - {policy: runs, instances: [i-bp1debian00000000001], reason: being replaced, " +
        "owner: dba@example.com, expires: 2099-12-31}\n",
    );
    await page.waitForSelector(".policy-result");
  },
  "policies-build": async (page) => {
    await starter(page, 2);
    await page.click("#tab-build");
    await page.waitForSelector(".policy-line:is(.good, .warn, .bad)");
  },
  explain: async (page) => page.click("#tab-explain"),
  ...Object.fromEntries(
    ["command", "code", "results", "output"].map((name, at) => [
      `explain-${name}`,
      async (page) => {
        await page.click("#tab-explain");
        await page.locator(".examples button").nth(at).click();
      },
    ]),
  ),
  rehearse: async (page) => page.click("#tab-rehearse"),
  ...Object.fromEntries(
    [0, 2, 4].map((fault) => [
      `rehearse-${fault}`,
      async (page) => {
        await page.click("#tab-rehearse");
        await page.locator(".fault").nth(fault).click();
        await page.locator("button.primary").click();
        await page.waitForSelector("tbody tr");
      },
    ]),
  ),
};

const [browser, server] = await Promise.all([launch(), serve()]);
for (const width of [1440, 360]) {
  for (const colorScheme of ["light", "dark"]) {
    for (const lang of ["en", "zh"]) {
      for (const [scene, prepare] of Object.entries(SCENES)) {
        const name = `${width}-${colorScheme}-${lang}-${scene}`;
        if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
        const viewport = { width, height: width === 360 ? 780 : 900 };
        const { context, page } = await open(browser, server.address, {
          locale: lang === "zh" ? "zh-CN" : "en-US",
          colorScheme,
          viewport,
        });
        await prepare(page);
        await page.mouse.move(0, 0);
        await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
        await context.close();
      }
    }
  }
}
await browser.close();
await server.close();
