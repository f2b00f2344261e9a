/**
 * Lets voices go when more sound than the log allows: under overload, fewer voices are better than gaps in all. It follows from
 * the arena alone, so every renderer, and a session that is rendered again, lets go the same ones. Renderer thread; allocates
 * nothing.
 */
import type { VoicePlaces } from "../../compiler/graph/compiled_patch.ts";
import type { PatchInstance } from "./patch_instance.ts";

/** Voices that are let go in one block: looking for each costs a look at all. The others follow in the next blocks. */
export const maxVoicesLetGo = 64;

/** Least to be missed first: a released voice, one that only the pedal holds, one whose key is held. */
const released = 0;
const byPedal = 2;

/** Fades the oldest of the least important voices out until at most `limit` sound; those that fade already do not count. */
export function limitVoices(instance: PatchInstance, limit: number): void {
  const { voices } = instance.description.arena;
  if (voices === undefined) return;
  let sounding = 0;
  for (let index = 0; index < voices.length; index++) sounding += countSounding(instance, voices[index]);
  for (let left = Math.min(sounding - limit, maxVoicesLetGo); left > 0; left--) letOneGo(instance, voices);
}

function countSounding({ words, floats }: PatchInstance, places: VoicePlaces): number {
  let sounding = 0;
  for (let voice = 0; voice < places.groupCount * 4; voice++) {
    if (sounds(words, floats, places, laneOf(places, voice))) sounding++;
  }
  return sounding;
}

/** Index of the word that says whether a voice sounds. */
export function laneOf({ offset, groupBytes }: VoicePlaces, voice: number): number {
  return (offset + (voice >> 2) * groupBytes) / 4 + (voice & 3);
}

function sounds(words: Int32Array, floats: Float32Array, { fields }: VoicePlaces, lane: number): boolean {
  return words[lane] !== 0 && floats[lane + fields.gainTarget / 4] !== 0;
}

/** Fades a voice out, by the index of its first word, in the time that its gain of 1 takes to reach zero. */
export function letVoiceGo(
  { words, floats }: PatchInstance,
  { fields, fadeStep }: VoicePlaces,
  lane: number,
): void {
  words[lane + fields.held / 4] = released;
  words[lane + fields.gate / 4] = 0;
  if (floats[lane + fields.gainTarget / 4] === 0) return; // it fades already
  floats[lane + fields.gainTarget / 4] = 0;
  floats[lane + fields.gainStep / 4] = Math.fround(fadeStep) * floats[lane + fields.gain / 4];
}

function letOneGo(instance: PatchInstance, voices: readonly VoicePlaces[]): void {
  const { words, floats } = instance;
  let chosen = -1;
  let chosenLane = 0;
  let leastKind = 3;
  let eldest = 0;
  for (let index = 0; index < voices.length; index++) {
    const places = voices[index];
    const { held, age } = places.fields;
    for (let voice = 0; voice < places.groupCount * 4; voice++) {
      const lane = laneOf(places, voice);
      if (!sounds(words, floats, places, lane)) continue;
      const kind = kindOf(words[lane + held / 4]);
      const begun = words[lane + age / 4];
      if (kind > leastKind || (kind === leastKind && ((begun - eldest) | 0) >= 0)) continue;
      chosen = index;
      chosenLane = lane;
      leastKind = kind;
      eldest = begun;
    }
  }
  if (chosen >= 0) letVoiceGo(instance, voices[chosen], chosenLane);
}

function kindOf(held: number): number {
  if (held === released) return 0;
  return held === byPedal ? 1 : 2;
}
