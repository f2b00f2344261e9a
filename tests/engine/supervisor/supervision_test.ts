import assert from "node:assert/strict";
import { DeliveryLog } from "../../../engine/delivery/delivery_log.ts";
import { CommandLog, type LogEntry, Opcode } from "../../../engine/log/command_log.ts";
import { SealTable } from "../../../engine/log/seal_table.ts";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import { seatCount } from "../../../engine/memory/constants.ts";
import { fixed, SeatState } from "../../../engine/memory/layout.ts";
import { snapshotArenaIndex } from "../../../engine/memory/places.ts";
import { orderIndex, reportFieldIndex } from "../../../engine/memory/seats.ts";
import { flipBit } from "../../../engine/renderer/fault_hooks.ts";
import { preparePatch } from "../../../engine/renderer/patch_instance.ts";
import { Renderer } from "../../../engine/renderer/renderer.ts";
import { AfterStep } from "../../../engine/renderer/renderer_loop.ts";
import { firstRenderers } from "../../../engine/supervisor/supervisor.ts";
import { Supervision, type SupervisionEvent } from "../../../engine/supervisor/supervision.ts";
import { SeededRandom } from "../../../testing/seeded_random.ts";
import { fuseNumber, hangNumber, poisonNumber, tallyPatch } from "../../../testing/patch/tally_patch.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { breakingApart } from "../../simulation/exchanges.ts";
import { SimulatedRenderers, type Thread } from "../../simulation/simulated_renderers.ts";

const checksum = compileChecksum();
const format = { sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 };
const tally = await tallyPatch(format);

/** Real renderers on simulated threads, and a device that takes a block when the test says so. */
class Stage {
  readonly memory;
  readonly seals: SealTable;
  readonly renderers: SimulatedRenderers;
  log: CommandLog;
  delivery: DeliveryLog;
  supervision: Supervision;
  readonly events: SupervisionEvent[] = [];
  readonly value: LogEntry = { opcode: Opcode.set, target: 0, value: 3, extra: 0 };
  nowMs = 0;

  constructor(startLogPosition = 0, snapshotBlocks = 4) {
    this.memory = testMemory({ arenaBytes: tally.arena.bytes, startLogPosition, snapshotBlocks });
    this.seals = new SealTable(this.memory);
    this.seals.reset(0);
    this.renderers = new SimulatedRenderers({
      memory: this.memory,
      random: new SeededRandom(1),
      nowMs: () => this.nowMs,
      makeRenderer: (seat) =>
        new Renderer({
          memory: this.memory,
          ring: seat,
          seed: 7,
          patch: breakingApart(preparePatch(0, tally, checksum)),
        }),
      preparePatches: () => {},
      onTrap: () => {},
    });
    [this.log, this.delivery, this.supervision] = this.control();
  }

  /** What a control process has: the log, what follows the delivered blocks, and the loop. */
  control(): [CommandLog, DeliveryLog, Supervision] {
    const log = new CommandLog(this.memory);
    const delivery = new DeliveryLog({
      memory: this.memory,
      seals: this.seals,
      log,
      onGap: (block) => assert.fail(`gap at ${block}`),
    });
    const supervision = new Supervision({
      memory: this.memory,
      seals: this.seals,
      log,
      renderers: this.renderers,
      delivery,
      nowMs: () => this.nowMs,
      lastValues: () => ({ patch: 0, entries: [this.value] }),
    });
    return [log, delivery, supervision];
  }

  /** The control process is lost, and the next one takes over. */
  replaceControl(): void {
    [this.log, this.delivery, this.supervision] = this.control();
    this.events.push(...this.supervision.adopt().events);
  }

  /** Turns of the loop, each with much time for the renderers, until something holds. */
  until(what: string, holds: () => boolean): this {
    for (let turns = 0; !holds(); turns++) {
      assert.ok(turns < 2_000, `gave up waiting until ${what}`);
      this.nowMs += 2;
      for (let steps = 0; steps < 100; steps++) this.renderers.step();
      this.events.push(...this.supervision.turn(true).events);
    }
    return this;
  }

