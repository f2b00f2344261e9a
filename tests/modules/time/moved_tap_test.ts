import assert from "node:assert/strict";
import fc from "fast-check";
import { DelayLine } from "../../../modules/signal/delay_line.ts";
import type { Signal } from "../../../modules/signal/signal.ts";
import { delay } from "../../../modules/time/delay.ts";
import { fadedRead, type Move, movedTap, moves } from "../../../modules/time/moved_tap.ts";
import { pingPong } from "../../../modules/time/ping_pong.ts";
import { centroidHz } from "../../../testing/measure/centroid.ts";
import { steepest } from "../../../testing/measure/level.ts";
import { peak } from "../../../testing/patch/patch_player.ts";
import { effectPatch, effectPlayer, process, rateHz } from "../../../testing/trial/trial_patch.ts";

const { timeSeconds } = delay.parameters;
const toneHz = 1_000;
const tone = Float32Array.from({ length: 5 * rateHz }, (_, n) => 0.5 * Math.sin(2 * Math.PI * (n % 48) / 48));
/** The steepest step of the tone itself. */
const ownStep = Math.PI * toneHz / rateHz;

type Effect = (input: Signal<"1">, seconds: Signal<"s">) => Signal<"1">;

const effects: Readonly<Record<string, (move: Move) => Effect>> = {
  delay: (move) => (input, seconds) => delay({ input, timeSeconds: seconds, feedback: 0, move }),
  pingPong: (move) => (input, seconds) => pingPong({ input, timeSeconds: seconds, feedback: 0, move }),
};

/** A tone through an effect whose time moves after two seconds. */
async function moved(effect: Effect, [from, to]: readonly [number, number], smoothingSeconds: number) {
  const time = { ...timeSeconds, max: 2, default: from, smoothingSeconds };
  const player = await effectPlayer(effectPatch((input, { time }) => effect(input, time), { time }));
  process(player, tone.subarray(0, 2 * rateHz));
  player.set("fx/time", to);
  return process(player, tone.subarray(2 * rateHz));
}

/** Mean frequency of each piece of 21 ms; pieces of silence have none. */
function pitches(samples: Float32Array): number[] {
  const found: number[] = [];
  for (let at = 0; at + 1_024 <= samples.length; at += 1_024) {
    const piece = samples.subarray(at, at + 1_024);
    if (peak(piece) > 0.3) found.push(centroidHz(piece, rateHz));
  }
  return found;
}

const ways = [[0.3, 0.31], [0.3, 0.4], [0.3, 0.5], [0.1, 0.5], [0.5, 0.1], [0.1, 1.5], [1.5, 0.1]] as const;

for (const [name, effect] of Object.entries(effects)) {
  Deno.test(`${name}: a time that slides bends the pitch by half at most, and ends where it should`, async () => {
    for (const way of ways) {
      const heard = await moved(effect("tape"), way, timeSeconds.smoothingSeconds);
      const found = pitches(heard);
      assert.ok(Math.min(...found) > toneHz * 0.48 && Math.max(...found) < toneHz * 1.52, `${way}: ${found}`);
      assert.ok(steepest(heard) < 1.52 * ownStep, `${way}: ${steepest(heard)}`);
    }
  });

  Deno.test(`${name}: a time that fades over bends no pitch and is never louder`, async () => {
    for (const way of ways) {
      const heard = await moved(effect("crossfade"), way, 0);
      const found = pitches(heard);
      assert.ok(Math.min(...found) > toneHz - 25 && Math.max(...found) < toneHz + 25, `${way}: ${found}`);
      assert.ok(steepest(heard) < 1.02 * ownStep && peak(heard) < 0.51, `${way}: ${steepest(heard)}`);
    }
  });
}

/** Frames that a line is late in each frame, while the time follows a list, each for a while. */
async function late(
  frames: readonly number[],
  every: number,
  read: (line: DelayLine, ago: Signal<"1">) => Signal<"1">,
) {
  const scale = 2 ** -16;
  const patch = effectPatch((input) => {
    const line = new DelayLine(4_000);
    // the whole part is the time, the rest the clock
    const ago = input.floor();
    line.write(input.minus(ago));
    return read(line, ago);
  });
  const samples = Float32Array.from(
    { length: frames.length * every },
    (_, n) => frames[Math.floor(n / every)] + n % 65_536 * scale,
  );
  const heard = process(await effectPlayer(patch), samples);
  return Array.from(heard, (sample, n) => n - sample / scale);
}

const options = {
  sampleRateHz: rateHz,
  reject: (option: string, problem: string): never => {
    throw new Error(`${option}: ${problem}`);
  },
};

Deno.test("whatever times come, a sliding tap gains or loses half a frame in each frame, and arrives", async () => {
  const times = fc.array(fc.integer({ min: 2, max: 120 }), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(times, async (list) => {
      const every = 300; // longer than from one end to the other
      const found = await late(list, every, (line, ago) => movedTap(line, ago, { ...options, move: "tape" }));
      // before it the line is empty
      const begun = Math.ceil(list[0]) + 2;
      for (let n = begun + 1; n < found.length; n++) {
        const step = found[n] - found[n - 1];
        assert.ok(Math.abs(step) < 0.5 + 0.15, `${step} at ${n} of ${list}`);
      }
      list.forEach((frames, index) => {
        const last = found[(index + 1) * every - 1];
        assert.ok(Math.abs(last - frames) < 0.1, `${last}, not ${frames}`);
      });
    }),
    { numRuns: 30 },
  );
});

Deno.test("a tap that jumps has each frame's time at once", async () => {
  const found = await late(
    [20, 100, 7],
    200,
    (line, ago) => movedTap(line, ago, { ...options, move: "jump" }),
  );
  assert.deepEqual([190, 201, 399, 401].map((n) => Math.round(found[n])), [20, 100, 100, 7]);
});

Deno.test("a constant time has no state, whatever its move", () => {
  for (const move of moves) {
    const patch = effectPatch((input) => delay({ input, timeSeconds: 0.01, move }));
    const { main } = patch.build({
      sampleRateHz: rateHz,
      channels: 2,
      inputChannels: 1,
      maximumBlockFrames: 64,
    });
    assert.equal(main.states.length, 0, move);
  }
});

Deno.test("a whole read fades from one time to the next, and the last of many times is reached", async () => {
  const found = await late([30, 120, 40, 41], 6_000, (line, ago) => fadedRead(line, ago, rateHz));
  [30, 120, 40, 41].forEach((frames, index) => {
    assert.ok(Math.abs(found[(index + 1) * 6_000 - 1] - frames) < 0.02, `${found[(index + 1) * 6_000 - 1]}`);
  });
  const path = found.slice(6_000, 12_000);
  assert.ok(path.every((one, n) => n === 0 || one >= path[n - 1] - 0.02), "falls back");
  assert.ok(path[1_200] > 50 && path[1_200] < 100, `${path[1_200]}`);
});

Deno.test("another move is refused", () => {
  const build = () =>
    effectPatch((input) => delay({ input, move: "glide" as Move }))
      .build({ sampleRateHz: rateHz, channels: 2, inputChannels: 1, maximumBlockFrames: 64 });
  assert.throws(build, /move.*expected one of tape, crossfade, jump, found glide/);
});
