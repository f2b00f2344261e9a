/**
 * Everything that a patch file imports: `import { adsr, definePatch, instrument, saw } from "understudy"`.
 */
export { arpeggiator } from "./clocks/arpeggiator.ts";
export { clockDivider } from "./clocks/clock_divider.ts";
export { euclid } from "./clocks/euclid.ts";
export { type Step, stepSequencer } from "./clocks/step_sequencer.ts";
export { ticksPerBeat, transport } from "./clocks/transport.ts";
export { adsr } from "./envelopes/adsr.ts";
export { dcBlocker } from "./filters/dc_blocker.ts";
export { stateVariable } from "./filters/state_variable.ts";
export { defineModule, type Parameter, type ParameterTable } from "./module.ts";
export { noise } from "./oscillators/noise.ts";
export { pulse, saw } from "./oscillators/saw.ts";
export { sine } from "./oscillators/sine.ts";
export { definePatch, instrument, type Note, type Patch, type Stereo, type Voice } from "./patch.ts";
export { fdnReverb } from "./reverbs/fdn_reverb.ts";
export { plateReverb } from "./reverbs/plate_reverb.ts";
export {
  cos,
  cosTurns,
  dbToGain,
  exp2,
  gainToDb,
  log2,
  noteToHz,
  oneMinusExp,
  polynomial,
  silentDb,
  sin,
  sinOfTurn,
  sinTurns,
  tan,
  tanh,
} from "./signal/math.ts";
export {
  always,
  channel,
  channels,
  Condition,
  conditionFeedback,
  constant,
  DelayLine,
  feedback,
  feedbackOf,
  Integer,
  integerFeedback,
  seededFeedback,
  Signal,
  table,
  type Unit,
} from "./signal/signal.ts";
export { chorus } from "./time/chorus.ts";
export { delay } from "./time/delay.ts";
export { flanger } from "./time/flanger.ts";
export { phaser } from "./time/phaser.ts";
export { pingPong } from "./time/ping_pong.ts";
export { audioInput } from "./utility/audio_input.ts";
export { crossfade } from "./utility/crossfade.ts";
export { envelopeFollower } from "./utility/envelope_follower.ts";
export { faderDb, gain } from "./utility/gain.ts";
export { glide } from "./utility/glide.ts";
export { meter } from "./utility/meter.ts";
export { midSideDecode, midSideEncode, stereoWidth } from "./utility/mid_side.ts";
export { mixer } from "./utility/mixer.ts";
export { pan } from "./utility/pan.ts";
export { slew } from "./utility/slew.ts";
