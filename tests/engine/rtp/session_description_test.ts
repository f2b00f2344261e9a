import assert from "node:assert/strict";
import {
  type DescribedStream,
  describeStream,
  readDescription,
} from "../../../engine/rtp/session_description.ts";
import { RtpError } from "../../../engine/rtp/rtp_error.ts";

const stream: DescribedStream = {
  name: "Hall",
  firstChannel: 2,
  channels: 2,
  ssrc: 7,
  legs: [{ address: "239.69.1.1", port: 5_004 }],
  sampleBytes: 3,
  sampleRateHz: 48_000,
  packetFrames: 48,
  payloadType: 97,
  ttl: 15,
  sources: ["10.0.0.1"],
  version: 5,
};

Deno.test("a description has the lines of AES67", () => {
  assert.deepEqual(describeStream({ ...stream, ptp: "00-1D-C1-FF-FE-00-00-01:0" }).split("\r\n"), [
    "v=0",
    "o=- 7 5 IN IP4 10.0.0.1",
    "s=Hall",
    "i=outputs 3 to 4",
    "c=IN IP4 239.69.1.1/15",
    "t=0 0",
    "m=audio 5004 RTP/AVP 97",
    "a=rtpmap:97 L24/48000/2",
    "a=ptime:1",
    "a=recvonly",
    "a=ts-refclk:ptp=IEEE1588-2008:00-1D-C1-FF-FE-00-00-01:0",
    "a=mediaclk:direct=0",
    "",
  ]);
  assert.match(describeStream({ ...stream, packetFrames: 6 }), /^a=ptime:0\.125\r$/m);
});

Deno.test("what is written is read, with both legs", () => {
  const double = { ...stream, legs: [...stream.legs, { address: "10.0.0.9", port: 5_006 }] };
  const text = describeStream(double);
  assert.match(text, /^a=group:DUP primary secondary\r$/m);
  const { name, legs, sampleBytes, sampleRateHz, channels, payloadType, packetMs } = readDescription(text);
  assert.deepEqual(
    { name, legs, sampleBytes, sampleRateHz, channels, payloadType, packetMs },
    {
      name: "Hall",
      legs: double.legs,
      sampleBytes: 3,
      sampleRateHz: 48_000,
      channels: 2,
      payloadType: 97,
      packetMs: 1,
    },
  );
  assert.deepEqual(readDescription(describeStream(stream)).legs, stream.legs);
});

Deno.test("a description that is not understood is refused with the line", () => {
  const text = describeStream(stream);
  const fails = (changed: string, words: RegExp) =>
    assert.throws(() => readDescription(changed), (error) => {
      assert.ok(error instanceof RtpError);
      assert.match(error.message, words);
      return true;
    });
  fails("hello", /begins with v=0, found "hello"/);
  fails("", /found "nothing"/);
  fails(text.replace("m=audio", "m=video"), /no audio/);
  fails(text.replace("L24", "opus"), /L16 or L24, found "opus/);
  fails(text.replace(/a=rtpmap.*\r\n/, ""), /a=rtpmap:97 is missing/);
  fails(text.replace(/c=.*\r\n/, ""), /expected c=IN IP4 ADDRESS/);
  fails(text.replace("239.69.1.1", "239.69.1.999"), /expected c=IN IP4 ADDRESS/);
  fails(text.replace("48000/2", "48000/0"), /channels from 1 to 64, found "L24\/48000\/0"/);
  fails(text.replace("48000/2", "48000/99999"), /channels from 1 to 64/);
  fails(text.replace("48000/2", "0/2"), /frames a second from 8000 to 192000/);
  fails(text.replace("48000/2", `${"9".repeat(400)}/2`), /frames a second from 8000 to 192000/);
  fails(text.replace("audio 5004", "audio 0"), /a port from 1 to 65535, found "m=audio 0/);
  fails(text.replaceAll("97", "4294967295"), /a payload type from 0 to 127/);
  fails("v=\u001b[2J", /found "v=[^\p{Cc}]*"/u);
});
