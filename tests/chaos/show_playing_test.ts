import assert from "node:assert/strict";
import { compileGraph } from "../../compiler/compile.ts";
import { definePatch } from "../../modules/patch.ts";
import { channel } from "../../modules/signal/channels.ts";
import { bus } from "../../modules/utility/bus.ts";
import { showMethods } from "../../osc/methods/show_methods.ts";
import type { OscArgument } from "../../osc/packet/packet.ts";
import type { PacketSender } from "../../osc/packet/packet_sender.ts";
import { checkShow, readShow } from "../../show/mod.ts";
import { renderAgain } from "../../testing/engine/render_again.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { SeededRandom } from "../../testing/seeded_random.ts";
import { startWithShows } from "../../testing/show/test_shows.ts";
import { writeNoise } from "../../testing/sound/noise_file.ts";
import { showEnvironment, ShowPlaying, writeChaosShow } from "./show_playing.ts";

const seed = Number(Deno.env.get("UNDERSTUDY_TEST_SEED") ?? Date.now() % 1_000_000);
const nobody: PacketSender = { key: "test", hostname: "127.0.0.1", isLocal: true, reply: () => {} };
const [streams, outputs, seconds] = [12, 16, 4];
const files = Array.from({ length: streams }, (_, index) => `${index}.wav`);

Deno.test("the show of a long chaos run has no mistake", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/sounds`);
    await writeChaosShow({ folder, files, seconds: 40, outputs, random: new SeededRandom(seed) });
    const read = readShow(await Deno.readTextFile(showEnvironment(folder).UNDERSTUDY_SHOW));
    const known = files.map((name) => [name, { frames: 40 * 48_000, channels: 2 }]);
    const facts = { sampleRateHz: 48_000, files: Object.fromEntries(known), patches: {}, channels: outputs };
    assert.deepEqual(checkShow(read, facts), [], `seed ${seed}`);
  }));

Deno.test("a show of 12 streams of 44.1, 48 and 96 kHz on 16 outputs, GO pressed throughout, is what the session renders, whatever falls", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/sounds`);
    for (const [index, name] of files.entries()) {
      const sampleRateHz = [44_100, 48_000, 96_000][index % 3];
      const path = `${folder}/sounds/${name}`;
      await writeNoise({ path, seed: index + 1, frames: seconds * sampleRateHz, sampleRateHz });
    }
    const random = new SeededRandom(seed);
    await writeChaosShow({ folder, files, seconds, outputs, random });
    const { engine, driver, blocksPass, playDuring, stop } = await startWithShows(folder, {
      environment: { UNDERSTUDY_CHANNELS: String(outputs), UNDERSTUDY_STREAM_MIB: "64" },
      patch: (format) => {
        const patch = definePatch({
          ...{ name: "hall", channels: outputs, instruments: {}, parameters: {} },
          output: () => Array.from({ length: outputs }, (_, index) => channel(bus({ number: index + 1 }), 0)),
        });
        return compileGraph(patch.build(format), format);
      },
    });
    await playDuring(engine.loadShow(showEnvironment(folder).UNDERSTUDY_SHOW));
    const methods = showMethods(engine);
    const playing = new ShowPlaying({
      ...{ streams, random },
      ask: async (address, types, ...values) => {
        const args = [...types].map((type, index) => ({ type, value: values[index] }) as OscArgument);
        const effect = methods.find((method) => method.address === address)!.read(args);
        assert.ok("act" in effect, address);
        const answer = await playDuring(Promise.resolve(effect.act!(nobody)));
        const words = Array.isArray(answer) ? answer : [];
        return [address, ...words].map((value) => ({ type: "s", value: String(value) }) as OscArgument);
      },
    });
    await playing.begin();
    let most = 0;
    for (let turn = 0; turn < 16; turn++) {
      await blocksPass(4 + random.below(8));
      await playing.press();
      if (turn % 5 === 3) {
        engine.injectFault(random.pick(["kill", "throw"]), random.pick(["primary", "standby"]));
      }
      most = Math.max(most, engine.players.length);
    }
    await blocksPass(20);
    const notices = await playing.notices();
    await stop();
    const expected = /runs already|players are busy/; // GO comes faster than the sounds end
    assert.deepEqual(notices.filter((text) => !expected.test(text)), [], `seed ${seed}`);
    assert.ok(most >= streams, `seed ${seed}: at most ${most} players`);
    const render = await renderAgain(`${folder}/evening.session`);
    assert.equal(render.differingBlocks, 0, `seed ${seed}`);
    const heard = driver.captured;
    const differs = heard.findIndex((sample, at) =>
      at < render.samples.length && sample !== render.samples[at]
    );
    assert.equal(differs, -1, `seed ${seed}`);
    for (let output = 0; output < outputs; output++) {
      assert.ok(heard.some((sample, at) => at % outputs === output && sample !== 0), `output ${output}`);
    }
  }));
