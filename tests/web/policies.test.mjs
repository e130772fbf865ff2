// The area Policies of the built page, in Chromium.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { axeSource, copied, dist, keptOffline, launch, open, serve, still } from "./browser.mjs";

let browser;
let server;
before(async () => {
  [browser, server] = await Promise.all([launch(), serve()]);
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const inLang = (lang) => ({ locale: lang === "zh" ? "zh-CN" : "en-US" });
const pack = fileURLToPath(new URL("../../policies/", import.meta.url));
const packed = readdirSync(pack)
  .filter((name) => name.endsWith(".yaml"))
  .sort();

const RULE = (require, more = "") => `version: 1
language: cel
policies:
  - id: ours
    require: ${require}
    message: {en: it is not ours, zh: 不是我们的}
${more}`;

/** Opens the area and puts a document in; comes back when it was judged. */
const enter = async (lang, text, options = {}) => {
  const opened = await open(browser, server.address, { ...inLang(lang), ...options });
  await opened.page.click("#tab-policies");
  await opened.page.waitForSelector("#policies-text");
  if (text !== undefined) await type(opened.page, text);
  return opened;
};
const type = async (page, text) => {
  await page.fill("#policies-text", text);
  await judged(page);
};
/** Puts a long text in at once: a browser takes its time over thousands of lines that are typed. */
const put = async (page, selector, text) => {
  // The area may still be on its way.
  await page.waitForSelector(selector);
  await page.evaluate(
    ([selector, text]) => {
      const editor = document.querySelector(selector);
      Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(editor, text);
      editor.dispatchEvent(new Event("input", { bubbles: true }));
      return new Promise((drawn) => {
        requestAnimationFrame(() => requestAnimationFrame(drawn));
      });
    },
    [selector, text],
  );
};
const judged = (page) => page.waitForSelector("#area .result[aria-busy=false] :is(.verdict, .blocked-note)");
const title = (page) => page.locator("#area .result > .verdict strong").textContent();
const shownLines = (page) =>
  page.evaluate(() => {
    const editor = document.querySelector("#policies-text");
    return editor.value.slice(editor.selectionStart, editor.selectionEnd);
  });

for (const lang of ["en", "zh"]) {
  const chinese = lang === "zh";

  test(`a document in ${lang}: judged while it is typed, with its lines, its cases and why`, async () => {
    const { context, page, wrong } = await enter(lang);
    assert.equal(await page.locator(".empty").count(), 1);
    await type(page, RULE("job.linux.freeze_timeout_seconds <= 5"));
    assert.equal(await title(page), chinese ? "作业不符合规则" : "Policies stand against the job");
    const result = await page.locator("#area .result").textContent();
    assert.match(
      result,
      chinese
        ? /不是我们的/
        : /It is not ours: policy ours is not met; job.linux.freeze_timeout_seconds is 10, wanted is <= 5/,
    );
    assert.match(
      await page.locator(".why").first().textContent(),
      /false job\.linux\.freeze_timeout_seconds <= 5.*10 job\.linux\.freeze_timeout_seconds/s,
    );
    // A typo is found where it stands, with a suggestion.
    await type(page, RULE("job.linux.freeze_timeout_secnds <= 5"));
    await page.waitForSelector(".document-findings");
    assert.equal(await title(page), chinese ? "文档有错误" : "The document has errors");
    assert.match(await page.locator(".document-findings").textContent(), /freeze_timeout_seconds/);
    await page.locator(".document-findings .link").click();
    assert.equal(await shownLines(page), "    require: job.linux.freeze_timeout_secnds <= 5");
    // What is no YAML is told with its line.
    await type(page, "version: 1\npolicies: [\n");
    await page.waitForSelector("[role=alert] .link");
    assert.match(
      await page.locator("[role=alert]").textContent(),
      chinese ? /第 \d 行 无法读取此文档/ : /Line \d The document cannot be read/,
    );
    // Met at last.
    await type(page, RULE("job.linux.freeze_timeout_seconds <= 30"));
    await page.waitForSelector(".verdict.good");
    assert.equal(await title(page), chinese ? "符合规则" : "Policies are met");
    assert.deepEqual(wrong, []);
    await context.close();
  });

  test(`cases in ${lang}: those that differ with what was expected and why, and what none tries`, async () => {
    const cases =
      "    cases:\n" +
      "      - {name: right, job: {group_name: ours-1}, expect: PASS}\n" +
      "      - {name: not so, job: {group_name: theirs}, expect: PASS}\n";
    const { context, page, wrong } = await enter(lang, RULE("job.group_name.startsWith('ours-')", cases));
    assert.match(
      await page.locator(".cases .figure").textContent(),
      chinese ? /2 个用例中 1 个符合期望/ : /1 of 2 as expected/,
    );
    const differs = page.locator(".case.differs");
    assert.match(await differs.textContent(), chinese ? /FAIL.*期望 PASS/ : /FAIL.*expected PASS/);
    assert.match(await differs.locator(".why").textContent(), /"theirs" job\.group_name/);
    await differs.locator(".link").click();
    assert.match(await shownLines(page), /not so/);
    await type(page, RULE("job.group_name.startsWith('ours-')", cases.split("\n").slice(0, 2).join("\n")));
    await page.getByText(chinese ? "未覆盖：FAIL" : "never tried: FAIL").waitFor();
    assert.deepEqual(wrong, []);
    await context.close();
  });
}

test("every starter is the pack's own document, and gives what the command line gives", async (t) => {
  const { context, page, wrong } = await enter("en");
  const starters = page.locator(".starter");
  assert.equal(await starters.count(), packed.length);
  const binary = process.env.CONSNAP;
  for (const [at, name] of packed.entries()) {
    await starters.nth(at).click();
    assert.equal(await page.inputValue("#policies-text"), readFileSync(join(pack, name), "utf8"), name);
    await page.waitForFunction(() => document.querySelector("#area .result")?.getAttribute("aria-busy") === "false");
    const shown = await page.locator(".case .badge").allTextContents();
    assert.equal(await page.locator(".case.differs").count(), 0, name);
    assert.ok(shown.length > 3, name);
    if (!binary) continue;
    const tried = JSON.parse(
      execFileSync(binary, ["policy", "test", join(pack, name), "--format", "json"], { encoding: "utf8" }),
    );
    const inOrder = tried.exercised
      .flatMap(({ policy }) => tried.cases.filter((one) => one.policy === policy))
      .map((one) => one.got);
    assert.deepEqual(shown, inOrder, name);
  }
  if (!binary) t.diagnostic("CONSNAP names no binary: the command line was not asked");
  assert.deepEqual(wrong, []);
  await context.close();
});

test("YAML is read as the command line reads it", async (t) => {
  const binary = process.env.CONSNAP;
  if (!binary) {
    t.skip("CONSNAP names no binary");
    return;
  }
  const scalars =
    "no, 0o14, 1_000, ~, 2027-01-01, 0x1F, 1e3, .5, 'yes', on, +1, -0, 012, 1:30, " +
    "0b1, True, TRUE, Null, '', y, =, 1., -1.5, !!str 5";
  const readable = [
    RULE("'true'", `    links: [${scalars}]\n`),
    "version: 1\nlanguage: cel\nbase: &b {name: a, expect: PASS}\ncases:\n  - {<<: *b, policy: p}\n  - *b\n1: x\n",
    "",
    "[]",
    "just text",
    '{"version": 1, "language": "cel", "policies": []}',
  ];
  const refused = [
    "version: 1\n---\nversion: 1\n",
    "version: 1\nversion: 2\n",
    "a: .inf\n",
    "? [a]\n: x\n",
    "a: [\n",
    `${"- ".repeat(40)}x\n`,
    '{"a": 1, "a": 2}',
  ];
  const { context, page, wrong } = await enter("en");
  const folder = mkdtempSync(join(tmpdir(), "consnap-yaml-"));
  const file = join(folder, "p.yaml");
  const told = (text) => {
    writeFileSync(file, text);
    const { stdout, status } = spawnSync(binary, ["policy", "check", file, "--format", "json"], { encoding: "utf8" });
    return status === 2
      ? undefined
      : JSON.parse(stdout).findings.map(({ code, place }) => `${code} ${place.replace(/^\/0/, "")}`);
  };
  for (const text of readable.filter((text) => text)) {
    await put(page, "#policies-text", text);
    await judged(page);
    const shown = await page
      .locator(".document-findings .placed")
      .evaluateAll((all) =>
        all.map((one) => `${one.querySelector(".code-name").textContent} ${one.querySelector("p code").textContent}`),
      );
    assert.deepEqual(shown, told(text), text);
  }
  for (const text of refused) {
    assert.equal(told(text), undefined, text);
    await put(page, "#policies-text", text);
    await judged(page);
    assert.match(await page.locator("#area .result").textContent(), /cannot be read/, text);
  }
  // A number that a script would round is refused, not rounded.
  await put(page, "#policies-text", "version: 9007199254740993\n");
  await page.getByText("cannot be kept as it is written").waitFor();
  rmSync(folder, { recursive: true });
  assert.deepEqual(wrong, []);
  await context.close();
});

test("instances of the area Facts are judged, each with its own reason, and waivers are told", async () => {
  const waiver =
    "waivers:\n" +
    "  - {policy: ours, instances: [i-bp1debian00000000001], reason: being replaced, " +
    "owner: dba@example.com, expires: 2099-12-31}\n";
  const { context, page, wrong } = await enter("en", RULE("instance.status == 'Running'", waiver));
  await page.getByText("held to nothing", { exact: true }).waitFor();
  assert.equal(await title(page), "Nothing was held to the policies");
  await page.getByRole("button", { name: "paste their facts" }).click();
  await page.getByRole("button", { name: "Try an example" }).click();
  await page.waitForSelector(".instance");
  await page.click("#tab-policies");
  await page.waitForSelector(".policy-result");
  await judged(page);
  const result = page.locator(".policy-result");
  assert.equal(await result.count(), 1);
  assert.match(
    await result.textContent(),
    /i-bp1debian00000000001.*Accepted.*being replaced.*Waived until 2099-12-31; dba@example.com answers for it/s,
  );
  assert.match(await page.locator(".badges").textContent(), /met 1not met 1/);
  // One that reads the plan has one made of the same facts.
  await type(page, RULE("plan.instances == 2"));
  await page.waitForSelector(".verdict.good");
  assert.deepEqual(wrong, []);
  await context.close();
});

test("the builder speaks of policies when there are some, and by their severities", async () => {
  const own = await serve();
  const { context, page, wrong } = await open(browser, own.address, inLang("en"));
  await page.waitForTimeout(400);
  assert.equal(await page.locator(".policy-line").count(), 0);
  assert.deepEqual(
    own.asked.filter((path) => /policies|worker|shared/.test(path)),
    [],
    "nothing of policies is loaded unasked",
  );
  await page.click("#tab-policies");
  await type(
    page,
    RULE("job.group_name.startsWith('ours-')", "findings:\n  - {code: CS133, severity: error, reason: ours}\n"),
  );
  await page.click("#tab-build");
  const line = page.locator(".policy-line");
  await page.waitForSelector(".policy-line.bad");
  assert.match(await line.textContent(), /Policies stand against the job.*0 met, 1 not met/);
  assert.match(await page.locator(".verdict.bad > strong").textContent(), /Not allowed by policies/);
  await page.fill("#field-group_name", "ours-{run}");
  await page.waitForSelector(".policy-line.good");
  assert.match(await line.textContent(), /Policies are met.*1 met/);
  assert.equal(await page.locator(".verdict.good > strong").textContent(), "Ready to use");
  await line.getByRole("button").click();
  await page.getByRole("button", { name: "Remove the document" }).click();
  await page.click("#tab-build");
  assert.equal(await line.count(), 0);
  assert.deepEqual(wrong, []);
  await context.close();
  await own.close();
});

test("a link carries the document, a draft keeps it, copy and download give it", async () => {
  const document = RULE("job.group_name.startsWith('ours-') # 我们的");
  const { context, page, wrong } = await enter("en", document);
  const link = await copied(page, page.locator("#share"), "Link copied");
  const before = server.asked.length;
  const other = await open(browser, server.address, inLang("zh"));
  await other.page.goto(link);
  await judged(other.page);
  assert.equal(await other.page.inputValue("#policies-text"), document);
  assert.equal(await title(other.page), "作业不符合规则");
  assert.ok(
    server.asked.slice(before).every((path) => !path.includes("ours")),
    "the document reached the server",
  );
  assert.equal(await copied(page, page.getByRole("button", { name: /policies\.yaml/ }).first(), "Copied"), document);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download policies.yaml" }).click(),
  ]);
  assert.equal(readFileSync(await download.path(), "utf8"), document);
  // One too long for a link stays in the draft, and the page says so.
  const filler = Array.from({ length: 9_000 }, () => `# ${Math.random().toString(36)}\n`).join("");
  const long = `${document}${filler}`;
  await put(page, "#policies-text", long);
  await judged(page);
  await page.getByText("too long for a link").waitFor();
  await page.waitForFunction((length) => history.state?.consnap?.packed.y?.length === length, long.length);
  assert.ok((await page.evaluate(() => location.hash.length)) < 60_000);
  await page.goto("about:blank");
  await page.goto(server.address);
  await judged(page);
  assert.equal(await page.inputValue("#policies-text"), long);
  assert.deepEqual([...wrong, ...other.wrong], []);
  await Promise.all([context.close(), other.context.close()]);
});

