import assert from "node:assert/strict";
import { Comparison, vote } from "../../../engine/supervisor/comparison.ts";
import { DeliveredFlag, fixed, structureBytes, within } from "../../../engine/memory/layout.ts";
import { deliveredIndex, slotIndex } from "../../../engine/memory/places.ts";
import { clearSeat, reportIndex } from "../../../engine/memory/seats.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

const ballot = (seat: number, low: number) => ({ seat, low, high: 1 });

Deno.test("a majority outvotes a seat; without a majority no seat is outvoted", () => {
  assert.deepEqual(vote([]), { outvoted: [], undecided: false });
  assert.deepEqual(vote([ballot(0, 5)]), { outvoted: [], undecided: false });
  assert.deepEqual(vote([ballot(0, 5), ballot(1, 5), ballot(2, 5)]), { outvoted: [], undecided: false });
  assert.deepEqual(vote([ballot(0, 5), ballot(1, 6), ballot(2, 5)]), { outvoted: [1], undecided: false });
  assert.deepEqual(vote([ballot(0, 5), ballot(1, 6)]), { outvoted: [], undecided: true });
  assert.deepEqual(vote([ballot(0, 5), ballot(1, 6), ballot(2, 7)]), { outvoted: [], undecided: true });
});

Deno.test("every published block is compared once, also where the ring has wrapped", () => {
  const memory = testMemory();
  const comparison = new Comparison(memory);
  const { ringSlots } = memory.geometry;
  const publish = (seat: number, block: number, low: number) => {
    const slot = slotIndex(memory, seat, block);
    memory.words[slot + within.slot.checksumLow.index] = low;
    memory.words[slot + within.slot.tag.index] = block;
    memory.words[reportIndex(memory, seat) + within.seatReport.published.index] = block + 1;
  };
  for (let block = 0; block < 3 * ringSlots; block++) {
    [0, 1, 2].forEach((seat) => publish(seat, block, block));
  }
  assert.equal(comparison.poll([0, 1, 2]).block, undefined);
  const next = 3 * ringSlots;
  [0, 1, 2].forEach((seat) => publish(seat, next, seat === 1 ? 99 : next));
  const found = comparison.poll([0, 1, 2]);
  assert.deepEqual([found.block, [...found.outvoted], found.undecided], [next, [1], false]);
  assert.equal(comparison.poll([0, 1, 2]).block, undefined);
  assert.equal(structureBytes.slot % 16, 0);
});

const sweepBlocks = 4;

/** Renderers that publish blocks with a state, and a comparison that follows. */
function setUp(startBlock = 0) {
  const memory = testMemory({ startBlock });
  const comparison = new Comparison(memory);
  const { words } = memory;
  const publish = (seat: number, block: number, stateLow: number, sweep = sweepBlocks) => {
    const slot = slotIndex(memory, seat, block);
    words[slot + within.slot.stateLow.index] = stateLow;
    words[slot + within.slot.regions.index] = sweep;
    words[slot + within.slot.tag.index] = block;
    words[reportIndex(memory, seat) + within.seatReport.published.index] = block + 1;
  };
  const play = (seats: readonly number[], from: number, blocks: number, sweep?: number) => {
    for (let block = from; block !== from + blocks; block++) {
      seats.forEach((seat) => publish(seat, block, block, sweep));
    }
    return comparison.poll(seats);
  };
  return { memory, comparison, publish, play };
}

Deno.test("a region of the state that differs is found, though the sound is the same", () => {
  const { comparison, publish } = setUp();
  [0, 1, 2].forEach((seat) => publish(seat, 0, 7));
  [0, 1, 2].forEach((seat) => publish(seat, 1, seat === 2 ? 8 : 7));
  const found = comparison.poll([0, 1, 2]);
  assert.deepEqual([found.block, [...found.outvoted]], [1, [2]]);
});

