/**
 * The loop of a renderer thread as a machine of small steps, one per call, so that the simulator can put any other
 * thread's step between two of them. A live thread calls {@link RendererLoop.step} until it ends, and sleeps where it says
 * so. Nothing allocates once it runs.
 */
import { snapshotCount } from "../memory/constants.ts";
import { fixed, SeatCommand, SeatState } from "../memory/layout.ts";
import { blocksBetween, type SharedMemory } from "../memory/shared_memory.ts";
import type { FaultInjector } from "./fault_injector.ts";
import type { Renderer } from "./renderer.ts";
import { orderIndex, reportFieldIndex } from "../memory/seats.ts";
import { isUrgentOrder, orderedSlot } from "../memory/snapshot_order.ts";

/** Tells the caller of a step what to do before the next one. */
export const AfterStep = {
  goOn: 0,
  waitForDevice: 1,
  waitForOrders: 2,
  end: 3,
  preparePatch: 4,
  stepOut: 5,
} as const;

export interface RendererLoopOptions {
  readonly memory: SharedMemory;
  readonly seat: number;
  readonly renderer: Renderer;
  /** Omitted: faults cannot be injected. */
  readonly faults?: FaultInjector;
}

type Phase =
  | "orders"
  | "read"
  | "poll"
  | "check"
  | "snapshot"
  | "copy"
  | "claim"
  | "commands"
  | "hear"
  | "render"
  | "store"
  | "publish";

export class RendererLoop {
  readonly #memory: SharedMemory;
  readonly #renderer: Renderer;
  readonly #faults: FaultInjector | undefined;
  readonly #seat: number;
  readonly #command: number;
  readonly #fault: number;
  readonly #patch: number;
  readonly #snapshot: number;
  readonly #heartbeat: number;
  readonly #published: number;
  readonly #logPosition: number;
  readonly #state: number;
  readonly #snapshotSlot: number;
  readonly #away: number;
  /** The last order that it has seen at a block where a snapshot begins. */
  #order = 0;
  /** It copied a large arena and has not caught up yet. */
  #isAway = false;
  /** It was once as far ahead of the device as it may be. */
  #hasJoined = false;
  #phase: Phase = "orders";

  constructor({ memory, seat, renderer, faults }: RendererLoopOptions) {
    this.#memory = memory;
    this.#seat = seat;
    this.#renderer = renderer;
    this.#faults = faults;
    this.#command = orderIndex(memory, seat, "command");
    this.#fault = orderIndex(memory, seat, "fault");
    this.#patch = orderIndex(memory, seat, "patch");
    this.#snapshot = orderIndex(memory, seat, "snapshot");
    this.#heartbeat = reportFieldIndex(memory, seat, "heartbeat");
    this.#published = reportFieldIndex(memory, seat, "published");
    this.#logPosition = reportFieldIndex(memory, seat, "logPosition");
    this.#state = reportFieldIndex(memory, seat, "state");
    this.#snapshotSlot = reportFieldIndex(memory, seat, "snapshotSlot");
    this.#away = reportFieldIndex(memory, seat, "away");
  }

