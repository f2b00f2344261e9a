/**
 * The Workers behind the seats: starting, ordering, ending, and knowing for sure that a thread has left. Carries out what
 * the supervisor decides; decides nothing itself. Main isolate.
 */
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { errorTextBytes, maxCountedInstruments, seatCount } from "../memory/constants.ts";
import type { FaultCause, FaultKind } from "../control/control.ts";
import { SeatCommand, SeatState, type within } from "../memory/layout.ts";
import { blocksBetween, type SharedMemory } from "../memory/shared_memory.ts";
import { until } from "../../foundation/until.ts";
import { readThreadTime } from "./thread_time.ts";
import type { SeatView } from "./supervisor.ts";
import { faultCode } from "./fault_code.ts";
import { clearSeat, orderIndex, reportFieldIndex } from "../memory/seats.ts";
import type { NumberedPatch, PatchDelivery, RendererStart } from "../renderer/renderer_start.ts";

export interface RendererPoolOptions {
  readonly memory: SharedMemory;
  /** The patch that the engine starts with. */
  readonly patch: CompiledPatch;
  readonly checksum: WebAssembly.Module;
  readonly native: NativeLibrary;
  readonly nativeLibrary: string;
  readonly seed: number;
  readonly faultsAllowed: boolean;
}

/** Memory of a renderer's heap, in MiB: it needs about 4; one that grows to this has a fault. */
const heapLimitMiB = 64;

/** States in which a renderer has left its loop. */
const endStates: readonly number[] = [
  SeatState.stopped,
  SeatState.failed,
  SeatState.stale,
  SeatState.trapped,
  SeatState.damaged,
];

/** A renderer that lives takes its orders within this: a wait of 2 ms, or a block. */
const obedienceMs = 8;

interface Occupant {
  /** Undefined where the runtime could not make one. */
  readonly worker: Worker | undefined;
  readonly patchPort: MessagePort;
  readonly incarnation: number;
  /** At the last look, to see whether it is silent. */
  heartbeat: number;
  exited: boolean;
  outOfMemory: boolean;
  ended: boolean;
}

export class RendererPool {
  readonly #options: RendererPoolOptions;
  readonly #occupants: (Occupant | undefined)[] = new Array(seatCount).fill(undefined);
  #patches: NumberedPatch[];

  constructor(options: RendererPoolOptions) {
    this.#options = options;
    this.#patches = [{ number: 0, patch: withoutSource(options.patch) }];
  }

  /** Gives every renderer that starts from now on a further patch; those that live get it by {@link deliver}. */
  addPatch(number: number, patch: CompiledPatch): void {
    this.#patches.push({ number, patch: withoutSource(patch) });
  }

  /** Forgets patches that no snapshot in use holds; renderers do so with the next delivery. */
  forgetPatchesBefore(number: number): void {
    this.#patches = this.#patches.filter((patch) => patch.number >= number);
  }

  /** Takes back a patch that was never asked for. */
  removePatch(number: number): void {
    this.#patches = this.#patches.filter((patch) => patch.number !== number);
  }

