import assert from "node:assert/strict";
import { readConfig } from "../../../config/settings.ts";
import { DriverError } from "../../../engine/device/driver_error.ts";
import { openDriver } from "../../../engine/device/open_driver.ts";
import { PortAudioMissingError } from "../../../ffi/library_search.ts";
import type { Log } from "../../../foundation/logging.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

const { native } = await nativeForTests();

async function open(
  environment: Record<string, string>,
): Promise<{ kind: string; unheard: string | undefined; lines: string[] }> {
  const lines: string[] = [];
  const keep = (line: string) => void lines.push(line);
  const log: Log = { debug: keep, info: keep, warning: keep, error: keep };
  const driver = await openDriver({ native, memory: testMemory(), config: readConfig(environment), log });
  await driver.stop();
  return { kind: driver.kind, unheard: driver.unheard, lines };
}

Deno.test("the clock is opened when it is asked for, or when there is no PortAudio, and says that nothing sounds", async () => {
  const asked = await open({ UNDERSTUDY_DRIVER: "clock" });
  assert.equal(asked.kind, "clock");
  assert.match(asked.lines.join(), /makes no sound/);
  assert.equal(asked.unheard, undefined, "nobody expects to hear it");
  const missing = await open({ UNDERSTUDY_DRIVER: "auto", UNDERSTUDY_PORTAUDIO: "/no/such/file.so" });
  assert.equal(missing.kind, "clock");
  assert.match(missing.lines.join(), /NO SOUND.*was not found/);
  assert.match(missing.unheard!, /was not found/);
});

Deno.test("a device that was asked for is never replaced by the clock", async () => {
  const wanted = { UNDERSTUDY_DRIVER: "portaudio", UNDERSTUDY_PORTAUDIO: "/no/such/file.so" };
  await assert.rejects(open(wanted), PortAudioMissingError);
  assert.notEqual(new DriverError("x").name, "Error");
});
