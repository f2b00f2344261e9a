/**
 * The claim of a control process on the run: which one it is, that it lives, and whether it has ended on purpose. The launcher reads
 * all of it. The orders of a process whose claim has passed to another one must not count: such a process ends at once.
 * Main isolate.
 */
import { exitCodes } from "../../foundation/exit_codes.ts";
import { ControlPhase, fixed } from "../memory/layout.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import type { EngineProcesses } from "./engine_processes.ts";

const { pid, epoch, heartbeat, phase, sessionBytes } = fixed.controlProcess;

export class ControlClaim {
  readonly #memory: SharedMemory;
  readonly #epoch: number;

  /** States that this process gives the orders from now on. */
  constructor(memory: SharedMemory, processes: EngineProcesses) {
    this.#memory = memory;
    this.#epoch = processes.epoch;
    const { words } = memory;
    Atomics.store(words, phase.index, ControlPhase.starting);
    Atomics.store(words, pid.index, Deno.pid);
    Atomics.store(words, epoch.index, processes.epoch);
  }

  /** The engine plays: from now on another process takes over when this one is lost. */
  run(): void {
    Atomics.store(this.#memory.words, phase.index, ControlPhase.running);
  }

  /** The engine ends on purpose, whatever becomes of this process: no other one takes over. */
  end(): void {
    Atomics.store(this.#memory.words, phase.index, ControlPhase.ended);
  }

  /** The next control process takes over, of the version that the run's folder names: ends this one. */
  handOver(): never {
    Atomics.store(this.#memory.words, phase.index, ControlPhase.handingOver);
    Deno.exit(exitCodes.ok);
  }

  /** Shows a sign of life, for every tick. Ends the process when another one has the claim. */
  beat(): void {
    const { words } = this.#memory;
    const current = Atomics.load(words, fixed.launcher.epoch.index);
    if (current !== 0 && current !== this.#epoch) Deno.exit(exitCodes.internal);
    Atomics.add(words, heartbeat.index, 1);
  }

  /** Where the next process can go on with the recording. */
  get recordedBytes(): number {
    return Number(Atomics.load(this.#memory.wide, sessionBytes.index));
  }

  set recordedBytes(bytes: number) {
    Atomics.store(this.#memory.wide, sessionBytes.index, BigInt(bytes));
  }
}
