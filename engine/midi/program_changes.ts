/**
 * Program changes from a device: each number is a patch. Loading takes longer than turning a dial by one, so of those that
 * come meanwhile the last one counts. Main isolate.
 */
import { CommandRefused } from "../control.ts";
import type { Log } from "../logging.ts";

export class ProgramChanges {
  readonly #patches: readonly string[];
  readonly #load: (patch: string) => Promise<void>;
  readonly #log: Log;
  #wanted: string | undefined;
  #loading: Promise<void> | undefined;

  /**
   * @param patches by the number of the program
   * @param load exchanges what plays, and refuses what cannot be played
   */
  constructor(patches: readonly string[], load: (patch: string) => Promise<void>, log: Log) {
    this.#patches = patches;
    this.#load = load;
    this.#log = log;
  }

  /** Throws {@link CommandRefused} for a number that is no patch. */
  change(program: number): void {
    const patch = this.#patches[program];
    if (patch === undefined) {
      throw new CommandRefused(`program: expected 0 to ${this.#patches.length - 1}, found ${program}`);
    }
    this.#wanted = patch;
    this.#loading ??= this.#loadWanted().finally(() => this.#loading = undefined);
  }

  /** Resolves when nothing is being loaded any more. */
  async settled(): Promise<void> {
    await this.#loading;
  }

  async #loadWanted(): Promise<void> {
    while (this.#wanted !== undefined) {
      const patch = this.#wanted;
      this.#wanted = undefined;
      try {
        await this.#load(patch);
        this.#log.info(`MIDI: a program change has brought ${patch}`);
      } catch (error) {
        this.#log.warning(`MIDI: the program ${patch} was not brought: ${(error as Error).message}`);
      }
    }
  }
}
