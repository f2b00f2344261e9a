/**
 * The loop of a renderer thread as a machine of small steps, one per call, so that the simulator can put any other
 * thread's step between two of them. A live thread calls {@link RendererLoop.step} until it ends, and sleeps where it says
 * so. Nothing allocates once it runs.
 */
import { roles } from "../control/control.ts";
import { snapshotCount } from "../memory/constants.ts";
import { fixed, SeatCommand, SeatState } from "../memory/layout.ts";
import { blocksBetween, type SharedMemory } from "../memory/shared_memory.ts";
import type { FaultInjector } from "./fault_injector.ts";
import type { Renderer } from "./renderer.ts";
import { orderIndex, reportFieldIndex } from "../memory/seats.ts";

/** Tells the caller of a step what to do before the next one. */
export const AfterStep = { goOn: 0, waitForDevice: 1, waitForOrders: 2, end: 3, preparePatch: 4 } as const;

export interface RendererLoopOptions {
  readonly memory: SharedMemory;
  readonly seat: number;
  readonly renderer: Renderer;
  /** Omitted: faults cannot be injected. */
  readonly faults?: FaultInjector;
}

type Phase = "orders" | "poll" | "check" | "snapshot" | "claim" | "commands" | "render" | "store" | "publish";

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
  readonly #standby = fixed.control.roleRing.index + roles.indexOf("standby");
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
  }

  /** The value of `consumed` that lets the next block be rendered. */
  get nextConsumed(): number {
    return (this.#renderer.block - this.#lookahead() + 1) | 0;
  }

  /** Does the next small piece of work. Throws what the renderer throws. Returns one of {@link AfterStep}. */
  step(): number {
    const { words } = this.#memory;
    switch (this.#phase) {
      case "orders":
        return this.#takeOrders();
      case "poll":
        return this.#pollOrders();
      case "check":
        if (this.#isDue(this.#memory.geometry.stateCheckBlocks)) this.#renderer.reportState();
        this.#phase = "snapshot";
        return AfterStep.goOn;
      case "snapshot":
        if (this.#isDue(this.#memory.geometry.snapshotBlocks)) this.#writeSnapshot(words);
        this.#phase = "claim";
        return AfterStep.goOn;
      case "claim":
        this.#renderer.claim();
        this.#phase = "commands";
        return AfterStep.goOn;
      case "commands":
        this.#renderer.takeCommands();
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
    if (command !== SeatCommand.run) return AfterStep.waitForOrders;
    const snapshot = words[this.#snapshot];
    if (snapshot !== 0) this.#renderer.readSnapshot(snapshot - 1);
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
      return AfterStep.waitForDevice;
    }
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

  #isDue(everyBlocks: number): boolean {
    return !this.#renderer.isExchanging &&
      ((this.#renderer.block - this.#memory.geometry.startBlock) >>> 0) % everyBlocks === 0;
  }

  /** Only the standby writes snapshots: its lateness is never heard. */
  #writeSnapshot(words: Int32Array): void {
    if (Atomics.load(words, this.#standby) !== this.#seat + 1) return;
    const target = Atomics.load(words, fixed.control.snapshotTarget.index);
    if (target < 1 || target > snapshotCount) return;
    this.#renderer.writeSnapshot(target - 1);
  }
}