Deno.test("what the device got otherwise than two renderers agree on is found when they come to it", () => {
  const { concealed, rescued, ramped } = DeliveredFlag;
  const cases = [
    [0, 0, 8, true], // the broken one was alone in time
    [0, rescued, 8, true],
    [1, 0, 7, false],
    [0, ramped, 99, true], // its checksum is that of what the ramp made of it
    [1, ramped, 99, false],
    [-1, concealed, 99, false],
  ] as const;
  for (const [seat, flags, checksumLow, isWrong] of cases) {
    const { memory, comparison } = setUp();
    const { words } = memory;
    words[fixed.callback.consumed.index] = 1;
    const delivered = deliveredIndex(memory, 0);
    Object.entries({ block: 0, flags, checksumLow, ring: seat + 1 }).forEach(([name, value]) => {
      words[delivered + within.delivered[name as "block"].index] = value;
    });
    [8, 7, 7].forEach((sound, ring) => {
      words[slotIndex(memory, ring, 0) + within.slot.checksumLow.index] = sound;
      words[slotIndex(memory, ring, 0) + within.slot.tag.index] = 0;
      words[reportIndex(memory, ring) + within.seatReport.published.index] = 1;
    });
    assert.deepEqual(comparison.poll([0, 1, 2]).wrong, isWrong ? [0] : [], JSON.stringify([seat, flags]));
  }
});

/** Renderers whose sound the test sets, and a device that has got blocks from some ring. */
function disputing() {
  const memory = testMemory();
  const comparison = new Comparison(memory);
  const { words } = memory;
  for (let seat = 0; seat < memory.geometry.seatCount; seat++) clearSeat(memory, seat);
  return {
    comparison,
    publish: (ring: number, block: number, sound: number) => {
      const slot = slotIndex(memory, ring, block);
      words[slot + within.slot.checksumLow.index] = sound;
      words[slot + within.slot.regions.index] = sweepBlocks;
      words[slot + within.slot.tag.index] = block;
      words[reportIndex(memory, ring) + within.seatReport.published.index] = block + 1;
    },
    deliver: (ring: number, block: number, sound: number) => {
      const delivered = deliveredIndex(memory, block);
      words[delivered + within.delivered.block.index] = block;
      words[delivered + within.delivered.ring.index] = ring + 1;
      words[delivered + within.delivered.checksumLow.index] = sound;
      words[fixed.callback.consumed.index] = block + 1;
    },
  };
}

Deno.test("when a third has decided a dispute, the blocks that the device got from the one that was wrong are told", () => {
  const { comparison, publish, deliver } = disputing();
  // the device takes blocks 1 and 3 from the renderer that will turn out wrong
  for (let block = 0; block < 4; block++) {
    const sound = block === 0 ? 7 : 8;
    publish(0, block, sound);
    publish(1, block, 7);
    assert.deepEqual(comparison.poll([0, 1]).wrong, []);
    if (block % 2 === 1) deliver(0, block, sound);
    else deliver(1, block, 7);
  }
  [8, 7, 7].forEach((sound, ring) => publish(ring, 4, sound));
  assert.deepEqual(comparison.poll([0, 1, 2]).wrong, [1, 3]);
  [8, 7, 7].forEach((sound, ring) => publish(ring, 5, sound));
  assert.deepEqual(comparison.poll([0, 1, 2]).wrong, [], "told once");
});

Deno.test("one that comes to a disputed block later decides it", () => {
  for (const [third, wrong] of [[7, []], [8, [0]]] as const) {
    const { comparison, publish, deliver } = disputing();
    publish(0, 0, 8);
    publish(1, 0, 7);
    assert.deepEqual(comparison.poll([0, 1]).wrong, []);
    deliver(1, 0, 7);
    publish(2, 0, third);
    assert.deepEqual(comparison.poll([0, 1, 2]).wrong, wrong);
    // whichever was right then goes wrong now
    [7, 8, 7].forEach((sound, ring) => publish(ring, 1, sound));
    const later = comparison.poll([0, 1, 2]);
    assert.deepEqual([[...later.outvoted], later.wrong], [[1], []]);
  }
});

