/**
 * Scala's files (M. Op de Coul, https://www.huygens-fokker.org/scala/scl_format.html and
 * https://www.huygens-fokker.org/scala/help.htm#mappings). In both, lines that begin with `!` are comments.
 *
 * Scales (`.scl`): the first line describes the scale, the second counts its notes, then one pitch a line: cents where there is a
 * full stop, a ratio otherwise. Whatever follows a valid pitch is ignored. The last pitch is the interval after which the scale
 * repeats.
 *
 * Mappings (`.kbm`): which key plays which degree of the scale, and which key has which frequency.
 */
import { tunedKeys } from "./tuned.ts";
import { ScaleError } from "./scale_error.ts";

/** A scale: its pitches above the first note, in cents; the last one is the interval of repetition. May be empty. */
export interface Scale {
  readonly description: string;
  readonly cents: readonly number[];
}

/** The place of a scale on the keys. */
export interface KeyMapping {
  /** Keys that are tuned; the others sound as equal temperament has them. */
  readonly firstTunedKey: number;
  readonly lastTunedKey: number;
  /** Key that gets the first degree of the mapping. */
  readonly middleKey: number;
  /** Key whose frequency is given, and that frequency. */
  readonly referenceKey: number;
  readonly referenceHz: number;
  /** Degree of the scale that is the formal octave: after it, the mapping repeats. 0: the last one. */
  readonly octaveDegree: number;
  /** Degrees of the keys from the middle key upwards; undefined: the key is not mapped. Empty: each key the next degree. */
  readonly degrees: readonly (number | undefined)[];
}

const maxNotes = 10_000;

/** Half a hertz, and 27 kHz, in semitones. */
const [lowestPitch, highestPitch] = [-48, 140];

const middleC = 60;

/**
 * The mapping where none is given: that of Scala itself, which is also that of other synthesizers. The scale begins on middle C, and
 * middle C is where equal temperament has it, 261.6256 Hz. With A4 at 440 Hz instead, a scale of 19 steps would put middle C at
 * 317 Hz.
 */
export const defaultMapping: KeyMapping = {
  firstTunedKey: 0,
  lastTunedKey: tunedKeys - 1,
  middleKey: middleC,
  referenceKey: middleC,
  referenceHz: 440 * 2 ** ((middleC - 69) / 12),
  octaveDegree: 0,
  degrees: [],
};

interface Line {
  readonly text: string;
  readonly number: number;
}

function linesOf(text: string): Line[] {
  return text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/)
    .map((line, index) => ({ text: line.trim(), number: index + 1 }))
    .filter(({ text }) => !text.startsWith("!"));
}

/** Reads the text of a `.scl` file. Throws {@link ScaleError}. */
export function readScale(text: string): Scale {
  const [description, count, ...rest] = linesOf(text);
  const notes = /^\d+/.exec(count?.text ?? "")?.[0];
  if (notes === undefined) {
    throw new ScaleError(
      `line ${count?.number ?? 2}: expected the number of notes, found "${count?.text ?? ""}"`,
    );
  }
  const wanted = Number(notes);
  if (wanted > maxNotes) {
    throw new ScaleError(`line ${count.number}: expected 0 to ${maxNotes} notes, found ${notes}`);
  }
  const pitches = rest.filter(({ text }) => text !== "").slice(0, wanted);
  if (pitches.length < wanted) {
    throw new ScaleError(`expected ${wanted} pitches, found ${pitches.length}: the file is cut off`);
  }
  return { description: description.text, cents: pitches.map(pitchOf) };
}

/** Cents have a full stop, a ratio of whole numbers has none; what follows is ignored, but not a comma in place of a full stop. */
function pitchOf({ text, number: line }: Line): number {
  const cents = /^[-+]?(?:\d+\.\d*|\.\d+)/.exec(text)?.[0];
  if (cents !== undefined) return Number(cents);
  const ratio = /^(\d+)(?:\s*\/\s*(\d+))?(?!\d|,\d|\s*\/)/.exec(text);
  const value = ratio ? Number(ratio[1]) / Number(ratio[2] ?? 1) : NaN;
  if (!Number.isFinite(value) || value <= 0) {
    throw new ScaleError(
      `line ${line}: expected cents with a full stop, or a ratio like 3/2, found "${text}"`,
    );
  }
  return 1_200 * Math.log2(value);
}

