/**
 * What a renderer is, in a thread as in a process of its own: the loop around {@link Renderer}, its patches, and the seat that it
 * reports to. The entries `worker.ts` and `process.ts` differ in how patches and orders reach it.
 */
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import { errorTextBytes, maxWaitNanoseconds } from "../memory/constants.ts";
import { SeatCommand, SeatState } from "../memory/layout.ts";
import { orderIndex, reportFieldIndex } from "../memory/seats.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { FaultInjector } from "./fault_injector.ts";
import { type PreparedPatch, preparePatch } from "./patch_instance.ts";
import { Renderer } from "./renderer.ts";
import { AfterStep, RendererLoop } from "./renderer_loop.ts";
import { RendererStaleError } from "./renderer_stale_error.ts";
import { SnapshotDamagedError } from "./snapshot_damaged_error.ts";
import type { NumberedPatch, PatchDelivery } from "./renderer_start.ts";

/** What a renderer begins with. */
export interface RendererBodyOptions {
  readonly memory: SharedMemory;
  readonly seat: number;
  readonly native: NativeLibrary;
  readonly checksum: WebAssembly.Module;
  readonly seed: number;
  readonly faultsAllowed: boolean;
  /** Every patch that the log may still ask for, oldest first. */
  readonly patches: readonly NumberedPatch[];
}

/** A waiting renderer counts its heartbeat at least this often. */
const maxOrderWaitMs = 100;

export class RendererBody {
  readonly base: Deno.PointerObject;
  readonly #options: RendererBodyOptions;
  readonly #renderer: Renderer;
  readonly #loop: RendererLoop;
  readonly #command: Deno.PointerObject;

  /** Makes everything ready; {@link RendererBody.advance} then plays. */
  constructor(options: RendererBodyOptions) {
    const { memory, seat, native, seed, faultsAllowed, patches: [first, ...others] } = options;
    this.#options = options;
    this.base = sharedMemoryPointer(native, memory.bytes);
    this.#command = Deno.UnsafePointer.offset(this.base, orderIndex(memory, seat, "command") * 4)!;
    this.#renderer = new Renderer({ memory, ring: seat, seed, patch: this.#prepared(first) });
    for (const other of others) this.#renderer.prepare(this.#prepared(other));
    while (!this.#renderer.prepareMore());
    const faults = faultsAllowed ? new FaultInjector(memory, seat) : undefined;
    this.#loop = new RendererLoop({ memory, seat, renderer: this.#renderer, faults });
    setSeatState(memory, seat, SeatState.ready);
  }

  /** Number of the newest patch that it can play. */
  get newestPatch(): number {
    return this.#renderer.newestPatch;
  }

  /** Makes a further patch ready. */
  prepare(delivery: PatchDelivery): void {
    this.#renderer.prepare(this.#prepared(delivery), delivery.oldest);
  }

  /** Plays until there is something to wait for. Returns one of {@link AfterStep} but `goOn` and `stepOut`. */
  advance(): number {
    const { symbols } = this.#options.native;
    for (;;) {
      const next = this.#loop.step();
      if (next === AfterStep.stepOut) {
        symbols.us_prioritise_thread(symbols.us_thread_id(), 0); // until it has caught up, those who play come first
      } else if (next !== AfterStep.goOn) return next;
    }
  }

  /** Sleeps as the last step said. Both sleeps are short, so that a thread can be ended. */
  wait(next: number): void {
    const { native: { symbols }, seat } = this.#options;
    if (next === AfterStep.waitForDevice) {
      // it has caught up: while it replays, real time would take the processor from those who play
      symbols.us_schedule_renderer(this.base, seat);
      symbols.us_wait_consumed(this.base, this.#loop.nextConsumed, maxWaitNanoseconds);
    } else if (next === AfterStep.waitForOrders) {
      symbols.us_wait_word(this.#command, SeatCommand.wait, maxOrderWaitMs);
    }
  }

  /** Instantiates a patch, its arena locked in memory: a block must not wait for a page that was swapped out. */
  #prepared({ number, patch }: NumberedPatch): PreparedPatch {
    const { memory, seat, native, checksum } = this.#options;
    const prepared = preparePatch(number, patch, checksum);
    const arena = new Uint8Array(prepared.exports.memory.buffer);
    const error = native.symbols.us_lock_memory(Deno.UnsafePointer.of(arena), BigInt(arena.length));
    Atomics.store(memory.words, reportFieldIndex(memory, seat, "lockError"), error);
    return prepared;
  }
}

/** States what a renderer is doing. */
export function setSeatState(memory: SharedMemory, seat: number, state: number): void {
  Atomics.store(memory.words, reportFieldIndex(memory, seat, "state"), state);
}

/** Writes the error that ended a renderer into its seat, for the main isolate to read. */
export function reportRendererError(memory: SharedMemory, seat: number, error: unknown): void {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const target = new Uint8Array(errorTextBytes);
  const { written } = new TextEncoder().encodeInto(text, target);
  memory.bytes.set(target, reportFieldIndex(memory, seat, "errorText") * 4);
  memory.words[reportFieldIndex(memory, seat, "errorBytes")] = written;
  setSeatState(memory, seat, stateAfter(error));
}

function stateAfter(error: unknown): number {
  if (error instanceof SnapshotDamagedError) return SeatState.damaged;
  if (error instanceof RendererStaleError) return SeatState.stale;
  return error instanceof WebAssembly.RuntimeError ? SeatState.trapped : SeatState.failed;
}