  /** Sends the newest patch to a living renderer. It is there when {@link hasPatch} says so. */
  deliver(seat: number): void {
    const occupant = this.#occupants[seat];
    if (!occupant || occupant.ended) return;
    const newest = this.#patches[this.#patches.length - 1];
    const delivery: PatchDelivery = { ...newest, oldest: this.#patches[0].number };
    occupant.patchPort.postMessage(delivery);
    Atomics.store(this.#options.memory.words, this.#order(seat, "patch"), newest.number);
  }

  /** Whether the renderer on a seat can play this patch; also true where no renderer sits that could be asked to. */
  hasPatch(seat: number, number: number): boolean {
    const occupant = this.#occupants[seat];
    return !occupant || occupant.ended || occupant.exited || this.#report(seat, "patch") >= number;
  }

  /** Starts a Worker on an empty seat: its orders, its report and its ring are cleared first. */
  spawn(seat: number, incarnation: number): void {
    const { memory, checksum, nativeLibrary, seed, faultsAllowed } = this.#options;
    clearSeat(memory, seat);
    memory.words[this.#order(seat, "incarnation")] = incarnation;
    Atomics.store(memory.words, this.#order(seat, "command"), SeatCommand.wait);
    const { port1: patchPort, port2: far } = new MessageChannel();
    const start: RendererStart = {
      buffer: memory.buffer,
      seat,
      incarnation,
      patches: this.#patches,
      patchPort: far,
      checksum,
      nativeLibrary,
      seed,
      faultsAllowed,
    };
    const occupant: Occupant = {
      worker: this.#startWorker(start, seat),
      patchPort,
      incarnation,
      heartbeat: 0,
      exited: false,
      outOfMemory: false,
      ended: false,
    };
    occupant.exited = occupant.worker === undefined;
    if (occupant.exited) patchPort.close();
    occupant.worker?.on("error", (error: Error & { code?: string }) => {
      occupant.outOfMemory ||= error.code === "ERR_WORKER_OUT_OF_MEMORY";
    });
    occupant.worker?.on("exit", () => {
      occupant.exited = true;
      patchPort.close();
    });
    this.#occupants[seat] = occupant;
  }

  /** Makes the thread. Where the runtime cannot, the seat says why, and the supervisor tries again later. */
  #startWorker(start: RendererStart, seat: number): Worker | undefined {
    try {
      return new Worker(new URL("../renderer/worker.ts", import.meta.url), {
        workerData: start,
        transferList: [start.patchPort],
        resourceLimits: { maxOldGenerationSizeMb: heapLimitMiB },
      });
    } catch (error) {
      const { memory } = this.#options;
      const text = new TextEncoder().encode(`the thread could not be started: ${String(error)}`)
        .subarray(0, errorTextBytes);
      memory.bytes.set(text, reportFieldIndex(memory, seat, "errorText") * 4);
      memory.words[reportFieldIndex(memory, seat, "errorBytes")] = text.length;
      return undefined;
    }
  }

  /** Lets a waiting renderer join, from a snapshot slot or, without one, from the initial state. */
  join(seat: number, snapshot: number | undefined): void {
    const { words } = this.#options.memory;
    words[this.#order(seat, "snapshot")] = snapshot === undefined ? 0 : snapshot + 1;
    this.#command(seat, SeatCommand.run);
  }

  /**
   * Ends a renderer in whatever state it is: by its orders, and by force if it does not obey. Safe to repeat. Force comes
   * second, because the runtime may print a line when it ends a thread that is just waking up.
   *
   * @param hung it takes no orders: it is forced at once, and leaves its processor to the others meanwhile
   */
  end(seat: number, hung = false): void {
    const occupant = this.#occupants[seat];
    if (!occupant || occupant.ended) return;
    occupant.ended = true;
    this.#command(seat, SeatCommand.stop);
    const { worker } = occupant;
    if (occupant.exited || worker === undefined) return;
    if (hung) {
      this.demote(seat);
      worker.terminate();
      return;
    }
    const force = setTimeout(() => worker.terminate(), obedienceMs);
    worker.once("exit", () => clearTimeout(force));
  }

  /** Gives the thread that would not end the lowest priority. Returns 0 or an errno. */
  demote(seat: number): number {
    const threadId = this.#report(seat, "threadId");
    return threadId === 0 ? 0 : this.#options.native.symbols.us_demote_thread(threadId);
  }

  /** Orders a renderer to break, or ends it for the kind `kill`. */
  breakRenderer(seat: number, kind: FaultKind): void {
    if (kind === "kill") {
      this.#occupants[seat]?.worker?.terminate();
      return;
    }
    Atomics.store(this.#options.memory.words, this.#order(seat, "fault"), faultCode(kind));
  }

  /** Voices that the renderer has silenced because they gave numbers that are not finite. */
  poisonedVoices(seat: number): number {
    return this.#report(seat, "poisonedVoices") >>> 0;
  }

  /** Voices that sound in the renderer on a seat, for the first instruments of its patch. */
  voices(seat: number, instruments: number): readonly number[] {
    const { memory } = this.#options;
    const first = reportFieldIndex(memory, seat, "voices");
    const counted = Math.min(instruments, maxCountedInstruments);
    return [...memory.words.subarray(first, first + counted)];
  }

  /** The state of a seat, for the supervisor. */
  view(seat: number, outvoted: boolean): SeatView | undefined {
    const occupant = this.#occupants[seat];
    if (!occupant) return undefined;
    const state = this.#report(seat, "state");
    const over = endStates.includes(state);
    const published = this.#report(seat, "published");
    const heartbeat = this.#report(seat, "heartbeat");
    const isOrdered =
      Atomics.load(this.#options.memory.words, this.#order(seat, "command")) === SeatCommand.run;
    const inDoubt = isOrdered &&
      (heartbeat === occupant.heartbeat || blocksBetween(published, this.#options.memory.consumed()) <= 0);
    occupant.heartbeat = heartbeat;
    return {
      incarnation: occupant.incarnation,
      state,
      published,
      heartbeat,
      exited: occupant.exited || over,
      gone: occupant.ended && occupant.exited && this.#threadGone(seat),
      cause: this.#cause(occupant, state),
      outvoted,
      thread: inDoubt && !over ? readThreadTime(this.#report(seat, "threadId")) : undefined,
      away: this.#report(seat, "away") === 1,
    };
  }

  /** Id of the renderer that sits, or last sat, on a seat; 0: none ever did. */
  incarnation(seat: number): number {
    return this.#occupants[seat]?.incarnation ?? 0;
  }

  /** The next block that the renderer on a seat will publish, once it runs. */
  published(seat: number): number | undefined {
    return this.#report(seat, "state") === SeatState.running ? this.#report(seat, "published") : undefined;
  }

  /** How far the renderer on a seat had taken the log in when it published its last block. */
  logPosition(seat: number): number {
    return this.#report(seat, "logPosition");
  }

  /** The error that ended a renderer, as it wrote it down; empty where there is none. */
  errorText(seat: number): string {
    const { memory } = this.#options;
    const bytes = Math.min(this.#report(seat, "errorBytes"), errorTextBytes);
    const first = reportFieldIndex(memory, seat, "errorText") * 4;
    return new TextDecoder().decode(memory.bytes.slice(first, first + bytes));
  }

  /** Seats whose threads still exist. */
  get living(): number[] {
    return this.#occupants.flatMap((occupant, seat) =>
      occupant && !(occupant.exited && this.#threadGone(seat)) ? [seat] : []
    );
  }

  /** Ends all and waits until their threads have left, at most `timeoutMs`. Returns the seats that have not. */
  async close(timeoutMs: number): Promise<number[]> {
    this.#occupants.forEach((_, seat) => this.end(seat));
    await until(() => this.living.length === 0, { timeoutMs });
    return this.living;
  }

  #cause(occupant: Occupant, state: number): FaultCause | undefined {
    if (occupant.worker === undefined) return "start";
    if (occupant.outOfMemory) return "oom";
    if (state === SeatState.stale || state === SeatState.damaged) return "stale";
    if (state === SeatState.trapped) return "trap";
    if (state === SeatState.failed) return "throw";
    return undefined;
  }

  #threadGone(seat: number): boolean {
    const threadId = this.#report(seat, "threadId");
    if (threadId === 0 || Deno.build.os !== "linux") return true;
    try {
      Deno.statSync(`/proc/self/task/${threadId}`);
      return false;
    } catch {
      return true;
    }
  }

  #command(seat: number, command: number): void {
    const index = this.#order(seat, "command");
    Atomics.store(this.#options.memory.words, index, command);
    Atomics.notify(this.#options.memory.words, index);
  }

  #order(seat: number, name: keyof typeof within.seatOrders): number {
    return orderIndex(this.#options.memory, seat, name);
  }

  #report(seat: number, name: keyof typeof within.seatReport): number {
    const { memory } = this.#options;
    return Atomics.load(memory.words, reportFieldIndex(memory, seat, name));
  }
}

/** The part of a patch that a renderer needs; the binary stays in the main isolate, for the recording. */
function withoutSource({ wasm: _wasm, ...patch }: CompiledPatch): NumberedPatch["patch"] {
  return patch;
}
