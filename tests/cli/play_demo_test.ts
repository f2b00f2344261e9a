import assert from "node:assert/strict";
import { playDemo } from "../../cli/play_demo.ts";
import { PatchSource } from "../../patches/loading/patch_source.ts";
import { SampleLoader } from "../../engine/samples/sample_loader.ts";
import { startTestEngine } from "../../testing/engine/test_engine.ts";
import { until } from "../../testing/until.ts";

/** Plays the demo of a ready patch on an engine. Returns the line of the log. */
async function demo(name: string, heard: boolean): Promise<string> {
  const { engine, lines } = await startTestEngine({
    patch: (format) => new PatchSource({ format, samples: new SampleLoader() }).compile(name),
  });
  try {
    const keep = (text: string) => void (lines as string[]).push(text);
    engine.takePeak();
    playDemo(engine, name, { debug: keep, info: keep, warning: keep, error: keep });
    if (heard) await until("the phrase is heard", () => engine.takePeak() > 0.01);
    return lines.find((line) => line.startsWith("demo: "))!;
  } finally {
    await engine.stop();
  }
}

Deno.test("the phrase of a patch is heard, and the log says how long it is", async () => {
  assert.match(await demo("keys", true), /^demo: plays a phrase of \d+\.\d s$/);
});

Deno.test("a patch that plays by itself gets no phrase", async () => {
  assert.equal(await demo("drone", false), "demo: drone plays by itself, or has no instrument to play on");
});
