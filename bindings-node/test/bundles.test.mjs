// Bundles: options, reload, what is refused.

import assert from "node:assert/strict";
import { mkdtempSync, mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Guard } from "checkrein";

const KEY = "example.com/policy+7728610f+ARHwIC7bmYuZBHQp+FZxMsSvv91NLzql4G0BIQGob+8O";

function bundle(folder, name, text) {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, "bundle.toml"), `name = "${name}"\n${text}`);
  return join(folder, name);
}

test("a bundle is taken anew, or refused and the old one stays", () => {
  const folder = mkdtempSync(join(tmpdir(), "checkrein-"));
  const policy = bundle(folder, "desk", "revision = 1\n");
  const guard = new Guard({ bundle: policy, state: join(folder, "state") });
  assert.equal(guard.reload(), false);
  bundle(folder, "desk", "revision = 2\n");
  assert.equal(guard.reload(), true);
  bundle(folder, "desk", "revision = 1\n");
  assert.throws(() => guard.reload(), { code: "bundle/rollback" });
  const status = guard.status();
  assert.equal(status.bundle.revision, 2);
  assert.equal(status.layers[0].signedBy, null);
  assert.equal(status.refused.code, "bundle/rollback");
  guard.watch(1000);
  assert.ok(guard.status().watching && guard.unwatch());
  guard.close();
  assert.equal(new Guard({ bundle: policy, state: join(folder, "state") }).status().bundle.revision, 2);
});

test("signatures and layers are options", () => {
  const folder = mkdtempSync(join(tmpdir(), "checkrein-"));
  const base = bundle(folder, "desk", "revision = 1\n");
  const team = bundle(folder, "team", 'revision = 4\nmode = "monitor"\n');
  assert.throws(() => new Guard({ bundle: base, trust: [KEY] }), { code: "bundle/signature" });
  assert.throws(() => new Guard({ bundle: [base, team] }), { code: "bundle/loosens" });
  assert.throws(() => new Guard().reload(new Uint8Array()), { code: "bundle/signature" });
});
