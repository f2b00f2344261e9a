/**
 * How the sound is: figures of what can be heard, in decibels, hertz and seconds, that `docs/sound.md` shows. They do not
 * depend on the machine. `deno task bench:sound`; after it any of the sections' names.
 */
import { developmentCommand } from "../testing/development_command.ts";
import { fdnReverb } from "../modules/reverbs/fdn_reverb.ts";
import { oversamplings } from "../modules/distortion/oversampled.ts";
import { softClip } from "../modules/distortion/soft_clip.ts";
import { waveFolder } from "../modules/distortion/wave_folder.ts";
import { ladder } from "../modules/filters/ladder.ts";
import { pulse, saw } from "../modules/oscillators/saw.ts";
import { triangle } from "../modules/oscillators/triangle.ts";
import type { Signal } from "../modules/signal/signal.ts";
import { limiter } from "../modules/dynamics/limiter.ts";
import { delay } from "../modules/time/delay.ts";
import { SampleLoader } from "../engine/samples/sample_loader.ts";
import { compileWithSamples } from "../testing/patch/compile_named.ts";
import { patchNamed, patchNames } from "../patches/ready/catalogue.ts";
import { centroidHz } from "../testing/measure/centroid.ts";
import { decayTime } from "../testing/measure/decay_time.ts";
import { steepest } from "../testing/measure/level.ts";
import { loudnessLufs } from "../testing/measure/loudness.ts";
import { aliasDb, decibels, transformAt } from "../testing/measure/spectrum.ts";
import { PatchPlayer, peak, testFormat } from "../testing/patch/patch_player.ts";
import { renderExample } from "../testing/patch/render_example.ts";
import {
  effectPatch,
  effectPlayer,
  impulse,
  playVoice,
  process,
  rateHz,
} from "../testing/trial/trial_patch.ts";
import { report } from "./report.ts";

type Row = Readonly<Record<string, string | number>>;

const round = (value: number, digits = 2) => Number(value.toFixed(digits));
const sine = (frequencyHz: number, frames: number, level = 0.5) =>
  Float32Array.from(
    { length: frames },
    (_, n) => level * Math.sin(2 * Math.PI * ((n * frequencyHz / rateHz) % 1)),
  );

/** Periods in a length, an odd number, so that every harmonic, also a folded one, has a bin of its own. */
const oddPeriods = (frequencyHz: number, length: number, rate = rateHz) =>
  2 * Math.round(frequencyHz * length / rate / 2) + 1;

/** Highest alias below 20 kHz of each band-limited wave, in dB under the fundamental. */
async function aliases(): Promise<Row[]> {
  const length = 1 << 16;
  const voices: Readonly<Record<string, (frequencyHz: number, oversampling: number) => Signal<"1">>> = {
    saw: (frequencyHz, oversampling) => saw({ frequencyHz, oversampling }),
    "pulse 0.2": (frequencyHz, oversampling) => pulse({ frequencyHz, width: 0.2, oversampling }),
    triangle: (frequencyHz, oversampling) => triangle({ frequencyHz, oversampling }),
  };
  const rows: Row[] = [];
  for (const [wave, voice] of Object.entries(voices)) {
    for (const oversampling of oversamplings) {
      const row: Record<string, string | number> = { wave, oversampling };
      for (const frequencyHz of [440, 1_000, 2_000, 5_000, 10_000]) {
        const found: number[] = [];
        for (const sampleRateHz of [48_000, 44_100]) {
          const periods = oddPeriods(frequencyHz, length, sampleRateHz);
          const own = periods * sampleRateHz / length;
          const heard = await playVoice(() => voice(own, oversampling), 2 * length, {
            format: { sampleRateHz },
          });
          found.push(round(aliasDb(heard.subarray(length), periods, 20_000 / sampleRateHz), 1));
        }
        row[`${frequencyHz} Hz`] = `${found[0]} (${found[1]})`;
      }
      rows.push(row);
    }
  }
  return rows;
}

