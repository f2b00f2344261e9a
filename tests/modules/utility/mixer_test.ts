import assert from "node:assert/strict";
import { mixer } from "../../../modules/utility/mixer.ts";
import { constant } from "../../../modules/signal/signal.ts";
import { effectPatch, effectPlayer, process } from "../../../testing/trial/trial_patch.ts";

const tone = (value: number) => constant(value);

async function mixed(build: () => ReturnType<typeof mixer>): Promise<{ output: number; send: number }> {
  const patch = effectPatch(() => {
    const { output, send } = build();
    return [output, send];
  });
  const [output] = process(await effectPlayer(patch), [0], 0);
  const [send] = process(await effectPlayer(patch), [0], 1);
  return { output, send };
}

Deno.test("the bus is the sum of the strips at their faders, and nothing is sent unless it is asked for", async () => {
  const { output, send } = await mixed(() =>
    mixer({
      input1: tone(0.1),
      input2: tone(0.2),
      input3: tone(0.3),
      input4: tone(0.4),
      gain2Db: -20,
      gain3Db: 6,
      gain4Db: -90,
    })
  );
  assert.ok(Math.abs(output - (0.1 + 0.02 + 0.3 * 10 ** 0.3)) < 1e-6, `${output}`);
  assert.equal(send, 0);
});

Deno.test("a send is taken behind the fader", async () => {
  const { output, send } = await mixed(() =>
    mixer({ input1: tone(0.5), gain1Db: -6, send1Db: -12, input3: tone(1), gain3Db: -90, send3Db: 0 })
  );
  assert.ok(Math.abs(output - 0.5 * 10 ** -0.3) < 1e-6);
  assert.ok(Math.abs(send - 0.5 * 10 ** -0.9) < 1e-6);
});

Deno.test("strips that are not connected cost nothing: four of them are zero", async () => {
  assert.deepEqual(await mixed(() => mixer({})), { output: 0, send: 0 });
});
