/** A device that goes away and comes back: played here by hand, and in `jack_driver_test.ts` by a real sound server. */
import assert from "node:assert/strict";
import { readConfig } from "../../../config/settings.ts";
import { DeviceWatch } from "../../../engine/device/device_watch.ts";
import { DriverError } from "../../../engine/device/driver_error.ts";
import type { Driver } from "../../../engine/device/driver.ts";
import { fixed } from "../../../engine/memory/layout.ts";
import { sharedMemoryPointer } from "../../../ffi/shared_memory_pointer.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { until } from "../../../testing/until.ts";

const { native } = await nativeForTests();

/** There is no clock to stop. */
const esrch = 3;

/** A device that a test plugs in, silences and unplugs. */
class Device implements Driver {
  readonly kind: "jack" | "portaudio";
  readonly mayReturn: boolean;
  readonly device = "hardware";
  readonly outputLatencySeconds = 0.25;
  readonly periodFrames = 32;
  alive = true;
  calling = true;
  closes = true;
  detaches = true;
  /** What was done to it. */
  readonly done: string[] = [];
  #calls: number;

  constructor({ firstCall = 0, mayReturn = false } = {}) {
    this.#calls = firstCall;
    this.mayReturn = mayReturn;
    this.kind = mayReturn ? "jack" : "portaudio";
  }

  /** It has called once more whenever somebody looks. */
  get calls(): number {
    return this.calling ? this.#calls = (this.#calls + 1) >>> 0 : this.#calls;
  }

  attach(): void {
    this.done.push("attach");
  }

  detach(): boolean {
    this.done.push("detach");
    return this.detaches;
  }

  stop(): Promise<boolean> {
    this.done.push("stop");
    return this.closes ? Promise.resolve(true) : new Promise(() => {});
  }
}

/** A watch whose attempts to open a device give these, one after the other, and what it said. */
function watching(attempts: (Device | Error)[], environment: Record<string, string> = {}) {
  const memory = testMemory();
  Atomics.store(memory.words, fixed.control.play.index, 1);
  const lines: string[] = [];
  const keep = (line: string) => void lines.push(line);
  const watch = new DeviceWatch({
    native,
    memory,
    config: readConfig({ UNDERSTUDY_DRIVER: "portaudio", ...environment }),
    log: { debug: keep, info: keep, warning: keep, error: keep },
    openDriver: () => {
      const next = attempts.shift();
      assert.ok(next, "no further attempt was expected");
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    },
  });
  const watched = (condition: string, holds: () => boolean) =>
    until(condition, () => (watch.watch(), holds()));
  return { memory, lines, watch, watched };
}

