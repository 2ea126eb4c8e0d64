// Builds the native library with cargo and the JavaScript with tsc. `npm install` runs it
// (`prepare`), and so does `npm run build`. CHECKREIN_RELEASE=1 builds what is published;
// CHECKREIN_PROFILE names another cargo profile.

import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const profile =
  process.env.CHECKREIN_PROFILE ?? (process.env.CHECKREIN_RELEASE === "1" ? "release" : "dev");

native();
javascript();

function native() {
  const words = ["build", "--package", "checkrein-node", "--profile", profile];
  const messages = run("cargo", [...words, "--message-format", "json-render-diagnostics"], {
    missing: "checkrein is built with Rust: install it with rustup, https://rustup.rs",
  });
  const artifacts = messages.split("\n").filter((line) => line.includes("compiler-artifact"));
  const ours = artifacts.map((line) => JSON.parse(line)).filter(isOurs);
  const library = ours.at(-1)?.filenames.find((name) => /\.(so|dylib|dll)$/.test(name));
  if (library === undefined) fail("cargo built no library for checkrein-node");
  // Put in place in one step: a running process may have the old file mapped.
  const fresh = join(here, `checkrein.node.${process.pid}`);
  copyFileSync(library, fresh);
  renameSync(fresh, join(here, "checkrein.node"));
}

function isOurs(artifact) {
  return artifact.reason === "compiler-artifact" && artifact.target.name === "checkrein_node";
}

function javascript() {
  if (compiler() === undefined) {
    // npm runs `prepare` of a linked folder without its devDependencies.
    const npm = process.platform === "win32" ? "npm.cmd" : "npm";
    run(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
      missing: "npm is needed to fetch TypeScript",
    });
  }
  rmSync(join(here, "dist"), { recursive: true, force: true });
  run(process.execPath, [compiler(), "--project", here], { missing: "node was not found" });
}

function compiler() {
  const manifest = join(here, "node_modules", "typescript", "package.json");
  if (!existsSync(manifest)) return undefined;
  const { bin } = createRequire(import.meta.url)(manifest);
  return join(dirname(manifest), bin.tsc);
}

function run(program, words, { missing }) {
  const done = spawnSync(program, words, {
    cwd: here,
    stdio: ["ignore", "pipe", "inherit"],
    maxBuffer: 256 * 1024 * 1024,
    shell: program.endsWith(".cmd"),
    encoding: "utf8",
  });
  if (done.error) fail(`${program}: ${done.error.message}; ${missing}`);
  if (done.status !== 0) {
    if (program !== "cargo") process.stderr.write(done.stdout);
    fail(`\`${[program, ...words].join(" ")}\` ended with ${done.status ?? done.signal}`);
  }
  return done.stdout;
}

function fail(message) {
  process.stderr.write(`checkrein: ${message}\n`);
  process.exit(1);
}
