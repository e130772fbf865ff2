import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { axeSource, clipboard, copied, dist, keptOffline, launch, open, serve, still } from "./browser.mjs";

let browser;
let server;
before(async () => {
  [browser, server] = await Promise.all([launch(), serve()]);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const shown = (page) => page.locator("#output-files pre").first().textContent();
const inLang = (lang) => ({ locale: lang === "zh" ? "zh-CN" : "en-US" });

for (const lang of ["en", "zh"]) {
  const chinese = lang === "zh";

  test(`build in ${lang}: a correct command at once, findings with fixes, every export`, async () => {
    const { context, page, wrong } = await open(browser, server.address, inLang(lang));
    assert.equal(await page.getAttribute("html", "lang"), chinese ? "zh-CN" : "en");
    assert.match(
      await shown(page),
      /acs-plugin-manager --exec --plugin app-snapshot-plugin --params=-RamRoleName="AppSnapshotRoleName"/,
    );
    await page.getByLabel(chinese ? "快照一致性组名称" : "Name of the group", { exact: true }).fill("");
    assert.equal(await page.locator(".verdict.bad").count(), 1);
    assert.ok((await page.locator(".field .finding.error").count()) > 0);
    await page.locator(".switch input").nth(1).check({ force: true });
    await page.getByRole("button", { name: /SQL Server/ }).click();
    await page.fill("#field-targets-ids", "i-bp1windows0000000001");
    assert.match(await shown(page), /app-snapshot-plugin-win/);
    for (const tab of await page.locator(".targets [role=tab]").all()) {
      await tab.click();
      assert.ok((await shown(page)).length > 40, await tab.textContent());
      if (!/JSON|request|请求|RAM/.test(await tab.textContent()))
        assert.match(await shown(page), /consnap \d+\.\d+\.\d+, catalogue \d{4}-\d\d-\d\d/);
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
    await example(chinese ? "输出" : "Output");
    await page.waitForSelector(".finding.warning");
    assert.match(
      await page.locator(".result").textContent(),
      chinese ? /日志所称的级别: 文件系统一致性/ : /Level the log claims: File system-consistent/,
    );
    await page.fill("#explain-text", "[error] File /tmp/prescript.sh not found");
    await page.waitForSelector(".explanation");
    assert.equal(await page.locator("[role=alert]").count(), 0, "a log that begins with a bracket is not JSON");
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
    assert.ok((await page.locator(".moment").count()) > 10);
    assert.equal(await page.locator(".moment.urgent").count(), 2);
    const told = await page.locator(".timeline").textContent();
    assert.doesNotMatch(
      told,
      /run_started|phase_entered|command_finished|[a-z]_[a-z]/,
      "names of events are not for people",
    );
    assert.match(told, chinese ? /退出码 12/ : /exit code 12/);
    // A job with errors is not played, and the errors are shown.
    await page.click("#tab-build");
    await page.fill("#field-group_name", "");
    await page.click("#tab-rehearse");
    await play.click();
    await page.waitForSelector(".result .finding.error");
    assert.equal(await page.locator(".played").count(), 0);
    await page.click("#tab-build");
    await page.fill("#field-group_name", "again-{run}");
    await page.click("#tab-rehearse");
    await play.click();
    await page.waitForSelector("tbody .badge.urgent");
    // In the other language it is told anew, at once.
    await page.selectOption(".settings select >> nth=0", chinese ? "en" : "zh");
    await page.waitForFunction(
      (words) => document.querySelector(".timeline")?.textContent.includes(words),
      chinese ? "exit code 12" : "退出码 12",
    );
    assert.deepEqual(wrong, []);
    await context.close();
  });
}

const fragment = (state) => `#c=${Buffer.from(JSON.stringify(state)).toString("base64url")}`;
for (const lang of ["en", "zh"]) {
  test(`findings are fixed by a click in ${lang}`, async () => {
    const { context, page, wrong } = await open(browser, server.address, inLang(lang));
    const fix = (place) => page.locator(`#field${place}-findings button`).click();
    await page.fill("#field-group_name", "");
    assert.equal(await page.locator("#output-files pre").count(), 0, "no command without a name");
    assert.equal(await page.getAttribute("#field-group_name", "aria-invalid"), "true");
    await fix("-group_name");
    assert.equal(await page.inputValue("#field-group_name"), "nightly-{run}");
    await page.fill("#field-linux-pre_script_path", "tmp/prescript.sh");
    await fix("-linux-pre_script_path");
    assert.equal(await page.inputValue("#field-linux-pre_script_path"), "/tmp/prescript.sh");
    await page.fill("#field-linux-freeze_timeout_seconds", "900");
    await fix("-linux-freeze_timeout_seconds");
    assert.equal(await page.inputValue("#field-linux-freeze_timeout_seconds"), "10");
    assert.match(await shown(page), /-TimeoutInSeconds=10,.*-PreScriptPath="\/tmp\/prescript.sh".*-Name="nightly-/s);
    assert.equal(await page.locator(".verdict.good").count(), 1);
    // What is wrong behind a closed fold opens it.
    await page.locator("details.more summary").click();
    await page.fill("#field-run-timeout", "60");
    await page.locator("details.more summary").click();
    await page.waitForSelector("details.more[open]");
    await fix("-run-timeout");
    assert.equal(await page.inputValue("#field-run-timeout"), "");
    assert.deepEqual(wrong, []);
    await context.close();
  });
}

test("every file of every export can be copied and downloaded, and says where it comes from", async () => {
  const { context, page, wrong } = await open(browser, server.address, inLang("en"));
  await page.fill("#field-targets-ids", "i-bp1linux000000000001");
  const tabs = await page.locator(".targets [role=tab]").all();
  assert.equal(tabs.length, 15);
  for (const tab of tabs) {
    await tab.click();
    const link = await copied(page, page.locator("#share"), "Link copied");
    let origins = 0;
    for (const file of await page.locator("figure.file").all()) {
      const name = await file.locator(".file-name").textContent();
      const content = await file.locator("pre").textContent();
      assert.equal(
        (await copied(page, file.getByRole("button").first(), "Copied")).replaceAll("\r\n", "\n"),
        content.replaceAll("\r\n", "\n"),
        name,
      );
      // What was taken has given its name away: the next copy has another.
      const shownNow = await file.locator("pre").textContent();
      const named = /-Name="(mysql-[0-9a-z]{8})"/.exec(content)?.[1];
      if (named) assert.ok(!shownNow.includes(named), name);
      const [download] = await Promise.all([page.waitForEvent("download"), file.getByRole("button").nth(1).click()]);
      assert.equal(download.suggestedFilename(), name);
      assert.equal(readFileSync(await download.path(), "utf8"), shownNow, name);
      if (
        /consnap \d+\.\d+\.\d+, catalogue \d{4}-\d\d-\d\d/.test(content) &&
        (content.includes(link) || name.endsWith(".json"))
      )
        origins += 1;
    }
    assert.ok(origins > 0, `${await tab.textContent()} does not say where it comes from`);
  }
  assert.deepEqual(wrong, []);
  await context.close();
});

test("a link brings back the same page, and asks no server for it", async () => {
  const { context, page, wrong } = await open(browser, server.address, inLang("en"));
  await page.getByRole("button", { name: /PostgreSQL/ }).click();
  await page.fill("#field-group_name", "linked-{run}");
  await page.locator("details.more summary").click();
  await page.fill("#field-targets-ids", "i-bp1windows0000000001\ni-bp1windows0000000002");
  await page.fill("#field-description", "月度备份");
  await page.locator("#target-terraform").click();
  const link = await copied(page, page.locator("#share"), "Link copied");
  assert.equal(new URL(link).search, "");
  const other = await open(browser, server.address, inLang("zh"));
  await other.page.goto("about:blank");
  const before = server.asked.length;
  await other.page.goto(link);
  await other.page.waitForSelector("html[data-ready]", { state: "attached" });
  assert.equal(await other.page.getAttribute("#target-terraform", "aria-selected"), "true");
  assert.equal(await other.page.inputValue("#field-group_name"), "linked-{run}");
  await other.page.locator("details.more summary").click();
  assert.equal(await other.page.inputValue("#field-description"), "月度备份");
  assert.equal(await shown(other.page), await shown(page));
  assert.ok(
    server.asked.slice(before).every((path) => !path.includes("linked")),
    "the fragment reached the server",
  );
  assert.deepEqual([...wrong, ...other.wrong], []);
  await Promise.all([context.close(), other.context.close()]);
});

test("a draft outlives the page, and starting over forgets it", async () => {
  const { context, page, wrong } = await open(browser, server.address, inLang("en"));
  await page.fill("#field-group_name", "drafted");
  await page.selectOption(".settings select >> nth=0", "zh");
  await page.selectOption(".settings select >> nth=1", "dark");
  await page.waitForSelector("html[data-theme=dark]", { state: "attached" });
  await page.goto("about:blank");
  await page.goto(server.address);
  await page.waitForSelector("html[data-ready]", { state: "attached" });
  assert.equal(await page.inputValue("#field-group_name"), "drafted");
  assert.deepEqual(
    [await page.getAttribute("html", "lang"), await page.getAttribute("html", "data-theme")],
    ["zh-CN", "dark"],
  );
  await page.getByRole("button", { name: "重新开始" }).click();
  assert.equal(await page.inputValue("#field-group_name"), "mysql-{run}");
  assert.deepEqual(wrong, []);
  await context.close();
});

test("an old link keeps its facts, gives the same output, and says what today's would change", async () => {
  const { context, page, wrong } = await open(browser, server.address, inLang("en"));
  const job = { version: 1, targets: {}, instance_ram_role: "AppSnapshotRoleName", group_name: "old" };
  const old = { v: 1, a: "build", p: "linux", k: "", t: "command", c: "2021-06-07", j: job };
  await page.evaluate((hash) => {
    location.hash = hash;
  }, fragment(old));
  await page.waitForSelector(".pinned");
  const command =
    'acs-plugin-manager --exec --plugin app-snapshot-plugin --params=-RamRoleName="AppSnapshotRoleName",-Name="old"\n';
  const output = await shown(page);
  assert.match(output, /^# consnap \S+, catalogue 2021-06-07\n/);
  assert.ok(output.endsWith(command), output);
  const said = await page.locator(".pinned").textContent();
  assert.match(
    said,
    /2021-06-07.*Alibaba Cloud Linux 3: Not eligible → Eligible.*cloud_auto: Not eligible → Eligible/s,
  );
  assert.doesNotMatch(said, /CentOS 7\.9/, "what did not change is not told");
  // The facts of that day also judge instances.
  await page.click("#tab-facts");
  await page.locator(".facts .switch input").nth(1).check({ force: true });
  await page.waitForSelector(".instance.no");
  await page.click("#tab-build");
  await page.locator(".pinned button").click();
  await page.waitForSelector(".pinned", { state: "detached" });
  assert.ok((await shown(page)).endsWith(command));
  assert.doesNotMatch(await shown(page), /2021-06-07/);
  await page.click("#tab-facts");
  await page.waitForSelector(".instance.yes");
  assert.deepEqual(wrong, []);
  await context.close();
});

test("links that are none of ours change nothing", async () => {
  const { context, page, wrong } = await open(browser, server.address, inLang("en"));
  const before = await shown(page);
  const good = { v: 1, a: "build", p: "linux", k: "", t: "command", c: "2026-11-22", j: {} };
  for (const hash of [
    "#c=",
    "#c=%%%",
    "#x=1",
    fragment({ ...good, v: 2 }),
    fragment({ ...good, j: [] }),
    fragment({ ...good, c: "soon" }),
    fragment(null),
  ]) {
    await page.evaluate((next) => {
      location.hash = next;
    }, hash);
    const damaged = /^#c=/.test(hash);
    if (damaged) await page.locator(".notice.bad").waitFor();
    else await page.waitForTimeout(60); // time for a notice that must not come
    assert.equal(await page.locator(".notice.bad").count(), damaged ? 1 : 0, hash);
    assert.equal(await page.locator("#output-files figure").count(), damaged ? 0 : 1, hash);
    if (damaged) await page.locator(".notice.bad button").click();
    assert.equal((await shown(page)).split("\n").at(-2), before.split("\n").at(-2), hash);
  }
  // A hostile job is read like any other: as text.
  const hostile = {
    version: 1,
    group_name: "<img src=x onerror=alert(1)>",
    __proto__: { polluted: 1 },
    instance_ram_role: { a: [1] },
    linux: 7,
    targets: "all",
  };
  await page.evaluate(
    (next) => {
      location.hash = next;
    },
    fragment({ ...good, j: hostile }),
  );
  await page.waitForSelector(".verdict.bad");
  assert.equal(await page.locator("main img").count(), 0);
  assert.equal(await page.evaluate(() => ({}).polluted), undefined);
  assert.deepEqual(wrong, []);
  await context.close();
});

test("works offline after the first visit, and asks for nothing but its own files", async () => {
  const own = await serve();
  const { context, page, wrong } = await open(browser, own.address, inLang("en"));
  await keptOffline(page);
  assert.ok(!own.asked.some((path) => path.includes("rehearsal")), "the second module is not loaded unasked");
  await page.click("#tab-rehearse");
  await page.locator("button.primary").click();
  await page.waitForSelector("tbody tr");
  const files = new Set(["/", "/sw.js", ...readdirSync(dist, { recursive: true }).map((name) => `/${name}`)]);
  assert.deepEqual(
    own.asked.filter((path) => !files.has(path)),
    [],
  );
  await own.close();
  await context.setOffline(true);
  await page.reload();
  await page.waitForSelector("html[data-ready]", { state: "attached" });
  await page.click("#tab-build");
  assert.match(await shown(page), /acs-plugin-manager/);
  await page.click("#tab-rehearse");
  await page.locator("button.primary").click();
  await page.waitForSelector("tbody tr");
  assert.deepEqual(wrong, []);
  await context.close();
});

test("the single file opens from a plain folder, rehearsal and all", async () => {
  const context = await browser.newContext(inLang("zh"));
  const page = await context.newPage();
  const address = pathToFileURL(join(dist, "consnap.html")).href;
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") wrong.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(address) && !/^(data|blob):/.test(request.url())) wrong.push(request.url());
  });
  await page.goto(address);
  await page.waitForSelector("html[data-ready]", { state: "attached" });
  assert.match(await shown(page), /acs-plugin-manager/);
  await page.click("#tab-rehearse");
  await page.locator("button.primary").click();
  await page.waitForSelector("tbody tr");
  assert.deepEqual(wrong, []);
  await context.close();
});

test("the policy forbids everything but the page's own files, and holds", async () => {
  const { context, page } = await open(browser, server.address, inLang("en"));
  const policy = await page.getAttribute("meta[http-equiv=Content-Security-Policy]", "content");
  assert.match(policy, /^default-src 'none'; /);
  assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|https?:|\*/);
  const refused = await page.evaluate(async () => {
    const seen = [];
    document.addEventListener("securitypolicyviolation", (event) => seen.push(event.effectiveDirective));
    document.body.append(Object.assign(document.createElement("script"), { textContent: "globalThis.ran = 1" }));
    await fetch("https://example.com/").catch(() => undefined);
    await new Promise((go) => setTimeout(go, 100));
    return { seen, ran: globalThis.ran };
  });
  assert.deepEqual(refused, { seen: ["script-src-elem", "connect-src"], ran: undefined });
  await context.close();
});

test("any static host will do: below a folder, and without the type of WebAssembly", async () => {
  const own = await serve({
    below: "/tools/consnap",
    types: { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" },
  });
  const { context, page, wrong } = await open(browser, own.address, inLang("en"));
  assert.match(await shown(page), /acs-plugin-manager/);
  await page.click("#tab-rehearse");
  await page.locator("button.primary").click();
  await page.waitForSelector("tbody tr");
  assert.deepEqual([wrong, own.asked.filter((path) => !path.startsWith("/tools/consnap/"))], [[], []]);
  await context.close();
  await own.close();
});

test("every parameter of the catalogue has its field, with help at hand", async () => {
  const table = readFileSync(new URL("../../docs/reference/parameters.md", import.meta.url), "utf8");
  const parameters = [...table.matchAll(/^\| `([\w/]+)` \| `(\w+)` \| ([a-z, ]+) \|/gm)].map(
    ([, key, wire, platforms]) => ({ key, wire, platforms }),
  );
  assert.equal(parameters.length, 12);
  const { context, page, wrong } = await open(browser, server.address, inLang("en"));
  for (const [at, platform] of ["linux", "windows"].entries()) {
    await page.locator(".switch input").nth(at).check({ force: true });
    if (at === 0) await page.locator("details.more summary").click();
    await page.waitForSelector("#field-description");
    for (const row of parameters.filter((row) => row.platforms.includes(platform))) {
      const field = page.locator(`.field:has(#field${row.key.replaceAll("/", "-")})`);
      assert.equal(await field.count(), 1, `${platform}: ${row.key}`);
      if ((await field.locator(".about").count()) === 0) await field.locator(".help").click();
      assert.ok((await field.locator(".about").textContent()).includes(row.wire), row.key);
    }
  }
  assert.deepEqual(wrong, []);
  await context.close();
});

test("no field asks for credentials, in any area", async () => {
  const { context, page } = await open(browser, server.address, inLang("en"));
  for (const area of ["build", "facts", "policies", "explain", "rehearse"]) {
    await page.click(`#tab-${area}`);
    if (area === "build") await page.locator("details.more summary").click();
    const fields = await page.evaluate(() =>
      [...document.querySelectorAll("input, select, textarea")].map(
        (field) => `${field.type} ${field.id} ${field.labels?.[0]?.textContent ?? ""}`,
      ),
    );
    assert.ok(fields.length > 1);
    assert.deepEqual(
      fields.filter((field) => /password|secret|access.?key|token|credential/i.test(field)),
      [],
    );
  }
  await context.close();
});

/** Brings each area to the state in which most of it is on the screen. */
const FULL = {
  build: async (page) => {
    await page.fill("#field-group_name", "");
    await page.fill("#field-linux-freeze_timeout_seconds", "900");
    await page.locator(".field .help").first().click();
    await page.locator("details.more summary").click();
  },
  facts: async (page) => page.locator(".field > .small").click(),
  explain: async (page) => page.locator(".examples button").nth(2).click(),
  rehearse: async (page) => {
    await page.click("#tab-build");
    await page.fill("#field-group_name", "axe-{run}");
    await page.click("#tab-rehearse");
    await page.locator(".fault").nth(2).click();
    await page.locator("button.primary").click();
    await page.waitForSelector("tbody tr");
  },
};

for (const colorScheme of ["light", "dark"]) {
  for (const [width, lang] of [
    [360, "zh"],
    [1440, "en"],
  ]) {
    test(`no barrier that axe knows, nothing wider than the screen: ${colorScheme}, ${width} pixels`, async () => {
      const { context, page } = await open(browser, server.address, {
        ...inLang(lang),
        colorScheme,
        viewport: { width, height: 780 },
        bypassCSP: true,
      });
      await page.addScriptTag({ path: axeSource });
      for (const [area, fill] of Object.entries(FULL)) {
        await page.click(`#tab-${area}`);
        await fill(page);
        await still(page);
        const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
        assert.deepEqual(
          violations.map(
            (found) =>
              `${area} ${found.id}: ${found.nodes
                .slice(0, 3)
                .map((node) => node.html)
                .join(" | ")}`,
          ),
          [],
        );
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${area} is ${wide} px wide`);
      }
      await context.close();
    });
  }
}

test("nothing moves for those who asked for it", async () => {
  const { context, page } = await open(browser, server.address, { ...inLang("en"), reducedMotion: "reduce" });
  const moving = await page.evaluate(
    () =>
      [...document.querySelectorAll("*")].filter((element) => {
        const style = getComputedStyle(element);
        return style.transitionDuration !== "0s" || style.animationName !== "none" || style.scrollBehavior === "smooth";
      }).length,
  );
  assert.equal(moving, 0);
  await context.close();
});

test("the keyboard alone is enough, from the first key to a rehearsal", async () => {
  const { context, page, wrong } = await open(browser, server.address, inLang("en"));
  const focused = () =>
    page.evaluate(
      () =>
        document.activeElement?.id || document.activeElement?.className || document.activeElement?.textContent || "",
    );
  /** Tabs until the focus is where it is wanted; each stop on the way must show it. */
  const tabTo = async (wanted) => {
    for (let presses = 0; presses < 90; presses += 1) {
      if (wanted(await focused())) return;
      await page.keyboard.press("Tab");
      const visible = await page.evaluate(() => {
        const element = document.activeElement;
        const within = element?.closest(".switch label, .fault") ?? element;
        const outlined = [within, within?.querySelector("span"), element].some(
          (part) => part && getComputedStyle(part).outlineStyle !== "none",
        );
        return element === document.body || outlined;
      });
      assert.ok(visible, `the focus on ${await focused()} cannot be seen`);
    }
    assert.fail("never reached");
  };
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await focused(), "main");
  await tabTo((at) => at === "preset");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  assert.match(await page.locator(".preset[aria-pressed=true]").textContent(), /PostgreSQL/);
  await tabTo((at) => at === "field-group_name");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("keys-{run}");
  assert.match(await shown(page), /-Name="keys-/);
  await tabTo((at) => at === "field-targets-ids");
  await page.keyboard.type("i-bp1linux000000000001");
  await tabTo((at) => at === "target-command");
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(), "target-run_command");
  assert.match(await shown(page), /"CommandContent"/);
  await tabTo((at) => at.startsWith("small"));
  await page.keyboard.press("Enter");
  await page.getByText("Copied").first().waitFor();
  // Each copy draws a name of its own.
  const named = (text) =>
    text.replace(/"CommandContent": "([^"]+)"/, (_, base64) => atob(base64).replace(/keys-\w{8}/, "keys-"));
  assert.equal(named(await clipboard(page)), named(await shown(page)));
  // Around the end of the page, back to its tabs.
  for (let presses = 0; presses < 90 && !(await focused()).startsWith("tab-"); presses += 1)
    await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await focused(), "tab-rehearse");
  await tabTo((at) => at === "rehearse-count");
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowDown");
  await tabTo((at) => at === "primary");
  await page.keyboard.press("Enter");
  await page.waitForSelector("tbody .badge.weaker");
  assert.deepEqual(wrong, []);
  await context.close();
});
