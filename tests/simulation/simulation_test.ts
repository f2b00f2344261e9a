import assert from "node:assert/strict";
import { StreamSeals } from "../../engine/log/stream_seals.ts";
import { compileChecksum } from "../../engine/memory/checksum.ts";
import { fixed, SeatState } from "../../engine/memory/layout.ts";
import { sealIndex, sealLap } from "../../engine/memory/places.ts";
import { blocksBetween, type SharedMemory } from "../../engine/memory/shared_memory.ts";
import { Renderer, type RendererOptions } from "../../engine/renderer/renderer.ts";
import type { RendererPort } from "../../engine/supervisor/supervision.ts";
import { Pool } from "./pool.ts";
import type { SeatView } from "../../engine/supervisor/supervisor.ts";
import { ScrambledLog } from "./scrambled_log.ts";
import { Simulation, type SimulationParts, type SimulationResult } from "./simulation.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { sharedItems } from "../../testing/share.ts";
import { tallyPatch } from "../../testing/patch/tally_patch.ts";

/** `UNDERSTUDY_TEST_SEED` replays one seed; `UNDERSTUDY_TEST_SEEDS` sets how many are run. */
const onlySeed = Deno.env.get("UNDERSTUDY_TEST_SEED");
const seeds = Number(Deno.env.get("UNDERSTUDY_TEST_SEEDS") ?? 10_000);

const { native } = await nativeForTests();
const poolFor = (inputChannels: number) =>
  new Pool(
    tallyPatch({ sampleRateHz: 48_000, channels: 2, inputChannels, maximumBlockFrames: 16 }, {
      hearsBus: true,
    }),
    compileChecksum(),
  );
const parts: SimulationParts = {
  native,
  pools: [poolFor(0), poolFor(1)],
  makeRenderer: (options) => new Renderer(options),
};

Deno.test("under any schedule and any faults, what is heard is the score", () => {
  if (onlySeed !== undefined) {
    return assertSound(Number(onlySeed), new Simulation(Number(onlySeed), parts).run());
  }
  const total = {
    blocks: 0,
    faults: 0,
    starvations: 0,
    deviceChanges: 0,
    concealedBlocks: 0,
    rescuedBlocks: 0,
    poison: 0,
    quarantines: 0,
    searches: 0,
    anchors: 0,
    lateBlocks: 0,
  };
  const run = sharedItems(
    "seeds of the simulation",
    Array.from({ length: seeds }, (_, index) => index + 1),
    80,
  );
  for (const seed of run) {
    const result = new Simulation(seed, parts).run();
    assertSound(seed, result);
    for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += result[key];
  }
  console.log(`${run.length} seeds:`, total);
  assert.ok(
    total.faults > run.length && total.rescuedBlocks > 0 && total.concealedBlocks > 0 &&
      total.quarantines > run.length / 20 && total.lateBlocks > run.length,
    "the runs must meet faults, poison and late streams",
  );
});

Deno.test("tables of more than 65,536 entries hold while the tags of their seals wrap", () => {
  // the numbers of blocks wrap at the start of the 2^32, and their sign at 2^31
  const runs = [-25, 2 ** 31 - 25].flatMap((startBlock) =>
    Array.from({ length: 8 }, (_, index) => ({ startBlock, seed: index + 1 }))
  );
  for (const { startBlock, seed } of sharedItems("runs in which the tags of seals wrap", runs, 5)) {
    const simulation = new Simulation(seed, parts, { sampleRateHz: 192_000, startBlock });
    assertSound(seed, simulation.run());
  }
});

Deno.test("renderers that get no processor for as long as the tables reach back begin again, or catch up", () => {
  const total = { anchors: 0, stale: 0 };
  const seeds = Array.from({ length: 400 }, (_, index) => index + 1);
  const share = sharedItems("seeds with an outage", seeds, 40);
  const others = seeds.filter((seed) => !share.includes(seed));
  for (const [index, seed] of [...share, ...others].entries()) {
    // one of five comes too late: a share that has none goes on until there is one
    if (index >= share.length && total.anchors > 0 && total.stale > 0) break;
    const result = new Simulation(seed, parts, { outage: true }).run();
    assertSound(seed, result);
    for (const key of ["anchors", "stale"] as const) total[key] += result[key];
  }
  console.log("outages:", total);
  assert.ok(total.anchors > 0 && total.stale > 0, "some renderers must come too late");
});

/** A renderer that applies what the log holds when it comes by, instead of what was sealed. */
class SkippedSeal extends Renderer {
  readonly #words: Int32Array;
  readonly #memory: SharedMemory;

  constructor(options: RendererOptions) {
    super(options);
    this.#memory = options.memory;
    this.#words = options.memory.words;
  }