  playing(): this {
    this.until("the sound can begin", () => this.supervision.inLockstep === firstRenderers);
    Atomics.store(this.memory.words, fixed.control.play.index, 1);
    return this.until("three are in lockstep", () => this.supervision.inLockstep === 3);
  }

  /** The device takes block after block, a turn of the loop after each, until something holds: what is missing is concealed. */
  conceal(what: string, holds: () => boolean, maxBlocks = 20_000): this {
    for (let blocks = 0; !holds(); blocks++) {
      assert.ok(blocks < maxBlocks, `gave up waiting until ${what}`);
      this.takeBlock();
      this.nowMs += 2;
      for (let steps = 0; steps < 100; steps++) this.renderers.step();
      this.events.push(...this.supervision.turn(true).events);
    }
    return this;
  }

  /** The device takes the next block, whether or not somebody has rendered it. */
  takeBlock(): number {
    const next = (this.memory.consumed() + 1) | 0;
    Atomics.store(this.memory.words, fixed.callback.consumed.index, next);
    return next;
  }

  /** The device takes blocks, each after it was rendered. */
  consume(blocks: number): this {
    for (; blocks > 0; blocks--) {
      const next = this.takeBlock();
      this.until(`block ${next} is sealed`, () => this.seals.read(next) >= 0);
    }
    return this;
  }

  quarantined(): readonly number[][] {
    return this.events.flatMap((event) => event.event === "quarantine" ? [[...event.positions]] : []);
  }
}

const note = (value: number): LogEntry => ({ opcode: Opcode.noteOn, target: 1, value, extra: 1 });

Deno.test("when the log fills, snapshots are written early, so that their entries are released", () => {
  const stage = new Stage(0, 1_000).playing();
  const entries = new Array<LogEntry>(1_000).fill(note(60));
  for (let block = 0; block < 200; block++) {
    stage.log.append(entries); // throws where there is no room
    stage.consume(1);
  }
  assert.equal(stage.supervision.inLockstep, 3);
});

Deno.test("a command on which all break is quarantined, alone, and joiners play past it", () => {
  const stage = new Stage().playing();
  stage.log.append([note(60), note(61)]);
  stage.consume(8);
  const poison = stage.log.head;
  stage.log.append([note(poisonNumber)]);
  stage.takeBlock(); // one place in the rings is free: the block that hears it is rendered
  stage.until("all have broken", () => stage.supervision.inLockstep === 0);
  stage.until("three are in lockstep again", () => stage.supervision.inLockstep === 3);
  assert.deepEqual(stage.quarantined(), [[poison]]);
  stage.consume(8);
  assert.equal(stage.supervision.inLockstep, 3);
});

Deno.test("joiners that hang on a command when it is quarantined are no reason to blame another", () => {
  const stage = new Stage(0, 64).playing().consume(20);
  stage.log.append([note(60)]);
  stage.consume(4);
  const poison = stage.log.head;
  stage.log.append([note(hangNumber)]);
  // one joins at once and two a little later, which hang when the first is found to hang; others are not ready before
  const { roles } = stage.supervision;
  const waiting = stage.renderers.living.filter(({ seat }) => !roles.includes(seat));
  waiting.slice(1).forEach((thread) => thread.crashed = true);
  const held: { readyMs: number }[] = [];
  stage.renderers.beforeSpawn = (thread) => {
    thread.readyMs = Infinity;
    held.push(thread);
  };
  stage.conceal("all have hung", () => stage.supervision.inLockstep === 0);
  let turns = 0;
  stage.conceal(
    "two more have been started, and some time has passed",
    () => held.length > 1 && ++turns > 10,
  );
  held.splice(0, 2).forEach((thread) => thread.readyMs = stage.nowMs);
  const hung = () => stage.events.filter((event) => event.event === "fault" && event.cause === "hang").length;
  stage.conceal("all that joined before are found", () => hung() === 6);
  stage.renderers.beforeSpawn = undefined;
  held.forEach((thread) => thread.readyMs = stage.nowMs);
  stage.conceal("three are in lockstep again", () => stage.supervision.inLockstep === 3);
  assert.deepEqual(stage.quarantined(), [[poison]]);
});

