// Every shared case whose operation the package has, through the package in Node. The package lets its host decode GBK,
// so that the engine cannot say that it did: the finding CS510 is the only difference.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";
import * as consnap from "../../bindings-wasm/pkg/index.js";

const pkg = new URL("../../bindings-wasm/pkg/", import.meta.url);
const folder = fileURLToPath(new URL("../fixtures/", import.meta.url));
consnap.loadSync(readFileSync(new URL("consnap_engine_bg.wasm", pkg)));

const part = (name) => readFileSync(new URL(`consnap_${name}.wasm`, pkg));
const shared = part("shared");

test("facts, signatures, rehearsals and policies come with parts of their own, and their absence is told", async () => {
  const absent = (operation, load, input = {}) => {
    assert.ok(!consnap.operations().includes(operation) || input.policies);
    assert.throws(
      () => consnap.run(operation, input),
      (error) => error.detail?.code === "CE103" && error.detail.help.includes(load),
    );
  };
  for (const operation of ["decode", "facts", "plan", "probe", "sign", "simulate", "witness"])
    absent(operation, "loadRehearsal");
  for (const operation of ["policy_check", "policy_test"]) absent(operation, "loadPolicies");
  absent("check", "loadPolicies", { job: {}, policies: {} });
  assert.throws(
    () => consnap.policyReference(),
    (error) => error.detail?.code === "CE103",
  );
  await consnap.loadPolicies({ shared, policies: part("policies") });
  // A policy that reads the plan asks for what makes one; all others are judged without.
  const policies = (require) => ({
    version: 1,
    language: "cel",
    policies: [{ id: "p", require, message: { en: "no" } }],
  });
  const held = { job: {}, facts: [{ instance_id: "i-1" }] };
  absent("policy_check", "loadRehearsal", { ...held, policies: policies("plan.instances == 1") });
  assert.equal(consnap.run("policy_check", { ...held, policies: policies("job.version == 1") }).findings.length, 0);
  assert.ok(consnap.policyReference().members.some((member) => member.path === "instance.disks[].size_gib"));
  await consnap.loadRehearsal({ shared, rehearsal: part("rehearsal") });
  assert.deepEqual(consnap.operations().slice(-9), [
    "decode",
    "facts",
    "plan",
    "probe",
    "sign",
    "simulate",
    "witness",
    "policy_check",
    "policy_test",
  ]);
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
    outcomes: expected.outcomes.map((outcome) => ({
      ...outcome,
      findings: outcome.findings.filter((finding) => finding.code !== "CS510"),
    })),
  }),
});

const onDemand = ["decode", "facts", "plan", "policy_check", "policy_test", "probe", "sign", "witness"];
const known = new Set([...consnap.operations(), ...onDemand]);
const counts = new Map();
const suites = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap((entry) =>
    readdirSync(`${folder}${entry.name}`)
      .filter((name) => name.endsWith(".json"))
      .map((name) => `${entry.name}/${name}`),
  )
  .sort()
  .map((name) => ({ name, ...JSON.parse(readFileSync(folder + name, "utf8")) }))
  .filter((suite) => Array.isArray(suite.cases));

// A locked file holds outside truth: only the members it names are compared.
const named = (suite, got, expect) =>
  suite.locked ? Object.fromEntries(Object.keys(expect).map((member) => [member, got[member]])) : got;