test("a job that is none is judged as one: what it lacks cannot be judged", async () => {
  const job = { version: 1, targets: "all", linux: 7, instance_ram_role: { a: [1] } };
  const state = {
    v: 1,
    a: "policies",
    p: "linux",
    k: "",
    t: "command",
    c: "2026-11-22",
    j: job,
    y: RULE("job.description == 'x'"),
  };
  const { context, page, wrong } = await open(browser, server.address, inLang("en"));
  await page.evaluate(
    (hash) => {
      location.hash = hash;
    },
    `#c=${Buffer.from(JSON.stringify(state)).toString("base64url")}`,
  );
  await judged(page);
  assert.match(
    await page.locator("#area .result").textContent(),
    /cannot be judged.*CANNOT_JUDGE job\.description == 'x'/s,
  );
  assert.deepEqual(wrong, []);
  await context.close();
});

test("files are chosen or dropped, and what is no document is refused in words", async () => {
  const { context, page, wrong } = await enter("en");
  const file = (name, content) => ({ name, mimeType: "text/yaml", buffer: Buffer.from(content) });
  await page.setInputFiles("input[type=file]", file("p.yaml", RULE("'true'")));
  await judged(page);
  assert.equal(await page.inputValue("#policies-text"), RULE("'true'"));
  await page.setInputFiles("input[type=file]", file("p.yaml", Buffer.from([0xff, 0xfe, 0x00])));
  await page.getByText("not text in UTF-8").waitFor();
  await page.setInputFiles("input[type=file]", file("p.yaml", "# ".repeat(600_000)));
  await page.getByText("larger than 1 MB").waitFor();
  assert.equal(await page.inputValue("#policies-text"), RULE("'true'"), "what was there stays");
  const drop = (names) =>
    page.evaluate((names) => {
      const dataTransfer = new DataTransfer();
      for (const name of names) dataTransfer.items.add(new File(["version: 1\nlanguage: cel\n"], name));
      document
        .querySelector("#policies-text")
        .dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    }, names);
  await drop(["a.yaml", "b.yaml"]);
  await page.getByText("One document at a time").waitFor();
  await drop(["a.yaml"]);
  await page.waitForFunction(() => document.querySelector("#policies-text").value === "version: 1\nlanguage: cel\n");
  assert.deepEqual(wrong, []);
  await context.close();
});

