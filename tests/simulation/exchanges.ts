import { ArenaChecksum } from "../../engine/memory/checksum.ts";
import { type CommandLog, type LogEntry, Opcode } from "../../engine/log/command_log.ts";
import { within } from "../../engine/memory/layout.ts";
import type { SharedMemory } from "../../engine/memory/shared_memory.ts";
import type { PatchExports } from "../../engine/renderer/patch_instance.ts";
import { type Renderer } from "../../engine/renderer/renderer.ts";
import { ordersIndex } from "../../engine/memory/seats.ts";
import type { CompiledPatch } from "../../compiler/graph/compiled_patch.ts";
import type { SeededRandom } from "../../testing/seeded_random.ts";
import { keepsState, tallyState } from "../../testing/patch/tally_patch.ts";

/** What of a simulated thread an exchange needs. */
interface Receiver {
  readonly seat: number;
  readonly renderer: Renderer;
  readonly ended: boolean;
  readonly crashed: boolean;
}

/** Exchanges the patch now and then, by the rules of `PatchSwap`: first everyone has it, then the log asks for it. */
export class Exchanges {
  readonly #memory: SharedMemory;
  readonly #patch: CompiledPatch;
  readonly #checksum: WebAssembly.Module;
  #newest = 0;
  #asked = 0;

  constructor(memory: SharedMemory, patch: CompiledPatch, checksum: WebAssembly.Module) {
    this.#memory = memory;
    this.#patch = patch;
    this.#checksum = checksum;
  }

  /** An instance of the patch of this number, as the renderers of the engine make theirs. */
  made(number: number): [CompiledPatch, PatchExports, ArenaChecksum] {
    const exports = new WebAssembly.Instance(this.#patch.module).exports as unknown as PatchExports;
    const patch = { ...this.#patch, state: tallyState(number) };
    return [patch, exports, new ArenaChecksum(this.#checksum, exports.memory)];
  }

  /** Gives a renderer every patch up to the newest. */
  prepare(renderer: Renderer): void {
    for (let number = renderer.newestPatch + 1; number <= this.#newest; number++) {
      renderer.prepare(number, ...this.made(number));
    }
  }

  /** One look of the main isolate. Returns the command that asks for a patch, once all have it. */
  look(random: SeededRandom, log: CommandLog, threads: readonly (Receiver | undefined)[]): LogEntry[] {
    if (this.#newest === this.#asked) {
      if (random.chance(0.015)) this.#newest++;
      return [];
    }
    const living = threads.filter((thread) => thread && !thread.ended && !thread.crashed) as Receiver[];
    for (const { seat } of living) {
      this.#memory.words[ordersIndex(this.#memory, seat) + within.seatOrders.patch.index] = this.#newest;
    }
    if (log.room < 1 || living.some(({ renderer }) => renderer.newestPatch < this.#newest)) return [];
    const before = this.#asked;
    this.#asked = this.#newest;
    return [{
      opcode: Opcode.exchange,
      target: this.#newest,
      value: keepsState(before, this.#newest) ? 1 : 0,
      extra: 0,
    }];
  }
}