  /** The value of `consumed` that lets the next block be rendered. */
  get nextConsumed(): number {
    return (this.#renderer.block - this.#lookahead() + 1) | 0;
  }

  /** Does the next small piece of work. Throws what the renderer throws. Returns one of {@link AfterStep}. */
  step(): number {
    switch (this.#phase) {
      case "orders":
        return this.#takeOrders();
      case "read":
        return this.#readSnapshot();
      case "poll":
        return this.#pollOrders();
      case "check":
        this.#renderer.checkState();
        this.#phase = "snapshot";
        return AfterStep.goOn;
      case "snapshot":
        this.#phase = this.#beginSnapshot() ? "copy" : "claim";
        return this.#isAway && this.#phase === "copy" ? AfterStep.stepOut : AfterStep.goOn;
      case "copy":
        return this.#copyPiece();
      case "claim":
        this.#renderer.claim();
        this.#phase = "commands";
        return AfterStep.goOn;
      case "commands":
        this.#renderer.takeCommands();
        this.#phase = "hear";
        return AfterStep.goOn;
      case "hear":
        this.#renderer.hear();
        this.#phase = "render";
        return AfterStep.goOn;
      case "render":
        this.#renderer.render();
        this.#phase = "store";
        return AfterStep.goOn;
      case "store":
        this.#renderer.store();
        this.#phase = "publish";
        return AfterStep.goOn;
      case "publish":
        this.#renderer.publish();
        this.#phase = "poll";
        return AfterStep.goOn;
    }
  }

  #takeOrders(): number {
    const { words } = this.#memory;
    const command = Atomics.load(words, this.#command);
    Atomics.add(words, this.#heartbeat, 1);
    if (command === SeatCommand.stop) return AfterStep.end;
    if (this.#patchWaits()) return AfterStep.preparePatch;
    if (!this.#renderer.prepareMore()) return AfterStep.goOn;
    if (command !== SeatCommand.run) return AfterStep.waitForOrders;
    const snapshot = words[this.#snapshot];
    if (snapshot === 0) {
      this.#beginAtAnchor();
      return this.#join();
    }
    this.#renderer.beginReading(snapshot - 1);
    this.#phase = "read";
    return AfterStep.goOn;
  }

  /** Without an anchor it begins at the start, as it was made. */
  #beginAtAnchor(): void {
    const { words } = this.#memory;
    const { anchorPatch, anchorBlock, anchorPosition } = fixed.control;
    const patch = Atomics.load(words, anchorPatch.index) - 1;
    if (patch < 0) return;
    this.#renderer.begin({ patch, block: words[anchorBlock.index], position: words[anchorPosition.index] });
  }

  #readSnapshot(): number {
    const { words } = this.#memory;
    Atomics.add(words, this.#heartbeat, 1);
    if (Atomics.load(words, this.#command) !== SeatCommand.run) return AfterStep.end;
    return this.#renderer.readPiece() ? this.#join() : AfterStep.goOn;
  }

  #join(): number {
    const { words } = this.#memory;
    // known before the first block: a renderer may break on that one
    Atomics.store(words, this.#logPosition, this.#renderer.logPosition);
    Atomics.store(words, this.#published, this.#renderer.block);
    Atomics.store(words, this.#state, SeatState.running);
    this.#phase = "poll";
    return AfterStep.goOn;
  }

  #pollOrders(): number {
    const { words } = this.#memory;
    Atomics.add(words, this.#heartbeat, 1);
    if (Atomics.load(words, this.#command) !== SeatCommand.run) return AfterStep.end;
    if (this.#patchWaits()) return AfterStep.preparePatch;
    if (blocksBetween(this.#renderer.block, this.#memory.consumed()) >= this.#lookahead()) {
      this.#hasJoined = true;
      if (this.#isAway) this.#setAway(false);
      return this.#renderer.prepareMore() ? AfterStep.waitForDevice : AfterStep.goOn;
    }
    if (this.#renderer.isPreparing && this.#maySpareTime()) this.#renderer.prepareMore();
    if (this.#faults !== undefined) this.#faults.commit(Atomics.load(words, this.#fault), this.#renderer);
    this.#phase = "check";
    return AfterStep.goOn;
  }

  /**
   * Blocks that may be ahead of the device. With input the next block's, as the log has it, because its input must be captured;
   * without input nothing that can be heard depends on it, so a host with a longer period is followed before its first call.
   */
  #lookahead(): number {
    const { geometry } = this.#memory;
    return geometry.inputChannels > 0 ? this.#renderer.lookaheadBlocks : this.#memory.lookaheadBlocks();
  }

  /** Whether a patch waits in the port that has not been prepared yet. */
  #patchWaits(): boolean {
    return Atomics.load(this.#memory.words, this.#patch) > this.#renderer.newestPatch;
  }

  /** No block waits for this renderer: it is late on purpose, or still joins. */
  #maySpareTime(): boolean {
    return this.#isAway || !this.#hasJoined;
  }

  /** Whether a snapshot begins at this block, and this renderer is ordered to write it. */
  #beginSnapshot(): boolean {
    const { words, geometry } = this.#memory;
    if (this.#renderer.isExchanging) return false;
    const order = Atomics.load(words, fixed.control.snapshotTarget.index);
    if (order === this.#order) return false; // it was carried out
    const isDue = ((this.#renderer.block - geometry.startBlock) >>> 0) % geometry.snapshotBlocks === 0;
    if (!isDue && !isUrgentOrder(order)) return false;
    this.#order = order;
    const slot = orderedSlot(this.#order, this.#seat);
    if (slot < 0 || slot >= snapshotCount) return false;
    // claimed first and looked at again: the main isolate gives no claimed slot to another
    Atomics.store(words, this.#snapshotSlot, slot + 1);
    if (!this.#isOrdered()) return false;
    this.#renderer.beginWriting(slot);
    if (!this.#renderer.isSmall) this.#setAway(true);
    return true;
  }

  /** Copies a piece, unless the order has changed meanwhile: then the snapshot is given up. */
  #copyPiece(): number {
    const { words } = this.#memory;
    Atomics.add(words, this.#heartbeat, 1);
    if (Atomics.load(words, this.#command) !== SeatCommand.run) return AfterStep.end;
    if (!this.#isOrdered()) this.#phase = "claim";
    else if (this.#renderer.writePiece()) {
      Atomics.store(words, this.#snapshotSlot, 0);
      this.#phase = "claim";
    }
    return AfterStep.goOn;
  }

  /** Whether the order to write still stands; if not, the slot is given back. */
  #isOrdered(): boolean {
    const { words } = this.#memory;
    if (Atomics.load(words, fixed.control.snapshotTarget.index) === this.#order) return true;
    Atomics.store(words, this.#snapshotSlot, 0);
    return false;
  }

  #setAway(away: boolean): void {
    this.#isAway = away;
    Atomics.store(this.#memory.words, this.#away, away ? 1 : 0);
  }
}
