/** The receiver with packets that a test sends, and a device whose calls a test makes. */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { fixed } from "../../engine/memory/layout.ts";
import { DeviceDoor } from "../../ffi/device_door.ts";
import { type ReceiverOptions, RtpReceiver } from "../../ffi/rtp_receiver.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import { callDevice } from "../../testing/native/call_device.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { testMemory } from "../../testing/engine/test_memory.ts";
import { PacketListener } from "../../testing/rtp/packet_listener.ts";
import { until } from "../../testing/until.ts";

const { native } = await nativeForTests();
const [packetFrames, channels] = [48, 2];

/** A receiver with two legs, and its device. */
class Rig {
  readonly receiver: RtpReceiver;
  readonly memory = testMemory({ sampleRateHz: 48_000, blockFrames: 128 });
  readonly #door: DeviceDoor;
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  readonly #ports: readonly number[];
  #sent = 0;

  private constructor(ports: readonly number[], options: Partial<ReceiverOptions>) {
    this.#ports = ports;
    const sharedMemory = sharedMemoryPointer(native, this.memory.bytes);
    this.receiver = RtpReceiver.open(native, {
      ...{ sharedMemory, channels, sampleRateHz: 48_000, sampleBytes: 3, payloadType: 97 },
      ...{ latencyFrames: 4 * packetFrames, match: false, priority: 1 },
      sockets: ports.map((port) => ({ address: "127.0.0.1", port })),
      ...options,
    });
    this.#door = DeviceDoor.create(native, sharedMemory);
    this.#door.open();
  }

  static async open(options: Partial<ReceiverOptions> = {}): Promise<Rig> {
    const free = [new PacketListener(), new PacketListener()];
    const ports = free.map(({ port }) => port);
    await Promise.all(free.map((listener) => listener.close()));
    return new Rig(ports, options);
  }

  /** Sends packets over a leg, and waits until the receiver has seen them. */
  async send(leg: number, ...packets: Uint8Array<ArrayBuffer>[]): Promise<void> {
    for (const packet of packets) {
      await this.#socket.send(packet, { transport: "udp", hostname: "127.0.0.1", port: this.#ports[leg] });
    }
    await this.#seen(packets.length);
  }

