/** Responses of modules, measured on compiled patches: the points of the pictures. */
import type { Note } from "../../modules/patch.ts";
import type { Signal, Unit } from "../../modules/signal/signal.ts";
import { PatchPlayer } from "../../testing/patch/patch_player.ts";
import { decibels, gainDbAt, spectrum } from "../../testing/measure/spectrum.ts";
import { effectPatch, effectPlayer, process, rateHz, voicePatch } from "../../testing/trial/trial_patch.ts";
import type { Axis, Line } from "./chart.ts";

type Points = Line["points"];
type Effect = (input: Signal<"1">) => Signal<"1">;

/** Axes that many pictures share. */
export const hertz: Axis = {
  title: "Hz",
  from: 20,
  to: 20_000,
  log: true,
  ticks: [20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000],
};
export const level = (from: number, to: number): Axis => ({ title: "dB", from, to });
export const seconds = (to: number): Axis => ({ title: "s", from: 0, to });

/** Left of a note that is held for a time and then let go. */
export async function played(
  voice: (note: Note) => Signal<Unit>,
  frames: number,
  { held = frames, number = 69, rate = rateHz }: { held?: number; number?: number; rate?: number } = {},
): Promise<Float32Array> {
  const patch = voicePatch((note) => voice(note).as("1"));
  const player = (await PatchPlayer.of(patch, { sampleRateHz: rate })).on(1, number);
  const before = player.play(Math.min(held, frames), 0);
  const after = player.off(1).play(frames - before.length, 0);
  return Float32Array.from([...before, ...after]);
}

/** One channel of an effect's output for samples. */
export async function effected(
  effect: Effect,
  samples: ArrayLike<number>,
  channel = 0,
): Promise<Float32Array> {
  return process(await effectPlayer(effectPatch(effect)), samples, channel);
}

/** Gain over frequency, from the response to an impulse so small that nothing bends. */
export async function gainOver(effect: Effect, frames = 16_384): Promise<Points> {
  const height = 1e-3;
  const impulse = new Float32Array(frames);
  impulse[0] = height;
  const response = (await effected(effect, impulse)).map((sample) => sample / height);
  // 1 kHz is one of them
  return spread(20, 20_000, 114).map((hz) => [hz, Math.max(-120, gainDbAt(response, hz, rateHz))]);
}

/** Numbers at equal ratios. */
function spread(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => from * (to / from) ** (index / (count - 1)));
}

/** Numbers at equal distances. */
export function ramp(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => from + (to - from) * index / (count - 1));
}

/** Samples over time, with a limited number of points: the lowest and the highest of each stretch. */
export function overTime(samples: ArrayLike<number>, most = 240, rate = rateHz): Points {
  const stretch = Math.max(1, Math.ceil(samples.length * 2 / most));
  if (samples.length <= most) return Array.from(samples, (sample, frame) => [frame / rate, sample]);
  const points: [number, number][] = [];
  for (let from = 0; from < samples.length; from += stretch) {
    let [low, high] = [from, from];
    for (let frame = from; frame < Math.min(samples.length, from + stretch); frame++) {
      if (samples[frame] < samples[low]) low = frame;
      if (samples[frame] > samples[high]) high = frame;
    }
    for (const frame of [Math.min(low, high), Math.max(low, high)]) {
      points.push([frame / rate, samples[frame]]);
    }
  }
  return points;
}

/** One sample out of many, for slow signals. */
export function slowly(samples: ArrayLike<number>, most = 200, rate = rateHz): Points {
  const stride = Math.max(1, Math.ceil(samples.length / most));
  const points: [number, number][] = [];
  for (let frame = 0; frame < samples.length; frame += stride) points.push([frame / rate, samples[frame]]);
  return points;
}

