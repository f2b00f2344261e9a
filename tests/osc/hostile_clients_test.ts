/** A whole engine with few descriptors, among clients that hold connections and never speak. */
import assert from "node:assert/strict";
import { exitCodes } from "../../foundation/exit_codes.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { UdpClient } from "../../testing/osc/udp_client.ts";
import { until } from "../../testing/until.ts";

const root = new URL("../..", import.meta.url);

Deno.test("with 256 descriptors, 400 silent connections, a standstill and a removed recording the engine plays on and tells it", () =>
  inFolder(async (folder) => {
    const session = `${folder}/a.session`;
    const process = new Deno.Command("prlimit", {
      args: ["--nofile=256:256", Deno.execPath(), "run", "-A", "--no-check", "main.ts", "start", "sines"],
      cwd: root,
      env: {
        UNDERSTUDY_DRIVER: "clock",
        UNDERSTUDY_OSC_PORT: "0",
        UNDERSTUDY_OSC_TCP_PORT: "0",
        UNDERSTUDY_OSCQUERY_PORT: "0",
        UNDERSTUDY_SESSION: session,
        UNDERSTUDY_CACHE_DIR: new URL("build/native-tests", root).pathname,
        NO_COLOR: "1",
      },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    let lines = "";
    const read = (async () => {
      for await (const piece of process.stderr.pipeThrough(new TextDecoderStream())) lines += piece;
    })();
    const found = async (pattern: RegExp) => {
      await until(`the log says ${pattern}`, () => pattern.test(lines));
      return pattern.exec(lines)![1];
    };
    const connections: Deno.TcpConn[] = [];
    const address = await found(/ready: OSC on (\S+)/);
    const client = new UdpClient(address);
    try {
      assert.match(lines, /allows this process 256 open files/);
      const url = await found(/OSCQuery on (\S+)/);
      const ports = [Number(new URL(url).port), Number(await found(/OSC over TCP \([^)]*\) on \S+:(\d+)/))];
      for (let count = 0; count < 400; count++) {
        connections.push(await Deno.connect({ hostname: "127.0.0.1", port: ports[count % 2] }));
      }
      const tree = await (await fetch(url)).json();
      assert.equal(tree.FULL_PATH, "/");
      await client.ask("/notify", "i", 1);
      process.kill("SIGSTOP");
      const stoppedMs = performance.now();
      await until("a second has passed", () => performance.now() - stoppedMs > 1_500);
      process.kill("SIGCONT");
      await found(/(stood still for \d)/);
      await Deno.remove(session);
      await found(/(recording ended: its file was removed)/);
      await until(
        "the events came",
        () =>
          ["standstill", "recording"].every((part) =>
            client.heard("/event/degraded").some((event) => event.split(" ")[1] === part)
          ),
      );
    } finally {
      await client.close();
      connections.forEach((connection) => connection.close());
      process.kill("SIGTERM");
      await process.status;
      await read;
    }
    assert.equal((await process.status).code, exitCodes.session, lines);
  }));
