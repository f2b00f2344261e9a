/**
 * The folder of the state: who may use it, which journal a start may go on from, and how often one has ended the process.
 * Main isolate, before and after the engine.
 */
import { exitCodes } from "../../foundation/exit_codes.ts";
import { ExitError } from "../../foundation/exit_error.ts";
import { makePrivateFolder, NotPrivateError } from "../../foundation/private_folder.ts";
import { readIfThere } from "../../foundation/read_if_there.ts";
import { journalName } from "./journal_file.ts";

/** The folder cannot be used; the message names the remedy. */
export class StateFolderError extends ExitError {
  override readonly name = "StateFolderError";
  override readonly exitCode = exitCodes.session;
}

/** Starts that may end early before the state is taken for the cause. */
export const maxEarlyEnds = 2;

/** Counts the starts that went on from the journal and did not live long. */
const startsName = "starts";

/** Remembers which patch was loaded last, by the name that was asked for. */
const loadedName = "loaded";

/** Journals that were refused and are kept, the newest ones. */
export const maxRefused = 3;

/** The patch that was loaded last: what loads it again. */
export interface Loaded {
  /** Its name or file. */
  readonly patch: string;
  /** When it was read, in milliseconds since 1970. */
  readonly unixMs: number;
}

/** A folder that this process has locked. */
export class StateFolder {
  readonly path: string;
  readonly #lock: Deno.FsFile;

  private constructor(path: string, lock: Deno.FsFile) {
    this.path = path;
    this.#lock = lock;
  }

  /**
   * Creates the folder where it is missing, and locks it; the system unlocks it when the process ends, however it ends.
   *
   * @throws {StateFolderError} when another engine uses it, or it cannot be written
   */
  static open(path: string): StateFolder {
    let lock: Deno.FsFile;
    try {
      makePrivateFolder(path, "UNDERSTUDY_STATE");
      lock = Deno.openSync(`${path}/lock`, { write: true, create: true, mode: 0o600 });
    } catch (cause) {
      if (cause instanceof NotPrivateError) throw new StateFolderError(cause.message, { cause });
      throw new StateFolderError(
        `UNDERSTUDY_STATE: ${path} cannot be used (${
          (cause as Error).message
        }); choose a folder that can be written`,
        { cause },
      );
    }
    if (!lock.tryLockSync(true)) {
      lock.close();
      throw new StateFolderError(
        `UNDERSTUDY_STATE: another engine keeps its state in ${path}; stop it, or choose another folder`,
      );
    }
    return new StateFolder(path, lock);
  }

  /** Path of the journal, whether or not there is one. */
  get journal(): string {
    return `${this.path}/${journalName}`;
  }

  /** Starts in a row that went on from this journal and ended early. */
  get earlyEnds(): number {
    const count = Number(readIfThere(`${this.path}/${startsName}`));
    return Number.isInteger(count) && count > 0 ? count : 0;
  }

  /** A start goes on from the journal now. It counts as ended early until {@link survived}. */
  starts(): void {
    Deno.writeTextFileSync(`${this.path}/${startsName}`, `${this.earlyEnds + 1}\n`, { mode: 0o600 });
  }

  /** The engine has lived long enough, or ended in order. Waits for the disk beside the isolate. */
  async survived(): Promise<void> {
    try {
      await Deno.remove(`${this.path}/${startsName}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** The patch that was loaded last; undefined: it is not known. */
  get loaded(): Loaded | undefined {
    try {
      const { patch, unixMs } = JSON.parse(Deno.readTextFileSync(`${this.path}/${loadedName}`));
      return typeof patch === "string" && typeof unixMs === "number" ? { patch, unixMs } : undefined;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  /** Remembers the patch that was loaded last. Waits for the disk beside the isolate; one call at a time. */
  async keepLoaded(loaded: Loaded): Promise<void> {
    const path = `${this.path}/${loadedName}`;
    await Deno.writeTextFile(`${path}.next`, JSON.stringify(loaded), { mode: 0o600 });
    await Deno.rename(`${path}.next`, path);
  }

  /** Keeps the journal under another name, where nothing overwrites it; the oldest ones go. Returns the name. */
  setAside(): string {
    const start = `${journalName}.refused-`;
    const numbers = [...Deno.readDirSync(this.path)]
      .filter(({ name }) => name.startsWith(start))
      .map(({ name }) => Number(name.slice(start.length)))
      .filter((number) => Number.isInteger(number) && number > 0)
      .sort((one, other) => one - other);
    const name = `${start}${(numbers.at(-1) ?? 0) + 1}`;
    Deno.renameSync(this.journal, `${this.path}/${name}`);
    for (const number of numbers.slice(0, 1 - maxRefused)) {
      Deno.removeSync(`${this.path}/${start}${number}`, { recursive: true });
    }
    return name;
  }

  /** Lets another engine use the folder. */
  close(): void {
    this.#lock.close();
  }
}