Deno.test("poison in the first block that a renderer plays is found, wherever the log has come to", () => {
  const stage = new Stage(70_000);
  stage.log.append([note(60), note(poisonNumber)]);
  stage.until("it is quarantined", () => stage.quarantined().length > 0);
  stage.playing();
  assert.deepEqual(stage.quarantined(), [[70_001]], "of all that the block would have heard only the poison");
});

Deno.test("no trial is final before its renderer has come past the block: not the one that leaves the poison", () => {
  const stage = new Stage().playing().consume(8);
  const poison = stage.log.head;
  // the newer half of the commands is tried first, and harms no renderer
  const at = { block: stage.memory.consumed() + 6, frame: 0 };
  stage.log.append([note(poisonNumber), note(60)].map((each) => ({ ...each, at })));
  stage.conceal("all have broken", () => stage.supervision.inLockstep === 0);
  assert.ok(
    stage.memory.consumed() < at.block - 1,
    "a renderer on trial is in lockstep before it comes to the block",
  );
  for (let turns = 0; stage.quarantined().length === 0; turns++) {
    assert.ok(turns < 20_000);
    stage.nowMs += 0.1;
    stage.renderers.step();
    stage.events.push(...stage.supervision.turn(true).events);
  }
  stage.conceal("three are in lockstep again", () => stage.supervision.inLockstep === 3);
  assert.deepEqual(stage.quarantined(), [[poison]]);
});

Deno.test("a command on which renderers hang before anything is played is found among others", () => {
  const stage = new Stage(70_000);
  stage.log.append([note(hangNumber), note(60), note(61)]);
  stage.until("it is quarantined", () => stage.quarantined().length > 0);
  stage.playing();
  assert.deepEqual(stage.quarantined(), [[70_000]], "the older half");
});

Deno.test("of the commands that take effect in one block only the half with the poison is lost, wherever it is", () => {
  for (const [poison, commands, lost] of [[0, 2, 1], [1, 2, 1], [0, 5, 2], [2, 5, 3], [4, 5, 3]] as const) {
    const stage = new Stage().playing().consume(8);
    const first = stage.log.head;
    stage.log.append(
      Array.from({ length: commands }, (_, index) => note(index === poison ? poisonNumber : 60 + index)),
    );
    stage.takeBlock();
    stage.until("all have broken", () => stage.supervision.inLockstep === 0);
    stage.until("three are in lockstep again", () => stage.supervision.inLockstep === 3);
    const [positions, ...others] = stage.quarantined();
    assert.deepEqual(others, []);
    assert.ok(positions.includes(first + poison), `${positions}`);
    assert.equal(positions.length, lost, `command ${poison} of ${commands}`);
    assert.deepEqual(stage.log.suspended, [], "the others act");
    stage.consume(8);
    assert.equal(stage.supervision.inLockstep, 3);
  }
});

Deno.test("a divergence is reported once, until checksums agree again", () => {
  const stage = new Stage().playing().consume(8);
  for (let round = 1; round <= 2; round++) {
    const [, standby] = stage.supervision.running;
    flipBit(stage.renderers.on(standby)!.renderer.playing, 0, 3);
    stage.consume(8);
    stage.until("three are in lockstep again", () => stage.supervision.inLockstep === 3);
    const reported = stage.events.filter(({ event }) => event === "divergence");
    assert.equal(reported.length, round);
  }
});

Deno.test("the log keeps what was not delivered, however new the snapshot is", () => {
  const stage = new Stage().playing().consume(40);
  const room = stage.log.room;
  stage.log.append([note(60)]);
  stage.takeBlock();
  stage.until("it was played", () => stage.supervision.playedPosition === stage.log.head);
  assert.equal(stage.log.room, room - 1, "sealed, but the device has not taken the block");
  stage.consume(40);
  assert.equal(stage.log.room, room);
});

