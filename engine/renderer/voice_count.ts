import { maxCountedInstruments } from "../memory/constants.ts";
import { maxInstruments } from "../../compiler/graph/limits.ts";
import { invariant } from "../../foundation/invariant.ts";
import type { PatchInstance } from "./patch_instance.ts";

invariant(
  maxInstruments === maxCountedInstruments,
  "voice count: expected the report to hold all instruments of a patch",
);

/** The part of an instance that says which voices sound. */
interface VoiceWords {
  readonly words: Int32Array;
  readonly description: Pick<PatchInstance["description"], "arena">;
}

/** Counts the voices that sound, by instrument, into words from `first` on. Renderer thread; allocates nothing. */
export function countVoices({ words, description }: VoiceWords, into: Int32Array, first: number): void {
  const { voices } = description.arena;
  if (voices === undefined) return;
  for (let index = 0; index < Math.min(voices.length, maxCountedInstruments); index++) {
    const { offset, groupCount, groupBytes } = voices[index];
    let sounding = 0;
    for (let group = 0; group < groupCount; group++) {
      const lanes = (offset + group * groupBytes) / 4;
      for (let lane = 0; lane < 4; lane++) if (words[lanes + lane] !== 0) sounding++;
    }
    into[first + index] = sounding;
  }
}
