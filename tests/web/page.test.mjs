import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { axeSource, dist, launch, open, serve } from "./browser.mjs";

let browser;
let server;
before(async () => { [browser, server] = await Promise.all([launch(), serve()]); });
after(async () => { await browser?.close(); await server?.close(); });

const shown = (page) => page.locator("#output-files pre").first().textContent();
const inLang = (lang) => ({ locale: lang === "zh" ? "zh-CN" : "en-US" });

for (const lang of ["en", "zh"]) {
  const chinese = lang === "zh";

  test(`build in ${lang}: a correct command at once, findings with fixes, every export`, async () => {
    const { context, page, wrong } = await open(browser, server.address, inLang(lang));
    assert.equal(await page.getAttribute("html", "lang"), chinese ? "zh-CN" : "en");
    assert.match(await shown(page), /acs-plugin-manager --exec --plugin app-snapshot-plugin --params=-RamRoleName="AppSnapshotRoleName"/);
    await page.getByLabel(chinese ? "快照一致性组名称" : "Name of the group", { exact: true }).fill("");
    assert.equal(await page.locator(".verdict.bad").count(), 1);
    assert.ok((await page.locator(".field .finding.error").count()) > 0);
    await page.getByRole("button", { name: /SQL Server/ }).click();
    assert.match(await shown(page), /app-snapshot-plugin-win/);
    for (const tab of await page.locator(".targets [role=tab]").all()) {
      await tab.click();
      assert.ok((await shown(page)).length > 40, await tab.textContent());
      if (!/JSON|request|请求|RAM/.test(await tab.textContent())) assert.match(await shown(page), /consnap \d+\.\d+\.\d+, catalogue \d{4}-\d\d-\d\d/);
    }
    assert.deepEqual(wrong, []);
    await context.close();
  });

  test(`facts in ${lang}`, async () => {
    const { context, page, wrong } = await open(browser, server.address, inLang(lang));
    await page.click("#tab-facts");
    await page.getByRole("button", { name: chinese ? "试用示例" : "Try an example" }).click();
    await page.waitForSelector(".instance");
    assert.equal(await page.locator(".instance").count(), 2);
    assert.equal(await page.locator(".instance.no").count(), 1, "the stopped instance on Debian is not eligible");
    await page.fill("#facts-text", '{"Instances": ');
    await page.waitForSelector("[role=alert]");
    assert.deepEqual(wrong, []);
    await context.close();
  });

  test(`explain in ${lang}`, async () => {
    const { context, page, wrong } = await open(browser, server.address, inLang(lang));
    await page.click("#tab-explain");
    const example = (name) => page.locator(".examples button", { hasText: name }).click();
    await example(chinese ? "命令" : "A command");
    await page.waitForSelector(".argv li");
    assert.match(await page.locator(".result").textContent(), /nightly/);
    await example(chinese ? "代码" : "A code");
    await page.waitForSelector(".meaning");
    await example(chinese ? "执行结果" : "Results");
    await page.waitForSelector(".alarm");
    assert.equal(await page.locator(".explanation").count(), 2);
    await page.fill("#explain-text", "<img src=x onerror=alert(1)>");
    assert.equal(await page.locator(".result img").count(), 0);
    assert.deepEqual(wrong, []);
    await context.close();
  });

  test(`rehearse in ${lang}`, async () => {
    const { context, page, wrong } = await open(browser, server.address, inLang(lang));
    await page.click("#tab-rehearse");
    const play = page.locator("button.primary");
    await play.click();
    await page.waitForSelector("tbody tr");
    assert.equal(await page.locator("tbody .badge.ok").count(), 4);
    await page.locator(".fault").nth(2).click();
    await play.click();
    await page.waitForSelector("tbody .badge.urgent");
    assert.ok((await page.locator(".timeline li").count()) > 10);
    assert.deepEqual(wrong, []);
    await context.close();
  });
}

