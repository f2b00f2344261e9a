/**
 * Fades out the voices of some notes, whether held or released, as `panic` does with all: MIDI's "all sound off" concerns one
 * channel. It follows from the arena alone. Renderer thread; allocates nothing.
 */
import type { PatchInstance } from "./patch_instance.ts";
import { laneOf, letVoiceGo } from "./voice_limit.ts";

/** Silences the notes with the ids `firstId` to `firstId + ids - 1`. Nothing happens where the patch does not tell its voices. */
export function silenceVoices(
  instance: PatchInstance,
  instrument: number,
  firstId: number,
  ids: number,
): void {
  const places = instance.description.arena.voices?.[instrument];
  const id = places?.fields.id;
  if (places === undefined || id === undefined) return;
  const { words } = instance;
  for (let voice = 0; voice < places.groupCount * 4; voice++) {
    const lane = laneOf(places, voice);
    const above = words[lane + id / 4] - firstId;
    if (words[lane] !== 0 && above >= 0 && above < ids) letVoiceGo(instance, places, lane);
  }
}
