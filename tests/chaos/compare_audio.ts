/** A place where the two recordings do not run together: frames that only one of them has. */
export interface Gap {
  /** Frame of the rendered sound. */
  readonly frame: number;
  readonly onlyCaptured: number;
  readonly onlyRendered: number;
}

export interface AudioComparison {
  /** Frames from the first sounding one to the end of the rendered sound. */
  readonly comparedFrames: number;
  readonly identicalFrames: number;
  readonly gaps: readonly Gap[];
  /** Frames of the rendered sound that were over before the capture began. */
  readonly missedFrames: number;
  /** Frame of the rendered sound from where on nothing could be found any more; undefined: all was found. */
  readonly lostAt: number | undefined;
}

/** A gap is at most this long, and what follows must agree for this long, in frames. */
const maxGapFrames = 16_384;
const agreementFrames = 48;

/** A capture of what plays by itself begins at most this much later than the sound, in frames. */
const latestBeginFrames = 960_000;

/**
 * Lays a capture of the device beside the rendered sound, bit for bit, from the first sample that is not zero on. Where
 * the sound server lost a cycle, both are searched for the place where they run together again.
 *
 * @param captured interleaved samples; silence before and after is allowed
 * @param beganLate the sound was there before the capture was: how it begins is not compared
 */
export function compareAudio(
  captured: Float32Array,
  rendered: Float32Array,
  channels: number,
  beganLate = false,
): AudioComparison {
  const a = new Int32Array(captured.buffer, captured.byteOffset, captured.length);
  const b = new Int32Array(rendered.buffer, rendered.byteOffset, rendered.length);
  const [firstA, firstB] = [a, b].map((words) =>
    Math.floor(Math.max(0, words.findIndex((word) => word !== 0)) / channels)
  );
  const endB = b.length / channels;
  const gaps: Gap[] = [];
  const late = beganLate ? findGap(a, b, channels, firstA, firstB, latestBeginFrames) : undefined;
  const missedFrames = late?.onlyRendered ?? 0;
  let [i, j, identical] = [firstA + (late?.onlyCaptured ?? 0), firstB + missedFrames, 0];
  const comparedFrames = endB - j;
  while (j < endB) {
    if (same(a, b, channels, i, j, 1)) {
      i++, j++, identical++;
      continue;
    }
    const gap = findGap(a, b, channels, i, j);
    if (!gap) return { comparedFrames, identicalFrames: identical, gaps, missedFrames, lostAt: j };
    gaps.push({ frame: j, ...gap });
    i += gap.onlyCaptured;
    j += gap.onlyRendered;
  }
  return { comparedFrames, identicalFrames: identical, gaps, missedFrames, lostAt: undefined };
}

/** Where the sides run together again: the first rendered frame, from `j` on, that stands in the capture from `i` on. */
function findGap(
  a: Int32Array,
  b: Int32Array,
  channels: number,
  i: number,
  j: number,
  longestFrames = maxGapFrames,
): Omit<Gap, "frame"> | undefined {
  const [endA, endB] = [a, b].map((words) => words.length / channels);
  const key = (words: Int32Array, frame: number) =>
    words.subarray(frame * channels, (frame + 1) * channels).join();
  const places = new Map<string, number[]>();
  for (let at = i; at < Math.min(endA, i + maxGapFrames); at++) {
    const known = places.get(key(a, at));
    if (known) known.push(at);
    else places.set(key(a, at), [at]);
  }
  for (let at = j; at < Math.min(endB, j + longestFrames); at++) {
    for (const place of places.get(key(b, at)) ?? []) {
      if (!same(a, b, channels, place, at, agreementFrames)) continue;
      return { onlyCaptured: place - i, onlyRendered: at - j };
    }
  }
  return undefined;
}

/** Whether this many frames are the same, bit for bit; the last ones may be fewer. */
function same(a: Int32Array, b: Int32Array, channels: number, i: number, j: number, frames: number): boolean {
  const left = b.length / channels - j;
  const count = Math.min(frames, left) * channels;
  if (count <= 0 || i * channels + count > a.length) return false;
  for (let k = 0; k < count; k++) if (a[i * channels + k] !== b[j * channels + k]) return false;
  return true;
}
