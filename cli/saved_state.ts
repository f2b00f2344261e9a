import type { Config } from "../config/settings.ts";
import { CommandRefusedError } from "../engine/control/control.ts";
import type { Continuation, Engine } from "../engine/engine.ts";
import { goOn } from "../engine/state/go_on.ts";
import type { Resumed } from "../engine/state/resume.ts";
import { type Loaded, StateFolder } from "../engine/state/state_folder.ts";
import type { Log } from "../foundation/logging.ts";
import { within } from "../foundation/within.ts";
import { isPatchFile } from "../patches/loading/patch_name.ts";

/** An engine that has lived this long after going on from a journal was not ended by what the journal holds. */
const survivedMs = 10_000;

/** The folder must be written within this when the engine ends. */
const closeMs = 2_000;

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
  readonly #isFresh: boolean;
  readonly #loaded: Loaded;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What is written to the folder, one after the other. */
  #writing: Promise<void> = Promise.resolve();

  private constructor(folder: StateFolder, resumed: Resumed | undefined, { config, log, isLiving }: Opening) {
    this.#folder = folder;
    this.#resumed = resumed;
    this.#log = log;
    const fresh = { patch: config.patch, unixMs: Date.now() };
    this.#isFresh = resumed === undefined && !isLiving;
    // where nothing was remembered, nothing is known to be older than the file
    this.#loaded = (this.#isFresh ? undefined : folder.loaded) ?? fresh;
  }

  /** Opens the folder of the settings and reads what is there; undefined where no state is kept. Throws `StateFolderError`. */
  static async open(opening: Opening): Promise<SavedState | undefined> {
    const { config, version, log, isLiving } = opening;
    if (config.stateFolder === undefined) return undefined;
    const folder = StateFolder.open(config.stateFolder);
    try {
      const resumed = isLiving ? undefined : await goOn({ folder, config, version, log, nowMs: Date.now() });
      return new SavedState(folder, resumed, opening);
    } catch (error) {
      folder.close();
      throw error;
    }
  }

  /** Name or file of the patch that was loaded last. */
  get loaded(): string {
    return this.#loaded.patch;
  }

  get continuation(): Continuation | undefined {
    return this.#resumed;
  }

  /** The engine plays: says what it went on from, and submits the commands whose time has not come. */
  plays(engine: Engine): void {
    if (this.#isFresh) this.keepLoaded(this.#loaded);
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
    this.#timer = setTimeout(() => this.#write(() => this.#folder.survived()), survivedMs);
    this.#write(() => this.#noticeEdits());
  }

  /** A patch was loaded: the next start reads this one again, when it is asked for the last one. */
  keepLoaded(loaded: Loaded): void {
    this.#write(() => this.#folder.keepLoaded(loaded));
  }

  /** Lets another engine use the folder. `inOrder`: the engine has played and was stopped as asked. */
  async close(inOrder: boolean): Promise<void> {
    clearTimeout(this.#timer);
    if (inOrder) this.#write(() => this.#folder.survived());
    await within(this.#writing, closeMs);
    this.#folder.close();
  }

  /** Says so when the file of the patch is newer than what plays. */
  async #noticeEdits(): Promise<void> {
    const { patch, unixMs } = this.#loaded;
    if (!isPatchFile(patch)) return;
    const editedMs = (await Deno.stat(patch)).mtime?.getTime() ?? 0;
    if (editedMs <= unixMs) return;
    this.#log.warning(
      `${patch} was edited since it was loaded: the code that played goes on; /patch/load plays the edited one`,
    );
  }

  /** Nothing waits for the disk: it may stand still. */
  #write(work: () => Promise<void>): void {
    this.#writing = this.#writing.then(work)
      .catch((error: Error) => this.#log.warning(`the folder of the state: ${error.message}`));
  }
}
