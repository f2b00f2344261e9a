/**
 * Program changes from a device: each number is a patch. Loading a patch takes longer than turning a dial by one step, so of
 * the changes that arrive meanwhile only the last one counts. Main isolate.
 */
import type { Log } from "../foundation/logging.ts";
import { patchOfProgram } from "./messages.ts";

export class ProgramChanges {
  readonly #patches: readonly string[];
  readonly #load: (patch: string) => Promise<unknown>;
  readonly #log: Log;
  #wanted: string | undefined;
  #loading: Promise<void> | undefined;

  /**
   * @param patches names, by the number of the program
   * @param load loads and plays a patch; rejects when the patch cannot be played
   */
  constructor(patches: readonly string[], load: (patch: string) => Promise<unknown>, log: Log) {
    this.#patches = patches;
    this.#load = load;
    this.#log = log;
  }

  /** Loads the patch of a program. Throws `CommandRefusedError` for a number without a patch. */
  change(program: number): void {
    this.#wanted = patchOfProgram(program, this.#patches);
    this.#loading ??= this.#loadWanted().finally(() => this.#loading = undefined);
  }

  /** Resolves when no patch is being loaded. */
  async settled(): Promise<void> {
    await this.#loading;
  }

  async #loadWanted(): Promise<void> {
    while (this.#wanted !== undefined) {
      const patch = this.#wanted;
      this.#wanted = undefined;
      try {
        await this.#load(patch);
        this.#log.info(`MIDI: a program change loaded ${patch}`);
      } catch (error) {
        this.#log.warning(`MIDI: the program ${patch} was not loaded: ${(error as Error).message}`);
      }
    }
  }
}
