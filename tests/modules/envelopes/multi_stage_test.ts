import assert from "node:assert/strict";
import { type EnvelopeStage, multiStage } from "../../../modules/envelopes/multi_stage.ts";
import { PatchPlayer, testFormat } from "../../../testing/patch/patch_player.ts";
import { silentFrom, steepest } from "../../../testing/measure/level.ts";
import { rateHz, voicePatch } from "../../../testing/trial/trial_patch.ts";

interface Options {
  readonly stages?: readonly EnvelopeStage[];
  readonly releaseStages?: number;
  readonly loopFrom?: number;
  readonly speed?: number;
}

const patchOf = (options: Options) =>
  voicePatch(({ gate, trigger }) => multiStage({ gate, trigger, ...options }));
const play = (options: Options) => PatchPlayer.of(patchOf(options));

/** Eight stages of different lengths, levels and curves. */
const eight: readonly EnvelopeStage[] = [
  { level: 1, seconds: 0.01, curve: 3 },
  { level: 0.2, seconds: 0.02, curve: -3 },
  { level: -0.7, seconds: 0.03 },
  { level: -0.7, seconds: 0.01 },
  { level: 0.9, seconds: 0.005, curve: 10 },
  { level: 0.4, seconds: 0.015, curve: -10 },
  { level: 0.6, seconds: 0.01 },
  { level: 0, seconds: 0.02, curve: 4 },
];

Deno.test("all stages are passed in their times, each level reached in its frame", async () => {
  const heard = (await play({ stages: eight, releaseStages: 0 })).on(1).play(rateHz, 0);
  let [end, from] = [0, 0];
  for (const { level, seconds, curve = 0 } of eight) {
    const middle = end + Math.round(seconds * rateHz / 2);
    end += Math.round(seconds * rateHz);
    assert.equal(heard[end - 1], Math.fround(level), `until frame ${end}`);
    const expected = from + (level - from) / (1 + Math.exp(-curve / 2));
    assert.ok(
      Math.abs(heard[middle - 1] - expected) < 2e-3,
      `frame ${middle}: ${heard[middle - 1]}, ${expected}`,
    );
    from = level;
  }
  assert.equal(silentFrom(heard), end - 1);
});

Deno.test("the last level before the release is held, and the release begins from wherever it is", async () => {
  const player = await play({ stages: eight, releaseStages: 2 });
  const heard = player.on(1).play(rateHz, 0);
  assert.ok(heard.subarray(rateHz / 2).every((level) => level === Math.fround(0.4)));
  const released = player.off(1).play(rateHz, 0);
  assert.equal(released[479], Math.fround(0.6));
  assert.equal(silentFrom(released) + 1, 480 + 960);
  const early = await play({ stages: eight, releaseStages: 2 });
  early.on(1).play(100);
  assert.equal(early.off(1).play(480, 0)[479], Math.fround(0.6));
});

Deno.test("stages repeat while the note is held, every time after the same number of frames", async () => {
  const stages = [
    { level: 1, seconds: 0.01 },
    { level: 0.5, seconds: 0.0123 },
    { level: 1, seconds: 0.0456, curve: 5 },
    { level: 0, seconds: 0.1 },
  ];
  const player = await play({ stages, loopFrom: 1 });
  const heard = player.on(1).play(10 * rateHz, 0);
  // 590.4 and 2188.8 frames, rounded up
  const period = 591 + 2_189;
  for (let frame = 480 + period; frame + period < heard.length; frame += 97) {
    assert.ok(Math.abs(heard[frame] - heard[frame + period]) < 1e-6, `frame ${frame}`);
  }
  const released = player.off(1).play(rateHz, 0);
  assert.equal(silentFrom(released) + 1, 4_800);
});

Deno.test("twice the speed takes half the time", async () => {
  for (const speed of [0.5, 1, 2]) {
    const heard = (await play({ stages: eight, releaseStages: 0, speed })).on(1).play(rateHz, 0);
    const found = silentFrom(heard) + 1;
    // each of the eight may be rounded up
    const late = found - 0.12 * rateHz / speed;
    assert.ok(late >= 0 && late <= 8, `${speed}: ${late} frames late`);
  }
});

Deno.test("nothing jumps, wherever in its course it is struck again or let go", async () => {
  const player = await play({
    stages: eight.map((stage) => ({ ...stage, curve: 0 })),
    releaseStages: 1,
    loopFrom: 1,
  });
  const heard: number[] = [...player.play(1, 0)];
  for (let frames = 37; frames < 2_000; frames += 61) {
    heard.push(...player.on(1).play(frames, 0), ...player.off(1).play(frames % 800, 0));
  }
  // the steepest: from -0.7 to 1 in the 240 frames of the fifth stage
  assert.ok(steepest(heard) < 1.7 / 240 * 1.01, `${steepest(heard)}`);
});

Deno.test("a minute is right within 0.1 %", async () => {
  const stages = [{ level: 1, seconds: 60 }, { level: 0, seconds: 0.001 }];
  const heard = (await play({ stages })).on(1).play(61 * rateHz, 0);
  const found = heard.findIndex((level) => level === 1) + 1;
  assert.ok(Math.abs(found / rateHz / 60 - 1) < 1e-3, `${found / rateHz} s`);
});

Deno.test("stages that make no envelope are refused", () => {
  const refused = (options: Options, message: RegExp) =>
    assert.throws(() => patchOf(options).build(testFormat), message);
  const end = { level: 0, seconds: 1 };
  refused({ stages: [] }, /stages .*expected a list of 1 to 8, found 0/);
  refused({ stages: Array(9).fill(end) }, /found 9/);
  refused({ stages: [{ level: 2, seconds: 1 }, end] }, /stage 1: level: expected -1 to 1, found 2/);
  refused({ stages: [end, { level: 0, seconds: 0 }] }, /stage 2: seconds: expected 0.001 to 600, found 0/);
  refused({ stages: [{ ...end, curve: 11 }] }, /stage 1: curve: expected -10 to 10, found 11/);
  refused({ stages: [{ level: 1, seconds: 1 }] }, /expected level 0 at the end/);
  refused({ releaseStages: 4 }, /releaseStages .*expected 0 to 3/);
  refused({ loopFrom: 2 }, /loopFrom .*expected -1 to 1/);
  refused({ releaseStages: 0, loopFrom: 0 }, /loopFrom .*expected -1 to -1/);
});
