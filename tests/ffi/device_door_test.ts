/** The door of a device: silence while it is shut, and the period that the device's calls show. */
import assert from "node:assert/strict";
import { fixed } from "../../engine/memory/layout.ts";
import { DeviceDoor } from "../../ffi/device_door.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import { requirement } from "../../testing/requirement.ts";
import { withNativeProgram } from "../../testing/native/native_program.ts";
import { callDevice } from "../../testing/native/call_device.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { undefinedSymbols } from "../../testing/undefined_symbols.ts";
import { testMemory } from "../../testing/engine/test_memory.ts";

const { native } = await nativeForTests();

/** A device with a door, whose calls a test makes. */
function device(sampleRateHz = 8_000, blockFrames = 32) {
  const memory = testMemory({ sampleRateHz, blockFrames });
  memory.words[fixed.control.play.index] = 1;
  const door = DeviceDoor.create(native, sharedMemoryPointer(native, memory.bytes));
  const call = (frames = 32) => {
    const output = new Float32Array(frames * 2).fill(NaN);
    assert.equal(callDevice.call(null, output, BigInt(frames), null, 0n, door.pointer), 0);
    assert.ok(output.every((sample) => sample === 0), "the device always gets samples");
  };
  return { memory, door, call };
}

Deno.test("while its door is shut a device gets silence, its calls are counted, and no block is taken", () => {
  const { memory, door, call } = device();
  call();
  assert.deepEqual([door.calls, memory.consumed()], [1, 0]);
  door.open();
  call();
  call();
  assert.deepEqual([door.calls, memory.consumed()], [3, 2]);
  assert.ok(door.shut());
  call();
  assert.deepEqual([door.calls, memory.consumed()], [4, 2]);
  door.free();
});

Deno.test("two doors of one memory are independent: a device that was given up stays silent beside the next", () => {
  const { memory, door, call } = device();
  const next = DeviceDoor.create(native, sharedMemoryPointer(native, memory.bytes));
  next.open();
  call();
  assert.equal(memory.consumed(), 0);
  callDevice.call(null, new Float32Array(64), 32n, null, 0n, next.pointer);
  assert.equal(memory.consumed(), 1);
  door.free();
  next.free();
});

Deno.test("a period is what a device takes twice; once may be a hiccup, and what was long ago is over", () => {
  // frames so short that every call is a burst of its own
  const { door, call } = device(1_000_000, 4_096);
  call(1);
  assert.equal(door.periodFrames, 0, "not known yet");
  call(1);
  assert.equal(door.periodFrames, 1);
  call(3);
  assert.equal(door.periodFrames, 1, "a hiccup");
  call(3);
  assert.equal(door.periodFrames, 3);
  for (let count = 0; count < 8; count++) call(1);
  assert.equal(door.periodFrames, 1);
  door.free();
});

Deno.test("a device that takes without a pause has no period", () => {
  const { door, call } = device(1_000_000, 4_096);
  for (let count = 0; count < 3; count++) call(20_000);
  assert.equal(door.periodFrames, 0);
  door.free();
});

Deno.test("calls back to back are one burst", () => {
  const { door, call } = device(1); // frames so long that no machine is too slow for it
  for (let count = 0; count < 3; count++) call(1_000);
  assert.equal(door.periodFrames, 0, "a second burst would have made it known");
  door.free();
});

Deno.test("a device whose door is shut plays nothing and always gets samples, whenever door and guard are shut and opened", () =>
  withNativeProgram(
    {
      source: new URL("./device_race.c", import.meta.url),
      parts: ["callback.c", "guard.c", "source.c", "device.c", "device_call.c"],
    },
    async (run) => {
      const [calls, consumed, played, unwritten] = (await run(20_000)).split(" ").map(Number);
      assert.ok(calls > 40_000 && consumed > 10_000, `${calls} calls, ${consumed} blocks`);
      assert.deepEqual({ played, unwritten }, { played: 0, unwritten: 0 });
    },
  ));

requirement({
  name: "the call of a device can call nothing but what plays and the clock",
  fn: async () => {
    const source = new URL("../../ffi/native/device_call.c", import.meta.url).pathname;
    assert.deepEqual(await undefinedSymbols(source), ["U clock_gettime", "U memset"]);
  },
}, { commands: ["cc", "nm"], install: "apt-get install gcc libc6-dev binutils" });
