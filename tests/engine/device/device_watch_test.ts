/**
 * A device that goes away: ended here by hand, and as a sound server that dies, or stands still, under the engine.
 */
import assert from "node:assert/strict";
import { readConfig } from "../../../config/settings.ts";
import { DeviceWatch } from "../../../engine/device/device_watch.ts";
import { DriverError } from "../../../engine/device/driver_error.ts";
import type { Driver } from "../../../engine/device/driver.ts";
import { fixed } from "../../../engine/memory/layout.ts";
import { ManualDriver } from "../../../testing/engine/manual_driver.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { until } from "../../../testing/until.ts";
import { requirement } from "../../../testing/requirement.ts";
import { soundServerNeeds } from "../../../testing/sound/sound_server.ts";

async function lose(how: "killed" | "halted"): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", new URL("./lose_device.ts", import.meta.url).href, how],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

requirement({
  name: "when the sound server is killed the music goes on by the clock, obeys, and stops cleanly",
  fn: () => lose("killed"),
}, soundServerNeeds);

requirement({
  name: "when the sound server stands still the clock takes over, and gives way when the server goes on",
  fn: () => lose("halted"),
}, soundServerNeeds);

Deno.test("a device that ends is replaced by the clock, and looked for until it is back", async () => {
  const { native } = await nativeForTests();
  const memory = testMemory();
  const lines: string[] = [];
  const keep = (line: string) => void lines.push(line);
  /** What each attempt to open the device gives: a device, that ends by `alive`, or the reason why there is none. */
  const attempts: (Driver | Error)[] = [];
  const device = { alive: true };
  const plugged = () => {
    const manual = ManualDriver.open(native, memory);
    return Object.create(manual, {
      kind: { value: "portaudio" },
      device: { value: "hardware" },
      outputLatencySeconds: { value: 0.25 },
      alive: { get: () => device.alive },
      stop: { value: () => manual.stop() },
    }) as Driver;
  };
  const watch = new DeviceWatch({
    native,
    memory,
    config: readConfig({ UNDERSTUDY_DRIVER: "portaudio" }),
    log: { debug: keep, info: keep, warning: keep, error: keep },
    openDriver: () => {
      const next = attempts.shift();
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next ?? plugged());
    },
  });
  try {
    await watch.start();
    assert.deepEqual([watch.kind, watch.device, watch.waiting], ["portaudio", "hardware", false]);
    attempts.push(new DriverError("unplugged"));
    device.alive = false;
    await until("the clock keeps time", () => (watch.watch(), watch.waiting && watch.kind === "clock"));
    Atomics.store(memory.words, fixed.control.play.index, 1);
    const before = memory.consumed();
    await until("time goes on", () => memory.consumed() - before > 2);
    device.alive = true;
    await until("the device is back", () => (watch.watch(), !watch.waiting && watch.kind === "portaudio"));
    assert.equal(attempts.length, 0, "the first attempt failed");
    assert.deepEqual(lines.map((line) => line.split(/[:;(]/)[0].trim()), [
      "audio device lost",
      "audio device still missing",
      "audio device is back",
    ]);
    assert.match(lines[1], /unplugged.*next try in 1000 ms/);
  } finally {
    await watch.stop();
  }
  assert.equal(watch.device, "none");
});
