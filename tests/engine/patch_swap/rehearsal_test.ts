import assert from "node:assert/strict";
import { CommandRefusedError } from "../../../engine/control/control.ts";
import { rehearse } from "../../../engine/patch_swap/rehearsal.ts";
import { SampleLoader } from "../../../engine/samples/sample_loader.ts";
import { PatchSource } from "../../../patches/loading/patch_source.ts";
import { patchNames } from "../../../patches/ready/catalogue.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { heavy } from "../../../testing/patch/heavy_patch.ts";
import { sharedItems } from "../../../testing/share.ts";
import { tone } from "../../../testing/patch/tone_patch.ts";

const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 128 };
const { build } = await nativeForTests();
const options = (patch: ReturnType<typeof tone>) => ({
  graph: patch.build(format),
  format,
  seed: 1,
  nativeLibrary: build.library,
  ceiling: 1,
  onVoiceLimit: () => {},
  onTooSlow: () => {}, // the machine that runs tests may have no time
  onWarning: (warning: string) => assert.fail(warning),
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

Deno.test("a patch beyond full scale, or with direct current on a channel, plays with a warning that says how much", async () => {
  const told = async (patch: ReturnType<typeof tone>, ceiling: number) => {
    const warnings: string[] = [];
    await rehearse({ ...options(patch), ceiling, onWarning: (warning) => warnings.push(warning) });
    return warnings;
  };
  const loud = await told(tone({ level: 2 }), Math.fround(0.5));
  assert.equal(loud.length, 1);
  const [, level] = /^patch tone: plays \+(\d+\.\d) dB above full scale .*holds it at -6\.0 dB/.exec(
    loud[0],
  )!;
  // four voices of 2; they reach their sum of 8, which is 18.1 dB, only now and then
  assert.ok(Number(level) > 12 && Number(level) < 18.2, level);
  assert.match((await told(tone({ level: 2 }), 0))[0], /no ceiling, so the device clips it/);
  const direct = await told(tone({ offset: -0.2 }), 1);
  assert.deepEqual(direct.map((warning) => warning.replace(/;.*/, "")), [
    "patch tone: has a direct current of -0.20 on channel 1",
    "patch tone: has a direct current of -0.20 on channel 2",
  ]);
});

Deno.test("no ready patch is warned of", async () => {
  const source = new PatchSource({ format, samples: new SampleLoader() });
  for (const name of sharedItems("rehearsals of ready patches", patchNames, 6)) {
    await rehearse({ ...options(tone()), ...await source.load(name) });
  }
});

Deno.test("a rehearsal has a time limit, and ends when it is aborted", async () => {
  await assert.rejects(
    rehearse({ ...options(tone()), timeLimitMs: 1 }),
    /not done with its rehearsal after 1 ms/,
  );
  const signal = AbortSignal.abort(new Error("stopped"));
  await assert.rejects(rehearse({ ...options(tone()), signal }), /stopped/);
});

Deno.test("a patch that declares more voices than the machine can play is limited to what it can, with the number said", async () => {
  const declared = 1_024;
  const limits: number[] = [];
  const reasons: string[] = [];
  const fast = { ...format, sampleRateHz: 192_000 };
  await rehearse({
    ...options(tone()),
    format: fast,
    graph: heavy(declared, 16).build(fast),
    onVoiceLimit: (maxVoices, reason) => {
      limits.push(maxVoices);
      reasons.push(reason);
    },
  });
  assert.equal(limits.length, 1);
  assert.ok(limits[0] >= 1 && limits[0] < declared, reasons[0]);
  assert.match(reasons[0], new RegExp(`its 1024 voices would need \\d+ % .* at most ${limits[0]} sound`));
});
