/**
 * Plays on a PipeWire of its own that changes its quantum and is killed. A process of its own, because the dynamic linker takes PipeWire's
 * libjack from `LD_LIBRARY_PATH` at the start.
 */
import assert from "node:assert/strict";
import { compilePatch } from "../../../testing/patch/compile_named.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { startPipeWire } from "../../../testing/sound/pipewire_server.ts";
import { until } from "../../../testing/until.ts";

const server = await startPipeWire();
await server.setQuantum(128);
Object.entries(server.env).forEach(([name, value]) => Deno.env.set(name, value));
const { engine, lines } = await startTestEngine({
  environment: { UNDERSTUDY_DRIVER: "jack", UNDERSTUDY_DEVICE: "test-sink", UNDERSTUDY_CHANNELS: "4" },
  patch: (format) => compilePatch("drone", format),
});
const plays = async () => {
  const { block } = engine.status();
  await until("the music goes on", () => engine.status().block > block + 20);
};
try {
  await until("outputs that the sink has not are told", () => engine.status().unpatched === "3 4");
  for (const [quantum, blocks] of [[1_024, 10], [64, 10], [2_048, 18]]) {
    await server.setQuantum(quantum);
    await until("the period", () => engine.status().periodFrames === quantum);
    await until("the lookahead", () => engine.status().lookaheadBlocks === blocks);
    await plays();
  }
  await server.kill();
  await until("the loss is noticed", () => engine.status().state === "waiting for device");
  await plays();
  await server.restart();
  await until("the device is back", () => engine.status().state === "running");
  await plays();
  assert.equal(engine.status().driver, "jack");
} catch (error) {
  console.error(lines.join("\n"), server.log());
  throw error;
} finally {
  await engine.stop();
  await server.stop();
}
Deno.exit(0);
