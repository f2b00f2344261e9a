/** The order of a list: neighbours, and what one GO starts. */
import type { CueList, ListedCue } from "./cue_list.ts";

/** The cue after this one, behind its group where it is the last there; null: the end of the list. */
export function cueAfter(list: CueList, key: string): string | null {
  for (let current = own(list, key); current !== undefined;) {
    const siblings = siblingsOf(list, current);
    const next = siblings[siblings.indexOf(current.key) + 1];
    if (next !== undefined) return next;
    current = current.parent === null ? undefined : own(list, current.parent);
  }
  return null;
}

/** The cue before this one: of the first in a group, the group; of the first in the list, itself. */
export function cueBefore(list: CueList, key: string | null): string | null {
  const current = key === null ? undefined : own(list, key);
  if (current === undefined) return list.order.at(-1) ?? null;
  const siblings = siblingsOf(list, current);
  return siblings[siblings.indexOf(current.key) - 1] ?? current.parent ?? current.key;
}

/** The cue that an auto-continue or auto-follow starts: the next one in the same list or group. */
export function follower(list: CueList, key: string): string | undefined {
  const current = own(list, key);
  if (current === undefined) return undefined;
  const siblings = siblingsOf(list, current);
  return siblings[siblings.indexOf(key) + 1];
}

/** The cues that one GO on this cue starts one after the other, itself first. */
export function cueSequence(list: CueList, key: string): string[] {
  const sequence = [key];
  for (let last: string | undefined = key; last !== undefined && continues(list, last);) {
    last = follower(list, last);
    if (last !== undefined) sequence.push(last);
  }
  return sequence;
}

function continues(list: CueList, key: string): boolean {
  return own(list, key)?.continuation !== "none";
}

function siblingsOf(list: CueList, { parent }: ListedCue): readonly string[] {
  if (parent === null) return list.order;
  const deed = list.cues[parent].deed;
  return deed.kind === "group" ? deed.children : [];
}

function own(list: CueList, key: string): ListedCue | undefined {
  return Object.hasOwn(list.cues, key) ? list.cues[key] : undefined;
}
