import { readScale, ScaleInvalid, tuningOf } from "../../modules/tuning/scala.ts";

/** The pitches of all keys from a Scala file. Throws {@link ScaleInvalid}, which names the file. */
export async function readTuning(path: string): Promise<number[]> {
  try {
    return tuningOf(readScale(await Deno.readTextFile(path)));
  } catch (cause) {
    if (cause instanceof ScaleInvalid) throw new ScaleInvalid(`${path}: ${cause.message}`, { cause });
    throw new ScaleInvalid(`cannot read the tuning ${path}: ${(cause as Error).message}`, { cause });
  }
}
