import { readTextFile } from "../../foundation/read_text_file.ts";
import { defaultMapping, readMapping, readScale, tuningOf } from "../../modules/tuning/scala.ts";
import { ScaleError } from "../../modules/tuning/scale_error.ts";

/** Largest file of a tuning: the largest of the Scala archive has 30 KB. */
const maxBytes = 2 ** 20;

/**
 * Reads the pitches of all keys from a Scala file, and from a keyboard mapping where there is one. Throws {@link ScaleError}, which
 * names the file.
 */
export async function readTuning(path: string, mappingPath?: string): Promise<number[]> {
  const scale = await readFrom(path, "tuning", readScale);
  if (mappingPath === undefined) return tuningOf(scale, defaultMapping);
  return await readFrom(mappingPath, "keyboard mapping", (text) => tuningOf(scale, readMapping(text)));
}

async function readFrom<T>(path: string, what: string, read: (text: string) => T): Promise<T> {
  try {
    return read(await readTextFile(path, maxBytes));
  } catch (cause) {
    if (cause instanceof ScaleError) throw new ScaleError(`${path}: ${cause.message}`, { cause });
    throw new ScaleError(`cannot read the ${what} ${path}: ${(cause as Error).message}`, { cause });
  }
}
