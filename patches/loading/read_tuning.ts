import { readScale, tuningOf } from "../../modules/tuning/scala.ts";
import { ScaleError } from "../../modules/tuning/scale_error.ts";

/** Largest file of a tuning: the largest of the Scala archive has 30 KB. */
const maxBytes = 2 ** 20;

/** Reads the pitches of all keys from a Scala file. Throws {@link ScaleError}, which names the file. */
export async function readTuning(path: string): Promise<number[]> {
  try {
    const { isFile, size } = await Deno.stat(path);
    // a device or a pipe might never end
    if (!isFile) throw new ScaleError("expected a file of the Scala format");
    if (size > maxBytes) throw new ScaleError(`has ${size} bytes, a tuning has at most ${maxBytes}`);
    return tuningOf(readScale(await Deno.readTextFile(path)));
  } catch (cause) {
    if (cause instanceof ScaleError) throw new ScaleError(`${path}: ${cause.message}`, { cause });
    throw new ScaleError(`cannot read the tuning ${path}: ${(cause as Error).message}`, { cause });
  }
}
