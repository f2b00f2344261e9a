import { compressor } from "../../modules/dynamics/compressor.ts";
import { adsr } from "../../modules/envelopes/adsr.ts";
import { parametricEq } from "../../modules/filters/parametric_eq.ts";
import { shelvingEq } from "../../modules/filters/shelving_eq.ts";
import { stateVariable } from "../../modules/filters/state_variable.ts";
import { pluck } from "../../modules/oscillators/pluck.ts";
import { definePatch, instrument } from "../../modules/patch.ts";
import { plateReverb } from "../../modules/reverbs/plate_reverb.ts";
import { silentDb } from "../../modules/signal/math.ts";
import { channel } from "../../modules/signal/channels.ts";
import { pingPong } from "../../modules/time/ping_pong.ts";
import { audioInput } from "../../modules/utility/audio_input.ts";
import { faderDb, gain } from "../../modules/utility/gain.ts";
import { mastered, masterFader } from "./master.ts";
import { unity } from "../../modules/signal/unity.ts";

/** Level of the probe at full velocity. */
const probeGain = 0.95;

/**
 * A rack for the audio input: low cut, compressor, equaliser, echoes, plate, limiter, in this order. Needs
 * `UNDERSTUDY_INPUT_CHANNELS`; a plucked string, the `probe`, is there to hear the effects with nothing plugged in.
 */
export const rack = definePatch({
  name: "rack",
  instruments: {
    probe: instrument({
      voices: 4,
      parameters: { gainDb: faderDb },
      voice: ({ frequencyHz, gate, trigger, velocity }, { gainDb }) => {
        const string = pluck({
          trigger,
          frequencyHz,
          decaySeconds: 3,
          brightness: velocity.times(0.55).plus(0.1),
        });
        return {
          output: gain({ input: string.times(velocity).times(probeGain), gainDb }),
          envelope: adsr({ gate, trigger, attackSeconds: 0.001, sustain: 1, releaseSeconds: 0.15 }),
        };
      },
    }),
  },
  parameters: {
    input: {
      gainDb: { ...audioInput.parameters.gainDb, default: 0, why: "what comes in; the lowest value is off" },
      mono: {
        ...unity,
        default: 0,
        smoothingSeconds: 0.01,
        why: "1 puts the first of two inputs on both sides: for one microphone or guitar",
      },
    },
    compressor: {
      thresholdDb: { ...compressor.parameters.thresholdDb, default: -20 },
      ratio: { ...compressor.parameters.ratio, max: 20, default: 3 },
      attackSeconds: compressor.parameters.attackSeconds,
      releaseSeconds: compressor.parameters.releaseSeconds,
      makeUpDb: { ...compressor.parameters.makeUpDb, max: 24, default: 7 },
    },
    eq: {
      lowCutHz: {
        ...stateVariable.parameters.cutoffHz,
        min: 10,
        max: 500,
        default: 40,
        why: "rumble below is taken away, 12 dB an octave",
      },
      lowHz: { ...shelvingEq.parameters.frequencyHz, min: 40, max: 600, default: 120 },
      lowDb: { ...shelvingEq.parameters.gainDb, min: -18, max: 18 },
      midHz: { ...parametricEq.parameters.frequencyHz, min: 100, max: 8_000, default: 1_000 },
      midDb: { ...parametricEq.parameters.gainDb, min: -18, max: 18 },
      midQ: { ...parametricEq.parameters.q, max: 10 },
      highHz: { ...shelvingEq.parameters.frequencyHz, min: 1_500, max: 16_000, default: 6_000 },
      highDb: { ...shelvingEq.parameters.gainDb, min: -18, max: 18 },
    },
    echo: {
      timeSeconds: { ...pingPong.parameters.timeSeconds, min: 0.02, default: 0.35 },
      feedback: { ...pingPong.parameters.feedback, max: 0.95, default: 0.35 },
      gainDb: { ...faderDb, default: -18, why: "level of the echoes; the lowest value is off" },
    },
    reverb: {
      decaySeconds: { ...plateReverb.parameters.decaySeconds, default: 2 },
      preDelaySeconds: { ...plateReverb.parameters.preDelaySeconds, default: 0.02 },
      gainDb: { ...faderDb, default: -15, why: "level of the plate; the lowest value is off" },
    },
    dry: { gainDb: { ...faderDb, why: `level without echoes and plate; ${silentDb} dB leaves them alone` } },
    master: masterFader,
  },
  output: ({ probe }, { input, compressor: dynamics, eq, echo, reverb, dry, master }, captured) => {
    const sides = captured.plus(channel(captured, 0).minus(captured).times(input.mono));
    const played = audioInput({ input: sides, gainDb: input.gainDb }).plus(probe);
    const clean = stateVariable({ input: played, cutoffHz: eq.lowCutHz }).high;
    const even = compressor({ input: clean, ...dynamics, linkedChannels: 2 }).output;
    const low = shelvingEq({ input: even, frequencyHz: eq.lowHz, gainDb: eq.lowDb });
    const mid = parametricEq({ input: low, frequencyHz: eq.midHz, gainDb: eq.midDb, q: eq.midQ });
    const shaped = shelvingEq({ input: mid, frequencyHz: eq.highHz, gainDb: eq.highDb, shelf: "high" });
    const echoes = gain({
      input: pingPong({ input: shaped, timeSeconds: echo.timeSeconds, feedback: echo.feedback }),
      gainDb: echo.gainDb,
    });
    const plate = plateReverb({
      input: shaped.plus(echoes),
      decaySeconds: reverb.decaySeconds,
      preDelaySeconds: reverb.preDelaySeconds,
    });
    const heard = gain({ input: shaped, gainDb: dry.gainDb });
    return mastered(heard.plus(echoes).plus(gain({ input: plate, gainDb: reverb.gainDb })), master);
  },
});