const starts = (lines: readonly string[]) => lines.map((line) => line.split(/[:;(]/)[0].trim());

Deno.test("a device that ends is replaced by the clock, and looked for until it is back", async () => {
  const [first, second] = [new Device(), new Device()];
  const { memory, lines, watch, watched } = watching([first, new DriverError("unplugged"), second]);
  try {
    await watch.start();
    assert.deepEqual([watch.kind, watch.device, watch.waiting], ["portaudio", "hardware", false]);
    assert.deepEqual(first.done, ["attach"]);
    first.alive = false;
    await watched("the clock keeps time", () => watch.waiting && watch.kind === "clock");
    assert.equal(first.done[1], "detach", "before the clock starts");
    const before = memory.consumed();
    await watched("time goes on", () => memory.consumed() - before > 2);
    await watched("the device is back", () => !watch.waiting && watch.kind === "portaudio");
    assert.deepEqual(second.done, ["attach"]);
    assert.ok(first.done.includes("stop"));
    const { deviceLosses, deviceAttempts, unheardFrames } = watch.counts;
    assert.deepEqual([deviceLosses, deviceAttempts], [1, 0]);
    assert.ok(unheardFrames >= 2 * 32);
    assert.deepEqual(starts(lines), [
      "audio device lost",
      "audio device still missing",
      "audio device is back",
    ]);
    assert.match(lines[1], /unplugged.*next try in 1000 ms/);
    assert.equal(await native.symbols.us_clock_stop(sharedMemoryPointer(native, memory.bytes)), esrch);
  } finally {
    assert.ok(await watch.stop());
  }
  assert.equal(watch.device, "none");
});

Deno.test("a device whose last call does not end is lost once it does, and counted once", async () => {
  const device = new Device();
  const { lines, watch } = watching([device, new DriverError("gone")]);
  const counts: number[] = [];
  const counted = (condition: string, holds: () => boolean) =>
    until(condition, () => (counts.push(watch.counts.deviceLosses), watch.watch(), holds()));
  try {
    await watch.start();
    device.detaches = device.alive = false;
    const waits = () => lines.filter((line) => line.includes("does not end")).length;
    await counted("the clock waits for it", () => waits() === 1);
    await counted("it goes on waiting", () => counts.length > 20);
    device.detaches = true;
    await counted("the clock keeps time", () => watch.kind === "clock" && watch.counts.deviceLosses > 0);
    assert.ok(counts.every((count, index) => index === 0 || count >= counts[index - 1]), "it never falls");
    assert.equal(watch.counts.deviceLosses, 1);
  } finally {
    await watch.stop();
  }
});

Deno.test("a device that claims to run and calls nobody is lost, also after more than 2^31 calls", async () => {
  const device = new Device({ firstCall: 2 ** 31 + 5 });
  const { watch, watched } = watching([device, new DriverError("gone")]);
  try {
    await watch.start();
    device.calling = false;
    await watched("its silence is noticed", () => watch.waiting);
    assert.equal(watch.kind, "clock");
  } finally {
    await watch.stop();
  }
});

Deno.test("the client of a server that stood still is not opened again: it takes over when it calls", async () => {
  const device = new Device({ mayReturn: true });
  const { lines, watch, watched } = watching([device]);
  try {
    await watch.start();
    device.calling = false;
    await watched("its silence is noticed", () => watch.kind === "clock");
    device.calling = true;
    await watched("it is back", () => !watch.waiting);
    assert.equal(watch.kind, "jack");
    assert.deepEqual(device.done.filter((what) => what !== "detach"), ["attach", "attach"]);
    assert.match(lines[1], /stands still: the device takes over when it goes on/);
  } finally {
    await watch.stop();
  }
});

Deno.test("a device that is not there at the start is an error, or waited for when the settings say so", async () => {
  const refused = watching([new DriverError("no card")]);
  await assert.rejects(refused.watch.start(), /no card/);
  await refused.watch.stop();
  const device = new Device();
  const { memory, lines, watch, watched } = watching(
    [new DriverError("no card"), device],
    { UNDERSTUDY_WAIT_DEVICE: "on" },
  );
  try {
    await watch.start();
    assert.deepEqual([watch.kind, watch.waiting, watch.counts.deviceLosses], ["clock", true, 0]);
    await until("the clock plays", () => memory.consumed() > 2);
    await watched("the device is there", () => !watch.waiting);
    assert.equal(watch.kind, "portaudio");
    assert.match(lines[0], /waiting for the device.*no card/);
  } finally {
    await watch.stop();
  }
});

Deno.test("a clock whose thread ends is started again", async () => {
  const first = new Device();
  const { memory, lines, watch, watched } = watching([first, ...Array(20).fill(new DriverError("gone"))]);
  try {
    await watch.start();
    first.alive = false;
    await watched("the clock plays", () => watch.kind === "clock" && memory.consumed() > 2);
    assert.equal(await native.symbols.us_clock_stop(sharedMemoryPointer(native, memory.bytes)), 0);
    const stopped = memory.consumed();
    await watched("the clock plays again", () => memory.consumed() > stopped + 2);
    assert.ok(lines.some((line) => /clock thread stands still/.test(line)), lines.join("\n"));
  } finally {
    await watch.stop();
  }
});

Deno.test("a device that does not close holds up neither the clock nor the end", async () => {
  const device = new Device();
  const { memory, lines, watch, watched } = watching([device]);
  device.closes = false;
  await watch.start();
  device.alive = false;
  await watched("the clock plays", () => memory.consumed() > 2);
  assert.ok(await watch.stop(), "none of its calls can play");
  assert.ok(lines.some((line) => /left behind/.test(line)));
});
