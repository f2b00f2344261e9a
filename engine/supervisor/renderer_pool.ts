/**
 * The renderers behind the seats: starting, ordering, ending, and knowing for sure that one is gone. Carries out what the
 * supervisor decides; decides nothing itself. Whether renderers are threads or processes is the seating's business. Main isolate.
 */
import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import { errorTextBytes, maxCountedInstruments, seatCount } from "../memory/constants.ts";
import type { FaultCause, FaultKind } from "../control/control.ts";
import { SeatCommand, SeatState, type within } from "../memory/layout.ts";
import { blocksBetween, type SharedMemory } from "../memory/shared_memory.ts";
import { until } from "../../foundation/until.ts";
import type { RendererLoad } from "./load_shedding.ts";
import { readThreadTime } from "./thread_time.ts";
import type { SeatView } from "./supervisor.ts";
import { faultCode } from "./fault_code.ts";
import { clearSeat, orderIndex, reportFieldIndex } from "../memory/seats.ts";
import type { Occupant, Seating } from "./occupant.ts";

/** A patch and its place in the order of loading; the first of a fresh engine is 0. */
export interface LoadedPatch {
  readonly number: number;
  readonly patch: CompiledPatch;
}

export interface RendererPoolOptions {
  readonly memory: SharedMemory;
  readonly native: NativeLibrary;
  readonly seating: Seating;
}

/** States in which a renderer has left its loop. */
const endStates: readonly number[] = [
  SeatState.stopped,
  SeatState.failed,
  SeatState.stale,
  SeatState.trapped,
  SeatState.damaged,
];

/** A renderer that lives takes its orders within this: a wait of 3 ms, or a block. */
const obedienceMs = 8;

/** A renderer and what was done about it. */
interface Seated {
  readonly occupant: Occupant;
  /** At the last look, to see whether it is silent. */
  heartbeat: number;
  ended: boolean;
}

export class RendererPool {
  readonly #options: RendererPoolOptions;
  readonly #base: Deno.PointerObject;
  readonly #seats: (Seated | undefined)[] = new Array(seatCount).fill(undefined);

  constructor(options: RendererPoolOptions) {
    this.#options = options;
    this.#base = sharedMemoryPointer(options.native, options.memory.bytes);
  }

  /** Gives every renderer that starts from now on a further patch; those that live get it by {@link deliver}. */
  async addPatch(number: number, patch: CompiledPatch): Promise<void> {
    await this.#options.seating.addPatch(number, patch);
  }

  /** Forgets patches that no snapshot in use holds; renderers do so with the next delivery. */
  forgetPatchesBefore(number: number): void {
    this.#options.seating.forgetPatchesBefore(number);
  }

  /** Keeps what renderers start from; see {@link Seating.keepFiles}. */
  keepFiles(): Promise<string | undefined> {
    return this.#options.seating.keepFiles();
  }

  /** Takes back a patch that was never asked for. */
  removePatch(number: number): void {
    this.#options.seating.removePatch(number);
  }

  /** Sends the newest patch to a living renderer. It is there when {@link hasPatch} says so. */
  deliver(seat: number): void {
    const seated = this.#seats[seat];
    if (seated && !seated.ended) seated.occupant.deliver();
  }

  /** Whether the renderer on a seat can play this patch; also true where no renderer sits that could be asked to. */
  hasPatch(seat: number, number: number): boolean {
    const seated = this.#seats[seat];
    return !seated || seated.ended || seated.occupant.exited || this.#report(seat, "patch") >= number;
  }