test("a hostile document takes nothing with it: the page answers all the while, and judges the next one", async () => {
  const { context, page, wrong } = await enter("en");
  const many = (count, text) => text.repeat(count);
  const bomb = [
    "a: &a [x, x, x, x, x, x, x, x, x]",
    ..."bcdefghi".split("").map((name, at) => `${name}: &${name} [${many(9, `*${"abcdefgh"[at]}, `)}]`),
  ].join("\n");
  const hostile = [
    RULE(`"${many(400, "!")}true"`),
    RULE(`"${many(700, "(")}true${many(700, ")")}"`),
    RULE(`${many(20_000, "1+")}1 > 0`),
    RULE(`'${many(300, "[")}${many(300, "]")}.size() == 0'`),
    many(20_000, "["),
    many(3_000, "["),
    `${many(2_000, "- ")}x`,
    bomb,
    `{"a":${many(3_000, '{"a":')}1${many(3_001, "}")}`,
    "<img src=x onerror=alert(1)>",
    RULE("job.group_name.matches('((((a*)*)*)*)*b')"),
    "version: 1\n__proto__: {polluted: 1}\n",
    "\u0000\u202e: 1",
  ];
  for (const text of hostile) {
    await page.evaluate(() => {
      globalThis.longest = 0;
      let last = performance.now();
      globalThis.ticking = setInterval(() => {
        const now = performance.now();
        globalThis.longest = Math.max(globalThis.longest, now - last);
        last = now;
      }, 10);
    });
    await put(page, "#policies-text", text);
    await page.waitForFunction(
      () => document.querySelector("#area .result").getAttribute("aria-busy") === "false",
      undefined,
      { timeout: 25_000 },
    );
    const longest = await page.evaluate(() => {
      clearInterval(globalThis.ticking);
      return globalThis.longest;
    });
    assert.ok(longest < 1_500, `the page stood still for ${longest} ms: ${text.slice(0, 60)}`);
    const said = await page.locator("#area .result").textContent();
    assert.match(said, /The document has errors|cannot be read|Policies stand against|Nothing/, text.slice(0, 60));
    assert.doesNotMatch(said, /ended unexpectedly/, text.slice(0, 60));
    assert.equal(await page.locator("main img").count(), 0);
  }
  assert.equal(await page.evaluate(() => ({}).polluted), undefined);
  await type(page, RULE("'true'"));
  await page.waitForSelector(".verdict.good");
  assert.deepEqual(wrong, []);
  await context.close();
});

