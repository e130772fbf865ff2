// Nothing that somebody typed is lost: not by a reload, a link, another tab, a step back or a new start.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, open, serve } from "./browser.mjs";

let browser;
let server;
before(async () => {
  [browser, server] = await Promise.all([launch(), serve()]);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const english = { locale: "en-US" };
const button = (page, name) => page.locator(".tools, .notice").getByRole("button", { name, exact: true }).first();
const name = (page) => page.inputValue("#field-group_name");
/** Comes back when the field of the name holds a value. */
const named = (page, value) =>
  page.waitForFunction((value) => document.querySelector("#field-group_name")?.value === value, value);
const ready = (page) => page.waitForSelector("html[data-ready]", { state: "attached" });
/** Comes back when the address and the history of the tab hold what is shown. */
const kept = (page, groupName) =>
  page.waitForFunction((name) => history.state?.consnap?.packed.j.group_name === name, groupName);
const another = async (context, address) => {
  const page = await context.newPage();
  await page.goto(address);
  await ready(page);
  return page;
};

test("a policy document that is too long for a link survives a reload, and a new tab", async () => {
  const { context, page, wrong } = await open(browser, server.address, english);
  await page.click("#tab-policies");
  const noise = Array.from({ length: 70_000 }, () => Math.random().toString(36).slice(2, 3)).join("");
  const text = `version: 1\nlanguage: cel\npolicies: []\n# ${noise}\n`;
  await page.fill("#policies-text", text);
  await page.getByText("too long for a link").waitFor();
  await page.waitForFunction((length) => history.state?.consnap?.packed.y?.length === length, text.length);
  await page.reload();
  await ready(page);
  assert.equal(await page.inputValue("#policies-text"), text);
  const other = await another(context, server.address);
  await other.click("#tab-policies");
  assert.equal(await other.inputValue("#policies-text"), text);
  assert.deepEqual(wrong, []);
  await context.close();
});

test("a link opens beside the own draft, and takes its place only among the drafts", async () => {
  const { context, page, wrong } = await open(browser, server.address, english);
  await page.fill("#field-group_name", "colleague-{run}");
  await kept(page, "colleague-{run}");
  const link = await page.evaluate(() => location.href);
  await button(page, "Start over").click();
  await page.fill("#field-group_name", "mine-{run}");
  await kept(page, "mine-{run}");
  const other = await another(context, link);
  await named(other, "colleague-{run}");
  await other.waitForTimeout(400);
  await other.close();
  const third = await another(context, server.address);
  assert.equal(await name(third), "mine-{run}", "a link that was only looked at is no draft");
  // Back to the own draft, from the link itself.
  const fourth = await another(context, link);
  await button(fourth, "Back to my draft").click();
  await named(fourth, "mine-{run}");
  // What is made of a link is a draft of its own.
  const fifth = await another(context, link);
  await fifth.fill("#field-group_name", "changed-{run}");
  await kept(fifth, "changed-{run}");
  const sixth = await another(context, server.address);
  await named(sixth, "changed-{run}");
  assert.ok(
    (await sixth.locator(".earlier option").allTextContents()).some((option) => option.startsWith("mine-{run}")),
  );
  await sixth.selectOption(".earlier", { index: 1 });
  await named(sixth, "mine-{run}");
  assert.deepEqual(wrong, []);
  await context.close();
});

test("the address stands for what is kept with it, on a machine that draws late", async () => {
  const { context, page, wrong } = await open(browser, server.address, english);
  const held = await page.evaluate(async () => {
    const unfold = async (fragment) => {
      const letters = fragment.slice("#z=".length).replaceAll("-", "+").replaceAll("_", "/");
      const bytes = Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
      const text = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
      return (await new Response(text).json()).j.group_name;
    };
    const written = [];
    const replace = history.replaceState.bind(history);
    history.replaceState = (state, title, fragment) => {
      written.push({ name: state.consnap.packed.j.group_name, fragment });
      replace(state, title, fragment);
    };
    const field = document.querySelector("#field-group_name");
    for (let round = 0; round < 30; round += 1) {
      field.value = `round-${round}-{run}`;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      // Nothing is drawn meanwhile, and what is written late comes due.
      const busy = Date.now() + 30 * (round % 8);
      while (Date.now() < busy);
      await new Promise((resolve) => setTimeout(resolve, 60 + 30 * (round % 7)));
    }
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return Promise.all(written.map(async ({ name, fragment }) => [name, await unfold(fragment)]));
  });
  assert.equal(held.at(-1)[0], "round-29-{run}");
  for (const [name, inAddress] of held) assert.equal(inAddress, name);
  assert.deepEqual(wrong, []);
  await context.close();
});

test("two tabs do not write over each other", async () => {
  const { context, page } = await open(browser, server.address, english);
  await page.fill("#field-group_name", "first-{run}");
  await kept(page, "first-{run}");
  const other = await another(context, server.address);
  await other.fill("#field-group_name", "second-{run}");
  await kept(other, "second-{run}");
  await page.fill("#field-group_name", "first-again-{run}");
  await kept(page, "first-again-{run}");
  const names = await page.evaluate(() =>
    JSON.parse(localStorage.getItem("consnap.drafts")).map((draft) => draft.packed.j.group_name),
  );
  assert.ok(names.includes("second-{run}") && names.includes("first-again-{run}"), names.join());
  await page.reload();
  await ready(page);
  assert.equal(await name(page), "first-again-{run}", "a tab goes on with its own");
  await context.close();
});

test("every change can be undone and done again, a new start too", async () => {
  const { context, page, wrong } = await open(browser, server.address, english);
  assert.ok(await button(page, "Undo").isDisabled());
  await page.fill("#field-group_name", "typed-{run}");
  await button(page, "Start over").click();
  await named(page, "mysql-{run}");
  await page.locator(".notice").getByRole("button", { name: "Undo" }).click();
  await named(page, "typed-{run}");
  await button(page, "Undo").click();
  await named(page, "mysql-{run}");
  await button(page, "Redo").click();
  await named(page, "typed-{run}");
  await page.getByRole("button", { name: /PostgreSQL/ }).click();
  await named(page, "postgresql-{run}");
  await button(page, "Undo").click();
  await named(page, "typed-{run}");
  assert.deepEqual(wrong, []);
  await context.close();
});

test("Back and Forward walk areas and jobs, and keep what was typed", async () => {
  const { context, page, wrong } = await open(browser, server.address, english);
  await page.fill("#field-group_name", "one-{run}");
  await kept(page, "one-{run}");
  await page.click("#tab-explain");
  await page.fill("#explain-text", "12");
  await page.goBack();
  await page.waitForSelector("#field-group_name");
  await named(page, "one-{run}");
  await page.fill("#field-group_name", "two-{run}");
  await page.goForward();
  await page.waitForSelector("#explain-text");
  assert.equal(await page.inputValue("#explain-text"), "12");
  await page.click("#tab-build");
  assert.equal(await name(page), "two-{run}", "a step through the areas takes no job back");
  await kept(page, "two-{run}");
  await page.getByRole("button", { name: /PostgreSQL/ }).click();
  await kept(page, "postgresql-{run}");
  await page.goBack();
  await page.waitForFunction(() => document.querySelector("#field-group_name").value === "two-{run}");
  await page.goForward();
  await page.waitForFunction(() => document.querySelector("#field-group_name").value === "postgresql-{run}");
  assert.deepEqual(wrong, []);
  await context.close();
});

test("a draft of an earlier version of the page is found", async () => {
  const { context, page } = await open(browser, server.address, english);
  const job = { version: 1, targets: {}, instance_ram_role: "R", group_name: "old-{run}", linux: {} };
  const state = { v: 1, a: "build", p: "linux", k: "", t: "command", c: "2026-11-22", j: job };
  await page.evaluate((text) => {
    localStorage.clear();
    localStorage.setItem("consnap.draft", `#c=${btoa(text)}`);
  }, JSON.stringify(state));
  const other = await another(context, server.address);
  await named(other, "old-{run}");
  await context.close();
});

const OWN = `# nightly, for the database team
version: 1
targets:
  all: true
  exclude: {ids: [i-bp1linux000000000009]}
regions: [cn-hangzhou]
instance_ram_role: AppSnapshotRoleName
group_name: own-{run}
linux:
  pre_script_path: /tmp/prescript.sh
  post_script_path: /tmp/postscript.sh
run: {canary: 1, reason: "0123"}
`;

test("an own job.yaml opens, keeps what has no field, and goes out as YAML", async () => {
  const folder = mkdtempSync(join(tmpdir(), "consnap-work-"));
  const { context, page, wrong } = await open(browser, server.address, english);
  const packed = () => page.evaluate(() => history.state.consnap.packed.j);
  await page.locator("details.document summary").click();
  await page.waitForFunction(() => document.querySelector("#job-text")?.value.startsWith("version: 1\n"));
  // Pasted.
  await page.fill("#job-text", OWN);
  await page.waitForFunction(() => document.querySelector("#field-group_name").value === "own-{run}");
  await kept(page, "own-{run}");
  const job = await packed();
  assert.deepEqual(job.run, { canary: 1, reason: "0123" });
  assert.equal(await page.inputValue("#job-text"), OWN, "what is typed stays as it was typed");
  // A field changes one member and nothing else.
  await page.fill("#field-group_name", "field-{run}");
  await kept(page, "field-{run}");
  assert.deepEqual(await packed(), { ...job, group_name: "field-{run}" });
  await page.waitForFunction(() => document.querySelector("#job-text").value.includes("group_name: field-{run}"));
  const written = await page.inputValue("#job-text");
  assert.match(written, /^version: 1\nregions:\n {2}- cn-hangzhou\ntargets:/, "in the order in which people write");
  assert.match(written, /reason: "0123"/);
  // What cannot be read is said with its line, and changes nothing.
  await page.fill("#job-text", "version: 1\ntargets: [\n");
  await page.getByText(/Line \d/).waitFor();
  await named(page, "field-{run}");
  await page.fill("#job-text", "just a text");
  await page.getByText("This is no job document").waitFor();
  // From a file.
  const file = join(folder, "job.yaml");
  writeFileSync(file, OWN.replace("linux:", "windows: {vss_writers: true}\nx:"));
  await page.locator(".document input[type=file]").setInputFiles(file);
  await page.waitForFunction(() => document.querySelector("#field-windows-vss_writers") !== null);
  await named(page, "own-{run}");
  // The members without a field are named.
  assert.match(await page.locator("details.more").textContent(), /targets\.all, targets\.exclude/);
  rmSync(folder, { recursive: true });
  assert.deepEqual(wrong, []);
  await context.close();
});

test("copying says when the browser refuses it, and takes the old way where there is no clipboard", async () => {
  const { context, page } = await open(browser, server.address, { ...english, permissions: [] });
  await page.evaluate(() => {
    Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true });
    document.execCommand = () => false;
  });
  await page.locator("figure.file").first().getByRole("button").first().click();
  await page.getByText("The browser does not let this page copy").first().waitFor();
  await page.evaluate(() => {
    document.execCommand = (command) => {
      globalThis.copied = [command, String(getSelection()) || document.activeElement.value];
      return true;
    };
  });
  await page.locator("figure.file").first().getByRole("button").first().click();
  await page.locator("figure.file").getByText("Copied").first().waitFor();
  const [command, text] = await page.evaluate(() => globalThis.copied);
  assert.equal(command, "copy");
  assert.match(text, /acs-plugin-manager/);
  await context.close();
});
