import assert from "node:assert/strict";
import type { EngineControl } from "../../../engine/control/control.ts";
import { showMethods } from "../../../osc/methods/show_methods.ts";
import type { PacketSender } from "../../../osc/packet/packet_sender.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { startWithShows, writeShow } from "../../../testing/show/test_shows.ts";

const sender = {} as PacketSender;

async function send(engine: EngineControl, address: string, ...values: string[]) {
  const method = showMethods(engine).find((method) => method.address === address)!;
  const effect = method.read(values.map((value) => ({ type: "s", value })));
  assert.ok("act" in effect);
  return await effect.act(sender);
}

Deno.test("GO, the playhead and single cues are reached over OSC, and the answers are the views", () =>
  inFolder(async (folder) => {
    const { engine, secondsPass, sent, stop } = await startWithShows(folder);
    await assert.rejects(
      send(engine, "/go"),
      /no show is loaded; start with --show FILE or send \/show\/load/,
    );
    const file = await writeShow(folder, {
      destinations: { desk: { host: "127.0.0.1", port: 9 } },
      cues: [
        { number: 1, wait: 60 },
        { number: 2, osc: "/a", arguments: [1], to: "desk" },
        { number: 3, memo: "curtain" },
      ],
    });
    await send(engine, "/show/load", file);
    await send(engine, "/go");
    await send(engine, "/show/cue", "2", "start");
    await send(engine, "/show/jump", "3");
    await assert.rejects(send(engine, "/show/jump", "9"), /there is no cue 9/);
    await assert.rejects(send(engine, "/show/cue", "1", "sing"), /expected start, stop/);
    await secondsPass(0.1);
    const [status] = await send(engine, "/show/status") as string[];
    assert.equal(JSON.parse(status).playhead, "3");
    assert.deepEqual(JSON.parse(status).running.map(({ key }: { key: string }) => key), ["1"]);
    assert.deepEqual(sent.map((message) => message.do === "sendOsc" && message.address), ["/a"]);
    await send(engine, "/panic");
    await secondsPass(0.1);
    assert.deepEqual(engine.show!.status().running, []);
    await stop();
  }));
