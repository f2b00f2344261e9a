/**
 * Plays on a sound server, kills it, and looks whether the music goes on. A process of its own, because PortAudio waits ten
 * minutes in `Pa_CloseStream` for a server that is gone, and nothing in the same process can use it meanwhile.
 */
import assert from "node:assert/strict";
import { startSoundServer } from "../../sound_server.ts";
import { startTestEngine, until } from "../../test_engine.ts";

const server = await startSoundServer(48_000, 128);
Object.entries(server.env).forEach(([name, value]) => Deno.env.set(name, value));
const { engine, lines } = await startTestEngine({
  environment: { UNDERSTUDY_DRIVER: "portaudio", UNDERSTUDY_DEVICE: "system" },
});
try {
  assert.equal(engine.status().driver, "portaudio");
  await server.kill();
  await until("the loss is noticed", () => engine.status().state === "waiting for device");
  await until("the clock runs", () => engine.status().driver === "clock");
  const { block } = engine.status();
  await until("the music goes on", () => engine.status().block > block + 100);
  engine.submit([{ kind: "noteOn", instrument: 0, id: 1, number: 60, velocity: 1 }]);
  await engine.settled();
  assert.ok(lines.some((line) => /audio device lost/.test(line)));
  assert.ok(Object.values(engine.status().rendererIds).every((id) => id !== 0));
} finally {
  await engine.stop();
}
Deno.exit(0);