  /** Sends a packet over the first leg from an address of this machine. */
  async sendFrom(hostname: string, packet: Uint8Array<ArrayBuffer>): Promise<void> {
    const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
    try {
      await socket.send(packet, { transport: "udp", hostname: "127.0.0.1", port: this.#ports[0] });
    } finally {
      socket.close();
    }
    this.#sent++;
  }

  async #seen(count: number): Promise<void> {
    this.#sent += count;
    const seen = () => {
      const { legs, foreignPackets } = this.receiver.poll();
      return legs.reduce((sum, { packets }) => sum + packets, foreignPackets);
    };
    await until("the packets have come", () => seen() >= this.#sent);
  }

  take(frames: number): Float32Array {
    const output = new Float32Array(frames * channels).fill(NaN);
    callDevice.call(null, output, BigInt(frames), null, 0n, this.#door.pointer);
    return output;
  }

  async close(): Promise<void> {
    this.#door.shut();
    this.#door.free();
    await this.receiver.close();
    this.#socket.close();
  }
}

async function withRig(
  work: (rig: Rig) => Promise<void>,
  options: Partial<ReceiverOptions> = {},
): Promise<void> {
  const rig = await Rig.open(options);
  try {
    await work(rig);
  } finally {
    await rig.close();
  }
}

/** The integer that the stream has at a place. */
const integerAt = (frame: number, channel: number) =>
  (Math.imul(frame * channels + channel + 1, 0x9E3779B1) >> 8) || 1;

/** Numbers begin just before both wrap. */
const first = { sequence: 65_530, timestamp: 2 ** 32 - 96 };

function packet(number: number, { change = 0, ssrc = 5, type = 97, frames = packetFrames } = {}) {
  const bytes = new Uint8Array(12 + frames * channels * 3);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x80);
  view.setUint8(1, type);
  view.setUint16(2, (first.sequence + number) & 0xFFFF);
  view.setUint32(4, (first.timestamp + number * frames) >>> 0);
  view.setUint32(8, ssrc);
  for (let index = 0; index < frames * channels; index++) {
    const value = integerAt(number * frames + Math.floor(index / channels), index % channels) + change;
    bytes.set([value >> 16, value >> 8, value], 12 + index * 3);
  }
  return bytes;
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
const packets = (from: number, to: number) => range(from, to).map((number) => packet(number));

/** What the stream has from a frame on, as samples. */
function samples(fromFrame: number, frames: number): Float32Array {
  return Float32Array.from(
    { length: frames * channels },
    (_, index) => integerAt(fromFrame + Math.floor(index / channels), index % channels) / 2 ** 23,
  );
}

/** Frames after which a beginning is at its full level. */
const fadeFrames = 48;

Deno.test("each packet is taken from the leg that has it, in any order, and every sample is played once", () =>
  withRig(async (rig) => {
    assert.ok(rig.take(64).every((sample) => sample === 0), "nothing has come");
    await rig.send(0, ...packets(0, 4));
    await rig.send(1, ...packets(0, 3), packet(2));
    const begin = rig.take(fadeFrames * 2);
    assert.deepEqual(begin.subarray(fadeFrames * 2), samples(fadeFrames, fadeFrames), "behind the fade");
    // the first leg loses 5 and 6, the second 4 and 7, and both change the order
    await rig.send(1, packet(6), packet(5));
    await rig.send(0, packet(7), packet(4));
    assert.deepEqual(rig.take(6 * packetFrames), samples(2 * packetFrames, 6 * packetFrames));
    const { lostFrames, legs, resyncs, restarts, ssrc } = rig.receiver.poll();
    assert.deepEqual({ lostFrames, resyncs, restarts, ssrc }, {
      lostFrames: 0,
      resyncs: 0,
      restarts: 0,
      ssrc: 5,
    });
    assert.deepEqual(legs.map(({ packets, first, duplicates }) => [packets, first, duplicates]), [[6, 6, 0], [
      6,
      2,
      4,
    ]]);
    assert.equal(rig.memory.counter("callbacks"), 3, "the device watch sees the calls");
    assert.equal(rig.memory.words[fixed.callback.consumed.index], 0, "no block of an engine is taken");
  }));

Deno.test("what no leg brings is silence with fades, counted; what comes after its time is counted too", () =>
  withRig(async (rig) => {
    await rig.send(0, ...packets(0, 4));
    rig.take(2 * packetFrames);
    await rig.send(0, packet(5), packet(6));
    const played = rig.take(5 * packetFrames);
    assert.deepEqual(played.subarray(0, 2 * 96), samples(96, 96));
    const lost = played.subarray(2 * 96, 3 * 96);
    const last = samples(4 * packetFrames - 1, 1);
    assert.deepEqual(lost.subarray(0, 2), last.map((sample) => sample * Math.fround(47 / 48)));
    assert.ok(lost.subarray(-2).every((sample) => sample === 0), "it has faded out");
    assert.deepEqual(played.subarray(4 * 96), samples(6 * packetFrames, packetFrames), "it has faded in");
    await rig.send(1, packet(4));
    const { lostPackets, lostFrames, legs } = rig.receiver.poll();
    assert.deepEqual([lostPackets, lostFrames, legs[1].late], [1, packetFrames, 1]);
  }));

Deno.test("a leg with other samples, and packets of another stream, are counted and not played", () =>
  withRig(async (rig) => {
    await rig.send(0, ...packets(0, 4));
    await rig.send(1, packet(0), packet(1, { change: 1 }));
    assert.deepEqual(rig.receiver.poll().legs.map(({ differing }) => differing), [0, 1]);
    const before = rig.receiver.poll().foreignPackets;
    const type = packet(4, { type: 98 });
    const short = packet(4).subarray(0, 11);
    const odd = packet(4).subarray(0, 13);
    await rig.send(1, type, short, odd);
    assert.equal(rig.receiver.poll().foreignPackets, before + 3);
    assert.deepEqual(rig.take(96).subarray(96), samples(48, 48));
  }));

Deno.test("packets of strangers take no leg from the stream", () =>
  withRig(async (rig) => {
    for (let stranger = 2; stranger < 12; stranger++) {
      await rig.sendFrom(`127.0.0.${stranger}`, packet(0, { type: 98 }));
    }
    await rig.send(0, ...packets(0, 4));
    const { legs, foreignPackets } = rig.receiver.poll();
    assert.deepEqual(legs.map(({ from, packets }) => [from, packets]), [["127.0.0.1", 4]]);
    assert.equal(foreignPackets, 10);
    assert.deepEqual(rig.take(96).subarray(96), samples(48, 48));
  }));

Deno.test("a sender that changes its address is played from each, and its leg is the newest", () =>
  withRig(async (rig) => {
    for (let number = 0; number < 10; number++) {
      const address = `127.0.0.${number + 2}`;
      await rig.sendFrom(address, packet(number));
      await until("it is heard", () => rig.receiver.poll().legs.some(({ from }) => from === address));
    }
    const { legs, foreignPackets } = rig.receiver.poll();
    assert.equal(foreignPackets, 0);
    assert.deepEqual(
      legs.map(({ from }) => from),
      [10, 11, 4, 5, 6, 7, 8, 9].map((last) => `127.0.0.${last}`),
      "in place of those that were silent for the longest",
    );
  }));

Deno.test("a packet that comes while the receiver is asked does not make its leg look gone", () =>
  withRig(async (rig) => {
    await rig.send(0, packet(0));
    let isSending = true;
    const flood = (async () => {
      for (let number = 1; isSending; number++) await rig.sendFrom("127.0.0.1", packet(number % 900));
    })();
    for (let round = 0; round < 400; round++) {
      for (let look = 0; look < 50; look++) {
        const [{ sinceMs }] = rig.receiver.poll().legs;
        assert.ok(sinceMs < 2 ** 31, `silent for ${sinceMs} ms`);
      }
      await setImmediate();
    }
    isSending = false;
    await flood;
  }));

Deno.test("a stream that begins again with other numbers is played again", () =>
  withRig(async (rig) => {
    await rig.send(0, ...packets(0, 4));
    rig.take(96);
    const again = packets(20_000, 20_004).map((bytes) => {
      new DataView(bytes.buffer).setUint32(8, 6);
      return bytes;
    });
    // as long as the old one was heard just now, another one is not believed
    await until("it is believed", () => {
      for (const bytes of again) void rig.send(1, bytes).catch(() => {});
      return rig.receiver.poll().restarts === 1;
    });
    assert.equal(rig.receiver.poll().ssrc, 6);
    await rig.send(1, ...again);
    rig.take(48);
    assert.deepEqual(rig.take(48), samples(20_000 * 48 + 48, 48));
  }));

Deno.test("the match finds how much faster the sender's clock is, and loses nothing meanwhile", () =>
  withRig(async (rig) => {
    const [ppm, frames, burst] = [300, 320, 8];
    let [taken, wanted] = [0, 0];
    for (let number = 0; number < 5_400; number += burst) {
      await rig.send(0, ...range(number, number + burst).map((at) => packet(at, { frames })));
      wanted += burst * frames / (1 + ppm / 1e6);
      const now = Math.round(wanted) - taken;
      taken += now;
      rig.take(now);
    }
    const { matchPpm, lostFrames, resyncs } = rig.receiver.poll();
    assert.ok(Math.abs(matchPpm - ppm) < 30, `${matchPpm} ppm`);
    assert.deepEqual({ lostFrames, resyncs }, { lostFrames: 0, resyncs: 0 });
  }, { match: true, latencyFrames: 9_600 }));
