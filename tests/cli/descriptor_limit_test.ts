import assert from "node:assert/strict";
import { checkDescriptorRoom, connectionShares, descriptorLimit } from "../../cli/descriptor_limit.ts";
import { ConfigError } from "../../config/config_error.ts";

Deno.test("where there are enough descriptors all connections are admitted, where there are few a reserve stays free", () => {
  const usual = connectionShares(1_024);
  assert.deepEqual(connectionShares(undefined), usual);
  assert.equal(usual.warning, undefined);
  const few = connectionShares(256);
  assert.ok(few.http + few.tcp <= 64 && few.http > few.tcp && few.tcp >= 8);
  assert.match(few.warning!, /allows this process 256 open files.*ulimit -n, or LimitNOFILE=/);
  assert.deepEqual([connectionShares(64).http, connectionShares(64).tcp], [8, 8]);
});

Deno.test("the limit of this process is known", async () => {
  const [, limit] = /^Max open files\s+(\d+)/m.exec(await Deno.readTextFile("/proc/self/limits"))!;
  assert.equal(await descriptorLimit(), Number(limit));
});

/** A system that opens this many files. */
function system(limit: number) {
  let open = 0;
  return {
    isClosed: () => open === 0,
    open: () => {
      if (open === limit) throw new Error("too many open files");
      open++;
      return { close: () => void open-- };
    },
  };
}

Deno.test("too few files are an error with the remedy, few are a warning, enough are nothing; all are closed again", () => {
  for (
    const [limit, expected] of [[63, "error"], [64, "warning"], [255, "warning"], [256, "nothing"]] as const
  ) {
    const { open, isClosed } = system(limit);
    const warnings: string[] = [];
    const check = () => checkDescriptorRoom((problem) => void warnings.push(problem), open);
    const remedy = new RegExp(`^only ${limit} more files .*ulimit -n 1024.*LimitNOFILE=`);
    if (expected === "error") {
      assert.throws(check, (error) => error instanceof ConfigError && remedy.test(error.message));
    } else check();
    assert.equal(warnings.length, expected === "warning" ? 1 : 0);
    if (expected === "warning") assert.match(warnings[0], remedy);
    assert.ok(isClosed());
  }
});

Deno.test("this process may open as many as the system lets it", () => {
  checkDescriptorRoom((problem) => assert.match(problem, /more files/));
});

Deno.test("a start with a limit of 64 files is one sentence and exit code 2", async () => {
  const root = new URL("../../", import.meta.url);
  const { code, stderr } = await new Deno.Command("/bin/sh", {
    args: [
      "-c",
      'ulimit -n 64; exec "$@"',
      "sh",
      Deno.execPath(),
      "run",
      "-A",
      "--no-check",
      "main.ts",
      "start",
    ],
    cwd: root,
    env: {
      UNDERSTUDY_DRIVER: "clock",
      UNDERSTUDY_CACHE_DIR: new URL("build/native-tests", root).pathname,
      NO_COLOR: "1",
    },
    stdin: "null",
    stdout: "null",
  }).output();
  const text = new TextDecoder().decode(stderr);
  assert.match(
    text,
    /understudy: only \d+ more files and connections may be opened; raise the limit: [^\n]*\n$/,
  );
  assert.doesNotMatch(text, /panicked|\n\s+at /);
  assert.equal(code, 2);
});
