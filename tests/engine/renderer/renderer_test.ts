import assert from "node:assert/strict";
import fc from "fast-check";
import { reportFieldIndex } from "../../../engine/memory/seats.ts";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import { CommandLog, EntryField, type LogEntry, Opcode } from "../../../engine/log/command_log.ts";
import { SealTable } from "../../../engine/log/seal_table.ts";
import { fixed, within } from "../../../engine/memory/layout.ts";
import {
  inputSamplesIndex,
  inputSlotIndex,
  logEntryIndex,
  slotIndex,
  slotSamplesIndex,
  snapshotArenaIndex,
} from "../../../engine/memory/places.ts";
import { flipBit } from "../../../engine/renderer/fault_hooks.ts";
import type { SharedMemory } from "../../../engine/memory/shared_memory.ts";
import { preparePatch } from "../../../engine/renderer/patch_instance.ts";
import { Renderer } from "../../../engine/renderer/renderer.ts";
import { RendererStaleError } from "../../../engine/renderer/renderer_stale_error.ts";
import { compilePatch } from "../../../testing/patch/compile_named.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";
import { plainTallyOracle } from "../../simulation/tally_oracle.ts";
import { readWholeSnapshot, writeWholeSnapshot } from "../../../testing/engine/whole_snapshot.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

const checksum = compileChecksum();
const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 };
const tally = await tallyPatch(format);

function rendererOn(memory: SharedMemory, ring: number, patch = tally): Renderer {
  return new Renderer({ memory, ring, seed: 7, patch: preparePatch(0, patch, checksum) });
}

function setUp(dimensions: Parameters<typeof testMemory>[0] = {}) {
  const memory = testMemory({ arenaBytes: tally.arena.bytes, ...dimensions });
  new SealTable(memory).reset(memory.geometry.startBlock);
  return { memory, log: new CommandLog(memory) };
}

function samplesOf(memory: SharedMemory, ring: number, block: number): Float32Array {
  const { blockFrames, channels } = memory.geometry;
  const start = slotSamplesIndex(memory, ring, block);
  return memory.floats.slice(start, start + blockFrames * channels);
}

Deno.test("for any score, also near the wraps, a renderer plays what the plain retelling says", () => {
  const entry = fc.record({
    atBlock: fc.nat(19),
    ahead: fc.option(fc.integer({ min: -3, max: 12 }), { nil: undefined }),
    frame: fc.nat(31),
    opcode: fc.constantFrom(
      ...Object.values(Opcode).filter((code) => code !== Opcode.exchange && code !== Opcode.anchor),
    ),
    target: fc.nat(127),
    value: fc.float({ noNaN: true, noDefaultInfinity: true }),
  });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 60 }), fc.constantFrom(0, 0xFFFFFFF8), (score, start) => {
      const { memory, log } = setUp({ startBlock: start, startLogPosition: start });
      const renderer = rendererOn(memory, 0);
      const oracle = plainTallyOracle(start);
      for (let block = 0; block < 20; block++) {
        const entries = score.filter(({ atBlock }) => atBlock === block).map((
          { ahead, frame, opcode, target, value },
        ): LogEntry => ({
          opcode,
          target,
          value,
          extra: 0.5,
          at: ahead === undefined ? undefined : { block: (start + block + ahead) | 0, frame },
        }));
        log.append(entries);
        renderer.renderBlock();
        assert.deepEqual(samplesOf(memory, 0, start + block), oracle.nextBlock(entries));
      }
    }),
  );
});

Deno.test("two renderers apply the same commands although they come by at different times", () => {
  const { memory, log } = setUp();
  const [first, second] = [rendererOn(memory, 0), rendererOn(memory, 1)];
  for (let block = 0; block < 8; block++) {
    log.append([{ opcode: Opcode.noteOn, target: block, value: 1, extra: 1 }]);
    first.renderBlock();
  }
  for (let block = 0; block < 8; block++) {
    second.renderBlock();
    assert.deepEqual(samplesOf(memory, 1, block), samplesOf(memory, 0, block));
  }
});

