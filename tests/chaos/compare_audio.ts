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
  /** Frame of the rendered sound from where on nothing could be found any more; undefined: all was found. */
  readonly lostAt: number | undefined;
}

/** A gap is at most this long, and what follows must agree for this long, in frames. */
const longestGapFrames = 16_384;
const agreementFrames = 256;

/**
 * Lays a capture of the device beside the rendered sound, bit for bit, from the first sample that is not zero on. Where
 * the sound server lost a cycle, both are searched for the place where they run together again.
 *
 * @param captured interleaved samples; silence before and after is allowed
 */
export function compareAudio(
  captured: Float32Array,
  rendered: Float32Array,
  channels: number,
): AudioComparison {
  const a = new Int32Array(captured.buffer, captured.byteOffset, captured.length);
  const b = new Int32Array(rendered.buffer, rendered.byteOffset, rendered.length);
  const [firstA, firstB] = [a, b].map((words) =>
    Math.floor(Math.max(0, words.findIndex((word) => word !== 0)) / channels)
  );
  const [endA, endB] = [a.length / channels, b.length / channels];
  const same = (i: number, j: number, frames: number) => {
    if (i + frames > endA || j + frames > endB) return false;
    for (let k = 0; k < frames * channels; k++) if (a[i * channels + k] !== b[j * channels + k]) return false;
    return true;
  };
  const gaps: Gap[] = [];
  let [i, j, identical] = [firstA, firstB, 0];
  while (j < endB) {
    if (same(i, j, 1)) {
      i++, j++, identical++;
      continue;
    }
    const gap = findGap(i, j, Math.min(longestGapFrames, endB - j), same);
    if (!gap) return { comparedFrames: endB - firstB, identicalFrames: identical, gaps, lostAt: j };
    gaps.push({ frame: j, ...gap });
    i += gap.onlyCaptured;
    j += gap.onlyRendered;
  }
  return { comparedFrames: endB - firstB, identicalFrames: identical, gaps, lostAt: undefined };
}

/** The shortest skip on one side, or on both, after which the sides agree. */
function findGap(
  i: number,
  j: number,
  longest: number,
  same: (i: number, j: number, frames: number) => boolean,
): Omit<Gap, "frame"> | undefined {
  for (let skip = 1; skip <= longest; skip++) {
    if (same(i + skip, j, agreementFrames)) return { onlyCaptured: skip, onlyRendered: 0 };
    if (same(i, j + skip, agreementFrames)) return { onlyCaptured: 0, onlyRendered: skip };
    if (same(i + skip, j + skip, agreementFrames)) return { onlyCaptured: skip, onlyRendered: skip };
  }
  return undefined;
}
