/**
 * Program changes from a device: each number is a patch. Loading takes longer than turning a dial by one, so of those that
 * come meanwhile the last one counts. Main isolate.
 */
import type { Log } from "../foundation/logging.ts";
import { patchOfProgram } from "./messages.ts";

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

  /** Throws `CommandRefusedError` for a number that is no patch. */
  change(program: number): void {
    this.#wanted = patchOfProgram(program, this.#patches);
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
