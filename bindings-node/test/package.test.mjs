// The package itself: both module systems, its loader, its version, the README's example.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as esm from "checkrein";

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL("..", import.meta.url));
const node = (words, cwd) => spawnSync(process.execPath, words, { cwd, encoding: "utf8" });
const read = (name) => readFileSync(join(root, name), "utf8");

test("both module systems see one package", () => {
  const cjs = require("checkrein");
  assert.deepEqual(Object.keys(cjs).sort(), Object.keys(esm).sort());
  for (const name of Object.keys(cjs)) assert.equal(cjs[name], esm[name], name);
});

test("there is one version", () => {
  const { version, dependencies } = require("checkrein/package.json");
  assert.equal(version, esm.VERSION);
  assert.equal(dependencies, undefined);
  const workspace = read("../Cargo.toml").match(/\[workspace\.package\]\s+version = "(.+)"/);
  assert.equal(version, workspace[1]);
});

test("what is internal is not in the types", () => {
  for (const name of ["decision", "guard", "session", "streams", "values"]) {
    const types = read(`dist/${name}.d.ts`);
    assert.doesNotMatch(types, /Native[A-Z]|Question/, name);
  }
});

test("without its native library it says how to build it, and why it did not load", () => {
  const copy = mkdtempSync(join(tmpdir(), "checkrein-"));
  try {
    cpSync(join(root, "dist"), join(copy, "dist"), { recursive: true });
    const load = () => node(["-e", 'require("./dist/index.js")'], copy);
    const missing = load();
    assert.notEqual(missing.status, 0);
    assert.match(missing.stderr, /checkrein: no .*checkrein\.node; build it with `npm run build`/);
    writeFileSync(join(copy, "checkrein.node"), "not a library");
    const broken = load();
    const why = /checkrein: cannot load .*checkrein\.node on \w+ \w+, Node\.js v.*: .+; build it/;
    assert.match(broken.stderr, why);
    assert.match(broken.stderr, /\[cause\]/);
  } finally {
    rmSync(copy, { recursive: true });
  }
});

test("the README's example does what it says", () => {
  const [, example] = read("README.md").match(/```js\n([\s\S]*?)```/);
  const run = node(["--input-type=module", "-e", example], root);
  assert.equal(run.status, 0, run.stderr);
  const [first, ...rest] = run.stdout.trim().split("\n");
  assert.match(first, /^allow \{ amount: 98\.7, recipient: 'DE89/);
  assert.match(rest[0], /^ask authorize_tool_call: ask/);
  assert.equal(rest.at(-2), "allow");
  assert.equal(rest.at(-1), "Done, I paid it.");
});

test("the example in the repository's README does what it says", () => {
  const [, example] = read("../README.md").match(/```js\n([\s\S]*?)```/);
  const run = node(["--input-type=module", "-e", example], root);
  assert.equal(run.status, 0, run.stderr);
  assert.equal(run.stderr, "", "console.assert speaks of what does not hold");
});
