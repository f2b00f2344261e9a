import { type CommandLog, type LogEntry, Opcode } from "../../engine/log/command_log.ts";
import type { SharedMemory } from "../../engine/memory/shared_memory.ts";
import { AskedPatch } from "../../engine/patch_swap/asked_patch.ts";
import type { PreparedPatch } from "../../engine/renderer/patch_instance.ts";
import type { Renderer } from "../../engine/renderer/renderer.ts";
import { orderIndex, reportFieldIndex } from "../../engine/memory/seats.ts";
import type { SeededRandom } from "../../testing/seeded_random.ts";
import { hangNumber, keepsState, tallyState } from "../../testing/patch/tally_patch.ts";
import type { Pool } from "./pool.ts";

/** A simulated thread that can be given a patch. */
interface Receiver {
  readonly seat: number;
  readonly renderer: Renderer;
}

/** Exchanges the patch now and then, by the rules of `PatchSwap`: first every renderer has it, then the log asks for it. */
export class Exchanges {
  readonly #memory: SharedMemory;
  readonly #pool: Pool;
  readonly #asked = new AskedPatch<number>();
  #newest = 0;
  /** Number of the patch that commands mean from now on. */
  #current = 0;
  #isDelivering = false;

  constructor(memory: SharedMemory, pool: Pool) {
    this.#memory = memory;
    this.#pool = pool;
  }

  /** Number of the patch that commands mean from now on. */
  get current(): number {
    return this.#current;
  }

  /** An instance of the patch of this number, as the renderers of the engine make theirs. */
  made(number: number): PreparedPatch {
    const { description, exports, checksum } = this.#pool.instance();
    return breakingApart({
      number,
      description: { ...description, state: tallyState(number) },
      exports,
      checksum,
    });
  }

  /** Gives a renderer every patch up to the newest. */
  prepare(renderer: Renderer): void {
    for (let number = renderer.newestPatch + 1; number <= this.#newest; number++) {
      renderer.prepare(this.made(number));
    }
  }

  /**
   * One turn of the main isolate. Returns the command that asks for a patch, once every renderer has it.
   *
   * @param playedPosition how far a renderer in lockstep has played the log
   */
  turn(
    random: SeededRandom,
    log: CommandLog,
    living: readonly Receiver[],
    playedPosition: number | undefined,
  ): LogEntry[] {
    if (playedPosition !== undefined) this.#asked.played(playedPosition);
    if (this.#asked.isPending) return [];
    if (!this.#isDelivering) {
      this.#isDelivering = random.chance(0.015);
      if (this.#isDelivering) this.#newest++;
      return [];
    }
    for (const { seat } of living) {
      this.#memory.words[orderIndex(this.#memory, seat, "patch")] = this.#newest;
    }
    const isReady = ({ seat }: Receiver) =>
      this.#memory.words[reportFieldIndex(this.#memory, seat, "patch")] >= this.#newest;
    if (log.room < 1 || !living.every(isReady)) return [];
    const before = this.#current;
    this.#asked.ask(log.head, before);
    this.#current = this.#newest;
    this.#isDelivering = false;
    return [{
      opcode: Opcode.exchange,
      target: this.#newest,
      value: keepsState(before, this.#newest) ? 1 : 0,
      extra: 0,
    }];
  }

  /** These entries do nothing any more. Returns those that were meant for a patch which now does not play. */
  quarantined(blamed: readonly number[], head: number): readonly number[] {
    const reverted = this.#asked.quarantined(blamed, head);
    if (!reverted) return [];
    this.#current = reverted.before;
    return reverted.orphans;
  }
}

/** A renderer came to a command on which it would never return: the simulated thread hangs in place of the simulator. */
export class SimulatedHang extends Error {
  override readonly name = "SimulatedHang";
}

/** Traps of a command; all others are those of a fuse, in the midst of a block. */
export const commandTraps = new WeakSet<Error>();

/** A patch that hangs by an error, and tells the traps of its commands from others. */
export function breakingApart(patch: PreparedPatch): PreparedPatch {
  const { exports } = patch;
  return {
    ...patch,
    exports: {
      ...exports,
      note_on(instrument: number, id: number, number: number, velocity: number): void {
        if (number === Math.fround(hangNumber)) throw new SimulatedHang();
        try {
          exports.note_on(instrument, id, number, velocity);
        } catch (error) {
          if (error instanceof Error) commandTraps.add(error);
          throw error;
        }
      },
    },
  };
}
