import assert from "node:assert/strict";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import { seatCount } from "../../../engine/memory/constants.ts";
import { checkPatchDelivery, checkRendererStart } from "../../../engine/renderer/renderer_start.ts";
import { InvariantError } from "../../../foundation/invariant.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

const patch = tallyPatch({ sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
const start = {
  buffer: testMemory().buffer,
  seat: 7,
  incarnation: 1,
  patches: [{ number: 0, patch }],
  checksum: compileChecksum(),
  nativeLibrary: "x.so",
  seed: -5,
  faultsAllowed: false,
};

Deno.test("a start passes as it came; one with a wrong part is refused, and the part named", () => {
  assert.equal(checkRendererStart(start), start);
  const wrong: [object | undefined, RegExp][] = [
    [undefined, /shared memory/],
    [{ ...start, buffer: new ArrayBuffer(8) }, /shared memory/],
    [{ ...start, seat: seatCount }, new RegExp(`seat from 0 to ${seatCount - 1}, found ${seatCount}`)],
    [{ ...start, seed: 0.5 }, /seed, found 0.5/],
    [{ ...start, checksum: {} }, /checksum/],
    [{ ...start, patches: [] }, /at least one patch/],
    [{ ...start, patches: [{ number: 0, patch: {} }] }, /code of patch 0/],
  ];
  for (const [data, message] of wrong) {
    assert.throws(() => checkRendererStart(data), (error) => {
      assert.ok(error instanceof InvariantError);
      assert.match(error.message, message);
      return true;
    });
  }
});

Deno.test("a delivered patch has a whole number, and is not older than the oldest that it names", () => {
  const delivery = { number: 3, patch, oldest: 3 };
  assert.equal(checkPatchDelivery(delivery), delivery);
  assert.throws(() => checkPatchDelivery({ ...delivery, oldest: 4 }), /up to 3, found 4/);
  assert.throws(() => checkPatchDelivery({ ...delivery, number: 1.5 }), InvariantError);
});
