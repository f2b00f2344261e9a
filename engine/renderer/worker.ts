/**
 * The entry of a renderer's thread: the loop around {@link Renderer}.
 *
 * The Worker holds a Web Lock for its whole life, because Deno terminates the execution of a `node:worker_threads`
 * Worker only if it holds one; without it, `terminate()` would never end a loop that hangs. The loop runs in a timer's
 * callback, measured on Deno 2.9.6: ended inside the lock's callback, the runtime prints a rejected promise; ended at the
 * top level of the module, it leaves an epoll and an event descriptor behind; ended in a timer, neither.
 *
 * Errors do not leave through the Worker's `error` event, which prints to the terminal: they are written into the seat.
 */
import { receiveMessageOnPort, workerData } from "node:worker_threads";
import { openNative } from "../../ffi/native_library.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import { errorTextBytes, maxWaitNanoseconds } from "../memory/constants.ts";
import { SeatCommand, SeatState } from "../memory/layout.ts";
import { SharedMemory } from "../memory/shared_memory.ts";
import { FaultInjector } from "./fault_injector.ts";
import { type PreparedPatch, preparePatch } from "./patch_instance.ts";
import { Renderer } from "./renderer.ts";
import { RendererStaleError } from "./renderer_stale_error.ts";
import { SnapshotDamagedError } from "./snapshot_damaged_error.ts";
import { orderIndex, reportFieldIndex } from "../memory/seats.ts";
import { AfterStep, RendererLoop } from "./renderer_loop.ts";
import { checkPatchDelivery, checkRendererStart, type NumberedPatch } from "./renderer_start.ts";

const start = checkRendererStart(workerData);
const memory = SharedMemory.attach(start.buffer);
const { words } = memory;
const native = openNative(start.nativeLibrary);
const base = sharedMemoryPointer(native, memory.bytes);
/** A waiting renderer counts its heartbeat at least this often. */
const maxOrderWaitMs = 100;

function setState(state: number): void {
  Atomics.store(words, reportFieldIndex(memory, start.seat, "state"), state);
}

/** Web Locks, which Deno's type library does not declare. */
interface LockManager {
  request(name: string, hold: () => Promise<void>): Promise<void>;
}

function holdLock(): Promise<() => void> {
  const { locks } = navigator as unknown as { locks: LockManager };
  return new Promise((held) => {
    locks.request(
      `understudy-renderer-${crypto.randomUUID()}`,
      () => new Promise<void>((release) => held(release)),
    );
  });
}

/** Steps until it is ordered to end; sleeps where there is nothing to do. Both sleeps are short, so that the thread can be ended. */
function run(loop: RendererLoop, renderer: Renderer): void {
  const command = orderIndex(memory, start.seat, "command");
  for (;;) {
    const next = loop.step();
    if (next === AfterStep.waitForDevice) {
      // it has caught up: while it replays, real time would take the processor from those who play
      native.symbols.us_schedule_renderer(base, start.seat);
      native.symbols.us_wait_consumed(base, loop.nextConsumed, maxWaitNanoseconds);
    } else if (next === AfterStep.waitForOrders) {
      Atomics.wait(words, command, SeatCommand.wait, maxOrderWaitMs);
    } else if (next === AfterStep.stepOut) {
      // until it has caught up, those who play come first
      native.symbols.us_prioritise_thread(native.symbols.us_thread_id(), 0);
    } else if (next === AfterStep.preparePatch) preparePatches(renderer);
    else if (next === AfterStep.end) return;
  }
}

/** Instantiates a patch, its arena locked in memory: a block must not wait for a page that was swapped out. */
function prepare({ number, patch }: NumberedPatch): PreparedPatch {
  const prepared = preparePatch(number, patch, start.checksum);
  const arena = new Uint8Array(prepared.exports.memory.buffer);
  const error = native.symbols.us_lock_memory(Deno.UnsafePointer.of(arena), BigInt(arena.length));
  Atomics.store(words, reportFieldIndex(memory, start.seat, "lockError"), error);
  return prepared;
}

/** Takes the patches that wait in the port. A loop that never returns to the event loop gets no events. */
function preparePatches(renderer: Renderer): void {
  for (let got = receiveMessageOnPort(start.patchPort); got; got = receiveMessageOnPort(start.patchPort)) {
    const delivery = checkPatchDelivery(got.message, renderer.newestPatch);
    renderer.prepare(prepare(delivery), delivery.oldest);
  }
}

/** Writes the error into the seat, for the main isolate to read. */
function describe(error: unknown): void {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const target = new Uint8Array(errorTextBytes);
  const { written } = new TextEncoder().encodeInto(text, target);
  memory.bytes.set(target, reportFieldIndex(memory, start.seat, "errorText") * 4);
  words[reportFieldIndex(memory, start.seat, "errorBytes")] = written;
}

function stateAfter(error: unknown): number {
  if (error instanceof SnapshotDamagedError) return SeatState.damaged;
  if (error instanceof RendererStaleError) return SeatState.stale;
  return error instanceof WebAssembly.RuntimeError ? SeatState.trapped : SeatState.failed;
}

words[reportFieldIndex(memory, start.seat, "threadId")] = native.symbols.us_thread_id();
setState(SeatState.starting);
const releaseLock = await holdLock();
setTimeout(live, 0);

function live(): void {
  try {
    const [first, ...others] = start.patches;
    const renderer = new Renderer({ memory, ring: start.seat, seed: start.seed, patch: prepare(first) });
    for (const other of others) renderer.prepare(prepare(other));
    while (!renderer.prepareMore());
    const faults = start.faultsAllowed ? new FaultInjector(memory, start.seat) : undefined;
    const loop = new RendererLoop({ memory, seat: start.seat, renderer, faults });
    setState(SeatState.ready);
    run(loop, renderer);
    setState(SeatState.stopped);
  } catch (error) {
    describe(error);
    setState(stateAfter(error));
  }
  // what is left is work of the runtime, which nothing waits for
  native.symbols.us_prioritise_thread(native.symbols.us_thread_id(), 0);
  start.patchPort.close();
  releaseLock();
}
