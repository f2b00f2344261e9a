import assert from "node:assert/strict";
import { rack } from "../../../patches/ready/rack.ts";
import { decibels } from "../../../testing/measure/spectrum.ts";
import { PatchPlayer, peak } from "../../../testing/patch_player.ts";

Deno.test("the rack lets its input through, and turns down what is loud", async () => {
  const levelOf = async (amplitude: number) => {
    const player = await PatchPlayer.of(rack, { inputChannels: 2 });
    let frame = 0;
    let heard = 0;
    for (let block = 0; block < 1_500; block++) {
      for (let at = 0; at < 64; at++, frame++) {
        const sample = amplitude * Math.sin(2 * Math.PI * 1_000 * frame / 48_000);
        player.feedFrame(at, [sample, sample]);
      }
      const part = peak(player.play(64));
      if (block > 1_000) heard = Math.max(heard, part);
    }
    return decibels(heard);
  };
  const [soft, loud] = [await levelOf(0.02), await levelOf(0.5)];
  const rise = loud - soft;
  // 28 dB go in; what lies above the threshold of -20 dB is divided by three
  assert.ok(soft > -40 && rise > 10 && rise < 22, `${soft} dB, ${loud} dB`);
});

Deno.test("the first of two inputs of the rack is heard on both sides when it is asked to be", async () => {
  const levels = async (mono: number) => {
    const player = (await PatchPlayer.of(rack, { inputChannels: 2 })).set("input/mono", mono);
    player.set("reverb/gainDb", -90).set("echo/gainDb", -90).play(4_800);
    player.feed(0.2, 0);
    const heard = player.play(480);
    return [0, 1].map((channel) => peak(heard.filter((_, index) => index % 2 === channel)));
  };
  const [left, right] = await levels(0);
  assert.ok(left > 0.05 && right === 0, `${left}, ${right}`);
  const [one, other] = await levels(1);
  assert.ok(one > 0.05 && one === other, `${one}, ${other}`);
});
