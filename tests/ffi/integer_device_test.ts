/** What PortAudio makes of samples on a device that takes only integers: ALSA's conversion into a file, no card needed. */
import assert from "node:assert/strict";
import { checksumOf } from "../../engine/memory/checksum.ts";
import { fixed, within } from "../../engine/memory/layout.ts";
import { slotIndex, slotSamplesIndex } from "../../engine/memory/places.ts";
import type { SharedMemory } from "../../engine/memory/shared_memory.ts";
import { DeviceDoor } from "../../ffi/device_door.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import { PortAudio } from "../../ffi/portaudio.ts";
import { testMemory } from "../../testing/engine/test_memory.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { requirement } from "../../testing/requirement.ts";
import { until } from "../../testing/until.ts";

const { native } = await nativeForTests();
const levels = [0.5, 0.999, 1, 1.05, 1.2, 4, -0.5, -0.999, -1, -1.05, -1.2, -4];

/** Publishes a block of each level, again and again until the ring is full. */
function publish(memory: SharedMemory): number {
  const { blockFrames, ringSlots } = memory.geometry;
  for (let block = 0; block < ringSlots; block++) {
    const samples = new Float32Array(blockFrames).fill(levels[block % levels.length]);
    const { low, high } = checksumOf(new Uint8Array(samples.buffer));
    const slot = slotIndex(memory, 0, block);
    memory.floats.set(samples, slotSamplesIndex(memory, 0, block));
    memory.words[slot + within.slot.checksumLow.index] = low;
    memory.words[slot + within.slot.checksumHigh.index] = high;
    memory.words[slot + within.slot.tag.index] = block;
  }
  memory.words[fixed.control.roleRing.index] = 1;
  memory.words[fixed.control.play.index] = 1;
  return ringSlots;
}

requirement({
  name:
    "on a device of integers a sample at or beyond full scale stays at full scale, and never turns into its opposite",
  sanitizeResources: false, // libasound keeps its configuration
  fn: () =>
    inFolder(async (folder) => {
      const sizes = [["lin16", "S16_LE"], ["lin32", "S32_LE"]] as const;
      await Deno.writeTextFile(
        `${folder}/asound.conf`,
        "pcm.nul { type null }\npcm.!default { type plug slave.pcm nul hint { show on description none } }\n" +
          sizes.map(([name, format]) =>
            `pcm.${name}_file { type file slave.pcm nul file "${folder}/${name}.raw" format "raw" }\n` +
            `pcm.${name} { type linear slave { pcm ${name}_file format ${format} } hint { show on description ${name} } }\n`
          ).join(""),
      );
      Deno.env.set("ALSA_CONFIG_PATH", `${folder}/asound.conf`);
      Deno.env.set("JACK_NO_START_SERVER", "1");
      Deno.env.set("JACK_DEFAULT_SERVER", "none");
      const portAudio = await PortAudio.open(native.symbols.us_ignore_address());
      for (const [name, format] of sizes) {
        const memory = testMemory({ sampleRateHz: 48_000, channels: 1 });
        const blocks = publish(memory);
        const door = DeviceDoor.create(native, sharedMemoryPointer(native, memory.bytes));
        door.open();
        const stream = await portAudio.openStream({
          realTime: false,
          outputDevice: portAudio.findDevice({
            direction: "output",
            minimumChannels: 1,
            hostApi: "ALSA",
            device: name,
          }),
          channels: 1,
          inputChannels: 0,
          sampleRateHz: 48_000,
          framesPerBuffer: 256,
          callback: DeviceDoor.callAddress(native),
          userData: door.pointer,
        });
        await stream.start();
        await until("the device has taken the blocks", () => memory.consumed() >= blocks);
        await stream.stop();
        await stream.close();
        door.free();
        const bytes = await Deno.readFile(`${folder}/${name}.raw`);
        const scale = format === "S16_LE" ? 2 ** 15 : 2 ** 31;
        const samples = format === "S16_LE" ? new Int16Array(bytes.buffer) : new Int32Array(bytes.buffer);
        const { blockFrames } = memory.geometry;
        const first = samples.findIndex((sample) => sample !== 0);
        levels.forEach((level, block) => {
          const found = samples[first + block * blockFrames + blockFrames / 2] / scale;
          const expected = Math.max(-1, Math.min(1, level));
          assert.ok(Math.abs(found - expected) < 0.001, `${format}: ${level} became ${found}`);
        });
      }
      await portAudio.close();
    }),
}, {
  libraries: ["libportaudio.so.2", "libasound.so.2"],
  install: "apt-get install libportaudio2 libasound2",
});
