/** One second-order section at 48 kHz. */
interface Section {
  readonly b: readonly [number, number, number];
  readonly a: readonly [number, number];
}

/** The two filters of ITU-R BS.1770-4, tables 1 and 2: the head, and the ear's deafness to low tones. */
const weighting: readonly Section[] = [
  {
    b: [1.53512485958697, -2.69169618940638, 1.19839281085285],
    a: [-1.69065929318241, 0.73248077421585],
  },
  { b: [1, -2, 1], a: [-1.99004745483398, 0.99007225036621] },
];

/** Frames between two blocks, and in one: 100 and 400 ms. */
const [hopFrames, blockFrames] = [4_800, 19_200];

const absoluteGateLufs = -70;
const relativeGateLu = -10;

/**
 * Integrated loudness in LUFS of left and right, interleaved, at 48 kHz, with both gates of ITU-R BS.1770-4; -Infinity when
 * everything is below the first gate, or shorter than a block.
 */
export function loudnessLufs(samples: ArrayLike<number>): number {
  const frames = samples.length / 2;
  const hops = Math.floor(frames / hopFrames);
  const energy = new Float64Array(hops);
  for (const channel of [0, 1]) {
    let weighted = Float64Array.from(
      { length: hops * hopFrames },
      (_, frame) => samples[2 * frame + channel],
    );
    for (const section of weighting) weighted = filtered(weighted, section);
    for (let frame = 0; frame < weighted.length; frame++) {
      energy[Math.floor(frame / hopFrames)] += weighted[frame] ** 2;
    }
  }
  const perBlock = blockFrames / hopFrames;
  const blocks = Array.from(
    { length: Math.max(0, hops - perBlock + 1) },
    (_, block) => energy.subarray(block, block + perBlock).reduce((sum, one) => sum + one) / blockFrames,
  );
  const louder = blocks.filter((one) => lufs(one) > absoluteGateLufs);
  const gate = lufs(meanOf(louder)) + relativeGateLu;
  return lufs(meanOf(louder.filter((one) => lufs(one) > gate)));
}

function filtered(samples: Float64Array<ArrayBuffer>, { b: [b0, b1, b2], a: [a1, a2] }: Section) {
  const heard = new Float64Array(samples.length);
  let [first, second] = [0, 0];
  for (let frame = 0; frame < samples.length; frame++) {
    const value = samples[frame];
    const out = heard[frame] = b0 * value + first;
    first = b1 * value - a1 * out + second;
    second = b2 * value - a2 * out;
  }
  return heard;
}

function lufs(energy: number): number {
  return -0.691 + 10 * Math.log10(energy);
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, one) => sum + one) / values.length;
}