/** Highest alias below 20 kHz of a full sine that is driven, in dB under it. */
async function driven(): Promise<Row[]> {
  const length = 1 << 15;
  type Drive = (input: Signal<"1">, driveDb: number, oversampling: number) => Signal<"1">;
  const modules: Readonly<Record<string, Drive>> = {
    "ladder, open": (input, driveDb, oversampling) =>
      ladder({ input, driveDb, oversampling, cutoffHz: 20_000, resonance: 0 }),
    softClip: (input, driveDb, oversampling) => softClip({ input, driveDb, oversampling }),
    waveFolder: (input, driveDb, oversampling) => waveFolder({ input, driveDb, oversampling }),
  };
  const rows: Row[] = [];
  for (const [name, drive] of Object.entries(modules)) {
    for (const oversampling of oversamplings) {
      const row: Record<string, string | number> = { module: name, oversampling };
      for (const [frequencyHz, driveDb] of [[1_000, 12], [2_000, 24], [5_000, 12], [5_000, 24]]) {
        const periods = oddPeriods(frequencyHz, length);
        const patch = effectPatch((input) => drive(input, driveDb, oversampling));
        const heard = process(await effectPlayer(patch), sine(periods * rateHz / length, 2 * length, 1));
        row[`${frequencyHz} Hz, ${driveDb} dB`] = round(
          aliasDb(heard.subarray(length), periods, 20_000 / rateHz),
          1,
        );
      }
      rows.push(row);
    }
  }
  return rows;
}

/** Moves of a delay time: the steepest step, and the pitch of 1 kHz while it moves. */
async function delays(): Promise<Row[]> {
  const { timeSeconds } = delay.parameters;
  const rows: Row[] = [];
  for (const [from, to] of [[0.3, 0.31], [0.3, 0.4], [0.3, 0.5], [0.5, 0.1], [0.1, 0.5], [0.1, 1.5]]) {
    const patch = effectPatch(
      (input, p) => delay({ input, timeSeconds: p.timeSeconds, feedback: 0 }),
      { timeSeconds: { ...timeSeconds, max: 2, default: from } },
    );
    const player = await effectPlayer(patch);
    const tone = sine(1_000, 6 * rateHz);
    process(player, tone.subarray(0, 2 * rateHz));
    player.set("fx/timeSeconds", to);
    const heard = process(player, tone.subarray(2 * rateHz));
    const slice = (at: number) => heard.subarray(at, at + 2_048);
    const pitches = [0.03, 0.06, 0.1, 0.13].map((seconds) => centroidHz(slice(seconds * rateHz), rateHz));
    rows.push({
      move: `${from} to ${to} s`,
      steepest: round(steepest(heard), 3),
      "of its own": round(2 * Math.PI * 1_000 / rateHz * 0.5, 3),
      "lowest Hz": round(Math.min(...pitches), 0),
      "highest Hz": round(Math.max(...pitches), 0),
    });
  }
  return rows;
}

/** Set decays of `fdnReverb`, found ones, energy of the response, and when it is first heard. */
async function decays(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const set of [0.3, 0.5, 1, 2, 5, 20]) {
    for (const lines of [8, 16] as const) {
      const length = 2 ** Math.ceil(Math.log2(rateHz * Math.max(0.5, set)));
      const build = async (channel: number) =>
        process(
          await effectPlayer(effectPatch((input) =>
            fdnReverb({
              input,
              lines,
              preDelaySeconds: 0,
              lowDecaySeconds: set,
              decaySeconds: set,
              highDecaySeconds: set,
            })
          )),
          impulse(length),
          channel,
        );
      const both = [await build(0), await build(1)];
      const found = both.reduce((sum, side) => sum + decayTime(side, rateHz, 400, 1_600) / 2, 0);
      const energy = both.reduce((sum, side) => sum + side.reduce((all, one) => all + one * one, 0), 0) / 2;
      rows.push({
        "set, s": set,
        lines,
        "found, s": round(found, 3),
        "off, %": round((found / set - 1) * 100, 1),
        "energy, dB": round(10 * Math.log10(energy), 1),
        "first, ms": round(both[0].findIndex((one) => Math.abs(one) > 1e-4) / rateHz * 1_000, 1),
      });
    }
  }
  return rows;
}

/** Harmonics and everything else that a limiter adds to a low tone. */
async function limiting(): Promise<Row[]> {
  const rows: Row[] = [];
  const frequencyHz = 41.015625;
  for (const [overDb, releaseSeconds] of [[6, 0.1], [6, 0.15], [12, 0.1], [12, 0.15]]) {
    const patch = effectPatch((input) => limiter({ input, releaseSeconds, ceilingDb: -1 }).output);
    const wave = sine(frequencyHz, 1 << 19, 10 ** ((overDb - 1) / 20));
    const heard = process(await effectPlayer(patch), wave).subarray(1 << 18);
    const [real, imaginary] = transformAt(heard, frequencyHz / rateHz).map((one) => 2 * one / heard.length);
    let [rest, whole] = [0, 0];
    heard.forEach((sample, n) => {
      const angle = -2 * Math.PI * ((n * frequencyHz / rateHz) % 1);
      const own = real * Math.cos(angle) + imaginary * Math.sin(angle);
      rest += (sample - own) ** 2;
      whole += own ** 2;
    });
    rows.push({
      "over, dB": overDb,
      "release, s": releaseSeconds,
      "THD+N, dB": round(10 * Math.log10(rest / whole), 1),
    });
  }
  return rows;
}