test("copy, download and link carry the same content", async () => {
  const { context, page, wrong } = await open(browser, server.address, inLang("en"));
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole("button", { name: /^Copy snapshot/ }).click();
  assert.equal(await clipboard(), await shown(page));
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: /^Download snapshot/ }).click()]);
  assert.equal(download.suggestedFilename(), "snapshot.sh");
  assert.equal(readFileSync(await download.path(), "utf8"), await shown(page));
  await page.getByLabel("Name of the group", { exact: true }).fill("linked-{run}");
  await page.getByRole("button", { name: "Copy link" }).click();
  const link = await clipboard();
  const other = await open(browser, server.address, inLang("en"));
  await other.page.goto(link);
  await other.page.reload();
  await other.page.waitForSelector("html[data-ready]", { state: "attached" });
  assert.match(await shown(other.page), /-Name="linked-/);
  assert.equal(await shown(other.page), await shown(page));
  assert.deepEqual([...wrong, ...other.wrong], []);
  await Promise.all([context.close(), other.context.close()]);
});

test("an old link keeps its facts and says so", async () => {
  const { context, page, wrong } = await open(browser, server.address, inLang("en"));
  const old = { v: 1, a: "build", p: "linux", k: "", t: "command", c: "2021-06-07", j: { version: 1, targets: {}, instance_ram_role: "AppSnapshotRoleName", group_name: "old" } };
  await page.evaluate((fragment) => { location.hash = fragment; }, `#c=${Buffer.from(JSON.stringify(old)).toString("base64url")}`);
  await page.waitForSelector(".pinned");
  assert.match(await page.locator(".pinned").textContent(), /2021-06-07/);
  await page.locator(".pinned button").click();
  await page.waitForSelector(".pinned", { state: "detached" });
  assert.deepEqual(wrong, []);
  await context.close();
});

test("works offline after the first visit, and asks for nothing but its own files", async () => {
  const own = await serve();
  const { context, page, wrong } = await open(browser, own.address, inLang("en"));
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
  await page.waitForFunction(async () => (await caches.keys()).length > 0 && navigator.serviceWorker.controller !== null);
  await own.close();
  await context.setOffline(true);
  await page.reload();
  await page.waitForSelector("html[data-ready]", { state: "attached" });
  assert.match(await shown(page), /acs-plugin-manager/);
  assert.deepEqual(wrong, []);
  await context.close();
});

test("the single file opens from a plain folder", async () => {
  const context = await browser.newContext(inLang("zh"));
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => { if (message.type() === "error") wrong.push(message.text()); });
  await page.goto(pathToFileURL(join(dist, "consnap.html")).href);
  await page.waitForSelector("html[data-ready]", { state: "attached" });
  assert.match(await shown(page), /acs-plugin-manager/);
  assert.deepEqual(wrong, []);
  await context.close();
});

for (const colorScheme of ["light", "dark"]) {
  test(`no barrier that axe knows in the ${colorScheme} theme, and nothing wider than a phone`, async () => {
    const { context, page } = await open(browser, server.address, { ...inLang("en"), colorScheme, viewport: { width: 360, height: 780 }, bypassCSP: true });
    await page.addScriptTag({ path: axeSource });
    for (const area of ["build", "facts", "explain", "rehearse"]) {
      await page.click(`#tab-${area}`);
      if (area === "facts") await page.getByRole("button", { name: "Try an example" }).click();
      if (area === "explain") await page.locator(".examples button").nth(2).click();
      if (area === "rehearse") {
        await page.locator("button.primary").click();
        await page.waitForSelector("tbody tr");
      }
      const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
      assert.deepEqual(violations.map((found) => `${area} ${found.id}: ${found.nodes.slice(0, 3).map((node) => node.html).join(" | ")}`), []);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 360, `${area} is ${width} px wide`);
    }
    await context.close();
  });
}

test("the keyboard alone is enough", async () => {
  const { context, page, wrong } = await open(browser, server.address, inLang("en"));
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement?.className), "skip");
  for (let presses = 0; presses < 40 && (await page.evaluate(() => document.activeElement?.id)) !== "tab-build"; presses += 1) await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.getAttribute("#tab-facts", "aria-selected"), "true");
  await page.keyboard.press("ArrowLeft");
  let reached = "";
  for (let presses = 0; presses < 80 && reached !== "field-group_name"; presses += 1) {
    await page.keyboard.press("Tab");
    reached = await page.evaluate(() => document.activeElement?.id ?? "");
  }
  assert.equal(reached, "field-group_name");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("keys-only");
  assert.match(await shown(page), /-Name="keys-only"/);
  assert.deepEqual(wrong, []);
  await context.close();
});
