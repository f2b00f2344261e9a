/**
 * Scala's tuning files (M. Op de Coul, https://www.huygens-fokker.org/scala/scl_format.html): lines that begin with `!` are
 * comments, the first other line describes the scale, the second counts its notes, then one pitch a line: cents where
 * there is a full stop, a ratio otherwise. The last pitch is the interval after which the scale repeats.
 */
import { tunedKeys } from "./tuned.ts";
import { ScaleError } from "./scale_error.ts";

/** A scale: its pitches above the first note, in cents; the last one is the interval of repetition. */
export interface Scale {
  readonly description: string;
  readonly cents: readonly number[];
}

/** The place of a scale on the keys. */
export interface KeyMapping {
  /** Key that gets the first note of the scale; middle C by default. */
  readonly firstKey?: number;
  /** Key whose frequency is given, and that frequency; A4 = 440 Hz by default. */
  readonly referenceKey?: number;
  readonly referenceHz?: number;
}

const maxNotes = 10_000;

/** Half a hertz, and 27 kHz, in semitones. */
const [lowestPitch, highestPitch] = [-48, 140];

/** Reads the text of a `.scl` file. Throws {@link ScaleError}. */
export function readScale(text: string): Scale {
  const lines = text.split(/\r?\n/).map((line, index) => ({ text: line.trim(), number: index + 1 }))
    .filter(({ text }) => !text.startsWith("!"));
  const [description, count, ...rest] = lines;
  const notes = /^(\d+)/.exec(count?.text ?? "")?.[1];
  if (notes === undefined) {
    throw new ScaleError(
      `line ${count?.number ?? 2}: expected the number of notes, found "${count?.text ?? ""}"`,
    );
  }
  const wanted = Number(notes);
  if (wanted < 1 || wanted > maxNotes) {
    throw new ScaleError(`line ${count.number}: expected 1 to ${maxNotes} notes, found ${notes}`);
  }
  const pitches = rest.filter(({ text }) => text !== "").slice(0, wanted);
  if (pitches.length < wanted) {
    throw new ScaleError(`expected ${wanted} pitches, found ${pitches.length}: the file is cut off`);
  }
  return { description: description.text, cents: pitches.map(({ text, number }) => pitchOf(text, number)) };
}

function pitchOf(text: string, line: number): number {
  const [word] = text.split(/\s/);
  if (/^-?\d*\.\d*$/.test(word) && /\d/.test(word)) return Number(word);
  const ratio = /^(\d+)(?:\/(\d+))?$/.exec(word);
  const value = ratio ? Number(ratio[1]) / Number(ratio[2] ?? 1) : NaN;
  if (!Number.isFinite(value) || value <= 0) {
    throw new ScaleError(
      `line ${line}: expected cents with a full stop, or a ratio like 3/2, found "${text}"`,
    );
  }
  return 1_200 * Math.log2(value);
}

/**
 * Pitch of each MIDI key in semitones of equal temperament, for `PatchFormat.tuning`: the scale goes up from its first key,
 * repeats at its end, and goes down likewise; all of it is shifted so that the reference key has its frequency.
 * Keys beyond the range of hearing stay at its ends.
 */
export function tuningOf({ cents }: Scale, mapping: KeyMapping = {}): number[] {
  const { firstKey = 60, referenceKey = 69, referenceHz = 440 } = mapping;
  const period = cents[cents.length - 1];
  const above = (key: number) => {
    const steps = key - firstKey;
    const turn = Math.floor(steps / cents.length);
    const degree = steps - turn * cents.length;
    return turn * period + (degree === 0 ? 0 : cents[degree - 1]);
  };
  const shift = 69 + 12 * Math.log2(referenceHz / 440) - above(referenceKey) / 100;
  return Array.from(
    { length: tunedKeys },
    (_, key) => Math.min(highestPitch, Math.max(lowestPitch, above(key) / 100 + shift)),
  );
}
