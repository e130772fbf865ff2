// The page's pure modules, below the browser: members and patches of documents, lists as lines, JSON among other text,
// links.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const web = fileURLToPath(new URL("../../web/", import.meta.url));
const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { createServer } = await import(pathToFileURL(require.resolve("vite")));

let vite;
const load = (module) => vite.ssrLoadModule(`/src/${module}`);
before(async () => {
  vite = await createServer({
    root: web,
    configFile: false,
    logLevel: "error",
    optimizeDeps: { noDiscovery: true },
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  });
});
after(() => vite.close());

test("a member is put where its pointer leads, and nothing else changes", async () => {
  const { at, put } = await load("pointer.ts");
  const document = { a: { b: 1, kept: [1] }, list: [{ x: 1 }, { x: 2 }], "a/b": { "~": 1 } };
  const before = structuredClone(document);
  assert.deepEqual(put(document, "/a/b", 2), { ...before, a: { b: 2, kept: [1] } });
  assert.deepEqual(put(document, "/new/deep", true).new, { deep: true });
  assert.deepEqual(put(document, "/list/1/x", 3).list, [{ x: 1 }, { x: 3 }]);
  assert.deepEqual(put(document, "/list/1", "whole").list, [{ x: 1 }, "whole"], "an entry is replaced");
  assert.deepEqual(put(document, "/list/-", 9).list, [{ x: 1 }, { x: 2 }, 9]);
  assert.deepEqual(put(document, "/list/7", 9), before, "a list gets no holes");
  assert.deepEqual(put(document, "/list/0", undefined).list, [{ x: 2 }]);
  assert.deepEqual(put(document, "/a/b", undefined).a, { kept: [1] });
  assert.deepEqual(put(document, "/none/at/all", undefined), before, "removing what is not there makes nothing");
  assert.deepEqual(put({ linux: 7 }, "/linux/x", 1), { linux: { x: 1 } }, "what is no object gives way");
  assert.deepEqual(put(document, "", undefined), before);
  assert.deepEqual(document, before, "the document itself is never changed");
  assert.equal(at(document, "/a~1b/~0"), 1);
  assert.equal(put(document, "/a~1b/~0", 5)["a/b"]["~"], 5);
  for (const nowhere of ["/a/b/c", "/list/2", "/list/length", "/constructor", "/__proto__/toString"])
    assert.equal(at(document, nowhere), undefined, nowhere);
});

test("no pointer leads out of the document", async () => {
  const { put, patched } = await load("pointer.ts");
  for (const pointer of ["/__proto__/polluted", "/constructor/prototype/polluted", "/list/__proto__/polluted"]) {
    put({ list: [] }, pointer, 1);
    patched({ list: [] }, [{ op: "add", path: pointer, value: 1 }]);
    assert.equal({}.polluted, undefined, pointer);
    assert.equal([].polluted, undefined, pointer);
  }
});

test("a patch does to lists and objects what RFC 6902 says", async () => {
  const { patched } = await load("pointer.ts");
  const after = (document, ...steps) => patched(document, steps);
  const list = { l: ["a", "b"] };
  assert.deepEqual(after(list, { op: "add", path: "/l/1", value: "x" }), { l: ["a", "x", "b"] }, "add inserts");
  assert.deepEqual(after(list, { op: "add", path: "/l/0", value: "x" }), { l: ["x", "a", "b"] });
  assert.deepEqual(after(list, { op: "add", path: "/l/2", value: "x" }), { l: ["a", "b", "x"] });
  assert.deepEqual(after(list, { op: "add", path: "/l/-", value: "x" }), { l: ["a", "b", "x"] });
  assert.deepEqual(after(list, { op: "replace", path: "/l/1", value: "x" }), { l: ["a", "x"] });
  assert.deepEqual(after(list, { op: "remove", path: "/l/0" }), { l: ["b"] });
  assert.deepEqual(after(list, { op: "move", from: "/l/0", path: "/l/1" }), { l: ["b", "a"] });
  assert.deepEqual(after(list, { op: "copy", from: "/l/0", path: "/l/1" }), { l: ["a", "a", "b"] });
  assert.deepEqual(after({ a: 1 }, { op: "move", from: "/a", path: "/b/c" }), { b: { c: 1 } });
  assert.deepEqual(after({ a: 1 }, { op: "move", from: "/none", path: "/b" }), { a: 1 });
  assert.deepEqual(after({ a: 1 }, { op: "test", path: "/a", value: 2 }), { a: 1 });
  assert.deepEqual(patched({ a: 1 }, "no patch"), { a: 1 });
});

