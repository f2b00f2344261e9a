import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { createLog } from "../../foundation/logging.ts";

function collect(format: "pretty" | "json", level: "debug" | "warning" = "debug") {
  const lines: string[] = [];
  return { lines, log: createLog({ level, format, colour: false, write: (line) => lines.push(line) }) };
}

Deno.test("a pretty line names who, where and what", () => {
  const { lines, log } = collect("pretty");
  log.warning("renderer lost: exit", { role: "primary", rendererId: 3, block: 77 });
  log.info("ready");
  assert.match(lines[0], /^\d\d:\d\d:\d\d\.\d{3} warning primary#3 @77 +renderer lost: exit\n$/);
  assert.match(lines[1], /info +engine +ready\n$/);
});

Deno.test("a message from the network forges no line and moves no cursor", () => {
  const { lines, log } = collect("pretty");
  log.info("10.0.0.1 /x ,s a\n20:00:00.000 error   engine forged\x1b[2J");
  assert.ok(lines[0].endsWith("\\u000a20:00:00.000 error   engine forged\\u001b[2J\n"), lines[0]);
  assert.deepEqual([lines[0].indexOf("\n"), lines[0].indexOf("\x1b")], [lines[0].length - 1, -1]);
});

Deno.test("a JSON line carries every field, and braces in a text stay as they are", () => {
  const { lines, log } = collect("json");
  log.error("a {role} in braces", { role: "standby", rendererId: 2 });
  const line = JSON.parse(lines[0]);
  assert.deepEqual([line.level, line.message, line.role, line.rendererId], [
    "error",
    "a {role} in braces",
    "standby",
    2,
  ]);
});

Deno.test("events below the level are not written", () => {
  const { lines, log } = collect("pretty", "warning");
  log.debug("a");
  log.info("b");
  log.error("c");
  assert.equal(lines.length, 1);
});

Deno.test("no field takes the place of time, level or message, and a 64-bit counter is written as a number", () => {
  const { lines, log } = collect("json");
  log.info("ready", { level: "debug", message: "other", time: "never", frames: 2n ** 40n });
  const line = JSON.parse(lines[0]);
  assert.deepEqual([line.level, line.message, line.frames], ["info", "ready", 2 ** 40]);
  assert.notEqual(line.time, "never");
});

for (const stderr of ["a closed pipe", "a full disk"] as const) {
  for (const format of ["pretty", "json"] as const) {
    Deno.test(`the process lives on when stderr is ${stderr}: ${format}`, async () => {
      const module = new URL("../../foundation/logging.ts", import.meta.url).href;
      const program = `
        import { setImmediate } from "node:timers/promises";
        import { createLog } from "${module}";
        const turns = async (count) => { // of the event loop, so that a failed write has been noticed
          while (count-- > 0) await setImmediate();
        };
        const log = createLog({ level: "debug", format: "${format}", colour: false });
        for (let block = 0; block < 2000; block++) log.info("x".repeat(200), { block });
        await turns(100);
        log.error("after", { role: "primary", rendererId: 1 });
        await turns(100);
        console.log("alive");`;
      const redirect = stderr === "a full disk" ? "2>/dev/full" : "2> >(exec true)";
      const { code, stdout } = await new Deno.Command("bash", {
        args: ["-c", `exec "$0" eval "$1" ${redirect}`, Deno.execPath(), program],
        cwd: fileURLToPath(new URL("../../", import.meta.url)),
        stdin: "null",
      }).output();
      assert.deepEqual([code, new TextDecoder().decode(stdout)], [0, "alive\n"]);
    });
  }
}

Deno.test("a pipe that is not read holds nothing up, and the end of the process waits for it only a while", async () => {
  const module = new URL("../../foundation/logging.ts", import.meta.url).href;
  const program = `
    import { createLog, flushStderr } from ${JSON.stringify(module)};
    const log = createLog({ level: "info", format: "pretty", colour: false });
    // a pipe has room for 64 KiB, the queue for 1 MiB
    for (let index = 0; index < 30_000; index++) log.info("a line of some length, number " + index);
    await new Promise((resolve) => setTimeout(resolve, 1));
    console.log("alive");
    await flushStderr();
    Deno.exit(7);`;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, program);
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-read",
      `--config=${fileURLToPath(new URL("../../deno.json", import.meta.url))}`,
      file,
    ],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  // standard error is read only when everything is over
  assert.equal(await new Response(process.stdout).text(), "alive\n");
  assert.equal((await process.status).code, 7);
  const text = await new Response(process.stderr).text();
  assert.match(text, /number 0\n/);
  await Deno.remove(file);
});
