/** Figures of a module, each with the text of the test that asserts it. */
export interface Figure {
  readonly figure: string;
  /** Stands in the test twin as it is here, with every number of the figure in it: a test of this script looks. */
  readonly asserted: string;
}

const figure = (figure: string, asserted: string): Figure => ({ figure, asserted });

/** By module. */
export const figures: Readonly<Record<string, readonly Figure[]>> = {
  adsr: [
    figure(
      "attack within a frame up to 0.1 s, 0.2 % up to 10 s",
      "attack takes its time within a frame up to 0.1 s and 0.2 % up to 10 s",
    ),
  ],
  adsrCurved: [
    figure(
      "attack within a frame up to 0.1 s, 0.05 % up to a minute",
      "attack takes its time within a frame up to 0.1 s and 0.05 % up to a minute",
    ),
  ],
  allPass: [figure("level within 0.0001 dB", "leaves every frequency at its level within 0.0001 dB")],
  attackRelease: [
    figure("ends in exact zero", "stays up until the note is let go, then falls in its time to exact zero"),
  ],
  bitCrusher: [
    figure("noise 6.02 dB a bit within 0.5 dB", "lies 6.02 dB a bit plus 1.76 dB below it, within 0.5 dB"),
  ],
  brownNoise: [
    figure("6.02 dB an octave within 0.1", "brown noise falls by 6.02 dB an octave within 0.1"),
  ],
  clockDivider: [
    figure("triplets within a frame", "three for two of a transport's beats are triplets, within a frame"),
  ],
  comb: [figure("1 cent", "the lowest tooth is in tune within 1 cent at every pitch")],
  compressor: [figure("static curve within 0.01 dB", "the static curve is that of the paper within 0.01 dB")],
  dcBlocker: [figure("-3 dB at the cutoff", "has -3 dB at its cutoff")],
  fmOperator: [figure("0.01 cents", "ratios are multiples of the note's frequency within 0.01 cents")],
  gate: [figure("threshold within 0.01 dB", "closes below it by the hysteresis, within 0.01 dB")],
  ladder: [
    figure("cutoff within 0.02 dB", "has -12.04 dB at the cutoff within 0.02"),
    figure("whistle within 0.1 cent", "it whistles at the cutoff within 0.1 cent"),
    figure(
      "aliases of 5 kHz at 12 dB: -26 dB once, -60 dB twice",
      "aliases of a full sine in an open filter: 5 kHz at 12 dB -26 dB once, below -60 dB twice",
    ),
  ],
  lfo: [
    figure("rate within 0.01 %", "the rate is right within 0.01 %"),
    figure("shape within 1e-4", "follows its formula within 1e-4"),
  ],
  limiter: [
    figure(
      "never above the ceiling, measured eightfold",
      "nothing goes beyond the ceiling, also between the samples, measured eightfold",
    ),
    figure("at most 0.35 dB below it", "comes out less than 0.35 dB below the ceiling"),
  ],
  midSideDecode: [
    figure("exact but for rounding", "decoded again it is what it was, within the rounding of 32 bits"),
  ],
  midSideEncode: [
    figure("exact but for rounding", "decoded again it is what it was, within the rounding of 32 bits"),
  ],
  multiStage: [figure("a minute within 0.1 %", "a minute is right within 0.1 %")],
  noise: [figure("flat within 0.5 dB", "same power in each of 16 bands within 0.5 dB")],
  onePole: [figure("-3.01 dB at the cutoff within 0.01", "have -3.01 dB at the cutoff within 0.01")],
  parametricEq: [figure("gain within 0.02 dB", "a band has its gain in the middle within 0.02 dB")],
  pinkNoise: [figure("3.01 dB an octave within 0.1", "pink noise falls by 3.01 dB an octave within 0.1")],
  pluck: [
    figure("0.1 cents", "strings are in tune within 0.1 cents"),
    figure("decay within 2 %", "falls by 60 dB in decaySeconds within 2 %"),
  ],
  pulse: [
    figure("0.1 cents", "saw and pulse are in tune within 0.1 cents"),
    figure("audible aliases at 440 Hz: -58 dB once, -89 dB twice", "[601, -58, -89, -118], // 440 Hz"),
  ],
  sampler: [
    figure("0.02 cents", "notes are in tune within 0.02 cents, whatever the rates of file and output"),
    figure("bit for bit at the pitch of the recording", "its own rate a file is given bit for bit"),
    figure(
      "images of a sine of up to 18 kHz: -110 dB",
      "images lie 110 dB below a sine of up to 18 kHz",
    ),
  ],
  saw: [
    figure("0.1 cents", "saw and pulse are in tune within 0.1 cents"),
    figure("audible aliases at 440 Hz: -58 dB once, -89 dB twice", "[601, -58, -89, -118], // 440 Hz"),
  ],
  shelvingEq: [figure("gain within 0.02 dB", "half at its frequency: within 0.02 dB")],
  sine: [
    figure("0.01 cents", "notes are in tune within 0.01 cents"),
    figure("nothing beside it down to -120 dB", "nothing beside its fundamental down to -120 dB"),
  ],
  softClip: [
    figure("curve within 2e-6", "the curve is tanh(dx) / tanh(d) within 2e-6"),
    figure(
      "aliases of 5 kHz: -58 dB twice, -105 dB four times",
      "full sine of 5 kHz at 12 dB: -25 dB once, below -58 dB twice, -105 dB four times",
    ),
  ],
  stateVariable: [figure("-3 dB at the cutoff", "low and high have -3 dB at the cutoff")],
  superSaw: [figure("loudness within 0.3 dB", "the mix changes no loudness: that of one saw within 0.3 dB")],
  transport: [
    figure(
      "every beat in its frame, for ten minutes",
      "every beat begins in the first frame that is not before its time, for ten minutes",
    ),
  ],
  triangle: [
    figure("0.1 cents", "a triangle is in tune within 0.1 cents"),
    figure("audible aliases at 440 Hz: -94 dB", "[601, -84, -94], // 440 Hz"),
  ],
  waveFolder: [
    figure("curve within 1e-5", "within 1e-5, at every oversampling"),
    figure("aliases of 5 kHz below -80 dB", "full sine of 5 kHz at 12 dB: -3 dB once, below -80 dB twice"),
  ],
  wavetable: [
    figure("0.1 cents", "a wavetable is in tune within 0.1 cents"),
    figure("audible aliases at 440 Hz: -85 dB", "[601, -85], // 440 Hz"),
  ],
  arpeggiator: [figure("pitch changes with the clock only", "the pitch changes with the next clock only")],
  audioInput: [figure("silent until it is opened", "the input is closed until its fader is opened")],
  bus: [
    figure("the samples of its row, bit for bit", "a bus is what its row of the arena has, frame for frame"),
  ],
  chorus: [
    figure("lateness within 0.02 frames", "late by the delay plus a sine of the depth, within 0.02 frames"),
  ],
  crossfade: [figure("power within 0.00001 dB", "add up to 1 everywhere, within 0.00001 dB")],
  delay: [figure("time within 0.002 frames", "the time between frames is right within 0.002 frames")],
  envelopeFollower: [
    figure("63 % in its times within 0.05 %", "falls by 63 % in the release, within 0.05 %"),
  ],
  euclid: [figure("distances differ by one at most", "their distances differ by one at most")],
  fdnReverb: [
    figure("decay within 5 %", "with one decay for all it is kept within 5 % in every band"),
  ],
  flanger: [figure("notches 40 dB deep", "half the inverse of the delay, and are 40 dB deep")],
  gain: [figure("0.0001 dB", "gain is in decibels within 0.0001 dB")],
  glide: [figure("time to the frame", "a slide takes its time to the frame")],
  meter: [figure("0.05 dB", "has the peak a and the effective level a / √2, within 0.05 dB")],
  mixer: [figure("exact sum", "the bus is the sum of the strips at their faders")],
  pan: [figure("power of one everywhere", "both gains have the power of one everywhere")],
  phaser: [figure("level of the stages within 0.01 dB", "the stages alone change no level, within 0.01 dB")],
  pingPong: [
    figure("3 dB an echo at both corners", "each echo is 3 dB lower at both corners than the one before"),
  ],
  plateReverb: [figure("decay within 15 %", "it falls by 60 dB in the time asked for within 15 %")],
  slew: [figure("0.01 % over a minute", "a minute at 192 kHz, within 0.01 %")],
  stepSequencer: [
    figure(
      "chances within three standard deviations",
      "is played in p of the rounds, within three standard deviations",
    ),
  ],
  stereoWidth: [figure("mono sum unchanged", "no width changes the sum")],
};
