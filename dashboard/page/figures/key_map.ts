/** Keys of a computer and of the drawn keyboard: which note each plays, and where it lies. */

/** Semitones above the lowest key, by the place of a key, whatever letter is on it: two rows, as trackers and samplers have them. */
const semitonesOfKey: Readonly<Record<string, number>> = Object.fromEntries([
  ...["KeyA", "KeyW", "KeyS", "KeyE", "KeyD", "KeyF", "KeyT", "KeyG", "KeyY", "KeyH", "KeyU", "KeyJ"],
  ...["KeyK", "KeyO", "KeyL", "KeyP", "Semicolon", "Quote"],
].map((code, semitones) => [code, semitones]));

/** What a key of the computer does to the keyboard. */
export type KeyAction =
  | { readonly kind: "note"; readonly note: number }
  | { readonly kind: "octave"; readonly by: 1 | -1 };

/**
 * The meaning of a key, by its `KeyboardEvent.code`; undefined: it has none here.
 *
 * @param lowest MIDI number of the lowest key that is shown
 */
export function keyAction(code: string, lowest: number): KeyAction | undefined {
  if (code === "KeyZ") return { kind: "octave", by: -1 };
  if (code === "KeyX") return { kind: "octave", by: 1 };
  const semitones = semitonesOfKey[code];
  if (semitones === undefined || lowest + semitones > 127) return undefined;
  return { kind: "note", note: lowest + semitones };
}

/** The label that is printed on a key of the drawn keyboard: the letter that plays it, on an English keyboard. */
export function letterOf(semitones: number): string {
  const code = Object.keys(semitonesOfKey)[semitones] ?? "";
  return code.startsWith("Key") ? code.slice(3) : { Semicolon: ";", Quote: "'" }[code] ?? "";
}

const names = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];

/** "C4" for 60. */
export function noteName(note: number): string {
  return `${names[note % 12]}${Math.floor(note / 12) - 1}`;
}

/** A key of the drawn keyboard, as parts of its width. */
export interface DrawnKey {
  readonly note: number;
  readonly isBlack: boolean;
  readonly left: number;
  readonly width: number;
}

const isBlackKey = (note: number) => [1, 3, 6, 8, 10].includes(note % 12);

/** The keys from one C up, white ones first, so that black ones are drawn over them. */
export function drawnKeys(lowest: number, octaves: number): DrawnKey[] {
  const notes = Array.from({ length: octaves * 12 + 1 }, (_, index) => lowest + index).filter((note) =>
    note <= 127
  );
  const whites = notes.filter((note) => !isBlackKey(note));
  const width = 1 / whites.length;
  const blackWidth = width * 0.62;
  return [
    ...whites.map((note, index) => ({ note, isBlack: false, left: index * width, width })),
    ...notes.filter(isBlackKey).map((note) => ({
      note,
      isBlack: true,
      left: whites.filter((white) => white < note).length * width - blackWidth / 2,
      width: blackWidth,
    })),
  ];
}

/** Velocity by the place where a key is hit: soft at its far end, loud at the near one. */
export function velocityAt(part: number): number {
  return Math.round((0.25 + 0.75 * Math.min(1, Math.max(0, part))) * 100) / 100;
}