Deno.test("primary and standby exchange their roles only while a standby is in lockstep", () => {
  const stage = new Stage();
  assert.equal(stage.supervision.failover(), undefined);
  const [primary, standby] = stage.playing().supervision.roles;
  assert.ok(stage.supervision.failover());
  assert.deepEqual(stage.supervision.roles.slice(0, 2), [standby, primary]);
  assert.equal(stage.memory.words[fixed.control.roleRing.index], standby! + 1);
});

const fuse = (frames: number, at?: LogEntry["at"]): LogEntry => ({
  opcode: Opcode.noteOn,
  target: 1,
  value: fuseNumber,
  extra: frames,
  at,
});

Deno.test("a command that does its harm later, in a block that hears none, is found among those since the snapshot", () => {
  const stage = new Stage(0, 64).playing().consume(20);
  stage.log.append([note(60)]);
  stage.consume(1);
  const culprit = stage.log.head;
  stage.log.append([fuse(5 * 32)]);
  stage.consume(1);
  stage.log.append([note(61)]);
  stage.conceal("a renderer broke", () => stage.supervision.inLockstep === 0);
  stage.conceal("three are in lockstep again", () => stage.supervision.inLockstep === 3);
  const lost = stage.quarantined().flat();
  assert.ok(lost.includes(culprit), `${lost} lacks ${culprit}`);
  assert.ok(lost.length <= 2, `${lost.length} commands were lost`);
  assert.ok(stage.events.every(({ event }) => event !== "anchor"));
  stage.consume(40);
  assert.equal(stage.supervision.inLockstep, 3);
});

Deno.test("a command that does its harm later, in a block that hears others, is found, and the others act", () => {
  const stage = new Stage(0, 64).playing().consume(20);
  const culprit = stage.log.head;
  const lit = stage.memory.consumed() + 6;
  const at = { block: lit + 4, frame: 0 };
  stage.log.append([fuse(5 * 32, { block: lit, frame: 0 }), { ...note(60), at }, { ...note(61), at }]);
  stage.conceal("a renderer broke", () => stage.supervision.inLockstep === 0);
  stage.conceal("three are in lockstep again", () => stage.supervision.inLockstep === 3);
  assert.deepEqual(stage.quarantined(), [[culprit]]);
  assert.ok(stage.events.every(({ event }) => event !== "anchor"));
  assert.deepEqual(stage.log.suspended, []);
  stage.consume(40);
  assert.equal(stage.supervision.inLockstep, 3);
});

Deno.test("a command that does its harm later is found before anything is played, also in a block that hears others", () => {
  const stage = new Stage(70_000);
  const at = { block: 1, frame: 0 };
  stage.log.append([fuse(40, { block: 0, frame: 0 }), { ...note(60), at }, { ...note(61), at }]);
  stage.playing();
  assert.deepEqual(stage.quarantined(), [[70_000]]);
  stage.consume(8);
  assert.equal(stage.supervision.inLockstep, 3);
});

/** A search for the command of a fuse is under way; the culprit is tried first or later. */
function searching(after: number): { readonly stage: Stage; readonly culprit: number } {
  const stage = new Stage(0, 64).playing().consume(20);
  const culprit = stage.log.head;
  stage.log.append([fuse(5 * 32)]);
  stage.consume(1);
  for (let notes = 0; notes < after; notes++) stage.log.append([note(60 + notes)]);
  stage.conceal("a search is under way", () => stage.log.suspended.length > 0);
  return { stage, culprit };
}

Deno.test("a control process that is lost in a search leaves nothing out: the next one begins the search again", () => {
  const { stage, culprit } = searching(3);
  const [tried] = stage.log.suspended;
  assert.notEqual(tried, culprit);
  stage.replaceControl();
  assert.deepEqual(stage.log.suspended, []);
  assert.deepEqual(stage.quarantined(), []);
  stage.conceal("three are in lockstep again", () => stage.supervision.inLockstep === 3);
  assert.ok(stage.quarantined().flat().includes(culprit));
  assert.ok(stage.events.every(({ event }) => event !== "anchor"));
});