test("work without end is bounded by the engine; the answer says so and a newer document overtakes it", async () => {
  const { context, page, wrong } = await enter("en");
  const policy = (at) =>
    `  - id: slow-${String(at)}\n` +
    `    require: job.targets.ids.all(a, job.targets.ids.all(b, a != b || a == b))\n` +
    `    message: {en: slow}\n`;
  await page.click("#tab-build");
  await page.locator("details.more summary").click();
  await put(page, "#field-targets-ids", Array.from({ length: 1_000 }, (_, at) => `i-${String(at)}`).join("\n"));
  await page.click("#tab-policies");
  await put(
    page,
    "#policies-text",
    `version: 1\nlanguage: cel\npolicies:\n${Array.from({ length: 300 }, (_, at) => policy(at)).join("")}`,
  );
  await page.waitForTimeout(400);
  assert.equal(await page.getAttribute("#area .result", "aria-busy"), "true", "it takes its time");
  const begun = Date.now();
  await type(page, RULE("job.targets.ids.size() == 1000"));
  await page.waitForSelector(".verdict.good", { timeout: 10_000 });
  assert.ok(Date.now() - begun < 6_000, "the newer document waited for the older");
  assert.deepEqual(wrong, []);
  await context.close();
});

/** The module with every large function ending at its first instruction. */
function spoilt(module) {
  const bytes = Uint8Array.from(module);
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  let trapping = 0;
  while (at < bytes.length) {
    const section = bytes[at++];
    const end = number() + at;
    if (section === 10) {
      for (let left = number(); left > 0; left -= 1) {
        const size = number();
        if (size > 3_000) {
          bytes.fill(0x01, at, at + size); // nothing, nothing ...
          bytes[at] = 0; // no variables
          bytes[at + 1] = 0x00; // unreachable
          bytes[at + size - 1] = 0x0b; // end
          trapping += 1;
        }
        at += size;
      }
    }
    at = end;
  }
  assert.ok(trapping > 3);
  return Buffer.from(bytes);
}

