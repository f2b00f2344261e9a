/** Keys of the show page, as QLab has them. */

/** What a key does. `leave`: the field that has the focus gives it up. */
export type ShowKey = "go" | "panic" | "back" | "next" | "pause" | "resume" | "leave";

export interface PressedKey {
  readonly key: string;
  readonly repeat: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

/** Keys that stay the same while they are held: only what is pressed anew starts a cue or cuts the sound. */
const once: Readonly<Record<string, ShowKey>> = {
  " ": "go",
  Escape: "panic",
  "[": "pause",
  "]": "resume",
};

const repeated: Readonly<Record<string, ShowKey>> = { ArrowUp: "back", ArrowDown: "next" };

/**
 * The meaning of a key; undefined: it has none here.
 *
 * @param isField whether text is typed into what has the focus, or a value is chosen there
 */
export function showKeyOf(pressed: PressedKey, isField: boolean): ShowKey | undefined {
  const { key, repeat, ctrlKey, metaKey, altKey } = pressed;
  if (ctrlKey || metaKey || altKey) return undefined;
  if (isField) return key === "Escape" ? "leave" : undefined;
  if (Object.hasOwn(repeated, key)) return repeated[key];
  return repeat || !Object.hasOwn(once, key) ? undefined : once[key];
}
