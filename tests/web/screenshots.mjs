// Pictures of every area, to be looked at: `node tests/web/screenshots.mjs [FOLDER] [WORDS...]` writes them where it is told, or into
// `target/screenshots`; words choose among them by name, such as `360-dark`.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, open, serve } from "./browser.mjs";

const [folder = fileURLToPath(new URL("../../target/screenshots", import.meta.url)), ...words] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const fragment = (state) => `#c=${Buffer.from(JSON.stringify(state)).toString("base64url")}`;
const PINNED = {
  v: 1, a: "build", p: "linux", k: "", t: "command", c: "2021-06-07",
  j: { version: 1, targets: {}, instance_ram_role: "AppSnapshotRoleName", group_name: "old", linux: { freeze_timeout_seconds: 90 } },
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
  terraform: async (page) => page.locator("#target-terraform").click(),
  windows: async (page) => page.locator(".preset").nth(3).click(),
  pinned: async (page) => {
    await page.evaluate((hash) => { location.hash = hash; }, fragment(PINNED));
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
    await page.locator(".switch input").nth(1).check({ force: true });
  },
  explain: async (page) => page.click("#tab-explain"),
  ...Object.fromEntries(["command", "code", "results", "output"].map((name, at) => [`explain-${name}`, async (page) => {
    await page.click("#tab-explain");
    await page.locator(".examples button").nth(at).click();
  }])),
  rehearse: async (page) => page.click("#tab-rehearse"),
  ...Object.fromEntries([0, 2, 4].map((fault) => [`rehearse-${fault}`, async (page) => {
    await page.click("#tab-rehearse");
    await page.locator(".fault").nth(fault).click();
    await page.locator("button.primary").click();
    await page.waitForSelector("tbody tr");
  }])),
};

const [browser, server] = await Promise.all([launch(), serve()]);
for (const width of [1440, 360]) {
  for (const colorScheme of ["light", "dark"]) {
    for (const lang of ["en", "zh"]) {
      for (const [scene, prepare] of Object.entries(SCENES)) {
        const name = `${width}-${colorScheme}-${lang}-${scene}`;
        if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
        const viewport = { width, height: width === 360 ? 780 : 900 };
        const { context, page } = await open(browser, server.address, { locale: lang === "zh" ? "zh-CN" : "en-US", colorScheme, viewport });
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
