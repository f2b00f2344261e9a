import { readScale, tuningOf } from "../../modules/tuning/scala.ts";
import { ScaleError } from "../../modules/tuning/scale_error.ts";

/** Reads the pitches of all keys from a Scala file. Throws {@link ScaleError}, which names the file. */
export async function readTuning(path: string): Promise<number[]> {
  try {
    return tuningOf(readScale(await Deno.readTextFile(path)));
  } catch (cause) {
    if (cause instanceof ScaleError) throw new ScaleError(`${path}: ${cause.message}`, { cause });
    throw new ScaleError(`cannot read the tuning ${path}: ${(cause as Error).message}`, { cause });
  }
}