test("an engine that traps, or cannot be loaded, is told in words and loaded anew", { timeout: 60_000 }, async () => {
  const context = await browser.newContext({ ...inLang("en"), serviceWorkers: "block" });
  context.setDefaultTimeout(8_000);
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  const module = readdirSync(join(dist, "assets")).find((name) => /^consnap_policies.*\.wasm$/.test(name));
  const answers = [
    { status: 200, body: Buffer.from("not a module") },
    { status: 200, body: spoilt(readFileSync(join(dist, "assets", module))) },
  ];
  await context.route(/consnap_policies.*\.wasm$/, async (route) => {
    const answer = answers.shift();
    if (answer) await route.fulfill({ contentType: "application/wasm", ...answer });
    else await route.continue();
  });
  await page.goto(server.address);
  await page.waitForSelector("html[data-ready]", { state: "attached" });
  await page.click("#tab-policies");
  await page.fill("#policies-text", RULE("'true'"));
  await page.waitForSelector("[role=alert]");
  assert.match(await page.locator("[role=alert]").textContent(), /could not be loaded. Nothing is known/);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("Judging ended unexpectedly").waitFor();
  await page.click("#tab-build");
  assert.match(await page.locator(".policy-line.bad").textContent(), /Policies could not be judged/);
  await page.click("#tab-policies");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.waitForSelector(".verdict.good");
  assert.deepEqual([wrong, answers], [[], []]);
  await context.close();
});