Deno.test("who takes over a snapshot goes on with the same bytes, pending commands included", () => {
  const { memory, log } = setUp();
  const original = rendererOn(memory, 0);
  log.append([{ opcode: Opcode.noteOn, target: 1, value: 60, extra: 1, at: { block: 9, frame: 5 } }]);
  for (let block = 0; block < 5; block++) original.renderBlock();
  writeWholeSnapshot(original, 2);
  const joiner = rendererOn(memory, 1);
  readWholeSnapshot(joiner, 2);
  for (let block = 5; block < 12; block++) {
    original.renderBlock();
    joiner.renderBlock();
    assert.deepEqual(samplesOf(memory, 1, block), samplesOf(memory, 0, block));
  }
});

Deno.test("a damaged snapshot is refused", () => {
  const { memory } = setUp();
  const renderer = rendererOn(memory, 0);
  writeWholeSnapshot(renderer, 0);
  memory.bytes[snapshotArenaIndex(memory, 0) * 4 + 70_000] ^= 4;
  assert.throws(() => readWholeSnapshot(renderer, 0), /snapshot 0: its checksum/);
});

Deno.test("who needs an overwritten log entry stops instead of playing something else", () => {
  const { memory, log } = setUp();
  const renderer = rendererOn(memory, 0);
  log.append(new Array(log.room).fill({ opcode: Opcode.panic, target: 0, value: 0, extra: 0 }));
  memory.words[logEntryIndex(memory, 0) + EntryField.position] = 99;
  renderer.claim();
  assert.throws(() => renderer.takeCommands(), RendererStaleError);
});

for (
  const [when, passed] of [["from the start", 0], [
    "also when 2^31 blocks have passed",
    2 ** 31 - 20,
  ]] as const
) {
  Deno.test(`block n hears the input of block n − lookahead, ${when}`, () => {
    const patch = compilePatch("sines", {
      sampleRateHz: 48_000,
      channels: 1,
      inputChannels: 1,
      maximumBlockFrames: 32,
    });
    const startBlock = 5;
    const memory = testMemory({
      arenaBytes: patch.arena.bytes,
      channels: 1,
      inputChannels: 1,
      lookaheadBlocks: 3,
      startBlock,
    });
    const log = new CommandLog(memory);
    const inputGain = patch.parameters.findIndex(({ address }) => address === "input/gainDb");
    log.append([{ opcode: Opcode.set, target: inputGain, value: 0, extra: 0 }]);
    const renderer = rendererOn(memory, 0, patch);
    const capture = (block: number, level: number) => {
      memory.words[inputSlotIndex(memory, block) + within.inputSlot.tag.index] = block;
      const first = inputSamplesIndex(memory, block);
      memory.floats.fill(level, first, first + 32);
    };
    const blockAt = (number: number) => (startBlock + passed + number) | 0;
    renderer.block = blockAt(0);
    new SealTable(memory).reset(renderer.block);
    for (let back = 1; passed > 0 && back <= 3; back++) capture(blockAt(-back), 0);
    for (let number = 0; number < 200; number++) {
      capture(blockAt(number), number / 1_000);
      renderer.renderBlock();
    }
    const heard = samplesOf(memory, 0, blockAt(199));
    assert.ok(
      heard.every((sample) => Math.abs(sample - 0.196) < 1e-6),
      `expected 0.196, found ${heard[0]}`,
    );
  });
}

/** Memory in which another thread works in the midst of the first reading, or writing, of one float. */
function interrupted(memory: SharedMemory, at: number, work: () => void): SharedMemory {
  let hasWorked = false;
  const interrupt = (index: string | symbol) => {
    if (hasWorked || Number(index) !== at) return;
    hasWorked = true;
    work();
  };
  const floats = new Proxy(memory.floats, {
    get: (samples, index) => (interrupt(index), Reflect.get(samples, index, samples)),
    set: (samples, index, value) => (interrupt(index), Reflect.set(samples, index, value, samples)),
  });
  return Object.create(memory, { floats: { value: floats } });
}

