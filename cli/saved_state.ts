import type { CompiledPatch } from "../compiler/graph/compiled_patch.ts";
import type { Config } from "../config/settings.ts";
import { CommandRefusedError } from "../engine/control/control.ts";
import type { Continuation, Engine } from "../engine/engine.ts";
import { goOn } from "../engine/state/go_on.ts";
import type { Resumed } from "../engine/state/resume.ts";
import { StateFolder } from "../engine/state/state_folder.ts";
import type { Log } from "../foundation/logging.ts";

/** An engine that has lived this long after going on from a journal was not ended by what the journal holds. */
const survivedMs = 10_000;

interface Opening {
  readonly config: Config;
  readonly version: string;
  readonly log: Log;
  /** The engine plays already, in processes whose control process was lost: nothing is to be gone on from. */
  readonly isLiving?: boolean;
}

/** The state that a start goes on from, and the folder that keeps it. Main isolate. */
export class SavedState {
  readonly #folder: StateFolder;
  readonly #resumed: Resumed | undefined;
  readonly #log: Log;
  #timer: ReturnType<typeof setTimeout> | undefined;

  private constructor(folder: StateFolder, resumed: Resumed | undefined, log: Log) {
    this.#folder = folder;
    this.#resumed = resumed;
    this.#log = log;
  }

  /** Opens the folder of the settings and reads what is there; undefined where no state is kept. Throws `StateFolderError`. */
  static async open({ config, version, log, isLiving }: Opening): Promise<SavedState | undefined> {
    if (config.stateFolder === undefined) return undefined;
    const folder = StateFolder.open(config.stateFolder);
    try {
      const resumed = isLiving ? undefined : await goOn({ folder, config, version, log, nowMs: Date.now() });
      return new SavedState(folder, resumed, log);
    } catch (error) {
      folder.close();
      throw error;
    }
  }

  /** The patch that played; undefined: the one that is asked for begins. */
  get patch(): CompiledPatch | undefined {
    return this.#resumed?.patches.at(-1)?.patch;
  }

  get continuation(): Continuation | undefined {
    return this.#resumed;
  }

  /** The engine plays: says what it went on from, and submits the commands whose time has not come. */
  plays(engine: Engine): void {
    if (this.#resumed === undefined) return;
    const { gapMs, replayedBlocks, released, missedNotes, differingBlocks, later } = this.#resumed;
    this.#log.info(
      `goes on from the state of ${
        (gapMs / 1_000).toFixed(1)
      } s ago: ${replayedBlocks} blocks played again, ` +
        `${released} held notes and pedals released, ${missedNotes} missed notes left out, ` +
        `${later.length} commands still to come`,
    );
    if (differingBlocks > 0) {
      this.#log.error(`${differingBlocks} of these blocks differ from what was delivered before`);
    }
    for (const { command, unixMs } of later) {
      try {
        engine.submit([command], { unixMs });
      } catch (error) {
        if (!(error instanceof CommandRefusedError)) throw error;
        this.#log.warning(`a command from before the start was refused: ${error.message}`);
      }
    }
    this.#timer = setTimeout(() => this.#folder.survived(), survivedMs);
  }

  /** Lets another engine use the folder. `inOrder`: the engine has played and was stopped as asked. */
  close(inOrder: boolean): void {
    clearTimeout(this.#timer);
    if (inOrder) this.#folder.survived();
    this.#folder.close();
  }
}
