/** The program of an ordinary user: no limit raised, no capability. It starts, plays, and says what is missing. */
import assert from "node:assert/strict";
import { UdpClient } from "../../../testing/osc/udp_client.ts";
import { threadScheduling } from "../../../testing/engine/thread_scheduling.ts";
import { requirement } from "../../../testing/requirement.ts";
import { until } from "../../../testing/until.ts";
import { withoutRights } from "../../../testing/without_rights.ts";

/** Niceness that this process, and so the program, was started with. */
const niceHere = threadScheduling(Deno.pid)!.nice;
const program = new URL("../../../main.ts", import.meta.url).pathname;

requirement({
  name: "without any right the engine starts, plays and says once which rights it lacks, with the remedy",
  fn: async () => {
    const [command, ...args] = [...withoutRights, Deno.execPath(), "run", "-A", program, "start"];
    const process = new Deno.Command(command, {
      args,
      env: {
        NO_COLOR: "1",
        UNDERSTUDY_DRIVER: "clock",
        UNDERSTUDY_OSC_PORT: "0",
        UNDERSTUDY_OSCQUERY_PORT: "off",
      },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    let printed = "";
    let ended = false;
    const reading = (async () => {
      for await (const text of process.stderr.pipeThrough(new TextDecoderStream())) printed += text;
      ended = true;
    })();
    const address = () => /ready: OSC on (\S+)/.exec(printed)?.[1];
    await until("the engine to be ready", () => ended || address() !== undefined);
    assert.ok(!ended, printed);
    const client = new UdpClient(address()!);
    assert.match((await client.ask("/synth/note", "if", 60, 0.8))[0], /^\/done/);
    await client.ask("/sync", "i", 1); // answered when the device has taken the note
    const status = (await client.ask("/status")).find((answer) => answer.startsWith("/status.reply")) ?? "";
    assert.match(status, / realTime\.renderers 0 /);
    assert.match(status, new RegExp(` realTime\\.mainIsolate ${niceHere} `)); // what it inherits
    assert.match(status, / state running /);
    for (const right of ["callback", "rtprio", "nice", "memlock"]) {
      assert.match(status, new RegExp(` realTime\\.missing [^.]*${right}`));
    }
    await client.ask("/quit");
    await client.close();
    assert.equal((await process.status).code, 0, printed);
    await reading;
    const lines = printed.split("\n").filter((line) => line.includes("does not grant"));
    assert.equal(lines.length, 1, printed);
    assert.match(
      lines[0],
      /warning .*memlock: errno \d+.*@audio - rtprio 20.*LimitRTPRIO=20.*--ulimit rtprio=20/,
    );
  },
}, { commands: ["prlimit", "setpriv"], install: "apt-get install util-linux" });