Deno.test("a renderer that is a whole lap behind stops when its input is overwritten, also in the middle of its copy", async () => {
  const { native } = await nativeForTests();
  const patch = await tallyPatch({ ...format, inputChannels: 1 });
  for (const [framesBefore, framesWithin] of [[0, 32], [0, 5], [5, 27], [5, 1]]) {
    const { memory } = setUp({ inputChannels: 1, arenaBytes: patch.arena.bytes });
    const { inputSlots, lookaheadBlocks } = memory.geometry;
    const device = (frames: number) => {
      const [input, output] = [new Float32Array(frames).fill(0.5), new Float32Array(frames * 2)];
      native.symbols.us_callback(
        input,
        output,
        BigInt(frames),
        null,
        0n,
        Deno.UnsafePointer.of(memory.bytes),
      );
    };
    memory.words[fixed.control.play.index] = 1;
    // the device is about to take the block that shares its slot with the one that the renderer hears
    memory.words[fixed.callback.consumed.index] = inputSlots - lookaheadBlocks;
    if (framesBefore > 0) device(framesBefore);
    const overwritten = inputSamplesIndex(memory, -lookaheadBlocks) + 3;
    const shared = interrupted(memory, overwritten, () => device(framesWithin));
    const renderer = rendererOn(shared, 0, patch);
    renderer.claim();
    renderer.takeCommands();
    assert.throws(() => renderer.hear(), RendererStaleError, `${framesBefore} and ${framesWithin} frames`);
  }
});

Deno.test("a renderer that is a whole lap of the log behind stops instead of hearing commands that are overwritten", () => {
  const note = { opcode: Opcode.noteOn, target: 1, value: 2, extra: 3 };
  const { memory, log } = setUp();
  log.append([note]);
  const renderer = rendererOn(memory, 0);
  renderer.claim();
  log.append(new Array(log.room).fill(note));
  log.release(log.head);
  log.append([note]);
  log.release(log.head);
  const value = logEntryIndex(memory, 0) + EntryField.value;
  let hasRead = false;
  const writer = new CommandLog(interrupted(memory, value, () => {
    assert.throws(() => renderer.takeCommands(), RendererStaleError, "in the middle of the writing");
    hasRead = true;
  }));
  writer.release(writer.head);
  writer.append([note]);
  assert.ok(hasRead);
  const late = rendererOn(memory, 1);
  assert.throws(() => late.claim(), RendererStaleError, "a whole lap, whose length 16 bits do not tell");
});

Deno.test("while a renderer overwrites a slot of its ring, the block that was there cannot be compared", () => {
  const { memory } = setUp();
  const renderer = rendererOn(memory, 0);
  const { ringSlots } = memory.geometry;
  const tag = slotIndex(memory, 0, 0) + within.slot.tag.index;
  for (let block = 0; block < ringSlots; block++) renderer.renderBlock();
  assert.equal(memory.words[tag], 0);
  renderer.claim();
  renderer.takeCommands();
  renderer.render();
  renderer.store();
  assert.notEqual(memory.words[tag] & (ringSlots - 1), 0, "the tag of no block that belongs here");
  renderer.publish();
  assert.equal(memory.words[tag], ringSlots);
});

Deno.test("another lookahead of the log counts from the next block on", () => {
  const patch = compilePatch("sines", {
    sampleRateHz: 48_000,
    channels: 1,
    inputChannels: 1,
    maximumBlockFrames: 32,
  });
  const memory = testMemory({
    arenaBytes: patch.arena.bytes,
    channels: 1,
    inputChannels: 1,
    lookaheadBlocks: 3,
  });
  new SealTable(memory).reset(0);
  const log = new CommandLog(memory);
  const inputGain = patch.parameters.findIndex(({ address }) => address === "input/gainDb");
  log.append([{ opcode: Opcode.set, target: inputGain, value: 0, extra: 0 }]);
  const renderer = rendererOn(memory, 0, patch);
  const play = (from: number, to: number) => {
    for (let block = from; block < to; block++) {
      memory.words[inputSlotIndex(memory, block) + within.inputSlot.tag.index] = block;
      const first = inputSamplesIndex(memory, block);
      memory.floats.fill(block / 1_000, first, first + 32);
      renderer.renderBlock();
    }
  };
  const hears = (block: number, captured: number) => {
    const heard = samplesOf(memory, 0, block);
    const expected = captured / 1_000;
    assert.ok(
      heard.every((sample) => Math.abs(sample - expected) < 1e-6),
      `expected ${expected}, found ${heard[0]}`,
    );
  };
  play(0, 200);
  hears(199, 196);
  log.append([{ opcode: Opcode.lookahead, target: 10, value: 0, extra: 0 }]);
  play(200, 201);
  hears(200, 197);
  assert.equal(renderer.lookaheadBlocks, 10);
  play(201, 202);
  hears(201, 191);
  log.append([{ opcode: Opcode.lookahead, target: 2, value: 0, extra: 0 }]);
  play(202, 204);
  hears(202, 192);
  hears(203, 201);
});

