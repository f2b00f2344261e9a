/**
 * What the parts of an engine at rest cost, each as processor time of one thread, so that other work on the machine changes it little:
 * a turn of the supervision loop with the blocks of 8 ms, a wake of the main isolate, a renderer's wait and its block. Renderers are
 * steps of this thread, no engine runs.
 *
 *     deno task bench:rest
 *
 * Turns get cheaper as the runtime compiles what is called often; an engine has had 600 of them after five seconds.
 */
import { setTimeout as setNodeTimeout } from "node:timers";
import { DeliveryLog } from "../engine/delivery/delivery_log.ts";
import { CommandLog } from "../engine/log/command_log.ts";
import { SealTable } from "../engine/log/seal_table.ts";
import { compileChecksum } from "../engine/memory/checksum.ts";
import { fixed } from "../engine/memory/layout.ts";
import { preparePatch } from "../engine/renderer/patch_instance.ts";
import { Renderer } from "../engine/renderer/renderer.ts";
import { Supervision } from "../engine/supervisor/supervision.ts";
import { sharedMemoryPointer } from "../ffi/shared_memory_pointer.ts";
import { developmentCommand } from "../testing/development_command.ts";
import { testMemory } from "../testing/engine/test_memory.ts";
import { nativeForTests } from "../testing/native_for_tests.ts";
import { tallyPatch } from "../testing/patch/tally_patch.ts";
import { SeededRandom } from "../testing/seeded_random.ts";
import { SimulatedRenderers } from "../tests/simulation/simulated_renderers.ts";
import { report } from "./report.ts";

developmentCommand(import.meta.url, {});

const tickMs = 8;
const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 128 };
const blocksOfTick = 3;
const stepsOfTick = 120;
const wakes = 100;

const { native } = await nativeForTests();
const processorUs = () => Number(native.symbols.us_processor_ns()) / 1_000;
const patch = await tallyPatch(format);
const checksum = compileChecksum();
const dimensions = {
  ...{ sampleRateHz: format.sampleRateHz, blockFrames: format.maximumBlockFrames },
  ...{ arenaBytes: patch.arena.bytes, snapshotBlocks: 93, stateCheckBlocks: 8 },
};
const memory = testMemory(dimensions);
const seals = new SealTable(memory);
seals.reset(0);
const rows: { part: string; "processor time, µs": string }[] = [];

function note(part: string, us: number): void {
  rows.push({ part, "processor time, µs": us.toFixed(1) });
}

let nowMs = 0;
const makeRenderer = (ring: number, shared = memory) =>
  new Renderer({ memory: shared, ring, seed: 7, patch: preparePatch(0, patch, checksum) });
const renderers = new SimulatedRenderers({
  ...{ memory, random: new SeededRandom(1), nowMs: () => nowMs, makeRenderer: (seat) => makeRenderer(seat) },
  preparePatches: () => {},
  onTrap: () => {},
});
const log = new CommandLog(memory);
const delivery = new DeliveryLog({ memory, seals, log, onGap: () => {} });
const supervision = new Supervision({ memory, seals, log, renderers, delivery, nowMs: () => nowMs });

/** Gives the renderers time, and lets the loop look. Returns the processor time of the look. */
function turn(blocks: number): number {
  const consumed = fixed.callback.consumed.index;
  Atomics.store(memory.words, consumed, (memory.consumed() + blocks) | 0);
  nowMs += tickMs;
  for (let step = 0; step < stepsOfTick; step++) renderers.step();
  const startUs = processorUs();
  supervision.turn(true);
  return processorUs() - startUs;
}

while (supervision.inLockstep < 2) turn(0);
Atomics.store(memory.words, fixed.control.play.index, 1);
while (!supervision.isCalm) turn(0);
let turns = 0;
for (const more of [100, 500, 1_000, 1_400]) {
  let sumUs = 0;
  for (let count = 0; count < more; count++) sumUs += turn(blocksOfTick);
  note(`turn ${turns + 1} to ${turns += more} of the supervision loop`, sumUs / more);
}

/** Processor time of a wake by one of two timers. */
async function wakeUs(begin: (wake: () => void) => () => void): Promise<number> {
  const startUs = processorUs();
  await new Promise<void>((done) => {
    let count = 0;
    const end = begin(() => {
      if (++count < wakes) return;
      end();
      done();
    });
  });
  return (processorUs() - startUs) / wakes;
}

note(
  "wake by an interval",
  await wakeUs((wake) => {
    const timer = setInterval(wake, tickMs);
    return () => clearInterval(timer);
  }),
);
note(
  "wake by a timer of node's that is set again",
  await wakeUs((wake) => {
    let isOver = false;
    const timer = setNodeTimeout(() => {
      wake();
      if (!isOver) timer.refresh();
    }, tickMs);
    return () => isOver = true;
  }),
);

const base = sharedMemoryPointer(native, memory.bytes);
for (const waited of [1, 2]) {
  const blockNs = 1e9 * format.maximumBlockFrames / format.sampleRateHz;
  const never = memory.consumed() + 1_000;
  const startUs = processorUs();
  for (let count = 0; count < wakes; count++) {
    native.symbols.us_wait_consumed(base, never, Math.round(waited * blockNs));
  }
  note(
    `a renderer's wait of ${waited} ${waited === 1 ? "block" : "blocks"}`,
    (processorUs() - startUs) / wakes,
  );
}

const blocks = 5_000;
const ofOne = testMemory(dimensions);
new SealTable(ofOne).reset(0);
const one = makeRenderer(0, ofOne);
for (let block = 0; block < blocks; block++) one.renderBlock();
const startUs = processorUs();
for (let block = 0; block < blocks; block++) one.renderBlock();
note("a renderer's block, one after the other", (processorUs() - startUs) / blocks);

await report("rest", rows);
