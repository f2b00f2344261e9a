import assert from "node:assert/strict";
import { openReceiver, readPlace } from "../../../engine/rtp/open_receiver.ts";
import { RtpError } from "../../../engine/rtp/rtp_error.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";

const { native } = await nativeForTests();

Deno.test("an address has a port", () => {
  assert.deepEqual(readPlace("239.69.1.1:5004"), { address: "239.69.1.1", port: 5_004 });
  for (const text of ["239.69.1.1", "239.69.1.256:5004", "1.2.3.4:0", "1.2.3.4:65536", "hall.sdp"]) {
    assert.equal(readPlace(text), undefined, text);
  }
});

Deno.test("what cannot be received is named with the remedy", () => {
  const legs = [{ address: "192.0.2.77", port: 5_004 }];
  const fails = (interfaces: readonly string[], more: typeof legs, words: RegExp) =>
    assert.throws(
      () =>
        openReceiver({
          ...{ native, latencyMs: 5, match: false, interfaces },
          stream: { legs: more, channels: 2, sampleRateHz: 48_000, sampleBytes: 3 },
        }),
      (error) => error instanceof RtpError && words.test(error.message),
    );
  fails([], legs, /cannot receive from 192\.0\.2\.77:5004/);
  fails(["eth77"], legs, /no network interface "eth77".*127\.0\.0\.1/);
  fails(["lo", "lo"], legs, /expected one interface, or one for each of 1 legs/);
  fails([], Array.from({ length: 9 }, () => legs[0]), /at most 8 legs/);
});
