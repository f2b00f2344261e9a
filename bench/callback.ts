/**
 * What a call of the callback costs: 10⁷ calls for one block of 64 stereo frames each, three rings voting, by its own
 * histogram: of a sound within full scale, of the same while its output is kept for a recorder, and of one that the ceiling bends in most
 * frames; and a twentieth as many calls with 8 and with 64 channels. `deno task bench:callback [CALLS]`
 */
import { developmentCommand } from "../testing/development_command.ts";
import { checksumOf } from "../engine/memory/checksum.ts";
import { Histogram } from "../engine/memory/histogram.ts";
import { fixed, within } from "../engine/memory/layout.ts";
import { OutputRing } from "../engine/memory/output_ring.ts";
import { slotIndex, slotSamplesIndex } from "../engine/memory/places.ts";
import { Timeline } from "../engine/time/timeline.ts";
import { nativeForTests } from "../testing/native_for_tests.ts";
import { testMemory } from "../testing/engine/test_memory.ts";
import { report } from "./report.ts";

const allCalls = developmentCommand(import.meta.url, { maxWords: 1 }).numberAt(0, 10_000_000);
const [blockFrames, sampleRateHz] = [64, 48_000];
const periodMs = blockFrames / sampleRateHz * 1_000;
const { native } = await nativeForTests();
let realTime = false;

interface Case {
  readonly sound: string;
  readonly amplitude: number;
  readonly channels?: number;
  readonly isKept?: boolean;
  readonly calls?: number;
}

/** Rows for a sine of an amplitude. */
async function measure({ sound, amplitude, channels = 2, isKept = false, calls = allCalls }: Case) {
  const memory = testMemory({ sampleRateHz, blockFrames, channels, ceiling: 1 });
  const timeline = new Timeline(memory, native);
  const { ringSlots } = memory.geometry;
  const samples = Float32Array.from(
    { length: blockFrames * channels },
    (_, index) => amplitude * Math.sin(index),
  );
  const checksum = checksumOf(new Uint8Array(samples.buffer));
  const slots = [0, 1, 2].flatMap((ring) =>
    Array.from({ length: ringSlots }, (_, block) => {
      const slot = slotIndex(memory, ring, block);
      memory.floats.set(samples, slotSamplesIndex(memory, ring, block));
      memory.words[slot + within.slot.checksumLow.index] = checksum.low;
      memory.words[slot + within.slot.checksumHigh.index] = checksum.high;
      return slot + within.slot.tag.index;
    })
  );
  [0, 1, 2].forEach((role) => memory.words[fixed.control.roleRing.index + role] = role + 1);
  memory.words[fixed.control.play.index] = 1;
  if (isKept) new OutputRing(memory).acquire();
  const base = Deno.UnsafePointer.of(memory.bytes);
  const output = new Float32Array(blockFrames * channels);
  // A real-time thread, as the callback's is; it pauses, because the kernel holds one up that never does.
  realTime = native.symbols.us_prioritise_thread(native.symbols.us_thread_id(), 60) === 0;
  const sleepWord = new Int32Array(new SharedArrayBuffer(4));
  for (let done = 0; done < calls; done += ringSlots) {
    if (done % (ringSlots * 64) === 0) Atomics.wait(sleepWord, 0, 0, 1);
    slots.forEach((slot, index) => memory.words[slot] = done + index % ringSlots);
    native.symbols.us_call_repeatedly(base, output, blockFrames, ringSlots);
  }
  native.symbols.us_prioritise_thread(native.symbols.us_thread_id(), 0);
  if (memory.counter("concealedBlocks") > 0) {
    throw new Error("the benchmark did not hand over what it published");
  }
  await new Promise((done) => setTimeout(done, 50));
  timeline.follow();
  const durations = Histogram.read(memory, "durations", timeline.ticksPerMs);
  const row = (what: string, ms: number) => ({
    sound,
    what,
    "µs": (ms * 1_000).toFixed(3),
    "% of period": (ms / periodMs * 100).toFixed(4),
  });
  return [
    row("mean", memory.counter("busyTicks") / timeline.ticksPerMs / memory.counter("callbacks")),
    row("median", durations.quantileMs(0.5)),
    row("p99", durations.quantileMs(0.99)),
    row("p99.99", durations.quantileMs(0.9999)),
    row("worst", memory.counter("longestTicks") / timeline.ticksPerMs),
  ];
}

await report("callback", [
  ...await measure({ sound: "within full scale", amplitude: 0.8 }),
  ...await measure({ sound: "within full scale, recorded", amplitude: 0.8, isKept: true }),
  ...await measure({ sound: "bent by the ceiling", amplitude: 3 }),
  ...await measure({ sound: "8 channels", amplitude: 0.8, channels: 8, calls: allCalls / 20 }),
  ...await measure({ sound: "64 channels", amplitude: 0.8, channels: 64, calls: allCalls / 20 }),
]);
console.log(
  `${allCalls} calls each, period ${(periodMs * 1_000).toFixed(0)} µs, real-time priority: ${realTime}`,
);
