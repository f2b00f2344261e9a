/** PortAudio's device is here a plug-in of ALSA that throws away what is played: there need be no card. */
import assert from "node:assert/strict";
import { readConfig } from "../../../config/settings.ts";
import { PortAudioDriver } from "../../../engine/device/portaudio_driver.ts";
import { DeviceNotFoundError } from "../../../ffi/portaudio.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { renderAgain } from "../../../testing/engine/render_again.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { requirement } from "../../../testing/requirement.ts";
import { soundServerNeeds, startSoundServer } from "../../../testing/sound/sound_server.ts";
import { until } from "../../../testing/until.ts";

const alsaNeeds = {
  libraries: ["libportaudio.so.2", "libasound.so.2"],
  install: "apt-get install libportaudio2 libasound2",
};

/** A device of ALSA without a card. */
const alsaConfig = `
pcm.nothing { type null }
pcm.test_card { type linear slave { pcm nothing format S16_LE } hint { show on description "test card" } }
pcm.!default { type linear slave { pcm nothing format S16_LE } hint { show on description "default" } }
`;

const { native } = await nativeForTests();
const named = (device: string) => readConfig({ UNDERSTUDY_DEVICE: device, UNDERSTUDY_DRIVER: "portaudio" });

requirement({
  name: "a device of ALSA calls until it is stopped, plays once it is attached, and can be opened again",
  fn: async () => {
    const file = await Deno.makeTempFile({ suffix: ".conf" });
    await Deno.writeTextFile(file, alsaConfig);
    Deno.env.set("ALSA_CONFIG_PATH", file);
    Deno.env.set("JACK_DEFAULT_SERVER", "understudy-none");
    const memory = testMemory({ sampleRateHz: 48_000, blockFrames: 128 });
    try {
      await assert.rejects(PortAudioDriver.open(native, memory, named("no such card")), DeviceNotFoundError);
      for (let round = 0; round < 2; round++) {
        const driver = await PortAudioDriver.open(native, memory, named("test_card"));
        assert.ok(driver instanceof PortAudioDriver && driver.alive);
        assert.equal(driver.device, "ALSA: test_card");
        await until("five calls", () => driver.calls >= 5);
        const before = memory.counter("callbacks");
        const { calls: early } = driver;
        await until("it calls", () => driver.calls > early);
        assert.equal(memory.counter("callbacks"), before, "it is not attached");
        driver.attach();
        await until("calls that play", () => memory.counter("callbacks") > before);
        assert.equal(driver.periodFrames, 0, "it takes without a pause");
        assert.ok(driver.detach());
        const detached = memory.counter("callbacks");
        const { calls } = driver;
        await until("it calls on", () => driver.calls > calls);
        assert.equal(memory.counter("callbacks"), detached);
        assert.ok(await driver.stop() && await driver.stop());
        assert.ok(!driver.alive);
      }
    } finally {
      Deno.env.delete("ALSA_CONFIG_PATH");
      Deno.env.delete("JACK_DEFAULT_SERVER");
      await Deno.remove(file);
    }
  },
}, alsaNeeds);

requirement({
  name:
    "a device of ALSA that dies is opened again by itself; its period, which comes in pieces, is followed",
  sanitizeResources: false, // the sound libraries stay open
  sanitizeOps: false,
  fn: () =>
    inFolder(async (folder) => {
      // a process takes the sound in pieces of 50 ms, as a slow card does, until it is killed
      const processId = `${folder}/card.pid`;
      await Deno.writeTextFile(
        `${folder}/card.sh`,
        `echo $$ > ${processId}\nwhile [ $(head -c 9600 | wc -c) -gt 0 ]; do sleep 0.05; done\n`,
      );
      await Deno.writeTextFile(
        `${folder}/asound.conf`,
        alsaConfig.replace("{ pcm nothing", "{ pcm card") +
          `pcm.card { type file slave.pcm nothing file "|sh ${folder}/card.sh" format "raw" }\n`,
      );
      Deno.env.set("ALSA_CONFIG_PATH", `${folder}/asound.conf`);
      Deno.env.set("JACK_DEFAULT_SERVER", "understudy-none");
      const session = `${folder}/a.session`;
      const started = await startTestEngine({
        environment: {
          UNDERSTUDY_DRIVER: "portaudio",
          UNDERSTUDY_DEVICE: "test_card",
          UNDERSTUDY_SESSION: session,
        },
      });
      const { engine } = started;
      try {
        for (let round = 1; round <= 2; round++) {
          await until("the lookahead for its period", () => engine.status().lookaheadBlocks > 4);
          // PortAudio gives it 1, which has no room for watchdog and renderers below
          const granted = native.symbols.us_highest_priority(10);
          await until("real time for its callback", () => engine.status().realTime.callback === granted);
          await started.blocksPass(100);
          Deno.kill(Number(await Deno.readTextFile(processId)), "SIGKILL");
          await until("the loss is noticed", () => engine.status().deviceLosses === round);
          await until("the device is back", () => engine.status().state === "running");
        }
        assert.equal(engine.status().device, "ALSA: test_card");
      } finally {
        await engine.stop();
        Deno.env.delete("ALSA_CONFIG_PATH");
        Deno.env.delete("JACK_DEFAULT_SERVER");
      }
      assert.equal((await renderAgain(session)).differingBlocks, 0);
    }),
}, { ...alsaNeeds, commands: ["sh", "head", "wc"] });

requirement({
  name: "a device of JACK is left to the engine's own client",
  sanitizeResources: false, // libjack keeps its connection for the process
  sanitizeOps: false,
  fn: async () => {
    const server = await startSoundServer(48_000, 128);
    Object.entries(server.env).forEach(([name, value]) => Deno.env.set(name, value));
    try {
      const memory = testMemory({ sampleRateHz: 48_000, blockFrames: 128 });
      assert.deepEqual(await PortAudioDriver.open(native, memory, named("system")), {
        jackDevice: "system",
        jackInputDevice: undefined,
      });
    } finally {
      await server.stop();
    }
  },
}, soundServerNeeds);
