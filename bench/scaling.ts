/**
 * What a voice costs by how many there are: sounding ones, silent ones beside them, and those that ring out to silence
 * beside those that sound. `deno task bench:scaling [ROUNDS]`
 */
import { developmentCommand } from "../testing/development_command.ts";
import { stateVariable } from "../modules/filters/state_variable.ts";
import { saw } from "../modules/oscillators/saw.ts";
import { definePatch, instrument, type Note, type Patch, type Voice } from "../modules/patch.ts";
import { bytesPerVoice } from "../compiler/inspect/describe.ts";
import { planArena } from "../compiler/plan/arena.ts";
import { feedback } from "../modules/signal/feedback.ts";
import { constant, type Signal } from "../modules/signal/signal.ts";
import { delay } from "../modules/time/delay.ts";
import { median } from "./median.ts";
import { report } from "./report.ts";
import {
  benchFormat,
  delayVoice,
  fmVoice,
  levelDb,
  patchOf,
  play,
  type Playing,
  sawVoice,
} from "./voice_patches.ts";

const rounds = developmentCommand(import.meta.url, { maxWords: 1 }).numberAt(0, 9);

/** Nanoseconds that one frame of all voices takes, for several patches in turns. */
function frameNanoseconds(players: readonly { playing: Playing; seconds: number }[]): number[] {
  for (const { playing, seconds } of players) playing.render(seconds); // until the optimising compiler is done
  const times = players.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    players.forEach(({ playing, seconds }, index) => {
      times[index].push(playing.render(seconds) / (seconds * benchFormat.sampleRateHz) * 1e9);
    });
  }
  return times.map(median);
}

const counts = [1, 4, 16, 64, 256, 1_000, 2_000];
const sounding = counts.map((count) => ({
  playing: play(patchOf(count, sawVoice), count),
  seconds: Math.max(0.05, Math.min(20, 200 / count)),
}));
const bytes = (voice: (note: Note) => Voice) =>
  bytesPerVoice(planArena(patchOf(4, voice).build(benchFormat), benchFormat), 0);
console.log(
  `memory of a voice: saw ${bytes(sawVoice)} bytes, FM ${bytes(fmVoice)}, delay of 0.4 s ${
    bytes(delayVoice)
  }`,
);
await report(
  "scaling",
  frameNanoseconds(sounding).map((nanoseconds, index) => ({
    "sounding voices": counts[index],
    "ns a frame": Number(nanoseconds.toFixed(1)),
    "ns a voice and frame": Number((nanoseconds / counts[index]).toFixed(2)),
  })),
);

const allocated = [16, 256, 2_000];
const silent = allocated.map((count) => ({ playing: play(patchOf(count, sawVoice), 16), seconds: 12 }));
await report(
  "silent_voices",
  frameNanoseconds(silent).map((nanoseconds, index) => ({
    "voices allocated": allocated[index],
    sounding: 16,
    "ns a frame": Number(nanoseconds.toFixed(1)),
  })),
);

/** A voice that is held open while what comes into it can be taken away. */
function heldPatch(voices: number, sound: (input: Signal<"1">) => Signal<"1">): Patch {
  const level = {
    unit: "1",
    min: 0,
    max: 1,
    default: 1,
    curve: "linear",
    smoothingSeconds: 0,
    why: "input",
  } as const;
  return definePatch({
    name: "bench",
    instruments: {
      bench: instrument({
        voices,
        parameters: { level },
        voice: ({ frequencyHz }, p) => ({
          output: sound(saw({ frequencyHz, oversampling: 1 }).times(p.level)),
          envelope: constant(1),
        }),
      }),
    },
    parameters: {},
    output: ({ bench }) => bench.times(0.001),
  });
}

const ringing: Readonly<Record<string, (input: Signal<"1">) => Signal<"1">>> = {
  "state-variable filter": (input) => stateVariable({ input, cutoffHz: 1_000, q: 10 }).low,
  "one-pole feedback": (input) => feedback(0, (previous) => previous.times(0.999).plus(input.times(0.001))),
  "delay line": (input) => delay({ input, timeSeconds: 0.003, feedback: 0.5, maximumSeconds: 0.02 }),
};
/** Long enough that all of them fall to the smallest numbers there are, and beyond. */
const tailSeconds = 3;
const tails: Record<string, string | number>[] = [];
for (const [name, sound] of Object.entries(ringing)) {
  const playing = play(heldPatch(256, sound), 256);
  playing.render(1);
  const times: { sounds: number; tail: number[] }[] = [];
  let endDb = 0;
  for (let round = 0; round < rounds; round++) {
    playing.exports.set_parameter(0, 1);
    const sounds = playing.render(0.25) / 0.25;
    playing.exports.set_parameter(0, 0);
    const tail = Array.from({ length: tailSeconds * 20 }, () => playing.render(0.05) / 0.05);
    times.push({ sounds, tail });
    endDb = levelDb(playing);
  }
  const part = (from: number, to: number) =>
    median(times.map(({ sounds, tail }) => median(tail.slice(from, to)) / sounds));
  const parts = Array.from({ length: tailSeconds * 4 }, (_, quarter) => part(quarter * 5, quarter * 5 + 5));
  tails.push({
    "256 voices": name,
    "tail ÷ sounding, all of it": Number(part(0, tailSeconds * 20).toFixed(2)),
    "worst quarter second": Number(Math.max(...parts).toFixed(2)),
    "level in the end, dB": endDb,
  });
}
await report("tails", tails);