Deno.test("one that has agreed with others through a sweep was right in the dispute before, whatever it does later", () => {
  for (const [agreed, wrong] of [[sweepBlocks - 1, [0]], [2 * sweepBlocks, []]] as const) {
    const { comparison, publish, deliver } = disputing();
    publish(0, 0, 8);
    publish(1, 0, 7);
    comparison.poll([0, 1]);
    deliver(1, 0, 7);
    // the other one is gone, and those that join begin behind the block
    for (let block = 1; block <= agreed; block++) [1, 2, 3].forEach((ring) => publish(ring, block, 5));
    assert.deepEqual(comparison.poll([1, 2, 3]).wrong, []);
    [1, 2, 3].forEach((ring) => publish(ring, agreed + 1, ring === 1 ? 6 : 5));
    assert.deepEqual(comparison.poll([1, 2, 3]).wrong, wrong, `after ${agreed} blocks`);
  }
});

Deno.test("a renderer is swept when it agreed through all blocks of a sweep, across the wrap too", () => {
  for (const start of [0, -6]) {
    const { comparison, play } = setUp(start);
    play([0, 1], start, sweepBlocks - 1);
    assert.ok(!comparison.hasSweptSince(1, start));
    play([0, 1], start + sweepBlocks - 1, 1);
    assert.ok(comparison.hasSweptSince(1, start));
    assert.ok(!comparison.hasSweptSince(1, start + 1), "that block's sweep is not over");
    assert.ok(comparison.hasSweptAround(1, start + 3));
    assert.ok(!comparison.hasSweptAround(1, start + 4), "not compared yet");
    assert.ok(!comparison.hasSweptSince(2, start), "was never compared");
  }
});

Deno.test("a sweep begins anew after a difference, an exchange, a time away, and when blocks were overwritten unseen", () => {
  const interruptions: ((parts: ReturnType<typeof setUp>) => number)[] = [
    ({ publish, comparison }) => {
      [0, 1, 2].forEach((seat) => publish(seat, 2, seat));
      comparison.poll([0, 1, 2]);
      return 3;
    },
    ({ play }) => {
      play([0, 1, 2], 2, 1, 0); // nothing is checked while a patch is exchanged
      return 3;
    },
    ({ play }) => {
      play([0, 1, 2], 2, 1, 2 * sweepBlocks); // another patch, with another arena
      return 3;
    },
    ({ play }) => {
      play([0, 1], 2, 1);
      return 3;
    },
    ({ play, memory }) => {
      const { ringSlots } = memory.geometry;
      play([0, 1, 2], 2, ringSlots + 2); // in one turn
      return ringSlots + 4;
    },
  ];
  interruptions.forEach((interrupt, number) => {
    const parts = setUp();
    parts.play([0, 1, 2], 0, 2);
    const next = interrupt(parts);
    if (number < 4) {
      parts.play([0, 1, 2], next, sweepBlocks - 1);
      assert.ok(!parts.comparison.hasSweptSince(2, 0), `interruption ${number}`);
      parts.play([0, 1, 2], next + sweepBlocks - 1, 1);
    }
    assert.ok(parts.comparison.hasSweptSince(2, 0), `interruption ${number}`);
    const gap = number < 4 ? next : 4;
    assert.ok(!parts.comparison.hasSweptAround(2, gap - 1), `interruption ${number}`);
  });
});

Deno.test("renderers agree on the newest compared block: not one that differs, catches up, or stands still with the others", () => {
  const { memory, comparison, publish, play } = setUp();
  const all = [0, 1, 2];
  assert.equal(comparison.agreeing(all), 0, "nothing was compared");
  play(all, 0, 4);
  assert.equal(comparison.agreeing(all), 3);
  play(all, 4, 2, 0);
  assert.equal(comparison.agreeing(all), 3, "also without regions of a state");
  play([0, 1], 6, 2);
  assert.deepEqual([comparison.agreeing(all), comparison.agreeing([0])], [2, 1], "the third is behind");
  [0, 1].forEach((seat) => publish(seat, 8, seat));
  comparison.poll([0, 1]);
  assert.equal(comparison.agreeing([0, 1]), 0, "two differ, and nobody knows which is right");
  play([0, 1], 9, 1);
  assert.equal(comparison.agreeing([0, 1]), 2);
  memory.words[fixed.callback.consumed.index] = 10 + memory.geometry.ringSlots;
  assert.equal(comparison.agreeing([0, 1]), 2);
  memory.words[fixed.callback.consumed.index]++;
  assert.equal(comparison.agreeing([0, 1]), 0, "the device has long passed them");
});
