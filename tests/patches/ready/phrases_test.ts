import assert from "node:assert/strict";
import type { Command } from "../../../engine/control/control.ts";
import { SampleLoader } from "../../../engine/samples/sample_loader.ts";
import { playScore } from "../../../osc/score/play_score.ts";
import { readScore } from "../../../osc/score/score.ts";
import { patchNames } from "../../../patches/ready/catalogue.ts";
import { compilePatch, compileWithSamples } from "../../../testing/patch/compile_named.ts";
import { phraseOf } from "../../../patches/ready/phrases.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { testFormat } from "../../../testing/patch/patch_player.ts";

for (const name of patchNames) {
  Deno.test(`the phrase of ${name} can be played, and lets go of every note`, async () => {
    const patch = await compileWithSamples(name, testFormat, new SampleLoader());
    const text = phraseOf(name, patch.instruments);
    const { events } = readScore(new TextEncoder().encode(text), { name, sampleRateHz: 48_000, patch });
    const commands = events.flatMap(({ commands }) => commands);
    const notes = (kind: Command["kind"]) =>
      commands.flatMap((command) =>
        command.kind === kind && "id" in command ? [`${command.instrument} ${command.id}`] : []
      ).sort();
    assert.ok(patch.instruments.length === 0 || notes("noteOn").length > 0);
    assert.deepEqual(notes("noteOff"), notes("noteOn"));
    assert.ok((events.at(-1)?.frame ?? 0) < 48_000 * 15);
  });
}

Deno.test("a phrase goes through the log and is heard from the device", async () => {
  const { engine, patch, clock, driver, playUntil, secondsPass, stop } = await startTestEngine({
    driver: "manual",
    patch: (format) => compilePatch("piano", format),
  });
  const text = new TextEncoder().encode(phraseOf("piano", patch.instruments));
  const { events } = readScore(text, { name: "demo", sampleRateHz: 48_000, patch });
  const seconds = playScore(engine, { events, sampleRateHz: 48_000, nowMs: clock.unixMs });
  assert.equal(seconds, events.at(-1)!.frame / 48_000);
  await playUntil("sounding voices", () => engine.voices().some((count) => count > 0));
  await secondsPass(0.3);
  await stop();
  assert.ok(driver.captured.some((sample: number) => Math.abs(sample) > 0.02));
});

Deno.test("a patch without a phrase plays a chord on its first instrument, or nothing without one", () => {
  assert.match(phraseOf("./organ.ts", ["organ", "lead"]), /^0\.000 \/organ\/note 48 /);
  assert.equal(phraseOf("./wind.ts", []), "");
});
