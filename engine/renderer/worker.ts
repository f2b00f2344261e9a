/**
 * The entry of a renderer's thread: {@link RendererBody} in a Worker.
 *
 * The Worker holds a Web Lock for its whole life, because Deno terminates the execution of a `node:worker_threads`
 * Worker only if it holds one; without it, `terminate()` would never end a loop that hangs. The loop runs in a timer's
 * callback, measured on Deno 2.9.6: ended inside the lock's callback, the runtime prints a rejected promise; ended at the
 * top level of the module, it leaves an epoll and an event descriptor behind; ended in a timer, neither.
 *
 * Errors do not leave through the Worker's `error` event, which prints to the terminal: they are written into the seat.
 */
import { receiveMessageOnPort, workerData } from "node:worker_threads";
import { openNative } from "../../ffi/open_native.ts";
import { SeatState } from "../memory/layout.ts";
import { reportFieldIndex } from "../memory/seats.ts";
import { SharedMemory } from "../memory/shared_memory.ts";
import { RendererBody, reportRendererError, setSeatState } from "./renderer_body.ts";
import { AfterStep } from "./renderer_loop.ts";
import { checkPatchDelivery, checkRendererStart } from "./renderer_start.ts";

const start = checkRendererStart(workerData);
const { seat, patchPort } = start;
const memory = SharedMemory.attach(start.buffer);
const native = openNative(start.nativeLibrary);

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

/**
 * Takes the patches that wait in the port. A loop that never returns to the event loop gets no events. A renderer that began
 * while a patch was delivered has it from the beginning, and finds it in the port again.
 */
function preparePatches(body: RendererBody): void {
  for (let got = receiveMessageOnPort(patchPort); got; got = receiveMessageOnPort(patchPort)) {
    const delivery = checkPatchDelivery(got.message);
    if (delivery.number > body.newestPatch) body.prepare(delivery);
  }
}

memory.words[reportFieldIndex(memory, seat, "threadId")] = native.symbols.us_thread_id();
setSeatState(memory, seat, SeatState.starting);
const releaseLock = await holdLock();
setTimeout(live, 0);

function live(): void {
  try {
    const body = new RendererBody({ ...start, memory, native });
    for (let next = body.advance(); next !== AfterStep.end; next = body.advance()) {
      if (next === AfterStep.preparePatch) preparePatches(body);
      else body.wait(next);
    }
    setSeatState(memory, seat, SeatState.stopped);
  } catch (error) {
    reportRendererError(memory, seat, error);
  }
  // what is left is work of the runtime, which nothing waits for
  native.symbols.us_prioritise_thread(native.symbols.us_thread_id(), 0);
  patchPort.close();
  releaseLock();
}
