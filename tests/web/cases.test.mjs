// Every shared case whose operation the package has, through the package in Node. The package lets its host decode GBK, so
// that the engine cannot say that it did: the finding CS510 is the only difference.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import * as consnap from "../../bindings-wasm/pkg/index.js";

const pkg = new URL("../../bindings-wasm/pkg/", import.meta.url);
const folder = fileURLToPath(new URL("../fixtures/", import.meta.url));
consnap.loadSync(readFileSync(new URL("consnap_engine_bg.wasm", pkg)));

test("facts, signatures and rehearsals come with the second module, and their absence is told", async () => {
  for (const operation of ["facts", "plan", "probe", "sign", "simulate"]) {
    assert.ok(!consnap.operations().includes(operation));
    assert.throws(() => consnap.run(operation, {}), (error) => error.detail?.code === "CE103");
  }
  await consnap.loadRehearsal(readFileSync(new URL("consnap_rehearsal.wasm", pkg)));
  assert.deepEqual(consnap.operations().slice(-5), ["facts", "plan", "probe", "sign", "simulate"]);
});

const answer = (operation, input) => {
  try {
    return consnap.run(operation, input);
  } catch (error) {
    if (error instanceof consnap.ConsnapError) return { error: error.detail };
    throw error;
  }
};

const withoutGbkFinding = (expected) => ({
  ...expected,
  ...(expected.outcomes && {
    outcomes: expected.outcomes.map((outcome) => ({ ...outcome, findings: outcome.findings.filter((finding) => finding.code !== "CS510") })),
  }),
});

const known = new Set([...consnap.operations(), "facts", "plan", "probe", "sign"]);
const counts = new Map();
const suites = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap((entry) => readdirSync(`${folder}${entry.name}`).filter((name) => name.endsWith(".json")).map((name) => `${entry.name}/${name}`))
  .sort()
  .map((name) => ({ name, ...JSON.parse(readFileSync(folder + name, "utf8")) }))
  .filter((suite) => Array.isArray(suite.cases));

// A locked file holds outside truth: only the members it names are compared.
const named = (suite, got, expect) =>
  suite.locked ? Object.fromEntries(Object.keys(expect).map((member) => [member, got[member]])) : got;

for (const suite of suites.filter((suite) => known.has(suite.op))) {
  test(suite.name, () => {
    for (const { name, input, expect } of suite.cases) {
      assert.deepEqual(named(suite, answer(suite.op, input), expect), suite.op === "decode" ? withoutGbkFinding(expect) : expect, `${suite.name}: ${name}`);
      counts.set(suite.op, (counts.get(suite.op) ?? 0) + 1);
    }
  });
}

// The measured runs of the launcher go through `explain`, which tells the same arguments.
for (const suite of suites.filter((suite) => suite.op === "launch")) {
  test(suite.name, () => {
    let modelled = 0;
    for (const { name, input, expect } of suite.cases) {
      const got = answer("explain", { command: input.command, platform: input.platform });
      if (!got.modelled || got.plugin == null || !/^app-snapshot-plugin(-win)?$/.test(got.plugin)) continue;
      if (got.arguments === null || expect.arguments === null) continue;
      modelled += 1;
      assert.deepEqual(got.arguments, expect.arguments, `${suite.name}: ${name}`);
    }
    assert.ok(modelled > 0, "no measured run went through the model");
    console.log(`launch: ${modelled} of ${suite.cases.length} cases are modelled and run`);
  });
}

test("calls that cannot be carried out throw errors with their detail", () => {
  assert.throws(() => consnap.run("nothing", { lang: "zh" }), (error) => {
    assert.ok(error instanceof consnap.ConsnapError);
    assert.equal(error.detail.code, "CE101");
    assert.match(error.message, /[\u4e00-\u9fff]/);
    return true;
  });
});

test("a rehearsal is told in both languages", () => {
  const job = {
    version: 1, targets: { ids: ["i-bp1linux000000000001"] }, regions: ["cn-hangzhou"], instance_ram_role: "AppSnapshotRoleName", group_name: "n-{run}",
    linux: { pre_script_path: "/tmp/prescript.sh", post_script_path: "/tmp/postscript.sh" }, run: { attach_role: "if_missing" },
  };
  const told = (lang) => consnap.run("simulate", { job, now: "2027-01-31T02:00:00Z", lang });
  const [english, chinese] = [told("en"), told("zh")];
  assert.equal(english.ended, "done");
  assert.equal(english.report.exit_status, 0);
  const lines = (played) => played.timeline.flatMap((stretch) => stretch.moments.map((moment) => moment.text));
  assert.ok(lines(english).length > 5);
  assert.equal(lines(english).length, lines(chinese).length);
  for (const line of lines(english)) assert.doesNotMatch(line, /[a-z]_[a-z]|[\u4e00-\u9fff]|\{/, line);
  for (const line of lines(chinese)) assert.match(line, /[\u4e00-\u9fff]/, line);
});

test("as many cases as in Rust", () => {
  for (const [operation, count] of counts) console.log(`${operation}: ${count} cases`);
  const runner = readFileSync(new URL("../rust/ops.rs", import.meta.url), "utf8");
  const rust = Object.fromEntries([...runner.matchAll(/run_all\("(\w+)"\), (\d+)/g)].map(([, operation, count]) => [operation, Number(count)]));
  assert.ok(Object.keys(rust).length >= 7, "the numbers of the Rust runner were not found");
  // The package does not carry the policies yet; nothing else may be left out.
  for (const operation of ["policy_check", "policy_test"]) {
    if (known.has(operation)) continue;
    console.log(`${operation}: ${rust[operation]} cases are not run here`);
    delete rust[operation];
  }
  assert.deepEqual(Object.fromEntries(counts), rust);
});

test("the package holds what its manifest names, and every type it speaks of", () => {
  const { files, version, types } = JSON.parse(readFileSync(new URL("package.json", pkg), "utf8"));
  assert.deepEqual(readdirSync(pkg).filter((name) => name !== "package.json").sort(), [...files].sort());
  assert.equal(version, consnap.version());
  const declarations = readFileSync(new URL(types, pkg), "utf8");
  for (const operation of consnap.operations()) assert.match(declarations, new RegExp(`run\\(operation: "${operation}", input: \\w+\\): \\w+;`));
});

test("the package as npm packs it runs the example of its README", () => {
  const folder = mkdtempSync(join(tmpdir(), "consnap-package-"));
  try {
    const npm = (...words) => execFileSync("npm", [...words, "--loglevel=error"], { cwd: folder, encoding: "utf8" });
    const [{ filename }] = JSON.parse(npm("pack", fileURLToPath(pkg), "--json"));
    mkdirSync(join(folder, "node_modules/consnap"), { recursive: true });
    execFileSync("tar", ["-xzf", filename, "--strip-components=1", "-C", "node_modules/consnap"], { cwd: folder });
    const readme = readFileSync(join(folder, "node_modules/consnap/README.md"), "utf8");
    writeFileSync(join(folder, "example.mjs"), /```js\n(.*?)```/s.exec(readme)[1]);
    const said = execFileSync(process.execPath, ["example.mjs"], { cwd: folder, encoding: "utf8" }).split("\n");
    assert.equal(said[0], 'acs-plugin-manager --exec --plugin app-snapshot-plugin --params=-RamRoleName="AppSnapshotRoleName",-Name="LinuxApp1" 350');
    assert.deepEqual(said.slice(1, 3), ["`group_name` is missing", "true CE102"]);
    assert.match(said[3], /^\d of 1 instances reached/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