  /**
   * Starts a renderer on an empty seat: its orders, its report and its ring are cleared first.
   *
   * @param trial it runs the code of the version that the seating was offered
   */
  spawn(seat: number, incarnation: number, trial = false): void {
    const { memory } = this.#options;
    clearSeat(memory, seat);
    memory.words[this.#order(seat, "incarnation")] = incarnation;
    memory.words[this.#order(seat, "trial")] = trial ? 1 : 0;
    Atomics.store(memory.words, this.#order(seat, "command"), SeatCommand.wait);
    this.#seats[seat] = { occupant: this.#start(seat, incarnation, trial), ended: false, heartbeat: 0 };
  }

  /** Where the system cannot start one, the seat says why, and the supervisor tries again later. */
  #start(seat: number, incarnation: number, trial: boolean): Occupant {
    const { memory, seating } = this.#options;
    try {
      return seating.spawn(seat, incarnation, trial);
    } catch (error) {
      const text = new TextEncoder().encode(`the renderer could not be started: ${String(error)}`)
        .subarray(0, errorTextBytes);
      memory.bytes.set(text, reportFieldIndex(memory, seat, "errorText") * 4);
      memory.words[reportFieldIndex(memory, seat, "errorBytes")] = text.length;
      return neverStarted(incarnation);
    }
  }

  /** Takes over the renderers that an earlier control process has started. */
  adopt(): void {
    for (let seat = 0; seat < seatCount; seat++) {
      const occupant = this.#options.seating.adopt(seat);
      if (!occupant) continue;
      const ended =
        Atomics.load(this.#options.memory.words, this.#order(seat, "command")) === SeatCommand.stop;
      this.#seats[seat] = { occupant, ended, heartbeat: 0 };
      if (ended) occupant.terminate(obedienceMs); // its own second look at its orders may have come already
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
   * @param hung it takes no orders: it is forced at once. It keeps its priority, because it must run to end
   */
  end(seat: number, hung = false): void {
    const seated = this.#seats[seat];
    if (!seated || seated.ended) return;
    seated.ended = true;
    this.#command(seat, SeatCommand.stop);
    seated.occupant.terminate(hung ? 0 : obedienceMs);
  }

  /** Puts the renderer that would not end behind other programs. Returns 0 or an errno. */
  demote(seat: number): number {
    return this.#seats[seat]?.occupant.demote() ?? 0;
  }

  /** Orders a renderer to break, or ends it for the kind `kill`. */
  breakRenderer(seat: number, kind: FaultKind): void {
    if (kind === "kill") {
      this.#seats[seat]?.occupant.terminate(0);
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

  /** The account of the renderer on a seat, for load shedding. Asks the kernel: some 30 µs. */
  load(seat: number): RendererLoad {
    const threadId = this.#report(seat, "threadId");
    const processorMs = readThreadTime(this.#options.native, threadId)?.processorMs;
    return { threadId, processorMs, published: this.#report(seat, "published") };
  }

  /** The state of a seat, for the supervisor. */
  view(seat: number, outvoted: boolean): SeatView | undefined {
    const seated = this.#seats[seat];
    if (!seated) return undefined;
    const { occupant, ended } = seated;
    const state = this.#report(seat, "state");
    const over = endStates.includes(state);
    const published = this.#report(seat, "published");
    const heartbeat = this.#report(seat, "heartbeat");
    const isOrdered =
      Atomics.load(this.#options.memory.words, this.#order(seat, "command")) === SeatCommand.run;
    const inDoubt = isOrdered &&
      (heartbeat === seated.heartbeat || blocksBetween(published, this.#options.memory.consumed()) <= 0);
    seated.heartbeat = heartbeat;
    const gone = ended && occupant.gone;
    const isAsked = ended ? !gone : inDoubt && !over;
    return {
      incarnation: occupant.incarnation,
      state,
      published,
      heartbeat,
      exited: occupant.exited || over,
      gone,
      cause: this.#cause(occupant, state),
      outvoted,
      thread: isAsked ? readThreadTime(this.#options.native, this.#report(seat, "threadId")) : undefined,
      away: this.#report(seat, "away") === 1,
    };
  }

  /** Id of the renderer that sits, or last sat, on a seat; 0: none ever did. */
  incarnation(seat: number): number {
    return this.#seats[seat]?.occupant.incarnation ?? 0;
  }

  /** The next block that the renderer on a seat will publish, once it runs. */
  published(seat: number): number | undefined {
    return this.#report(seat, "state") === SeatState.running ? this.#report(seat, "published") : undefined;
  }

  /** How far the renderer on a seat had taken the log in when it published its last block. */
  logPosition(seat: number): number {
    return this.#report(seat, "logPosition");
  }

  /** The error that ended a renderer, as it wrote it down or printed it; empty where there is none. */
  errorText(seat: number): string {
    const { memory } = this.#options;
    const bytes = Math.min(this.#report(seat, "errorBytes"), errorTextBytes);
    const first = reportFieldIndex(memory, seat, "errorText") * 4;
    return bytes > 0
      ? new TextDecoder().decode(memory.bytes.slice(first, first + bytes))
      : this.#seats[seat]?.occupant.lastWords().slice(0, errorTextBytes) ?? "";
  }

  /** Seats whose renderers still exist. */
  get living(): number[] {
    return this.#seats.flatMap((seated, seat) => seated && !seated.occupant.gone ? [seat] : []);
  }

  /** Ends all and waits until they are gone, at most `timeoutMs`. Returns the seats where that failed. */
  async close(timeoutMs: number): Promise<number[]> {
    this.#seats.forEach((_, seat) => this.end(seat));
    await until(() => this.living.length === 0, { timeoutMs });
    return this.living;
  }

  #cause(occupant: Occupant, state: number): FaultCause | undefined {
    if (!occupant.started) return "start";
    if (occupant.outOfMemory) return "oom";
    if (state === SeatState.stale || state === SeatState.damaged) return "stale";
    if (state === SeatState.trapped) return "trap";
    if (state === SeatState.failed) return "throw";
    return undefined;
  }

  #command(seat: number, command: number): void {
    const index = this.#order(seat, "command");
    Atomics.store(this.#options.memory.words, index, command);
    this.#options.native.symbols.us_wake_word(Deno.UnsafePointer.offset(this.#base, index * 4));
  }

  #order(seat: number, name: keyof typeof within.seatOrders): number {
    return orderIndex(this.#options.memory, seat, name);
  }

  #report(seat: number, name: keyof typeof within.seatReport): number {
    const { memory } = this.#options;
    return Atomics.load(memory.words, reportFieldIndex(memory, seat, name));
  }
}

/** Stands for a renderer that the system could not start. */
function neverStarted(incarnation: number): Occupant {
  return {
    incarnation,
    started: false,
    exited: true,
    gone: true,
    outOfMemory: false,
    deliver: () => {},
    terminate: () => {},
    demote: () => 0,
    lastWords: () => "",
  };
}
