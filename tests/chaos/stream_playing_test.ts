import assert from "node:assert/strict";
import { compileGraph } from "../../compiler/compile.ts";
import { definePatch } from "../../modules/patch.ts";
import { channel } from "../../modules/signal/channels.ts";
import { bus } from "../../modules/utility/bus.ts";
import { streamMethods } from "../../osc/methods/stream_methods.ts";
import type { OscArgument } from "../../osc/packet/packet.ts";
import type { PacketSender } from "../../osc/packet/packet_sender.ts";
import { renderAgain } from "../../testing/engine/render_again.ts";
import { startTestEngine } from "../../testing/engine/test_engine.ts";
import { SeededRandom } from "../../testing/seeded_random.ts";
import { withSoundPrograms } from "../../testing/sound/sound_files.ts";
import { streamEnvironment, StreamPlaying, writeStreamFiles } from "./stream_playing.ts";

const seed = Number(Deno.env.get("UNDERSTUDY_TEST_SEED") ?? Date.now() % 1_000_000);
const nobody: PacketSender = { key: "test", hostname: "127.0.0.1", isLocal: true, reply: () => {} };
const [streams, outputs] = [12, 16];

withSoundPrograms(
  ["sox", "flac", "oggenc", "opusenc", "lame"],
  "12 streams of every format on 16 outputs, with faults of renderers and of what reads them, are what the session renders",
  async (folder) => {
    await writeStreamFiles(folder, streams, outputs);
    const random = new SeededRandom(seed);
    const { engine, driver, lockstep, blocksPass, playDuring, stop } = await startTestEngine({
      driver: "manual",
      environment: {
        ...streamEnvironment(folder, outputs),
        UNDERSTUDY_DRIVER: "clock",
        UNDERSTUDY_SESSION: `${folder}/evening.session`,
      },
      patch: (format) => {
        const patch = definePatch({
          ...{ name: "hall", channels: outputs, instruments: {}, parameters: {} },
          output: () => Array.from({ length: outputs }, (_, index) => channel(bus({ number: index + 1 }), 0)),
        });
        return compileGraph(patch.build(format), format);
      },
    });
    await lockstep();
    const methods = streamMethods(engine);
    const playing = new StreamPlaying({
      ...{ folder, streams, outputs, random },
      ask: async (address, types, ...values) => {
        const args = [...types].map((type, index) => ({ type, value: values[index] }) as OscArgument);
        const effect = methods.find((method) => method.address === address)!.read(args);
        if ("commands" in effect) engine.submit(effect.commands!);
        if ("act" in effect) await playDuring(Promise.resolve(effect.act!(nobody)));
      },
    });
    await playing.begin();
    let putBack: (() => Promise<void>) | undefined;
    for (let turn = 0; turn < 60; turn++) {
      await playing.press();
      if (turn % 10 === 3) engine.injectFault(random.pick(["kill", "throw"]), "primary");
      if (turn % 10 === 8) engine.injectFault(random.pick(["kill", "trap", "stall"]), "reader");
      if (turn === 30) putBack = await playing.remove();
      await blocksPass(4 + random.below(12));
    }
    await blocksPass(40);
    await putBack!();
    await stop();
    const render = await renderAgain(`${folder}/evening.session`);
    assert.equal(render.differingBlocks, 0, `seed ${seed}`);
    const heard = driver.captured;
    assert.deepEqual(
      render.samples.slice(0, heard.length),
      heard.slice(0, render.samples.length),
      `seed ${seed}`,
    );
    for (let output = 0; output < outputs; output++) {
      assert.ok(heard.some((sample, at) => at % outputs === output && sample !== 0), `output ${output}`);
    }
  },
);