const loader = new SampleLoader();
const playerOf = async (name: string) => new PatchPlayer(await compileWithSamples(name, testFormat, loader));

/** All that is above 10 kHz, by a filter of 255 taps: its peak in the 20 ms after a note. */
function peakAbove10kHz(samples: Float32Array): number {
  const taps = 255;
  const weights = Array.from({ length: taps }, (_, tap) => {
    const x = tap - (taps - 1) / 2;
    const window = 0.42 - 0.5 * Math.cos(2 * Math.PI * tap / (taps - 1)) +
      0.08 * Math.cos(4 * Math.PI * tap / (taps - 1));
    const low = x === 0 ? 2 * 10_000 / rateHz : Math.sin(2 * Math.PI * 10_000 / rateHz * x) / (Math.PI * x);
    return window * ((x === 0 ? 1 : 0) - low);
  });
  let highest = 0;
  for (let at = taps; at < samples.length; at++) {
    let sum = 0;
    for (let tap = 0; tap < taps; tap++) sum += weights[tap] * samples[at - tap];
    highest = Math.max(highest, Math.abs(sum));
  }
  return highest;
}

/** A soft note that takes a voice, beside the same note on a free voice. */
async function stolen(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const name of ["harp", "piano", "sines", "keys", "pad"]) {
    const heard = async (held: number) => {
      const player = await playerOf(name);
      const { voices } = patchNamed(name).build(testFormat).instruments[0].polyphony;
      for (let voice = 0; voice < voices - held; voice++) player.on(voice, 36 + 2 * voice % 48, 0.9);
      player.play(rateHz);
      const before = player.play(1_024, 0);
      player.on(999, 61, 0.2);
      const after = player.play(4_096, 0);
      const whole = new Float32Array(before.length + after.length);
      whole.set(before);
      whole.set(after, before.length);
      return whole;
    };
    const [free, taken] = [await heard(1), await heard(0)];
    rows.push({
      patch: name,
      "above 10 kHz, free voice, dB": round(decibels(peakAbove10kHz(free)), 1),
      "taken voice, dB": round(decibels(peakAbove10kHz(taken)), 1),
      "steepest free": round(steepest(free), 4),
      "steepest taken": round(steepest(taken), 4),
    });
  }
  return rows;
}

/** Loudness of each ready patch over its example score. */
async function loudness(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const name of patchNames) {
    const samples = await renderExample(name);
    rows.push({
      patch: name,
      LUFS: round(loudnessLufs(samples), 1),
      "peak, dB": round(decibels(peak(samples)), 1),
    });
  }
  return rows;
}

/** Notes of three velocities: peak in decibels, and mean frequency by power over the first 0.34 s. */
async function velocity(): Promise<Row[]> {
  const rows: Row[] = [];
  const notes = [["keys", 60], ["piano", 60], ["bass", 40], ["pad", 60], ["harp", 60], [
    "sampler",
    60,
  ]] as const;
  for (const [name, number] of [...notes, ["sines", 60] as const, ["cues", 60] as const]) {
    const row: Record<string, string | number> = { patch: name };
    for (const strength of [0.3, 0.6, 1]) {
      const player = await playerOf(name);
      player.play(9_600);
      const heard = player.on(1, number, strength).play(1 << (name === "pad" ? 16 : 14), 0);
      row[`${strength}: dB`] = round(decibels(peak(heard)), 1);
      row[`${strength}: Hz`] = round(centroidHz(heard, rateHz), 0);
    }
    rows.push(row);
  }
  return rows;
}

const sections: Readonly<Record<string, () => Promise<Row[]>>> = {
  aliases,
  driven,
  delays,
  decays,
  limiting,
  stolen,
  loudness,
  velocity,
};

const { words } = developmentCommand(import.meta.url, { maxWords: Infinity });
const strange = words.find((name) => !(name in sections));
if (strange !== undefined) {
  console.error(`expected sections of ${Object.keys(sections).join(", ")}, found "${strange}"`);
  Deno.exit(2);
}
for (const name of words.length > 0 ? words : Object.keys(sections)) {
  await report(`sound-${name}`, await sections[name]());
}
