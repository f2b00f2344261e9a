/**
 * Everything that a patch file imports: `import { adsr, definePatch, instrument, saw } from "understudy"`.
 */
export { arpeggiator } from "./clocks/arpeggiator.ts";
export { clockDivider } from "./clocks/clock_divider.ts";
export { euclid } from "./clocks/euclid.ts";
export { type Step, stepSequencer } from "./clocks/step_sequencer.ts";
export { ticksPerBeat, transport } from "./clocks/transport.ts";
export { bitCrusher } from "./distortion/bit_crusher.ts";
export { oversampled, type Oversampling } from "./distortion/oversampled.ts";
export { softClip } from "./distortion/soft_clip.ts";
export { waveFolder } from "./distortion/wave_folder.ts";
export { compressor } from "./dynamics/compressor.ts";
export { gate } from "./dynamics/gate.ts";
export { limiter } from "./dynamics/limiter.ts";
export { adsr } from "./envelopes/adsr.ts";
export { adsrCurved } from "./envelopes/adsr_curved.ts";
export { attackRelease } from "./envelopes/attack_release.ts";
export { type EnvelopeStage, multiStage } from "./envelopes/multi_stage.ts";
export { allPass } from "./filters/all_pass.ts";
export { comb } from "./filters/comb.ts";
export { dcBlocker } from "./filters/dc_blocker.ts";
export { ladder } from "./filters/ladder.ts";
export { onePole } from "./filters/one_pole.ts";
export { parametricEq } from "./filters/parametric_eq.ts";
export { shelvingEq } from "./filters/shelving_eq.ts";
export { stateVariable } from "./filters/state_variable.ts";
export { defineModule, type Parameter, type ParameterTable } from "./signal/module.ts";
export { lfo, type LfoShape } from "./modulation/lfo.ts";
export { brownNoise } from "./oscillators/brown_noise.ts";
export { fmOperator } from "./oscillators/fm_operator.ts";
export { noise } from "./oscillators/noise.ts";
export { pinkNoise } from "./oscillators/pink_noise.ts";
export { pluck } from "./oscillators/pluck.ts";
export { sampler } from "./oscillators/sampler.ts";
export { pulse, saw } from "./oscillators/saw.ts";
export { sine } from "./oscillators/sine.ts";
export { superSaw } from "./oscillators/super_saw.ts";
export { triangle } from "./oscillators/triangle.ts";
export { classicWaves, type Wave, waveOf } from "./oscillators/wave.ts";
export { wavetable } from "./oscillators/wavetable.ts";
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
export { SampleFile, sampleFile } from "./signal/sample_file.ts";
export { channel, channels } from "./signal/channels.ts";
export { DelayLine } from "./signal/delay_line.ts";
export {
  conditionFeedback,
  feedback,
  feedbackOf,
  integerFeedback,
  seededFeedback,
} from "./signal/feedback.ts";
export { always, Condition, constant, Integer, Signal, type Unit } from "./signal/signal.ts";
export { table } from "./signal/table.ts";
export { chorus } from "./time/chorus.ts";
export { delay } from "./time/delay.ts";
export { flanger } from "./time/flanger.ts";
export { phaser } from "./time/phaser.ts";
export { pingPong } from "./time/ping_pong.ts";
export { audioInput } from "./utility/audio_input.ts";
export { bus } from "./utility/bus.ts";
export { crossfade } from "./utility/crossfade.ts";
export { envelopeFollower } from "./utility/envelope_follower.ts";
export { faderDb, gain } from "./utility/gain.ts";
export { glide } from "./utility/glide.ts";
export { meter } from "./utility/meter.ts";
export { midSideDecode, midSideEncode, stereoWidth } from "./utility/mid_side.ts";
export { mixer } from "./utility/mixer.ts";
export { pan } from "./utility/pan.ts";
export { slew } from "./utility/slew.ts";