Deno.test("a control process that is lost when the search has found the command: the next one makes it final", () => {
  const { stage, culprit } = searching(0);
  assert.deepEqual(stage.log.suspended, [culprit]);
  // the one that replays without it comes through while no control process lives
  const isThrough = () =>
    stage.supervision.roles.some((seat) =>
      seat !== undefined &&
      stage.memory.words[reportFieldIndex(stage.memory, seat, "state")] === SeatState.running &&
      stage.memory.words[reportFieldIndex(stage.memory, seat, "published")] > stage.memory.consumed()
    );
  stage.conceal("it replays", () => stage.supervision.roles.some((seat) => seat !== undefined));
  for (let steps = 0; !isThrough(); steps++) {
    assert.ok(steps < 100_000, "it never came through");
    stage.renderers.step();
  }
  stage.replaceControl();
  const found = stage.events.filter((event) => event.event === "quarantine");
  assert.deepEqual(found.map(({ positions }) => positions), [[culprit]]);
  assert.ok(found[0].found!.block > found[0].found!.originBlock, "the recording learns where it was heard");
  assert.deepEqual(stage.log.suspended, []);
  stage.conceal("three are in lockstep again", () => stage.supervision.inLockstep === 3);
  stage.consume(40);
  assert.deepEqual(stage.quarantined().flat(), [culprit]);
});

Deno.test("a search whose trials neither break nor catch up ends: renderers begin again", () => {
  const { stage } = searching(3);
  const { words } = stage.memory;
  const busy = ({ seat, loop }: Thread) => {
    const heartbeat = reportFieldIndex(stage.memory, seat, "heartbeat");
    loop.step = () => Atomics.add(words, heartbeat, 1) && AfterStep.goOn;
  };
  stage.renderers.living.forEach(busy);
  stage.renderers.beforeSpawn = busy;
  const [tried] = stage.log.suspended;
  stage.events.length = 0;
  const hasBegun = () => stage.events.some(({ event }) => event === "anchor");
  stage.conceal("one is late", () => stage.events.some(({ event }) => event === "fault"));
  assert.deepEqual(stage.log.suspended, [tried], "the same trial again");
  stage.conceal("renderers begin again", hasBegun);
  const causes = stage.events.flatMap((event) => event.event === "fault" ? [event.cause] : []);
  assert.deepEqual(causes, new Array(6).fill("late"));
  assert.deepEqual(stage.log.suspended, []);
  stage.renderers.beforeSpawn = undefined;
  stage.conceal("three are in lockstep again", () => stage.supervision.inLockstep === 3);
});

Deno.test("when the state itself is ill, renderers begin again with the last values, and the device has sound", () => {
  const stage = new Stage().playing().consume(20);
  stage.log.append([fuse(40 * 32)]);
  // snapshots that hold the lit fuse are agreed long before it does its harm
  stage.conceal("renderers broke", () => stage.supervision.inLockstep === 0);
  stage.conceal("three are in lockstep again", () => stage.supervision.inLockstep === 3);
  const anchors = stage.events.filter((event) => event.event === "anchor");
  assert.equal(anchors.length, 1);
  const [{ block, position, entries, withValues }] = anchors;
  const { lookaheadBlocks } = stage.memory.geometry;
  assert.deepEqual([entries[1].opcode, entries[1].target], [Opcode.lookahead, lookaheadBlocks]);
  assert.deepEqual([entries[0].opcode, entries[0].at?.block, entries[2], withValues], [
    Opcode.anchor,
    block,
    stage.value,
    true,
  ]);
  assert.ok(stage.supervision.playedPosition! - position >= 2);
  stage.consume(40);
  assert.equal(stage.supervision.inLockstep, 3);
});

Deno.test("an outage of all renderers that is longer than the tables ends when one can start", () => {
  const stage = new Stage().playing().consume(20);
  stage.log.append([note(60)]);
  let starts = 0;
  stage.renderers.beforeSpawn = (thread) => {
    starts++;
    thread.crashed = true;
  };
  for (const thread of stage.renderers.living) thread.crashed = true;
  const { sealCount } = stage.memory.geometry;
  const first = stage.memory.consumed();
  stage.conceal("the tables have passed twice", () => stage.memory.consumed() - first > 2 * sealCount);
  assert.ok(starts > 0 && stage.supervision.inLockstep === 0);
  stage.renderers.beforeSpawn = undefined;
  stage.conceal("three are in lockstep again", () => stage.supervision.inLockstep === 3);
  assert.equal(stage.delivery.position, stage.log.head);
  stage.consume(8);
});