  override claim(): void {
    const lap = sealLap(this.#memory, this.block);
    this.#words[sealIndex(this.#memory, this.block)] = (lap << 16) |
      (this.#words[fixed.log.head.index] & 0xFFFF);
    super.claim();
  }
}

/** A renderer that lets the callback see a slot before its samples are in it. */
class TornSlot extends Renderer {
  #owed = false;

  override store(): void {}

  override publish(): void {
    super.publish();
    this.#owed = true;
  }

  override claim(): void {
    if (this.#owed) {
      this.block = (this.block - 1) | 0;
      super.store();
      this.block = (this.block + 1) | 0;
      this.#owed = false;
    }
    super.claim();
  }
}

/** A renderer that joins at the present, as if its snapshot were not old. */
class StaleSnapshot extends Renderer {
  readonly #memory: SharedMemory;

  constructor(options: RendererOptions) {
    super(options);
    this.#memory = options.memory;
  }

  override readPiece(): boolean {
    const isWhole = super.readPiece();
    if (isWhole) this.block = this.#memory.consumed();
    return isWhole;
  }
}

/** A renderer that goes on to the next block before its snapshot is whole. */
class HastySnapshot extends Renderer {
  #isWhole = true;

  override beginWriting(slot: number): void {
    super.beginWriting(slot);
    this.#isWhole = false;
  }

  override writePiece(): boolean {
    this.#isWhole ||= super.writePiece();
    return true;
  }

  override publish(): void {
    super.publish();
    while (!this.#isWhole) this.#isWhole = super.writePiece();
  }
}

/** A log that says of poison that it does nothing, and leaves it as it is. */
class ForgottenQuarantine extends ScrambledLog {
  override quarantine(): boolean {
    return true;
  }
}

/** A log that does nothing about one poison command in two. */
class HalfQuarantine extends ScrambledLog {
  override quarantine(position: number): boolean {
    return position % 2 === 0 ? super.quarantine(position) : true;
  }
}

/** A log that gives up what was sealed, though joiners replay it. */
class EarlyRelease extends ScrambledLog {
  override release(): void {
    super.release(this.head);
  }
}

/** A supervisor that sees how long a renderer is silent, and not whether it had a processor. */
const withoutThreadTime = (renderers: RendererPort): RendererPort => ({
  ...bound(renderers),
  view: (seat: number, outvoted: boolean) => {
    const view = renderers.view(seat, outvoted);
    return view && { ...view, thread: undefined };
  },
});

/** The methods of a port, as functions that need no `this`. */
function bound(renderers: RendererPort): Omit<RendererPort, "view"> {
  return {
    logPosition: (seat) => renderers.logPosition(seat),
    spawn: (seat, incarnation) => renderers.spawn(seat, incarnation),
    join: (seat, snapshot) => renderers.join(seat, snapshot),
    end: (seat, hung) => renderers.end(seat, hung),
    demote: (seat) => renderers.demote(seat),
  };
}

/** A supervisor that ends the last renderer, because it has been behind the device for some ticks. */
const impatientWithTheLast = (renderers: RendererPort, memory: SharedMemory): RendererPort => {
  const behind = new Map<number, number>();
  const views = new Map<number, SeatView | undefined>();
  const isPlaying = (view?: SeatView) => view?.state === SeatState.running && !view.exited;
  return {
    ...bound(renderers),
    view: (seat: number, outvoted: boolean) => {
      const view = renderers.view(seat, outvoted);
      views.set(seat, view);
      if (!view || !isPlaying(view)) return view;
      const isLate = blocksBetween(view.published, memory.consumed()) <= 0;
      const ticks = isLate ? (behind.get(view.incarnation) ?? 0) + 1 : 0;
      behind.set(view.incarnation, ticks);
      const isLast = [...views.values()].filter(isPlaying).length === 1;
      return ticks > 8 && isLast ? { ...view, exited: true, cause: "late" } : view;
    },
  };
};

/** A renderer that goes by the lookahead of the moment, instead of that of the log. */
class UnsealedLookahead extends Renderer {
  readonly #memory: SharedMemory;

  constructor(options: RendererOptions) {
    super(options);
    this.#memory = options.memory;
  }

  override get lookaheadBlocks(): number {
    return this.#memory.lookaheadBlocks();
  }
}

/** A renderer that knows nothing of anchors: it begins at the start. */
class NeverAnchored extends Renderer {
  override begin(): void {}
}

/** A renderer that seals which streams are late, and goes by what it sees itself. */
class OwnStreams extends Renderer {
  override hear(): void {
    const { claim } = StreamSeals.prototype;
    StreamSeals.prototype.claim = function (block, half, late) {
      claim.call(this, block, half, late);
      return late;
    };
    try {
      super.hear();
    } finally {
      StreamSeals.prototype.claim = claim;
    }
  }
}

const plantedBugs: Record<string, Partial<SimulationParts>> = {
  "a skipped seal": { makeRenderer: (options) => new SkippedSeal(options) },
  "a torn slot": { makeRenderer: (options) => new TornSlot(options) },
  "a stale snapshot": { makeRenderer: (options) => new StaleSnapshot(options) },
  "a snapshot of two moments": { makeRenderer: (options) => new HastySnapshot(options) },
  "a quarantine that is forgotten": { makeLog: (memory) => new ForgottenQuarantine(memory) },
  "a quarantine that leaves half of the poison": { makeLog: (memory) => new HalfQuarantine(memory) },
  "a supervisor that judges by wall time": { seenAs: withoutThreadTime },
  "a supervisor that ends the last in lockstep for being late": {
    seenAs: impatientWithTheLast,
  },
  "a lookahead that is not that of the log": { makeRenderer: (options) => new UnsealedLookahead(options) },
  "renderers that never begin again": { makeRenderer: (options) => new NeverAnchored(options) },
  "streams that a renderer finds late by itself": { makeRenderer: (options) => new OwnStreams(options) },
  "a log that is released too early": { makeLog: (memory) => new EarlyRelease(memory) },
};

for (const [name, bug] of sharedItems("planted bugs", Object.entries(plantedBugs), 2)) {
  Deno.test(`the simulator catches ${name}`, () => {
    for (let seed = 1; seed <= 2_000; seed++) {
      const { violations } = new Simulation(seed, { ...parts, ...bug }).run();
      if (violations.length === 0) continue;
      console.log(`${name}: caught by seed ${seed}: ${violations[0]}`);
      return;
    }
    assert.fail(`${name} was not caught by 2,000 seeds`);
  });
}

function assertSound(seed: number, { violations }: SimulationResult): void {
  assert.deepEqual(violations, [], `replay with UNDERSTUDY_TEST_SEED=${seed}`);
}