for (const suite of suites.filter((suite) => known.has(suite.op))) {
  test(suite.name, () => {
    for (const { name, input, expect } of suite.cases) {
      assert.deepEqual(
        named(suite, answer(suite.op, input), expect),
        suite.op === "decode" ? withoutGbkFinding(expect) : expect,
        `${suite.name}: ${name}`,
      );
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
  assert.throws(
    () => consnap.run("nothing", { lang: "zh" }),
    (error) => {
      assert.ok(error instanceof consnap.ConsnapError);
      assert.equal(error.detail.code, "CE101");
      assert.match(error.message, /[\u4e00-\u9fff]/);
      return true;
    },
  );
});

test("a rehearsal is told in both languages", () => {
  const job = {
    version: 1,
    targets: { ids: ["i-bp1linux000000000001"] },
    regions: ["cn-hangzhou"],
    instance_ram_role: "AppSnapshotRoleName",
    group_name: "n-{run}",
    linux: { pre_script_path: "/tmp/prescript.sh", post_script_path: "/tmp/postscript.sh" },
    run: { attach_role: "if_missing" },
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
  const runner = readFileSync(new URL("../rust/operations.rs", import.meta.url), "utf8");
  const rust = Object.fromEntries(
    [...runner.matchAll(/run_all\("(\w+)"\), (\d+)/g)].map(([, operation, count]) => [operation, Number(count)]),
  );
  assert.ok(Object.keys(rust).length >= 7, "the numbers of the Rust runner were not found");
  assert.deepEqual(Object.fromEntries(counts), rust);
});

test("job, plan and instances are held to policies in one call, as everywhere", () => {
  const policies = {
    version: 1,
    language: "cel",
    policies: [{ id: "short", require: "job.linux.freeze_timeout_seconds <= 15", message: { en: "too long" } }],
    findings: [{ code: "CS134", severity: "error", reason: "ours" }],
  };
  const job = {
    version: 1,
    regions: ["cn-hangzhou"],
    targets: { ids: ["i-1"] },
    instance_ram_role: "AppSnapshotRoleName",
    group_name: "n-{run}",
  };
  const alone = consnap.run("policy_check", { policies, job, facts: [{ instance_id: "i-1" }] });
  assert.equal(alone.passed, false);
  for (const operation of ["check", "plan"]) {
    const input = { job, facts: [{ instance_id: "i-1" }] };
    assert.deepEqual(consnap.run(operation, { ...input, policies }).policies, alone, operation);
    assert.deepEqual(consnap.run(operation, { ...input, policies: null }), consnap.run(operation, input), operation);
  }
});

test("what is too deep or too large is refused before anything is worked out, and nothing traps", () => {
  const held = (require) =>
    consnap.run("policy_check", {
      policies: { version: 1, language: "cel", policies: [{ id: "p", require, message: { en: "no" } }] },
      job: {},
    });
  const many = (count, text) => text.repeat(count);
  const hostile = [
    `${many(20_000, "1+")}1`,
    `${many(20_000, "(")}true${many(20_000, ")")}`,
    `${many(300, "!")}true`,
    `${many(600, "-")}1 < 0`,
    many(900, "["),
    many(500, "[") + many(500, "]"),
    `job${many(500, ".a")}`,
    `${many(400, "true ? ")}true`,
    `${many(500, "true && ")}true`,
    `'${many(2_000, "a")}'.matches('(((((a*)*)*)*)*)b')`,
    `job.accept${many(40, ".filter(x, true)")}.size() > 0`,
    `${many(6, "job.accept.all(a, ")}true${many(6, ")")}`,
    `size(${many(300, "size(")}1${many(301, ")")}`,
  ];
  let refused = 0;
  for (const require of hostile) {
    const { findings, passed } = held(require);
    if (findings.length > 0) {
      refused += 1;
      assert.equal(passed, false);
    }
    for (const finding of findings) assert.match(finding.code, /^CS4/);
  }
  assert.ok(refused >= hostile.length - 2, `${refused} of ${hostile.length} refused`);
  // Deep JSON ends in the reader.
  const deep = JSON.parse(many(1_000, "[") + many(1_000, "]"));
  assert.throws(
    () => consnap.run("policy_check", { policies: deep }),
    (error) => error.detail?.code === "CE102",
  );
  assert.equal(held("job.run.canary == 1").passed, true, "the engine is as it was");
});

test("the package holds what its manifest names, and every type it speaks of", () => {
  const { files, version, types } = JSON.parse(readFileSync(new URL("package.json", pkg), "utf8"));
  assert.deepEqual(
    readdirSync(pkg)
      .filter((name) => name !== "package.json")
      .sort(),
    [...files].sort(),
  );
  assert.equal(version, consnap.version());
  const declarations = readFileSync(new URL(types, pkg), "utf8");
  for (const operation of consnap.operations())
    assert.match(declarations, new RegExp(`run\\(operation: "${operation}", input: \\w+\\): \\w+;`));
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
    assert.equal(
      said[0],
      'acs-plugin-manager --exec --plugin app-snapshot-plugin --params=-RamRoleName="AppSnapshotRoleName",' +
        '-Name="LinuxApp1" 350',
    );
    assert.deepEqual(said.slice(1, 3), ["`group_name` is missing", "true CE102"]);
    assert.equal(
      said[3],
      "false name it nightly: policy `named` is not met; `job.group_name.startsWith('nightly-')` is false",
    );
    assert.match(said[4], /^\d of 1 instances reached/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
