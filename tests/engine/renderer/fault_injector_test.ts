import assert from "node:assert/strict";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import type { FaultKind } from "../../../engine/control/control.ts";
import { orderIndex } from "../../../engine/memory/seats.ts";
import { FaultInjector } from "../../../engine/renderer/fault_injector.ts";
import { preparePatch } from "../../../engine/renderer/patch_instance.ts";
import { Renderer } from "../../../engine/renderer/renderer.ts";
import { faultCode } from "../../../engine/supervisor/fault_code.ts";
import { tallyPatch } from "../../../testing/tally_patch.ts";
import { testMemory } from "../../../testing/test_memory.ts";

function commit(kind: FaultKind): { order: number; changedBits: number } {
  const patch = tallyPatch({ sampleRateHz: 8_000, channels: 2, inputChannels: 0, maximumBlockFrames: 32 });
  const memory = testMemory({ arenaBytes: patch.arena.bytes });
  const renderer = new Renderer({
    memory,
    ring: 1,
    seed: 1,
    patch: preparePatch(0, patch, compileChecksum()),
  });
  const { words } = renderer.playing;
  const before = words.slice();
  const order = orderIndex(memory, 1, "fault");
  memory.words[order] = faultCode(kind);
  new FaultInjector(memory, 1).commit(memory.words[order], renderer);
  const changedBits = [...before.keys()].reduce(
    (sum, index) => sum + bitsIn(before[index] ^ words[index]),
    0,
  );
  return { order: memory.words[order], changedBits };
}

function bitsIn(word: number): number {
  return (word >>> 0).toString(2).replaceAll("0", "").length;
}

Deno.test("an order is carried out as its kind says, and withdrawn first, so that the next incarnation is spared", () => {
  assert.throws(() => commit("throw"), /fault injected: throw/);
  assert.throws(() => commit("trap"), WebAssembly.RuntimeError);
  assert.deepEqual(commit("corrupt"), { order: 0, changedBits: 1 });
  assert.deepEqual(commit("stall"), { order: 0, changedBits: 0 });
  assert.deepEqual(commit("kill"), { order: 0, changedBits: 0 }, "the main isolate ends the thread");
});
