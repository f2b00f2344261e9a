import assert from "node:assert/strict";
import { stateLoad } from "../../../engine/patch_swap/state_load.ts";

const speed = { checkSecondsPerByte: 1 / 4e9, copySecondsPerByte: 1 / 3e9 };
const MiB = 2 ** 20;

Deno.test("the load of a state grows with its size up to a bound that holds for every size", () => {
  const loads = [0, 1 / 16, 1, 8, 256, 1_024].map((mebibytes) => stateLoad(mebibytes * MiB, speed));
  assert.equal(loads[0], 0);
  assert.ok(loads.every((load, index) => index === 0 || load >= loads[index - 1]));
  assert.ok(loads[1] < 0.002, `64 KiB: ${loads[1]}`);
  assert.ok(loads[4] > 0.03 && loads[4] < 0.06, `256 MiB: ${loads[4]}`);
  assert.equal(loads[5], loads[4]);
});

Deno.test("a machine that checks and copies at half the speed needs twice as much", () => {
  const slow = { checkSecondsPerByte: 2 / 4e9, copySecondsPerByte: 2 / 3e9 };
  assert.ok(Math.abs(stateLoad(32 * MiB, slow) / stateLoad(32 * MiB, speed) - 2) < 1e-9);
});
