import assert from "node:assert/strict";
import { adsr } from "../../../modules/envelopes/adsr.ts";
import { PatchPlayer } from "../../../testing/patch/patch_player.ts";
import { silentFrom } from "../../../testing/measure/level.ts";
import { rateHz, voicePatch } from "../../../testing/trial/trial_patch.ts";
import { assertNeverJumps } from "./never_jumps.ts";

interface Times {
  readonly attackSeconds?: number;
  readonly decaySeconds?: number;
  readonly sustain?: number;
  readonly releaseSeconds?: number;
}

function envelope(times: Times, sampleRateHz = rateHz): Promise<PatchPlayer> {
  return PatchPlayer.of(voicePatch(({ gate, trigger }) => adsr({ gate, trigger, ...times })), {
    sampleRateHz,
  });
}

const framesOf = (seconds: number) => Math.round(seconds * rateHz);

Deno.test("attack takes its time within a frame up to 0.1 s and 0.2 % up to 10 s", async () => {
  for (const attackSeconds of [0.001, 0.005, 0.1, 1, 10]) {
    const heard = (await envelope({ attackSeconds })).on(1).play(framesOf(attackSeconds * 1.1) + 4, 0);
    const found = heard.findIndex((level) => level === 1) + 1;
    const expected = framesOf(attackSeconds);
    const allowed = Math.max(1.5, expected * 0.002);
    assert.ok(Math.abs(found - expected) <= allowed, `${attackSeconds} s: ${found}, not ${expected} frames`);
    // half of the way earlier than half of the time: it bends like a capacitor's
    assert.ok(heard[Math.floor(expected / 2)] > 0.6);
  }
});

Deno.test("decay comes within 0.01 % of the way, and a ten thousandth of full scale, in its time", async () => {
  for (const decaySeconds of [0.001, 0.02, 0.2, 0.5]) {
    for (const sustain of [0, 0.3, 0.7, 1]) {
      const times = { attackSeconds: 0.001, decaySeconds, sustain };
      const heard = (await envelope(times)).on(1).play(framesOf(decaySeconds + 0.01), 0);
      const top = heard.findIndex((level) => level === 1);
      const late = heard[top + framesOf(decaySeconds) + 1] - sustain;
      const early = heard[top + Math.floor(framesOf(decaySeconds) * 0.75)] - sustain;
      assert.ok(late >= -1e-6 && late < 2e-4, `${decaySeconds} s to ${sustain}: ${late} left`);
      // three quarters of 80 dB are 60
      assert.ok(Math.abs(early - (1 - sustain) * 1e-3) < 2e-4, `${decaySeconds} s to ${sustain}: ${early}`);
    }
  }
});

Deno.test("the level is held at sustain, however long", async () => {
  const heard = (await envelope({ sustain: 0.6, decaySeconds: 0.1 })).on(1).play(rateHz * 5, 0);
  const held = heard.subarray(rateHz);
  assert.ok(Math.abs(held[0] - 0.6) < 3e-5, `${held[0]}`);
  assert.ok(held.every((level) => level === held[0]));
});

Deno.test("a slow decay stops short of sustain by less than 0.1 dB", async () => {
  const player = await envelope({ attackSeconds: 0.001, decaySeconds: 60, sustain: 0.7 });
  player.on(1).play(rateHz * 60);
  const [level] = player.play(1, 0);
  assert.ok(level >= 0.7 && 20 * Math.log10(level / 0.7) < 0.12, `${level}`);
});

Deno.test("release from 1 takes its time within 1 %, ends in exact zero and stays there", async () => {
  for (const releaseSeconds of [0.001, 0.05, 0.3, 2, 20]) {
    const player = await envelope({ sustain: 1, attackSeconds: 0.001, releaseSeconds });
    player.on(1).play(framesOf(0.1));
    const frames = silentFrom(player.off(1).play(framesOf(releaseSeconds * 1.2) + 8, 0));
    const allowed = Math.max(2, framesOf(releaseSeconds) * 0.01);
    assert.ok(
      Math.abs(frames - framesOf(releaseSeconds)) <= allowed,
      `${releaseSeconds} s: ${frames} frames`,
    );
  }
});

Deno.test("a held note that decays to nothing is exact zero too", async () => {
  const heard = (await envelope({ sustain: 0, decaySeconds: 0.1 })).on(1).play(rateHz, 0);
  assert.ok(silentFrom(heard) < 0.5 * rateHz);
});

Deno.test("times are the same at every sample rate", async () => {
  for (const sampleRateHz of [8_000, 44_100, 96_000, 192_000]) {
    const player = await envelope({ attackSeconds: 0.05 }, sampleRateHz);
    const found = player.on(1).play(sampleRateHz / 10, 0).findIndex((level) => level === 1) + 1;
    assert.ok(Math.abs(found - 0.05 * sampleRateHz) <= 1.5, `${sampleRateHz} Hz: ${found}`);
  }
});

Deno.test("notes struck again, let go and stolen at any moment never jump", async () => {
  const times = { attackSeconds: 0.01, decaySeconds: 0.05, sustain: 0.5, releaseSeconds: 0.05 };
  const player = await envelope(times);
  // the steepest slopes: the attack from 0, and the decay from 1
  const limit = Math.max(1.3 * Math.log(1.3 / 0.3) / (0.01 * rateHz), Math.log(1e4) / (0.05 * rateHz)) * 1.01;
  assertNeverJumps(player, limit);
});

Deno.test("a note struck again goes on from the level there is, through a whole attack", async () => {
  const player = await envelope({ attackSeconds: 0.02, sustain: 0.5, decaySeconds: 0.05, releaseSeconds: 1 });
  player.on(1).play(rateHz / 2);
  const [before] = player.off(1).play(1, 0);
  const heard = player.on(1).play(framesOf(0.1), 0);
  assert.ok(heard[0] > before && heard[0] - before < 0.01);
  assert.ok(heard.includes(1));
});
