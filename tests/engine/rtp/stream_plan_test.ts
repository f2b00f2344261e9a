import assert from "node:assert/strict";
import { readConfig } from "../../../config/settings.ts";
import { RtpError } from "../../../engine/rtp/rtp_error.ts";
import { isMulticast, planStreams } from "../../../engine/rtp/stream_plan.ts";

const plan = (environment: Record<string, string>) => planStreams(readConfig(environment));

Deno.test("outputs are dealt to streams, which go to the next group or the next even port", () => {
  const { streams, packetFrames, sampleBytes } = plan({
    UNDERSTUDY_CHANNELS: "20",
    UNDERSTUDY_RTP_TO: "239.69.1.9:5004",
    UNDERSTUDY_RTP_SECOND_TO: "10.0.0.2:6000, 10.0.0.3",
    UNDERSTUDY_RTP_SSRC: "4294967295",
    UNDERSTUDY_RTP_NAME: "House",
  });
  assert.deepEqual([packetFrames, sampleBytes], [48, 3]);
  assert.deepEqual(
    streams.map(({ name, firstChannel, channels, ssrc }) => [name, firstChannel, channels, ssrc]),
    [
      ["House 1", 0, 8, 4_294_967_295],
      ["House 2", 8, 8, 0],
      ["House 3", 16, 4, 1],
    ],
  );
  assert.deepEqual(streams.map(({ legs }) => legs.map(({ address, port }) => `${address}:${port}`)), [
    ["239.69.1.9:5004", "10.0.0.2:6000"],
    ["239.69.1.10:5004", "10.0.0.3:5004"],
    ["239.69.1.11:5004", "10.0.0.3:5006"],
  ]);
  assert.deepEqual(["223.9.9.9", "224.0.0.1", "239.255.0.1", "240.0.0.1"].map(isMulticast), [
    false,
    true,
    true,
    false,
  ]);
});

Deno.test("packets of 125 µs have 6 frames, of 96 kHz twice as many", () => {
  const frames = (ms: string, rate: string) =>
    plan({ UNDERSTUDY_RTP_TO: "10.0.0.1", UNDERSTUDY_RTP_PACKET_MS: ms, UNDERSTUDY_SAMPLE_RATE: rate })
      .packetFrames;
  assert.deepEqual(["0.125", "0.25", "0.333", "1", "4"].map((ms) => frames(ms, "48000")), [
    6,
    12,
    16,
    48,
    192,
  ]);
  assert.deepEqual(["0.125", "0.25", "0.333", "1"].map((ms) => frames(ms, "96000")), [12, 24, 32, 96]);
});

Deno.test("what no packet can hold is refused with the setting that mends it", () => {
  const to = { UNDERSTUDY_RTP_TO: "239.69.1.1" };
  const fails = (environment: Record<string, string>, remedy: RegExp) =>
    assert.throws(() => plan(environment), (error) => {
      assert.ok(error instanceof RtpError);
      assert.match(error.message, remedy);
      return true;
    });
  fails({}, /set UNDERSTUDY_RTP_TO/);
  fails({ ...to, UNDERSTUDY_SAMPLE_RATE: "44100" }, /48000 or 96000.*found 44100/);
  fails({ ...to, UNDERSTUDY_CHANNELS: "8", UNDERSTUDY_RTP_PACKET_MS: "4" }, /4608 bytes.*STREAM_CHANNELS=2/);
  fails({ UNDERSTUDY_RTP_TO: "239.69.1.1,239.69.1.2" }, /2 addresses for 1 streams/);
  fails({ UNDERSTUDY_CHANNELS: "9", UNDERSTUDY_RTP_TO: "239.69.1.255" }, /no group is left/);
});