/** Reads the text of a `.kbm` file. Throws {@link ScaleError}. */
export function readMapping(text: string): KeyMapping {
  const lines = linesOf(text).filter(({ text }) => text !== "");
  const numberAt = (index: number, what: string, min: number, max: number): number => {
    const line = lines[index];
    const found = /^[-+]?\d+(?:\.\d*)?/.exec(line?.text ?? "")?.[0];
    const value = Number(found);
    if (found !== undefined && value >= min && value <= max) return value;
    throw new ScaleError(
      `line ${line?.number ?? "after the last"}: expected ${what}, ${min} to ${max}, found "${
        line?.text ?? ""
      }"`,
    );
  };
  const whole = (index: number, what: string, min: number, max: number) => {
    const value = numberAt(index, what, min, max);
    if (Number.isInteger(value)) return value;
    throw new ScaleError(`line ${lines[index].number}: expected a whole number, ${what}, found ${value}`);
  };
  const lastKey = tunedKeys - 1;
  const size = whole(0, "the size of the map", 0, maxNotes);
  const mapping = {
    firstTunedKey: whole(1, "the first key that is tuned", 0, lastKey),
    lastTunedKey: whole(2, "the last key that is tuned", 0, lastKey),
    middleKey: whole(3, "the middle key", 0, lastKey),
    referenceKey: whole(4, "the reference key", 0, lastKey),
    referenceHz: numberAt(5, "the frequency of the reference key in Hz", 0.01, 100_000),
    octaveDegree: whole(6, "the degree of the formal octave", 0, maxNotes),
  };
  const degrees = Array.from({ length: size }, (_, index) => {
    const line = lines[7 + index];
    // a map that ends early leaves the other keys without a degree
    if (line === undefined || /^x/i.test(line.text)) return undefined;
    // degrees below the first and beyond the last are those of the scale's repetitions
    return whole(7 + index, "a degree of the scale, or x", -maxNotes, maxNotes);
  });
  return { ...mapping, degrees };
}

/**
 * Pitch of each MIDI key in semitones of equal temperament, for `PatchFormat.tuning`: the scale goes up from the middle key,
 * repeats at its end, and goes down likewise; all of it is shifted so that the reference key has its frequency. Keys that are not
 * mapped, or lie outside of the tuned range, keep their pitch of equal temperament. Keys beyond the range of hearing stay at its
 * ends.
 *
 * @throws {ScaleError} where the mapping repeats after a degree that the scale has not, or gives the reference key none
 */
export function tuningOf({ cents }: Scale, mapping: KeyMapping = defaultMapping): number[] {
  const { firstTunedKey, lastTunedKey, middleKey, referenceKey, referenceHz, degrees, octaveDegree } =
    mapping;
  // a scale without notes has one pitch, that of its first note
  const size = Math.max(1, cents.length);
  const period = cents[cents.length - 1] ?? 0;
  const degreeCents = (degree: number) => {
    const turn = Math.floor(degree / size);
    const place = degree - turn * size;
    return turn * period + (place === 0 ? 0 : cents[place - 1]);
  };
  const octave = octaveDegree === 0 ? size : octaveDegree;
  // without degrees the mapping does not repeat, and files that come with Scala state the number of keys there
  if (degrees.length > 0 && octave > size) {
    throw new ScaleError(`the mapping repeats after degree ${octave}, the scale has ${cents.length}`);
  }
  const above = (key: number): number | undefined => {
    const steps = key - middleKey;
    if (degrees.length === 0) return degreeCents(steps);
    const turn = Math.floor(steps / degrees.length);
    const degree = degrees[steps - turn * degrees.length];
    return degree === undefined ? undefined : turn * degreeCents(octave) + degreeCents(degree);
  };
  const reference = above(referenceKey);
  if (reference === undefined) {
    throw new ScaleError(`the reference key ${referenceKey} has no degree of the scale`);
  }
  const shift = 69 + 12 * Math.log2(referenceHz / 440) - reference / 100;
  return Array.from({ length: tunedKeys }, (_, key) => {
    const tuned = key >= firstTunedKey && key <= lastTunedKey ? above(key) : undefined;
    return tuned === undefined ? key : Math.min(highestPitch, Math.max(lowestPitch, tuned / 100 + shift));
  });
}