test("policies work in the single file, and offline after their first use", async () => {
  const single = await browser.newContext(inLang("en"));
  const page = await single.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") wrong.push(message.text());
  });
  await page.goto(pathToFileURL(join(dist, "consnap.html")).href);
  await page.waitForSelector("html[data-ready]", { state: "attached" });
  await page.click("#tab-policies");
  await type(page, RULE("job.group_name.startsWith('mysql-')"));
  await page.waitForSelector(".verdict.good");
  assert.deepEqual(wrong, []);
  await single.close();

  const own = await serve();
  const opened = await open(browser, own.address, inLang("en"));
  await keptOffline(opened.page);
  await opened.page.click("#tab-policies");
  await type(opened.page, RULE("'true'"));
  await opened.page.waitForSelector(".verdict.good");
  await own.close();
  await opened.context.setOffline(true);
  await opened.page.reload();
  await opened.page.waitForSelector(".verdict.good");
  assert.deepEqual(opened.wrong, []);
  await opened.context.close();
});

test("five tabs and all areas have room on a phone, in both languages", async () => {
  for (const lang of ["en", "zh"]) {
    const { context, page } = await open(browser, server.address, {
      ...inLang(lang),
      viewport: { width: 360, height: 780 },
    });
    for (const area of ["build", "facts", "policies", "explain", "rehearse"]) {
      await page.click(`#tab-${area}`);
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360, `${lang} ${area}`);
      const right = await page.evaluate(() =>
        Math.max(...[...document.querySelectorAll(".tabs [role=tab]")].map((tab) => tab.getBoundingClientRect().right)),
      );
      assert.ok(right <= 350, `${lang}: the tabs end at ${right}`);
    }
    await context.close();
  }
});

test("the keyboard alone is enough: a starter, a change, to the line and back", async () => {
  const { context, page, wrong } = await open(browser, server.address, inLang("en"));
  const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent || "");
  const tabTo = async (wanted, key = "Tab") => {
    for (let presses = 0; presses < 90; presses += 1) {
      if (wanted(await focused())) return;
      await page.keyboard.press(key);
      const visible = await page.evaluate(() => {
        const element = document.activeElement;
        return (
          element === document.body ||
          [element, element.closest(".upload")].some((part) => part && getComputedStyle(part).outlineStyle !== "none")
        );
      });
      assert.ok(visible, `the focus on ${await focused()} cannot be seen`);
    }
    assert.fail("never reached");
  };
  await tabTo((at) => at === "tab-build");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(), "tab-policies");
  await tabTo((at) => at === "Naming");
  await page.keyboard.press("Enter");
  await judged(page);
  await tabTo((at) => at === "policies-text");
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(RULE("job.group_nam == 'x'"));
  await page.waitForSelector(".document-findings");
  await tabTo((at) => /^Line 5$/.test(at));
  await page.keyboard.press("Enter");
  assert.equal(await focused(), "policies-text");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Tab");
  assert.notEqual(await focused(), "policies-text", "the editor does not keep the focus");
  assert.deepEqual(wrong, []);
  await context.close();
});

for (const colorScheme of ["light", "dark"]) {
  for (const [width, lang] of [
    [360, "zh"],
    [1440, "en"],
  ]) {
    test(`no barrier that axe knows, nothing wider than the screen: ${colorScheme}, ${width} pixels`, async () => {
      const { context, page } = await enter(lang, undefined, {
        colorScheme,
        viewport: { width, height: 780 },
        bypassCSP: true,
      });
      await page.addScriptTag({ path: axeSource });
      const cases =
        "    cases:\n      - {name: one, expect: PASS}\n      - {name: other, job: {group_name: ours}, expect: FAIL}\n";
      const states = [
        RULE("job.group_name.startsWith('ours')", cases),
        RULE("job.group_nam == 'x'"),
        "policies: [",
        RULE("'true'"),
        `version: 1\n` +
          `language: cel\n` +
          `policies:\n` +
          `  - {id: ${"a-very-long-name-".repeat(3)}x, require: "job.group_name == '${"w".repeat(200)}'", ` +
          `message: {en: ${"x".repeat(300)}}}\n`,
      ];
      for (const text of states) {
        await type(page, text);
        await page.waitForFunction(() => document.querySelector("#area .result").getAttribute("aria-busy") === "false");
        if (await page.locator(".reference:not([open]) summary").count())
          await page.locator(".reference summary").click();
        await still(page);
        const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
        assert.deepEqual(
          violations.map(
            (found) =>
              `${found.id}: ${found.nodes
                .slice(0, 3)
                .map((node) => node.html)
                .join(" | ")}`,
          ),
          [],
        );
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${text.slice(0, 40)}: ${wide} px wide`);
      }
      await page.click("#tab-build");
      await page.waitForSelector(".policy-line");
      await still(page);
      const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
      assert.deepEqual(
        violations.map((found) => found.id),
        [],
      );
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= width);
      await context.close();
    });
  }
}
