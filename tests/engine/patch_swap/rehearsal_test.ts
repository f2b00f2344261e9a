import assert from "node:assert/strict";
import { CommandRefusedError } from "../../../engine/control/control.ts";
import { rehearse } from "../../../engine/patch_swap/rehearsal.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { tone } from "../../../testing/patch/tone_patch.ts";

const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 128 };
const { build } = await nativeForTests();
const options = (patch: ReturnType<typeof tone>) => ({
  graph: patch.build(format),
  format,
  seed: 1,
  nativeLibrary: build.library,
  onTooSlow: () => {}, // the machine that runs tests may have no time
});

Deno.test("a patch that is fit comes back compiled; one that gives infinities is refused", async () => {
  const patch = await rehearse(options(tone()));
  assert.ok(new WebAssembly.Instance(patch.module));
  await assert.rejects(rehearse(options(tone({ divisor: 0 }))), (error: Error) => {
    assert.ok(error instanceof CommandRefusedError);
    assert.match(error.message, /patch tone: gave numbers that are not finite/);
    return true;
  });
});

Deno.test("a rehearsal has a time limit, and ends when it is aborted", async () => {
  await assert.rejects(
    rehearse({ ...options(tone()), timeLimitMs: 1 }),
    /not done with its rehearsal after 1 ms/,
  );
  const signal = AbortSignal.abort(new Error("stopped"));
  await assert.rejects(rehearse({ ...options(tone()), signal }), /stopped/);
});