test("lists and tags are read as people write them, in either language", async () => {
  const { read } = await load("build/lines.ts");
  assert.deepEqual(read("lines", " i-1\ni-2, i-3；i-4、i-5，i-1\n\n"), ["i-1", "i-2", "i-3", "i-4", "i-5"]);
  assert.equal(read("lines", " \n"), undefined);
  assert.deepEqual(read("pairs", "i-1 d-1\ni-2，d-2"), [
    { instance: "i-1", disk: "d-1" },
    { instance: "i-2", disk: "d-2" },
  ]);
  assert.deepEqual(read("pairs", "i-1"), [{ instance: "i-1", disk: "" }]);
  assert.deepEqual(read("pairs", "i-1 d-1 d-2"), [{ instance: "i-1", disk: "d-1 d-2" }], "nothing is dropped unseen");
  assert.deepEqual(read("tags", "app=orders\nnote=a=b\nalone"), { app: "orders", note: "a=b", alone: "" });
});

test("what was written is read back the same, with all that a line does not show", async () => {
  const { read, written } = await load("build/lines.ts");
  const values = [
    ["lines", ["i-1", "i-2"]],
    ["lines", [7, { odd: true }, "i-1"]],
    ["pairs", [{ instance: "i-1", disk: "d-1", reason: "scratch" }]],
    ["pairs", [{ instance: 5 }, "text"]],
    ["tags", { app: "orders", count: 3, deep: { a: 1 } }],
  ];
  for (const [kind, value] of values)
    assert.deepEqual(read(kind, written(kind, value), value), value, JSON.stringify(value));
  const exclusions = [{ instance: "i-1", disk: "d-1", reason: "scratch" }];
  assert.deepEqual(read("pairs", "i-1 d-1\ni-2 d-2", exclusions), [...exclusions, { instance: "i-2", disk: "d-2" }]);
  // What is of another kind is seen, not hidden.
  assert.equal(written("lines", "cn-hangzhou"), "cn-hangzhou");
  assert.equal(written("tags", ["a"]), '["a"]');
  assert.equal(written("lines", undefined), "");
});

test("no cell of a table is worked out by a spreadsheet", async () => {
  const { toCsv } = await load("facts/csv.ts");
  assert.equal(toCsv([["=1+1", 'say "a"', "b,c", "-2", "plain"]]), `"'=1+1","say ""a""","b,c","'-2","plain"\r\n`);
});

test("a link brings back the state; one that was cut or changed on its way is known for it", async () => {
  const { openFragment, toLink } = await load("link.ts");
  const { initial } = await load("state.ts");
  const state = { ...initial("2026-11-22"), policies: "version: 1\n# 规则\n".repeat(50), separator: true };
  const { fragment, withoutPolicies } = await toLink(state);
  assert.equal(withoutPolicies, false);
  assert.deepEqual(await openFragment(fragment), state);
  assert.deepEqual(await openFragment(`${fragment}).`), state, "what ends a sentence is no part of it");
  for (let length = 4; length < fragment.length; length += 7)
    assert.equal(await openFragment(fragment.slice(0, length)), "damaged", `cut after ${length}`);
  for (let at = 4; at < fragment.length; at += 5) {
    const other = fragment[at] === "A" ? "B" : "A";
    const opened = await openFragment(fragment.slice(0, at) + other + fragment.slice(at + 1));
    // The last letter may hold bits that stand for nothing.
    if (opened !== "damaged") assert.deepEqual(opened, state, `changed at ${at}`);
  }
  assert.equal(await openFragment("#elsewhere"), "none");
  assert.equal(await openFragment(""), "none");
});

test("a link stays short and is bounded when it unfolds", async () => {
  const { openFragment, pack, toLink } = await load("link.ts");
  const { initial } = await load("state.ts");
  const { deflateSync } = await import("node:zlib");
  const plain = initial("2026-11-22");
  assert.ok((await toLink(plain)).fragment.length < 420);
  const random = Array.from({ length: 100_000 }, () => Math.random().toString(36).slice(2, 3)).join("");
  const long = await toLink({ ...plain, policies: random });
  assert.equal(long.withoutPolicies, true);
  assert.deepEqual(await openFragment(long.fragment), plain);
  const bomb = deflateSync(Buffer.from(JSON.stringify({ ...pack(plain), y: "x".repeat(9 << 20) })));
  assert.equal(await openFragment(`#z=${bomb.toString("base64url")}`), "damaged");
});

test("links of earlier versions still open; what is no state is damaged", async () => {
  const { openFragment, pack } = await load("link.ts");
  const { initial } = await load("state.ts");
  const state = initial("2026-11-22");
  const old = (value) => `#c=${Buffer.from(JSON.stringify(value)).toString("base64url")}`;
  assert.deepEqual(await openFragment(old(pack(state))), state);
  const good = pack(state);
  for (const wrong of [
    { ...good, v: 2 },
    { ...good, j: [] },
    { ...good, c: "soon" },
    { ...good, c: "2026-99-99" },
    { ...good, c: "2026-02-30" },
    { ...good, a: "nowhere" },
    { ...good, t: "vms" },
    { ...good, p: "vms" },
    null,
    7,
  ])
    assert.equal(await openFragment(old(wrong)), "damaged", JSON.stringify(wrong));
});
