import assert from "node:assert/strict";
import { readConfig } from "../../../config/settings.ts";
import { PortAudioDriver } from "../../../engine/device/portaudio_driver.ts";
import { DeviceNotFoundError } from "../../../ffi/portaudio.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { requirement } from "../../../testing/requirement.ts";
import { soundServerNeeds, startSoundServer } from "../../../testing/sound/sound_server.ts";
import { until } from "../../../testing/until.ts";

requirement({
  name:
    "a device of JACK calls until it is stopped, also twice; one that is not there is an error, and nothing stays open",
  sanitizeResources: false, // libjack keeps its connection for the process
  sanitizeOps: false,
  fn: async () => {
    const server = await startSoundServer(48_000, 128);
    Object.entries(server.env).forEach(([name, value]) => Deno.env.set(name, value));
    try {
      const { native } = await nativeForTests();
      const memory = testMemory({ sampleRateHz: 48_000, blockFrames: 128 });
      const named = (device: string) =>
        readConfig({ UNDERSTUDY_DEVICE: device, UNDERSTUDY_DRIVER: "portaudio" });
      await assert.rejects(
        () => PortAudioDriver.start(native, memory, named("no such card")),
        DeviceNotFoundError,
      );
      const driver = await PortAudioDriver.start(native, memory, named("system"));
      assert.ok(driver?.alive && driver.usesJack && !driver.stopsWhenLost);
      assert.match(driver.device, /JACK.*system/);
      await until("five calls", () => memory.counter("callbacks") >= 5);
      await driver.stop();
      await driver.stop();
      const calls = memory.counter("callbacks");
      assert.equal(driver.alive, false);
      const again = await PortAudioDriver.start(native, memory, named("system"));
      await until("calls of the second", () => memory.counter("callbacks") > calls);
      await again!.stop();
    } finally {
      await server.stop();
    }
  },
}, soundServerNeeds);
