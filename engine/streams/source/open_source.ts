/**
 * Opens a sound file for playing from the disk: any length, any place, at the engine's rate. The first bytes tell the kind of
 * file, not its name. A file is of unknown origin, so this runs where it may fall.
 */
import { isLtcName } from "../../../timecode/ltc_name.ts";
import { openBytes } from "./byte_source.ts";
import { openFileSound } from "./open_file_sound.ts";
import { PlayedFile, sourceError } from "./played_file.ts";
import type { Source, SourceOptions } from "./source.ts";
import { TimecodeSound } from "./timecode_sound.ts";

/** More sentences about one file than are kept: a file may be damaged at each of its frames. */
const maxWarnings = 32;

/**
 * Opens a file, or the timecode that a name means.
 *
 * @throws {SourceError} when it cannot be read, is of another kind, or holds no sound
 */
export async function openSource(
  path: string,
  { sampleRateHz, onWarning }: SourceOptions,
): Promise<Source> {
  if (isLtcName(path)) return new TimecodeSound(path, sampleRateHz);
  const warnings: string[] = [];
  const warn = (problem: string) => {
    const text = `sound file ${path}: ${problem}`;
    if (warnings.length >= maxWarnings || warnings.includes(text)) return;
    warnings.push(text);
    onWarning?.(text);
  };
  try {
    const bytes = await openBytes(path);
    try {
      const sound = await openFileSound(bytes, warn);
      return new PlayedFile({ path, bytes, sound, sampleRateHz, warnings });
    } catch (cause) {
      bytes.close();
      throw cause;
    }
  } catch (cause) {
    throw sourceError(path, cause);
  }
}
