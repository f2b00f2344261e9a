import assert from "node:assert/strict";
import { health, readiness, type ReadinessSource } from "../../monitoring/readiness.ts";

const playing: ReadinessSource = {
  state: "running",
  unheard: "",
  driver: "jack",
  device: "JACK: system",
  periodFrames: 1_024,
  sampleRateHz: 48_000,
  callbackAgeMs: 21,
  renderersInLockstep: 1,
};

Deno.test("ready is what reaches a device now; everything else has its reason in one line", () => {
  assert.deepEqual(readiness(playing), { ok: true, reason: "sound goes out on JACK: system" });
  const reasons = ([
    [{ state: "starting" }, /starts/],
    [{ state: "stopping" }, /stopping/],
    [{ state: "silent" }, /no renderer has a block/],
    [{ state: "waiting for device", driver: "clock" }, /device is not there/],
    [{ state: "unheard", unheard: "nothing is connected" }, /nobody can hear it: nothing is connected/],
    [{ driver: "clock" }, /there is no sound device/],
    [{ callbackAgeMs: 251 }, /asked for no sound for 251 ms/],
    [{ callbackAgeMs: Infinity }, /asked for no sound/],
    [{ renderersInLockstep: 0 }, /no renderer is in lockstep/],
  ] satisfies [Partial<ReadinessSource>, RegExp][]).map(([change, expected]) => {
    const { ok, reason } = readiness({ ...playing, ...change });
    assert.deepEqual([ok, reason.includes("\n")], [false, false]);
    assert.match(reason, expected);
    return reason;
  });
  assert.equal(new Set(reasons).size, reasons.length);
  assert.ok(readiness({ ...playing, periodFrames: 8_192, callbackAgeMs: 600 }).ok, "a long period");
});

Deno.test("healthy is an engine whose supervisor looks at its renderers, with a device or without", () => {
  assert.ok(health({ state: "waiting for device", supervisionAgeMs: 2 }).ok);
  assert.ok(health({ state: "silent", supervisionAgeMs: 2 }).ok);
  assert.match(health({ state: "running", supervisionAgeMs: 1_500 }).reason, /has not looked .* for 1500 ms/);
  assert.deepEqual(health({ state: "stopping", supervisionAgeMs: 0 }), {
    ok: false,
    reason: "it is stopping",
  });
});
