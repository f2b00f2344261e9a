import assert from "node:assert/strict";
import { DeliveryLog } from "../../../engine/delivery/delivery_log.ts";
import { CommandLog, Opcode } from "../../../engine/log/command_log.ts";
import { SealTable } from "../../../engine/log/seal_table.ts";
import { StreamSeals } from "../../../engine/log/stream_seals.ts";
import { DeliveredFlag, fixed, within } from "../../../engine/memory/layout.ts";
import { deliveredIndex, deliveredPeaksIndex } from "../../../engine/memory/places.ts";
import { SessionReader } from "../../../engine/session/session_reader.ts";
import { SessionWriter } from "../../../engine/session/session_writer.ts";
import { testHeader } from "../../../testing/engine/session_header.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

function setUp(startBlock = 0, pageCount = 0) {
  const memory = testMemory({ startBlock, pageCount });
  const log = new CommandLog(memory);
  const seals = new SealTable(memory);
  seals.reset(startBlock);
  const gaps: number[][] = [];
  const delivery = new DeliveryLog({ memory, seals, log, onGap: (...gap) => gaps.push(gap) });
  /** What callback and renderers do to a block. */
  const deliver = (block: number, flags: number, peak: number, sealed = true) => {
    const entry = deliveredIndex(memory, block);
    memory.words[entry + within.delivered.flags.index] = flags;
    memory.words[entry + within.delivered.checksumLow.index] = block * 3;
    memory.floats[deliveredPeaksIndex(memory, block) + 1] = peak;
    if (sealed) seals.claim(block, log.head);
    memory.words[fixed.callback.consumed.index] = block + 1;
  };
  const goOn = () => new DeliveryLog({ memory, seals, log, onGap: (...gap) => gaps.push(gap) });
  return { memory, log, seals, gaps, delivery, deliver, goOn };
}

const note = { opcode: Opcode.noteOn, target: 1, value: 60, extra: 1 };

Deno.test("it follows the delivered blocks across the wrap: position, peaks, and promises that a command has sounded", async () => {
  const { log, delivery, deliver } = setUp(-2);
  const meter = delivery.openMeter();
  log.append([note, note]);
  let reached = false;
  delivery.reached(log.head).then(() => reached = true);
  delivery.poll();
  await Promise.resolve();
  assert.ok(!reached);
  deliver(-2, 0, 0.25);
  deliver(-1, 0, 0.75);
  deliver(0, 0, 0.5);
  delivery.poll();
  await Promise.resolve();
  assert.ok(reached);
  assert.deepEqual([delivery.position, delivery.next, delivery.blocks], [2, 1, 3]);
  assert.deepEqual([delivery.takePeak(), delivery.takePeak()], [0.75, 0]);
  assert.deepEqual(meter.drain(), [0, 0.75]);
});

Deno.test("a concealed block is recorded once it is known which streams are late in it", () => {
  const { memory, delivery, deliver } = setUp(0, 4);
  const streamSeals = new StreamSeals(memory);
  streamSeals.reset(0);
  const written: [string, number[]][] = [];
  delivery.recordTo({
    recording: true,
    write: (type, payload) => written.push([type, [...new Int32Array(payload.slice().buffer)]]),
  });
  deliver(0, DeliveredFlag.concealed, 0); // a renderer that comes too late has sealed its commands
  streamSeals.claim(0, 0, 0);
  delivery.poll();
  assert.equal(delivery.next, 0);
  streamSeals.claim(0, 1, 2);
  delivery.poll();
  assert.equal(delivery.next, 1);
  assert.deepEqual(written.at(-1), ["LATE", [0, 2 << 16]]);
});

Deno.test("a concealed block that no renderer has sealed yet is waited for, except at the end", () => {
  const { delivery, deliver } = setUp();
  deliver(0, 0, 0);
  deliver(1, DeliveredFlag.concealed, 0, false);
  delivery.poll();
  assert.equal(delivery.next, 1);
  delivery.poll(true);
  assert.equal(delivery.next, 2);
});

Deno.test("blocks that were overwritten before they were read are a gap, once", () => {
  const { memory, delivery, deliver, gaps } = setUp();
  const { deliveredCount, ringSlots } = memory.geometry;
  for (let block = 0; block < deliveredCount + 5; block++) deliver(block, 0, 0);
  delivery.poll(true);
  assert.deepEqual(gaps, [[0, ringSlots + 5]]);
  assert.equal(delivery.next, deliveredCount + 5);
});

Deno.test("the recording gets commands before the blocks that hear them, with seal, flags and checksum", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { log, delivery, deliver } = setUp();
    const path = `${folder}/a.session`;
    const writer = await SessionWriter.create(path, testHeader, (error) => assert.fail(error));
    delivery.recordTo(writer);
    log.append([note]);
    deliver(0, 0, 0);
    log.append([note]);
    deliver(1, DeliveredFlag.rescued, 0);
    delivery.poll();
    await writer.close({ blocks: 2, concealedFrames: 0 });
    const reader = await SessionReader.open(path);
    const [commands, blocks] = [(await reader.next())!, (await reader.next())!];
    reader.close();
    assert.deepEqual([commands.type, commands.payload.length], ["CMDS", 4 + 2 * 32]);
    const words = new Int32Array(blocks.payload.buffer);
    assert.deepEqual([blocks.type, ...words], ["BLKS", 0, 1, 0, 0, 2 | DeliveredFlag.rescued << 16, 3, 0]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("one that goes on begins at the block that the device takes next, and at the position sealed before it", () => {
  const { log, seals, deliver, goOn } = setUp(-2);
  assert.deepEqual([goOn().next, goOn().position], [-2, 0]);
  log.append([note]);
  deliver(-2, 0, 0);
  log.append([note]);
  deliver(-1, DeliveredFlag.concealed, 0, false);
  seals.claim(0, log.head);
  assert.deepEqual([goOn().next, goOn().position], [0, 1], "the seal of a later block is not heard yet");
});
