import assert from "node:assert/strict";
import { HostAccount } from "../../../osc/admission/host_account.ts";

const options = {
  messagesPerSecond: 100,
  burst: 100,
  allowance: { burstBytes: 1_000, bytesPerSecond: 10 },
  nowMs: 0,
};

Deno.test("a host has the rate of four senders", () => {
  const host = new HostAccount(options);
  host.charge(399, 0);
  assert.ok(host.isWithinRate(0));
  host.charge(1, 0);
  assert.ok(!host.isWithinRate(0));
  assert.ok(host.isWithinRate(10));
  const unlimited = new HostAccount({ ...options, messagesPerSecond: 0 });
  unlimited.charge(1e9, 0);
  assert.ok(unlimited.isWithinRate(0));
});

Deno.test("answers are allowed by the bytes that came, and by little beyond", () => {
  const host = new HostAccount(options);
  assert.ok(host.mayAnswer(1_000, 0) && !host.mayAnswer(1, 0));
  host.heard(10);
  assert.ok(host.mayAnswer(40, 0) && !host.mayAnswer(1, 0));
  assert.ok(host.mayAnswer(10, 1_000) && !host.mayAnswer(1, 1_000));
});
