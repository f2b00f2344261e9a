#!/usr/bin/env node
// Starts the program with the Deno that came with this package.
"use strict";
const { spawn } = require("node:child_process");
const { mkdirSync, readlinkSync, renameSync, symlinkSync } = require("node:fs");
const { homedir, constants } = require("node:os");
const { dirname, join, resolve } = require("node:path");

const permissions = ["env", "ffi", "read", "write", "run", "net", "sys"].map((name) => `--allow-${name}`);

/** The runtime's own program: the script of its package would stand between it and signals. */
function denoProgram() {
  const folder = dirname(require.resolve("deno/package.json"));
  try {
    return require(join(folder, "install_api.cjs")).runInstall();
  } catch (error) {
    return fail(`Deno is not there (${error.message}); install the package again, without --no-optional`);
  }
}

/**
 * A path to this package that has no `node_modules` in it: the runtime takes what lies below such a folder for JavaScript.
 */
function programFolder() {
  const root = resolve(__dirname, "..");
  const cache = process.env.UNDERSTUDY_CACHE_DIR ||
    join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "understudy");
  const link = join(cache, `package-${require("../package.json").version}`);
  try {
    if (readlinkSync(link) === root) return link;
  } catch {
    // it is made below
  }
  try {
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    const beside = `${link}-${process.pid}`;
    symlinkSync(root, beside);
    renameSync(beside, link);
    return link;
  } catch (error) {
    return fail(
      `cannot write to ${cache} (${error.message}): set UNDERSTUDY_CACHE_DIR to a folder that can be written to`,
    );
  }
}

function fail(text) {
  console.error(`understudy: ${text}`);
  process.exit(4);
}

const program = programFolder();
const environment = {
  ...process.env,
  DENO_NO_PACKAGE_JSON: "1", // npm's manifest of this package is none of the program's
  _UNDERSTUDY_COMMAND: process.env.npm_command === "exec" ? "npx understudy" : "understudy",
};
const child = spawn(
  denoProgram(),
  ["run", `--config=${program}/deno.json`, ...permissions, `${program}/main.ts`, ...process.argv.slice(2)],
  { stdio: "inherit", env: environment },
);
// a terminal sends its signals to the child too; others must be passed on
for (const signal of ["SIGTERM", "SIGHUP", "SIGINT", "SIGUSR1", "SIGUSR2"]) {
  process.on(signal, () => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  });
}
// npx that a signal ends leaves this program behind, and nobody could end it at the place where it was started: it ends as well
if (process.env.npm_command === "exec") {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && child.kill("SIGTERM"), 500).unref();
}
child.on("error", (error) => fail(`cannot start Deno: ${error.message}`));
child.on("exit", (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]));