Deno.test("a flipped bit anywhere in the patch's state is seen within a sweep, and in no other region", () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.nat(31),
      fc.constantFrom(4_096, 16_384, 1 << 20),
      (place, bit, checkRegionBytes) => {
        const { memory } = setUp({ checkRegionBytes, stateCheckBlocks: 2 });
        const renderer = rendererOn(memory, 0);
        const regions = Math.ceil(renderer.playing.bytes.length / checkRegionBytes);
        const blocks = 2 * regions; // from the block on that comes after the first
        /** Checks of all regions, of one and the same state. */
        const sweep = () => {
          const start = renderer.block;
          const found: number[][] = [];
          for (let number = 0; number < blocks; number++) {
            renderer.block = (start + number) | 0;
            renderer.checkState();
            renderer.store();
            const slot = slotIndex(memory, 0, renderer.block);
            const { stateLow, stateHigh } = within.slot;
            assert.equal(memory.words[slot + within.slot.regions.index], regions);
            found.push([memory.words[slot + stateLow.index], memory.words[slot + stateHigh.index]]);
          }
          renderer.block = start;
          return found;
        };
        const before = sweep();
        flipBit(renderer.playing, place, bit);
        const after = sweep();
        const differing = after.filter(([low, high], number) =>
          low !== before[number][0] || high !== before[number][1]
        );
        const times = differing.length;
        assert.ok(times >= 1 && times <= 2, `${times} of ${blocks} checks saw it`);
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("100,000 blocks allocate nothing: the heap grows by less than a tenth of a byte a block", () => {
  const { memory, log } = setUp({ startBlock: 0x7FFFFFFF - 240_000 });
  const renderer = rendererOn(memory, 0);
  const blocks = 100_000;
  const play = (count: number) => {
    for (let index = 0; index < count; index++) {
      memory.words[fixed.callback.consumed.index] = renderer.block;
      renderer.renderBlock();
      renderer.checkState();
    }
  };
  log.append([{ opcode: Opcode.noteOn, target: 1, value: 60, extra: 1 }]);
  play(200_000); // until everything is compiled: code lies on the heap too
  const grown: number[] = [];
  do { // what a block leaves behind is there in each window, what a slow compiler finishes is not
    const before = Deno.memoryUsage().heapUsed;
    play(blocks);
    grown.push(Deno.memoryUsage().heapUsed - before);
  } while (grown.at(-1)! >= blocks / 10 && grown.length < 10);
  console.log(`heap: ${grown} bytes more after ${blocks} blocks`);
  assert.ok(grown.at(-1)! < blocks / 10, `the heap grew by ${grown} bytes over ${blocks} blocks each`);
});

Deno.test("more commands without a time than the pending queue holds are all heard in one block", () => {
  const { memory, log } = setUp();
  const renderer = rendererOn(memory, 0);
  const oracle = plainTallyOracle(0);
  const entries = Array.from(
    { length: 5_000 },
    (_, index): LogEntry => ({ opcode: Opcode.noteOn, target: index, value: 60, extra: 1 }),
  );
  log.append(entries);
  renderer.renderBlock();
  assert.deepEqual(samplesOf(memory, 0, 0), oracle.nextBlock(entries));
});

Deno.test("a renderer gives signs of life while it takes many commands in", () => {
  const { memory, log } = setUp();
  const renderer = rendererOn(memory, 0);
  const heartbeat = () => Atomics.load(memory.words, reportFieldIndex(memory, 0, "heartbeat"));
  log.append(new Array(1_000).fill({ opcode: Opcode.noteOn, target: 1, value: 60, extra: 1 }));
  renderer.claim();
  const before = heartbeat();
  renderer.takeCommands();
  assert.ok(heartbeat() - before >= 30, `${heartbeat() - before} heartbeats in 1,000 commands`);
});

Deno.test("after a clear the whole queue is free, also for commands sealed together with it", () => {
  const { memory, log } = setUp();
  const renderer = rendererOn(memory, 0);
  const oracle = plainTallyOracle(0);
  const full = (target: number) =>
    new Array<LogEntry>(1_024).fill({
      opcode: Opcode.noteOn,
      target,
      value: 1,
      extra: 1,
      at: { block: 6, frame: 3 },
    });
  const first = full(1);
  const second = [{ opcode: Opcode.clear, target: 0, value: 0, extra: 0 }, ...full(2)];
  log.append(first);
  renderer.renderBlock();
  assert.deepEqual(samplesOf(memory, 0, 0), oracle.nextBlock(first));
  log.append(second);
  for (let block = 1; block < 8; block++) {
    renderer.renderBlock();
    assert.deepEqual(samplesOf(memory, 0, block), oracle.nextBlock(block === 1 ? second : []));
  }
});

Deno.test("a renderer that begins at an anchor plays as one that begins there with the first block", () => {
  const { memory, log } = setUp();
  const oracle = plainTallyOracle(500);
  log.append([{ opcode: Opcode.noteOn, target: 1, value: 60, extra: 1 }]);
  const position = log.head;
  const entries: LogEntry[] = [
    { opcode: Opcode.anchor, target: 0, value: 0, extra: 0, at: { block: 500, frame: 0 } },
    { opcode: Opcode.set, target: 0, value: 3, extra: 0 },
  ];
  log.append(entries);
  const renderer = rendererOn(memory, 0);
  renderer.begin({ patch: 0, block: 500, position });
  writeWholeSnapshot(renderer, 1);
  renderer.renderBlock();
  assert.deepEqual(samplesOf(memory, 0, 500), oracle.nextBlock(entries));
  assert.equal(renderer.logPosition, log.head);
  const joiner = rendererOn(memory, 2);
  readWholeSnapshot(joiner, 1);
  joiner.renderBlock(); // it goes past the anchor that its snapshot begins with
  assert.deepEqual(samplesOf(memory, 2, 500), samplesOf(memory, 0, 500));
  const straggler = rendererOn(memory, 1);
  straggler.begin({ patch: 0, block: 500, position: 0 });
  assert.throws(() => straggler.renderBlock(), RendererStaleError, "it did not begin there");
});

Deno.test("a command that waits does nothing once it was stopped, though its place in the log is overwritten", () => {
  const { memory, log } = setUp();
  const [first, second] = [rendererOn(memory, 0), rendererOn(memory, 1)];
  const oracle = plainTallyOracle(0);
  const note: LogEntry = {
    opcode: Opcode.noteOn,
    target: 1,
    value: 60,
    extra: 1,
    at: { block: 3, frame: 5 },
  };
  log.append([note, { ...note, target: 2 }]);
  first.renderBlock();
  oracle.nextBlock([{ ...note, target: 2 }]);
  const filler: LogEntry = { opcode: Opcode.none, target: 0, value: 0, extra: 0 };
  log.release(log.head);
  log.append(new Array(40_000).fill(filler));
  first.renderBlock();
  log.release(log.head);
  log.append(new Array(40_000).fill(filler));
  assert.ok(log.quarantine(0));
  for (let block = 2; block < 4; block++) first.renderBlock();
  for (let block = 1; block < 3; block++) oracle.nextBlock([]);
  assert.deepEqual(samplesOf(memory, 0, 3), oracle.nextBlock([]));
  assert.throws(() => [0, 1].forEach(() => second.renderBlock()), RendererStaleError);
});
