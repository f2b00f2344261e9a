/**
 * Names of recordings. Whoever may change the sound may choose a name in the folder of the recordings, and no path: the name comes from the
 * network. No file is ever written over. Main isolate.
 */
import { extname, join, resolve } from "node:path";
import { exitCodes } from "../../foundation/exit_codes.ts";
import { ExitError } from "../../foundation/exit_error.ts";
import { sessionPath } from "../session/session_path.ts";
import type { RecordingFormat } from "./recording_start.ts";

/** A recording that cannot begin, or that ended before the engine; the message names the path and the remedy. */
export class RecordingError extends ExitError {
  override readonly name = "RecordingError";
  override readonly exitCode = exitCodes.session;
}

/** A file that is to be made, and its format. */
export interface RecordingPlace {
  readonly path: string;
  readonly format: RecordingFormat;
}

/** A name of a file, with or without its ending. */
const name = /^[\p{L}\p{N}_(][\p{L}\p{N} ._()+-]{0,99}$/u;

/** What names are, for messages. */
const nameRule = "1 to 100 letters, digits, spaces and ._()+- , beginning with a letter, a digit, _ or (";

export interface PlaceOptions {
  readonly format: RecordingFormat;
  readonly nowMs: number;
}

/**
 * The file for a name in the folder of the recordings, or for the time where there is no name. The folder is made where it is missing.
 *
 * @throws {RecordingError}
 */
export function placeInFolder(
  folder: string,
  wanted: string | undefined,
  { format, nowMs }: PlaceOptions,
): RecordingPlace {
  if (wanted === undefined) return placeOfSetting(`${folder}/`, { format, nowMs });
  if (!name.test(wanted)) {
    throw new RecordingError(`a name of a recording is ${nameRule}, found "${wanted.slice(0, 100)}"`);
  }
  makeFolder(folder);
  const own = formatOfFile(wanted, format);
  if (own !== undefined) return { path: resolve(folder, wanted), format: own };
  return { path: resolve(folder, wanted + endingOf(format)), format };
}

/**
 * The file for a path of the settings: a folder, a path with `%t` for the time, or one that ends in .wav or .flac.
 *
 * @throws {RecordingError}
 */
export function placeOfSetting(setting: string, { format, nowMs }: PlaceOptions): RecordingPlace {
  let path: string;
  try {
    path = sessionPath(setting, { nowMs, ending: endingOf(format) });
  } catch (cause) {
    throw new RecordingError((cause as Error).message, { cause });
  }
  const own = formatOfFile(path, format);
  if (own === undefined) {
    const found = extname(path) === "" ? "no ending" : `"${extname(path)}"`;
    throw new RecordingError(
      `cannot record to ${path}: expected a name that ends in .wav or .flac, found ${found}`,
    );
  }
  return { path: resolve(path), format: own };
}

/** Makes the file, with the beginning of a recording without sound. Throws {@link RecordingError}, also where it exists. */
export function createRecording(path: string, header: Uint8Array): void {
  try {
    Deno.writeFileSync(path, header, { createNew: true });
  } catch (cause) {
    const reason = cause instanceof Deno.errors.AlreadyExists
      ? "it exists already; choose another name"
      : cause instanceof Deno.errors.NotFound
      ? "its folder does not exist; create it first"
      : `${(cause as Error).message}; record to a folder that can be written`;
    throw new RecordingError(`cannot record to ${path}: ${reason}`, { cause });
  }
}

function makeFolder(folder: string): void {
  try {
    Deno.mkdirSync(join(folder), { recursive: true });
  } catch (cause) {
    throw new RecordingError(
      `cannot record into ${folder}: ${
        (cause as Error).message
      }; set UNDERSTUDY_RECORDINGS to a folder that can be written`,
      { cause },
    );
  }
}

/** Ending of the files of a format. */
function endingOf(format: RecordingFormat): string {
  return format.startsWith("wav") ? ".wav" : ".flac";
}

/** The format of a file by its name: one that ends as another kind gets that kind. Undefined: neither kind ends so. */
function formatOfFile(path: string, wanted: RecordingFormat): RecordingFormat | undefined {
  const ending = extname(path).toLowerCase();
  if (ending === endingOf(wanted)) return wanted;
  if (ending === ".flac") return wanted === "wav16" ? "flac16" : "flac24";
  if (ending === ".wav") return wanted === "flac16" ? "wav16" : "wav24";
  return undefined;
}
