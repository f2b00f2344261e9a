import { type CommandLog, type LogEntry, Opcode } from "../../engine/log/command_log.ts";
import type { SharedMemory } from "../../engine/memory/shared_memory.ts";
import { AskedPatch } from "../../engine/patch_swap/asked_patch.ts";
import { type PreparedPatch, preparePatch } from "../../engine/renderer/patch_instance.ts";
import type { Renderer } from "../../engine/renderer/renderer.ts";
import { orderIndex, reportFieldIndex } from "../../engine/memory/seats.ts";
import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import type { SeededRandom } from "../../testing/seeded_random.ts";
import { hangNumber, keepsState, tallyState } from "../../testing/patch/tally_patch.ts";

/** A simulated thread that can be given a patch. */
interface Receiver {
  readonly seat: number;
  readonly renderer: Renderer;
}

/** Exchanges the patch now and then, by the rules of `PatchSwap`: first every renderer has it, then the log asks for it. */
export class Exchanges {
  readonly #memory: SharedMemory;
  readonly #patch: CompiledPatch;
  readonly #checksum: WebAssembly.Module;
  readonly #asked = new AskedPatch<number>();
  #newest = 0;
  /** Number of the patch that commands mean from now on. */
  #current = 0;
  #isDelivering = false;

  constructor(memory: SharedMemory, patch: CompiledPatch, checksum: WebAssembly.Module) {
    this.#memory = memory;
    this.#patch = patch;
    this.#checksum = checksum;
  }

  /** Number of the patch that commands mean from now on. */
  get current(): number {
    return this.#current;
  }

  /** An instance of the patch of this number, as the renderers of the engine make theirs. */
  made(number: number): PreparedPatch {
    return hangingApart(preparePatch(number, { ...this.#patch, state: tallyState(number) }, this.#checksum));
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

function hangingApart(patch: PreparedPatch): PreparedPatch {
  const { exports } = patch;
  return {
    ...patch,
    exports: {
      ...exports,
      note_on(instrument: number, id: number, number: number, velocity: number): void {
        if (number === Math.fround(hangNumber)) throw new SimulatedHang();
        exports.note_on(instrument, id, number, velocity);
      },
    },
  };
}
