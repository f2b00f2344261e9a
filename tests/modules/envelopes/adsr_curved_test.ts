import assert from "node:assert/strict";
import { adsrCurved } from "../../../modules/envelopes/adsr_curved.ts";
import { PatchPlayer } from "../../../testing/patch/patch_player.ts";
import { silentFrom } from "../../../testing/measure/level.ts";
import { rateHz, voicePatch } from "../../../testing/trial/trial_patch.ts";
import { assertNeverJumps } from "./never_jumps.ts";

type Shape = Partial<Record<keyof typeof adsrCurved.parameters, number>>;

function envelope(shape: Shape, sampleRateHz = rateHz): Promise<PatchPlayer> {
  return PatchPlayer.of(voicePatch(({ gate, trigger }) => adsrCurved({ gate, trigger, ...shape })), {
    sampleRateHz,
  });
}

const framesOf = (seconds: number) => Math.round(seconds * rateHz);

Deno.test("attack takes its time within a frame up to 0.1 s and 0.05 % up to a minute, along every curve", async () => {
  for (const attackSeconds of [0.001, 0.005, 0.1, 1, 60]) {
    for (const attackCurve of [-10, 0, 2, 10]) {
      const heard = (await envelope({ attackSeconds, attackCurve })).on(1).play(
        framesOf(attackSeconds) + 600,
        0,
      );
      const found = heard.findIndex((level) => level === 1) + 1;
      const allowed = Math.max(1, framesOf(attackSeconds) * 5e-4);
      // near the end the level is rounded to 1 before its time
      const early = attackCurve > 0 ? framesOf(attackSeconds) * 0.001 : 0;
      const late = found - framesOf(attackSeconds);
      assert.ok(
        late <= allowed && late >= -allowed - early,
        `${attackSeconds} s, ${attackCurve}: ${late} frames`,
      );
    }
  }
});

Deno.test("a straight attack is a straight line, within 2e-5", async () => {
  const heard = (await envelope({ attackSeconds: 1, attackCurve: 0 })).on(1).play(rateHz, 0);
  heard.forEach((level, frame) => assert.ok(Math.abs(level - (frame + 1) / rateHz) < 2e-5, `frame ${frame}`));
});

Deno.test("decay arrives exactly at the sustain level in its time, and stays", async () => {
  for (const sustain of [0, 0.3, 1]) {
    for (const decayCurve of [-6, 0, 6]) {
      const player = await envelope({ attackSeconds: 0.001, decaySeconds: 0.2, decayCurve, sustain });
      const heard = player.on(1).play(rateHz, 0);
      const middle = 1 + (sustain - 1) / (1 + Math.exp(-decayCurve / 2));
      assert.ok(Math.abs(heard[48 + 4_800 - 1] - middle) < 1e-3, `${heard[48 + 4_799]}, not ${middle}`);
      assert.ok(heard.subarray(48 + 9_600).every((level) => level === Math.fround(sustain)));
    }
  }
});

Deno.test("sustain is followed while the note is held", async () => {
  const { sustain } = adsrCurved.parameters;
  const player = await PatchPlayer.of(
    voicePatch(
      ({ gate, trigger }, p) => adsrCurved({ gate, trigger, decaySeconds: 0.05, sustain: p.sustain }),
      { sustain: { ...sustain, smoothingSeconds: 0 } },
    ),
  );
  player.on(1).play(rateHz);
  assert.equal(player.set("one/sustain", 0.25).play(1, 0)[0], 0.25);
});

Deno.test("release takes its time from every level, and ends in exact zero", async () => {
  for (const releaseSeconds of [0.001, 0.3, 2]) {
    for (const sustain of [0.1, 1]) {
      const player = await envelope({ attackSeconds: 0.001, decaySeconds: 0.001, sustain, releaseSeconds });
      player.on(1).play(rateHz / 10);
      const frames = silentFrom(player.off(1).play(framesOf(releaseSeconds) + 100, 0)) + 1;
      assert.ok(Math.abs(frames - framesOf(releaseSeconds)) <= 1, `${releaseSeconds} s: ${frames} frames`);
    }
  }
});

Deno.test("times are the same at every sample rate", async () => {
  for (const sampleRateHz of [8_000, 44_100, 192_000]) {
    const player = await envelope({ attackSeconds: 0.05 }, sampleRateHz);
    const found = player.on(1).play(sampleRateHz / 10, 0).findIndex((level) => level === 1) + 1;
    assert.ok(Math.abs(found - 0.05 * sampleRateHz) <= 1, `${sampleRateHz} Hz: ${found}`);
  }
});

Deno.test("notes struck again, let go and stolen at any moment never jump", async () => {
  const player = await envelope({
    attackSeconds: 0.01,
    attackCurve: -2,
    decaySeconds: 0.05,
    decayCurve: 2,
    sustain: 0.5,
    releaseSeconds: 0.05,
    releaseCurve: 2,
  });
  // the steepest slope is that of the attack at its end: e times its mean
  const limit = Math.E / (0.01 * rateHz) * 1.01;
  assertNeverJumps(player, limit);
});
