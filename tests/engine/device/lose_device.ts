/**
 * Plays on a sound server that is killed, or stands still for a while, as the argument says, and looks whether the music goes
 * on. A process of its own, because a stream of a dead server cannot be closed.
 */
import assert from "node:assert/strict";
import { startSoundServer } from "../../../testing/sound/sound_server.ts";
import { renderAgain } from "../../../testing/engine/render_again.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { until } from "../../../testing/until.ts";

const server = await startSoundServer(48_000, 128);
Object.entries(server.env).forEach(([name, value]) => Deno.env.set(name, value));
const folder = await Deno.makeTempDir();
const session = `${folder}/a.session`;
const { engine, lines } = await startTestEngine({
  environment: {
    UNDERSTUDY_DRIVER: "portaudio",
    UNDERSTUDY_DEVICE: "system",
    UNDERSTUDY_SESSION: session,
  },
});
const plays = async () => {
  const { block } = engine.status();
  await until("the music goes on", () => engine.status().block > block + 100, 60_000);
};
const halted = Deno.args[0] === "halted";
try {
  assert.equal(engine.status().driver, "portaudio");
  if (halted) server.halt();
  else await server.kill();
  await until("the loss is noticed", () => engine.status().state === "waiting for device", 60_000);
  await until("the clock runs", () => engine.status().driver === "clock", 60_000);
  await plays();
  engine.submit([{ kind: "noteOn", instrument: 0, id: 1, number: 60, velocity: 1 }]);
  await engine.settled();
  assert.ok(lines.some((line) => /audio device lost/.test(line)));
  if (halted) {
    server.resume();
    await until("the device is back", () => engine.status().driver === "portaudio", 60_000);
    await until("it says so", () => engine.status().state === "running", 60_000);
    await plays();
  }
  assert.ok(Object.values(engine.status().rendererIds).every((id) => id !== 0));
} finally {
  await engine.stop();
  if (halted) await server.stop();
}
assert.equal((await renderAgain(session)).differingBlocks, 0);
await Deno.remove(folder, { recursive: true });
Deno.exit(0);
