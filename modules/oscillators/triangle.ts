import { defineModule } from "../signal/module.ts";
import { constant, type Signal } from "../signal/signal.ts";
import { checkedOversampling, decimated } from "../distortion/oversampled.ts";
import { oscillatorFrequency, type Phase, phaseOf, phasePoints, playable, signedTurns } from "./phase.ts";

/** 120 times the height that rounding adds to a corner between slope 0 and 1, by the distance in frames; none beyond two. */
function roundedCorner(frames: Signal<"1">): Signal<"1"> {
  const [outer, inner] = [2, 1].map((reach) => {
    const inside = constant(reach).minus(frames).atLeast(0);
    return inside.squared().squared().times(inside);
  });
  return outer.minus(inner.times(4));
}

/**
 * A band-limited triangle, -1 to 1, beginning at 0 and rising. Both corners of a period are rounded with the second
 * integral of the cubic B-spline, so its harmonics lose as much as those of `saw`.
 */
export const triangle = defineModule({
  name: "triangle",
  summary: "a band-limited triangle: odd harmonics, falling by 12 dB an octave",
  source:
    "F. Esqueda, V. Välimäki, S. Bilbao: Rounding corners with BLAMP, DAFx (2016): cubic B-spline residual, four points",
  inputs: {},
  parameters: { frequencyHz: oscillatorFrequency },
  /** Computations a frame: 1, 2 or 4. */
  options: { oversampling: 1 },
  process: ({ frequencyHz }, { oversampling }, { sampleRateHz, reject }) => {
    const times = checkedOversampling(oversampling, reject);
    const phase = phaseOf(playable(frequencyHz, sampleRateHz), sampleRateHz);
    return decimated(phasePoints(phase, times).map(bandLimitedTriangle));
  },
});

function bandLimitedTriangle({ phase, increment }: Phase): Signal<"1"> {
  const turns = signedTurns(phase);
  const size = turns.abs();
  // a period's other corner is half a turn away and bends the other way
  const near = size.minus(0.25).abs();
  const framesPerTurn = constant(1).over(increment.atLeast(1e-9));
  const [corner, other] = [near, constant(0.5).minus(near)].map((distance) =>
    roundedCorner(distance.times(framesPerTurn))
  );
  // the slope changes by 8 a turn
  const rounding = corner.minus(other).times(increment.times(8 / 120));
  const sharp = constant(1).minus(near.times(4));
  return sharp.minus(rounding).flippedBy(turns);
}
