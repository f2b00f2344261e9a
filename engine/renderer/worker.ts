/**
 * What runs inside a renderer's thread: the loop around {@link Renderer}.
 *
 * The Worker holds a Web Lock for its whole life, because Deno terminates the execution of a `node:worker_threads`
 * Worker only if it holds one; without it, `terminate()` would never end a loop that hangs. The loop runs in a timer's
 * callback, measured on Deno 2.9.6: ended inside the lock's callback, the runtime prints a rejected promise; ended at the
 * top level of the module, it leaves an epoll and an event descriptor behind; ended in a timer, neither.
 *
 * Errors do not leave through the Worker's `error` event, which prints to the terminal: they are written into the seat.
 */
import { type MessagePort, receiveMessageOnPort, workerData } from "node:worker_threads";
import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import { openNative } from "../../ffi/native_library.ts";
import { ArenaChecksum } from "../memory/checksum.ts";
import { errorTextBytes, maxWaitNanoseconds } from "../memory/constants.ts";
import { SeatCommand, SeatState, within } from "../memory/layout.ts";
import { SharedMemory } from "../memory/shared_memory.ts";
import { FaultInjector } from "./fault_injector.ts";
import { instantiatePatch, type PatchExports } from "./patch_instance.ts";
import { Renderer, RendererStaleError } from "./renderer.ts";
import { ordersIndex, reportIndex } from "../memory/seats.ts";
import { AfterStep, RendererLoop } from "./renderer_loop.ts";

/** A patch and its place in the order of loading. */
export interface NumberedPatch {
  readonly number: number;
  readonly patch: Omit<CompiledPatch, "wasm">;
}

/** A patch that is sent to a renderer that lives. */
export interface PatchDelivery extends NumberedPatch {
  /** Patches before this one are asked for by nobody any more. */
  readonly oldest: number;
}

/** What the main isolate hands to a new Worker. */
export interface RendererStart {
  readonly buffer: SharedArrayBuffer;
  readonly seat: number;
  readonly incarnation: number;
  /** Every patch that the log may still ask for, oldest first; later ones come through the port. */
  readonly patches: readonly NumberedPatch[];
  readonly patchPort: MessagePort;
  readonly checksum: WebAssembly.Module;
  readonly nativeLibrary: string;
  readonly seed: number;
  readonly faultsAllowed: boolean;
}

const start = workerData as RendererStart;
const memory = SharedMemory.attach(start.buffer);
const { words } = memory;
const report = reportIndex(memory, start.seat);
const native = openNative(start.nativeLibrary);
const base = Deno.UnsafePointer.of(memory.bytes);
/** A waiting renderer shows this often that it lives. */
const maxOrderWaitMs = 100;

function setState(state: number): void {
  Atomics.store(words, report + within.seatReport.state.index, state);
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

/** Steps until told to end, asleep where there is nothing to do. Both sleeps are short, so that the thread can be ended. */
function run(loop: RendererLoop, renderer: Renderer): void {
  const command = ordersIndex(memory, start.seat) + within.seatOrders.command.index;
  for (;;) {
    const next = loop.step();
    if (next === AfterStep.waitForDevice) {
      native.symbols.us_wait_consumed(base, loop.nextConsumed, maxWaitNanoseconds);
    } else if (next === AfterStep.waitForOrders) {
      Atomics.wait(words, command, SeatCommand.wait, maxOrderWaitMs);
    } else if (next === AfterStep.preparePatch) preparePatches(renderer);
    else if (next === AfterStep.end) return;
  }
}

/** Instances of a patch and of its checksum; the code was compiled by the main isolate and is shared. */
function instantiate(patch: NumberedPatch["patch"]): [PatchExports, ArenaChecksum] {
  const exports = instantiatePatch(patch);
  return [exports, new ArenaChecksum(start.checksum, exports.memory)];
}

/** Takes what lies in the port, without waiting: a loop that never returns gets no events. */
function preparePatches(renderer: Renderer): void {
  for (let got = receiveMessageOnPort(start.patchPort); got; got = receiveMessageOnPort(start.patchPort)) {
    const { number, patch, oldest } = got.message as PatchDelivery;
    renderer.prepare(number, patch, ...instantiate(patch), oldest);
  }
}

function describe(error: unknown): void {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const { errorBytes, errorText } = within.seatReport;
  const target = new Uint8Array(errorTextBytes);
  const { written } = new TextEncoder().encodeInto(text, target);
  memory.bytes.set(target, report * 4 + errorText.offset);
  words[report + errorBytes.index] = written;
}

words[report + within.seatReport.threadId.index] = native.symbols.us_thread_id();
setState(SeatState.starting);
const releaseLock = await holdLock();
setTimeout(live, 0);

function live(): void {
  try {
    const [{ number, patch }, ...others] = start.patches;
    const renderer = new Renderer(memory, start.seat, patch, ...instantiate(patch), start.seed, number);
    for (const other of others) {
      renderer.prepare(other.number, other.patch, ...instantiate(other.patch));
    }
    const faults = start.faultsAllowed ? new FaultInjector(memory, start.seat) : undefined;
    const loop = new RendererLoop(memory, start.seat, renderer, faults);
    setState(SeatState.ready);
    run(loop, renderer);
    setState(SeatState.stopped);
  } catch (error) {
    describe(error);
    setState(error instanceof RendererStaleError ? SeatState.stale : SeatState.failed);
  }
  start.patchPort.close();
  releaseLock();
}
