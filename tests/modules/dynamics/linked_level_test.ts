import assert from "node:assert/strict";
import { linkedLevel } from "../../../modules/dynamics/linked_level.ts";
import { channels } from "../../../modules/signal/channels.ts";
import { effectPatch, effectPlayer, process, rateHz } from "../../../testing/trial/trial_patch.ts";

const reject = (option: string, problem: string): never => {
  throw new RangeError(`${option}: ${problem}`);
};

const patch = (linked: number) =>
  effectPatch((input) => linkedLevel(channels(input, input.times(3)).abs(), linked, reject));

Deno.test("linked channels all have the largest magnitude of them, others their own", async () => {
  for (const [linked, left, right] of [[1, 2, 6], [2, 6, 6], [4, 6, 6]]) {
    const one = await effectPlayer(patch(linked));
    assert.deepEqual([process(one, [-2])[0], process(one, [-2], 1)[0]], [left, right]);
  }
});

Deno.test("another number of linked channels is refused", () => {
  assert.throws(
    () => patch(3).build({ sampleRateHz: rateHz, channels: 2, inputChannels: 1, maximumBlockFrames: 64 }),
    /linkedChannels: expected 1, 2 or 4, found 3/,
  );
});
