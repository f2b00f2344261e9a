import assert from "node:assert/strict";
import { lockSamples } from "../../../engine/samples/lock_samples.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";

const lockedKiB = () => Number(/VmLck:\s+(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))![1]);

Deno.test({
  name: "samples stay in memory where the system allows it, and a patch without any changes nothing",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const { native } = await nativeForTests();
    const probe = new Uint8Array(65_536);
    const refused = native.symbols.us_lock_memory(Deno.UnsafePointer.of(probe), BigInt(probe.length));
    const before = lockedKiB();
    assert.equal(lockSamples(native, undefined), 0);
    assert.equal(lockedKiB(), before);
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 2, shared: true });
    assert.equal(lockSamples(native, memory), refused);
    assert.equal(lockedKiB() - before, refused === 0 ? 128 : 0);
  },
});
