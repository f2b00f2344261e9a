/** Packets of the sending thread, as a socket of this process gets them over the loopback. */
import assert from "node:assert/strict";
import { fixed } from "../../engine/memory/layout.ts";
import { SampleEncoder } from "../../engine/render/sample_format.ts";
import { MediaSource, RtpSender, SenderFailure, type SenderOptions } from "../../ffi/rtp_sender.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { type FilledRings, filledRings } from "../../testing/rtp/filled_rings.ts";
import {
  assertSameBytes,
  networkSamples,
  PacketListener,
  type RtpPacket,
  soundOf,
} from "../../testing/rtp/packet_listener.ts";
import { until } from "../../testing/until.ts";

const { native } = await nativeForTests();
const blocks = 12;

function open(rings: FilledRings, port: number, options: Partial<SenderOptions> = {}): RtpSender {
  const sender = RtpSender.open(native, {
    sharedMemory: sharedMemoryPointer(native, rings.memory.bytes),
    origin: undefined,
    leapSeconds: 37,
    packetFrames: 48,
    sampleBytes: 3,
    payloadType: 97,
    dscp: 34,
    ttl: 1,
    dither: false,
    clock: MediaSource.system,
    clockPath: "",
    priority: 1,
    streams: [{ firstChannel: 0, channels: 2, ssrc: 4_000_000_001, legs: [{ address: "127.0.0.1", port }] }],
    interfaces: [undefined],
    ...options,
  });
  rings.memory.words[fixed.control.play.index] = 1;
  sender.door.open();
  return sender;
}

/** Plays rings to their end; returns the packets that carry sound, and what was sent. */
async function played(rings: FilledRings, options: Partial<SenderOptions> = {}): Promise<RtpPacket[]> {
  const listener = new PacketListener();
  const streams = options.streams?.map((stream) => ({
    ...stream,
    legs: [{ address: "127.0.0.1", port: listener.port }],
  }));
  const sender = open(rings, listener.port, { ...options, ...(streams && { streams }) });
  try {
    await until("all blocks are taken", () => rings.memory.consumed() > blocks);
    const { packets } = sender.poll();
    await until("they are there", () => listener.packets.length >= packets);
  } finally {
    await sender.close();
    await listener.close();
  }
  return [...listener.packets];
}

/** The rings' sound in a format, rounded as `render` does it. */
function expected({ samples }: FilledRings, sampleBytes: 2 | 3): Uint8Array {
  const encoder = new SampleEncoder(sampleBytes === 2 ? "16" : "24");
  return networkSamples(encoder.integers(samples), sampleBytes);
}

Deno.test("numbers and times of packets follow from the frame of media, and samples are rounded as render does it", async () => {
  for (const [sampleBytes, packetFrames] of [[3, 48], [2, 6]] as const) {
    const rings = filledRings(blocks);
    const packets = await played(rings, { sampleBytes, packetFrames });
    const wanted = expected(rings, sampleBytes);
    const sound = soundOf(packets.map(({ payload }) => payload));
    assertSameBytes(sound.subarray(0, wanted.length), wanted, `L${sampleBytes * 8}`);
    const nowFrame = (BigInt(Date.now()) + 37_000n) * 48n;
    for (const { payloadType, ssrc, timestamp, sequence, payload } of packets) {
      assert.deepEqual([payloadType, ssrc], [97, 4_000_000_001]);
      assert.equal(payload.length, packetFrames * 2 * sampleBytes);
      const behind = BigInt.asIntN(32, nowFrame - BigInt(timestamp));
      const frame = nowFrame - behind; // whole, within the half day that a timestamp leaves open
      assert.equal(frame % BigInt(packetFrames), 0n);
      assert.equal(BigInt(sequence), frame / BigInt(packetFrames) % 65_536n);
    }
  }
});

Deno.test("senders with one origin send the same bytes, dithered too, and silence before it", async () => {
  const origin = (BigInt(Math.floor(Date.now() / 1_000)) + 37n + 2n) * 48_000n;
  // a lookahead of seconds: a machine that stands still withdraws no sender
  const options = { origin, dither: true };
  const [first, second] = await Promise.all(
    [0, 1].map(() => played(filledRings(blocks, { blockFrames: 1_024 }), options)),
  );
  const from = Number(origin % 2n ** 32n);
  const isSound = ({ timestamp }: RtpPacket) => (timestamp - from | 0) >= 0;
  const others = new Map(second.map(({ sequence, bytes }) => [sequence, bytes]));
  const common = first.filter((packet) => isSound(packet) && others.has(packet.sequence));
  for (const { sequence, bytes } of common) {
    assertSameBytes(bytes, others.get(sequence)!, `packet ${sequence}`);
  }
  assert.ok(common.length > 10, "both have sent");
  const [one] = first.filter(isSound);
  assert.ok(one.payload.some((byte) => byte !== 0), "the first packet at the origin has sound");
  const before = first.filter(({ timestamp }) => (timestamp - from | 0) < 0);
  const isSilence = ({ payload }: RtpPacket) =>
    payload.every((byte, at) => at % 3 === 2 ? byte < 2 || byte === 255 : byte === 0 || byte === 255);
  assert.ok(before.length > 0 && before.every(isSilence), "but for the noise of one step");
});

Deno.test("an engine that is not there at its origin sends nothing", async () => {
  const listener = new PacketListener();
  const rings = filledRings(blocks);
  const passed = (BigInt(Math.floor(Date.now() / 1_000)) + 37n - 5n) * 48_000n;
  const sender = open(rings, listener.port, { origin: passed });
  try {
    await until("it has withdrawn", () => sender.poll().withdrawn);
  } finally {
    await sender.close();
    await listener.close();
  }
  assert.ok(listener.packets.every(({ payload }) => payload.every((byte) => byte === 0)));
});

Deno.test("outputs go to streams of their own", async () => {
  const rings = filledRings(blocks, { channels: 3 });
  const packets = await played(rings, {
    streams: [
      { firstChannel: 0, channels: 2, ssrc: 1, legs: [] },
      { firstChannel: 2, channels: 1, ssrc: 2, legs: [] },
    ],
  });
  for (const [ssrc, outputs] of [[1, [0, 1]], [2, [2]]] as const) {
    const samples = Float32Array.from(
      rings.samples.filter((_, index) => outputs.includes(index % 3 as never)),
    );
    const wanted = expected({ ...rings, samples }, 3);
    const sound = soundOf(packets.filter((packet) => packet.ssrc === ssrc).map(({ payload }) => payload));
    assertSameBytes(sound.subarray(0, wanted.length), wanted, `stream ${ssrc}`);
  }
});

Deno.test("a clock or an interface that is not there is named", () => {
  const rings = filledRings(1);
  const fails = (options: Partial<SenderOptions>, part: string) =>
    assert.throws(() => open(rings, 5_004, options), (error) => {
      assert.ok(error instanceof SenderFailure);
      assert.equal(error.part, part);
      return true;
    });
  fails({ clock: MediaSource.device, clockPath: "/dev/no-such-clock" }, "clock");
  fails({ interfaces: [{ address: "192.0.2.77", index: 0 }] }, "interface");
});
