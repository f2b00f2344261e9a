import assert from "node:assert/strict";
import { DeviceDoor } from "../../ffi/device_door.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import {
  chooseDevice,
  type Device,
  DeviceNotFoundError,
  PortAudio,
  PortAudioError,
} from "../../ffi/portaudio.ts";
import { HostApiType } from "../../ffi/portaudio_symbols.ts";
import { fixed } from "../../engine/memory/layout.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { requirement } from "../../testing/requirement.ts";
import { soundServerNeeds, startSoundServer } from "../../testing/sound/sound_server.ts";
import { until } from "../../testing/until.ts";
import { testMemory } from "../../testing/engine/test_memory.ts";

const { native } = await nativeForTests();

const device = (index: number, name: string, rest: Partial<Device> = {}): Device => ({
  index,
  name,
  hostApi: "ALSA",
  hostApiType: 8,
  maxInputChannels: 2,
  maxOutputChannels: 2,
  defaultSampleRateHz: 48_000,
  lowInputLatencySeconds: 0,
  lowOutputLatencySeconds: 0,
  highInputLatencySeconds: 0,
  highOutputLatencySeconds: 0,
  isDefaultInput: false,
  isDefaultOutput: index === 1,
  ...rest,
});

Deno.test("a device is found by index, name or a part of it, and never replaced by another", () => {
  const devices = [
    device(0, "USB One"),
    device(1, "USB Two"),
    device(2, "Built-in", { maxOutputChannels: 0 }),
  ];
  const find = (name?: string, rest = {}) =>
    chooseDevice(devices, { direction: "output", minimumChannels: 2, device: name, ...rest }).index;
  assert.deepEqual([find(), find("0"), find("USB One"), find("two")], [1, 0, 0, 1]);
  for (
    const [name, rest, pattern] of [
      ["usb", {}, /more than one.*give its index/],
      ["Built-in", {}, /there is no output device "Built-in"/],
      ["USB One", { minimumChannels: 8 }, /8 channels/],
      [
        undefined,
        { minimumChannels: 8 },
        /no output device with 8 .*; set UNDERSTUDY_CHANNELS to 2 or fewer\. Devices here:[^]*USB One \(2 channels\)/,
      ],
      [undefined, { hostApi: "JACK" }, /in "JACK"/],
      ["7", {}, /0: ALSA: USB One/],
    ] as const
  ) {
    assert.throws(
      () => find(name, rest),
      (error: Error) => error instanceof DeviceNotFoundError && pattern.test(error.message),
    );
  }
});

/** Threads that are not of the runtime's own pools, which grow and shrink as they like. */
function soundThreads(): number {
  return [...Deno.readDirSync("/proc/self/task")].filter(({ name }) => {
    try {
      return !Deno.readTextFileSync(`/proc/self/task/${name}/comm`).startsWith("tokio");
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false; // it has left meanwhile
      throw error;
    }
  }).length;
}

/** Open descriptors, and those threads. */
const openNow = () => [[...Deno.readDirSync("/proc/self/fd")].length, soundThreads()];

requirement({
  name:
    "on a real server a stream opens, calls the native callback with the server's period, and closes without a trace",
  // libjack keeps its connection's thread and descriptors for the process; the loop below shows that they do not grow
  sanitizeResources: false,
  fn: async () => {
    const server = await startSoundServer(48_000, 256);
    Object.entries(server.env).forEach(([name, value]) => Deno.env.set(name, value));
    const memory = testMemory({ inputChannels: 2 });
    const door = DeviceDoor.create(native, sharedMemoryPointer(native, memory.bytes));
    door.open();
    let early: number[] = [];
    try {
      for (let cycle = 0; cycle < 12; cycle++) {
        const portAudio = await PortAudio.open(native.symbols.us_ignore_address());
        const system = portAudio.findDevice({ direction: "output", minimumChannels: 2, device: "system" });
        assert.equal(system.hostApiType, HostApiType.jack);
        const options = {
          outputDevice: system,
          inputDevice: system,
          channels: 2,
          inputChannels: 2,
          sampleRateHz: 48_000,
          framesPerBuffer: 0,
          realTime: true,
          callback: DeviceDoor.callAddress(native),
          userData: door.pointer,
        };
        await assert.rejects(
          portAudio.openStream({ ...options, sampleRateHz: 44_100 }),
          (error: Error) =>
            error instanceof PortAudioError &&
            /paInvalidSampleRate.*it runs at 48000 Hz, 44100 Hz was asked for/.test(error.message),
        );
        const stream = await portAudio.openStream(options);
        const before = memory.counter("callbacks");
        await stream.start();
        assert.ok(stream.isActive && stream.info.sampleRateHz === 48_000);
        await until("calls of the callback", () => memory.counter("callbacks") >= before + 5);
        await stream.stop();
        await stream.close();
        await stream.close();
        await portAudio.close();
        if (cycle === 3) early = openNow();
      }
      assert.equal(memory.words[fixed.callback.largestFrameCount.index], 256);
      // a thread may leave a moment later
      await until(
        `no more descriptors and threads after the last cycle than after the fourth: ${early}`,
        () => openNow().every((count, kind) => count <= early[kind]),
      );
    } finally {
      await server.stop();
    }
  },
}, soundServerNeeds);
