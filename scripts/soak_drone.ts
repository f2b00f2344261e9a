/**
 * Renders the drone for as many hours of music as are asked for, and prints level and pitch at the end of each: whether
 * something creeps. State cannot grow, since all of it is one arena of fixed size; so what is looked for is drift.
 *
 *     deno task soak:drone [HOURS]
 */
import { developmentCommand } from "../testing/development_command.ts";
import type { PatchExports } from "../engine/renderer/patch_instance.ts";
import { compilePatch } from "../testing/patch/compile_named.ts";

const sampleRateHz = 48_000;
const blockFrames = 1_024;
const hourFrames = 3_600 * sampleRateHz;

/** Before the ground moves, which it does on the hour, it has stood still for so long. */
const windowFrames = 24 * sampleRateHz;
const windowEndFrames = 6 * sampleRateHz;

/** The lowest sine is an octave below the ground, which is the root or one of these above it. */
const lowest = 38 - 12;
const grounds = [0, -5, 3, -2, 5];

/** What an hour was like. */
export interface Hour {
  readonly peakDb: number;
  readonly rmsDb: number;
  readonly mean: number;
  readonly nonFiniteSamples: number;
  /** The ground in semitones above the root, and how far the lowest sine is off. */
  readonly ground: number;
  readonly cents: number;
}

/** Plays the drone and tells of each hour. */
function soakDrone(hours: number, onHour: (hour: Hour, index: number) => void): void {
  const format = { sampleRateHz, channels: 2, inputChannels: 0, maximumBlockFrames: blockFrames };
  const { module, arena } = compilePatch("drone", format);
  const drone = new WebAssembly.Instance(module).exports as unknown as PatchExports;
  drone.initialize(1);
  for (let hour = 0; hour < hours; hour++) {
    const window = new Float32Array(windowFrames);
    const sums = { square: 0, mean: 0, peak: 0, nonFiniteSamples: 0 };
    for (let first = 0; first < hourFrames; first += blockFrames) {
      const count = Math.min(blockFrames, hourFrames - first);
      drone.render(0, count);
      const output = new Float32Array(drone.memory.buffer as ArrayBuffer, arena.outputOffset, count * 2);
      const at = first - (hourFrames - windowEndFrames - windowFrames);
      for (let frame = 0; frame < count; frame++) {
        const [left, right] = [output[2 * frame], output[2 * frame + 1]];
        if (!Number.isFinite(left + right)) sums.nonFiniteSamples++;
        sums.peak = Math.max(sums.peak, Math.abs(left), Math.abs(right));
        sums.square += left * left + right * right;
        sums.mean += left + right;
        if (at + frame >= 0 && at + frame < windowFrames) window[at + frame] = left + right;
      }
    }
    onHour({
      peakDb: 20 * Math.log10(sums.peak),
      rmsDb: 10 * Math.log10(sums.square / hourFrames / 2),
      mean: sums.mean / hourFrames / 2,
      nonFiniteSamples: sums.nonFiniteSamples,
      ...pitchOf(window),
    }, hour);
  }
}

/** Which ground it is, and how far from the pitch that it should have: by the turn of the phase in 12 s. */
export function pitchOf(window: Float32Array): { readonly ground: number; readonly cents: number } {
  const half = window.length / 2;
  const found = grounds.map((ground) => {
    const hz = 440 * 2 ** ((lowest + ground - 69) / 12);
    const [first, second] = [0, half].map((from) => phasor(window, from, half, hz));
    const turn = Math.atan2(
      second.sine * first.cosine - second.cosine * first.sine,
      second.cosine * first.cosine + second.sine * first.sine,
    );
    const offHz = turn / (2 * Math.PI) / (half / sampleRateHz);
    return {
      ground,
      cents: 1_200 * Math.log2(1 + offHz / hz),
      level: Math.hypot(first.sine, first.cosine) + Math.hypot(second.sine, second.cosine),
    };
  });
  return found.reduce((one, other) => other.level > one.level ? other : one);
}

/** Part of a sound as the hand of a clock that turns with a frequency. */
function phasor(sound: Float32Array, from: number, length: number, hz: number) {
  let [sine, cosine] = [0, 0];
  for (let index = 0; index < length; index++) {
    const angle = 2 * Math.PI * hz * (from + index) / sampleRateHz;
    // the window of von Hann keeps the neighbours out
    const sample = sound[from + index] * (1 - Math.cos(2 * Math.PI * index / length));
    sine -= sample * Math.sin(angle);
    cosine += sample * Math.cos(angle);
  }
  return { sine, cosine };
}

if (import.meta.main) {
  const hours = developmentCommand(import.meta.url, { maxWords: 1 }).numberAt(0, 24);
  if (!(Number.isInteger(hours) && hours >= 1)) {
    console.error(`expected a whole number of hours, found ${hours}`);
    Deno.exit(2);
  }
  const startedMs = performance.now();
  soakDrone(hours, ({ peakDb, rmsDb, mean, nonFiniteSamples, ground, cents }, index) => {
    const elapsed = (performance.now() - startedMs) / 1_000;
    console.log(
      `hour ${String(index + 1).padStart(2)}  peak ${peakDb.toFixed(2)} dB  rms ${rmsDb.toFixed(2)} dB  ` +
        `mean ${mean.toExponential(1)}  not finite ${nonFiniteSamples}  ` +
        `ground ${String(ground).padStart(2)}, ${cents.toFixed(3)} cents off  (${elapsed.toFixed(0)} s)`,
    );
  });
}