Deno.test("a snapshot that a joiner finds damaged is given up, and the next joiner takes the one before it", () => {
  const stage = new Stage().playing();
  const { words } = stage.memory;
  const agreed = () =>
    [fixed.control.acceptedSnapshot, fixed.control.previousSnapshot].map(({ index }) => words[index]);
  stage.conceal("two snapshots are agreed", () => agreed().every((slot) => slot > 0));
  const damaged = agreed()[0] - 1;
  words[snapshotArenaIndex(stage.memory, damaged) + 20_000] ^= 1;
  const joinersOf = (slot: number) =>
    Array.from({ length: seatCount }, (_, seat) => words[orderIndex(stage.memory, seat, "snapshot")])
      .filter((order) => order === slot + 1).length;
  // every renderer falls before another snapshot is written
  for (const seat of stage.supervision.roles) stage.renderers.on(seat!)!.crashed = true;
  stage.until("a joiner was given it", () => joinersOf(damaged) > 0);
  stage.until("it is given up", () => agreed()[0] !== damaged + 1);
  stage.until("renderers are in lockstep again", () => stage.supervision.inLockstep === 3);
  const stale = stage.events.filter((event) => event.event === "fault" && event.cause === "stale").length;
  assert.ok(stale > 0 && stale <= 3, `${stale} joiners broke on it`);
});

Deno.test("a renderer that fell while it copied its arena claims the slot no more once it is gone", () => {
  const stage = new Stage().playing();
  const [, , writer] = stage.supervision.running;
  const claim = reportFieldIndex(stage.memory, writer, "snapshotSlot");
  stage.memory.words[claim] = 3;
  stage.renderers.on(writer)!.crashed = true;
  stage.supervision.turn(false);
  assert.equal(stage.memory.words[claim], 3, "it may still be writing");
  stage.nowMs += 2;
  stage.supervision.turn(false);
  assert.equal(stage.memory.words[claim], 0);
});

Deno.test("a later control process finds no claim of a renderer that is gone, and gives its number to no other", () => {
  const stage = new Stage().playing();
  const claim = reportFieldIndex(stage.memory, seatCount - 1, "snapshotSlot");
  stage.memory.words[claim] = 2;
  stage.memory.words[orderIndex(stage.memory, seatCount - 1, "incarnation")] = 40;
  stage.supervision.adopt();
  assert.equal(stage.memory.words[claim], 0);
  assert.equal(
    stage.supervision.incarnations,
    40,
    "the number of one that may still come is not given again",
  );
});

Deno.test("a later control process ends a renderer that was on trial, also one that waits, and keeps the others", () => {
  const stage = new Stage().playing();
  const { renderers } = stage.supervision;
  stage.until("others wait", () => renderers.isComplete);
  const trial = stage.supervision.startTrial()!;
  const alive = renderers.alive.filter((seat) => seat !== trial);
  // as a pool does; it waits, and so has no orders that tell it from one that may be used
  stage.memory.words[orderIndex(stage.memory, trial, "trial")] = 1;
  stage.supervision.adopt();
  assert.deepEqual(renderers.alive, alive);
});

Deno.test("a renderer that was accepted is on trial no more for a later control process", () => {
  const stage = new Stage().playing();
  const { renderers } = stage.supervision;
  stage.until("others wait", () => renderers.isComplete);
  const trial = stage.supervision.startTrial()!;
  stage.memory.words[orderIndex(stage.memory, trial, "trial")] = 1;
  stage.until("it is in lockstep", () => renderers.isRunning(trial));
  stage.supervision.acceptTrial(trial);
  assert.equal(stage.supervision.roles[2], trial);
  stage.supervision.adopt();
  assert.ok(renderers.isAlive(trial));
});
