// Every shared case whose operation the package has, through the package in Node. The package lets its host decode GBK, so
// that the engine cannot say that it did: the finding CS510 is the only difference.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";
import { fileURLToPath } from "node:url";
import * as consnap from "../../bindings-wasm/pkg/index.js";

const folder = fileURLToPath(new URL("../fixtures/", import.meta.url));
consnap.loadSync(readFileSync(new URL("../../bindings-wasm/pkg/consnap_engine_bg.wasm", import.meta.url)));

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

const known = new Set(consnap.operations());
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

test("each operation is counted", () => {
  for (const [operation, count] of counts) console.log(`${operation}: ${count} cases`);
  assert.ok([...counts.values()].reduce((sum, count) => sum + count, 0) > 100);
});