/** Loudest component of each of 240 bands up to half the rate, in dB under the loudest of all. */
export function lineSpectrum(samples: Float32Array, topHz = 24_000): Points {
  const bins = spectrum(samples.map((sample, frame) => sample * blackman(frame / samples.length)));
  const loudest = bins.reduce((most, one) => Math.max(most, one), 0);
  const bands = 240;
  return Array.from({ length: bands }, (_, band) => {
    const [from, to] = [band, band + 1].map((edge) =>
      Math.round(edge / bands * topHz / rateHz * samples.length)
    );
    const size = bins.subarray(from, Math.max(to, from + 1)).reduce((most, one) => Math.max(most, one), 1e-9);
    return [(band + 0.5) / bands * topHz, Math.max(-160, decibels(size / loudest))];
  });
}

/** Density of noise in thirds of an octave, in dB a hertz, 0 at 1 kHz. */
export function noiseSpectrum(samples: Float32Array): Points {
  const length = 16_384;
  const power = new Float64Array(length / 2 + 1);
  for (let from = 0; from + length <= samples.length; from += length) {
    const part = samples.subarray(from, from + length).map((sample, frame) =>
      sample * blackman(frame / length)
    );
    spectrum(part).forEach((size, bin) => power[bin] += size ** 2);
  }
  const density = (hz: number) => {
    const [from, to] = [hz * 2 ** (-1 / 6), hz * 2 ** (1 / 6)].map((edge) =>
      Math.round(edge / rateHz * length)
    );
    const band = power.subarray(from, Math.max(to, from + 1));
    return 10 * Math.log10(band.reduce((sum, one) => sum + one) / band.length);
  };
  return spread(20, 20_000, 60).map((hz) => [hz, density(hz) - density(1_000)]);
}

/** Energy that is still to come (Schroeder), in dB. */
export function energyDecay(response: Float32Array): Points {
  const energy = new Float64Array(response.length);
  for (let frame = response.length - 1, sum = 0; frame >= 0; frame--) {
    energy[frame] = sum += response[frame] ** 2;
  }
  return slowly(energy.map((one) => 10 * Math.log10(Math.max(1e-12, one / energy[0]))));
}

/** Level of each stretch of a response, in dB under its loudest. */
export function envelopeDb(response: Float32Array, most = 200): Points {
  const stretch = Math.ceil(response.length / most);
  const heights = Array.from(
    { length: most },
    (_, index) =>
      response.subarray(index * stretch, (index + 1) * stretch)
        .reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 1e-9),
  );
  const loudest = Math.max(...heights);
  return heights.map((
    height,
    index,
  ) => [index * stretch / rateHz, Math.max(-100, decibels(height / loudest))]);
}

/** Output level over a constant input level, both in dB. */
export async function staticCurve(effect: Effect, fromDb = -60, toDb = 0): Promise<Points> {
  const step = 12_000;
  const levels = ramp(fromDb, toDb, 61);
  const samples = new Float32Array(step * levels.length);
  levels.forEach((db, index) => samples.fill(10 ** (db / 20), index * step, (index + 1) * step));
  const heard = await effected(effect, samples);
  return levels.map((
    db,
    index,
  ) => [db, Math.max(-120, decibels(Math.abs(heard[(index + 1) * step - 1]) + 1e-9))]);
}

/** Output over input, from a ramp so slow that no filter counts. */
export async function transfer(effect: Effect): Promise<Points> {
  const frames = 48_000;
  const inputs = ramp(-1, 1, frames);
  const heard = await effected(effect, [...new Array(4_800).fill(-1), ...inputs]);
  return ramp(0, frames - 1, 240).map((place) => {
    const frame = Math.round(place);
    return [inputs[frame], heard[4_800 + frame]];
  });
}

/** A full sine. */
export function sineSamples(frequencyHz: number, frames: number, height = 1): Float32Array {
  return Float32Array.from(
    { length: frames },
    (_, frame) => height * Math.sin(2 * Math.PI * frequencyHz * frame / rateHz),
  );
}

/** A window whose side lobes are 92 dB down. */
function blackman(part: number): number {
  const turn = 2 * Math.PI * part;
  return 0.35875 - 0.48829 * Math.cos(turn) + 0.14128 * Math.cos(2 * turn) - 0.01168 * Math.cos(3 * turn);
}
