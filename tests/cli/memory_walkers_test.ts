import assert from "node:assert/strict";
import { findMemoryWalkers, memoryWalkersText, parseMemoryWalker } from "../../cli/memory_walkers.ts";

const stat = (id: number, name: string, parent: number, nice: number) =>
  `${id} (${name}) S ${parent} 0 0 0 -1 2129984 0 0 0 0 0 384 0 0 ${20 + nice} ${nice} 1 0 38 0 0`;

Deno.test("threads of the kernel that walk memory are found with their nice value, programs of that name are not", () => {
  assert.deepEqual(parseMemoryWalker(stat(71, "kdamond.0", 2, 0)), [{ id: 71, name: "kdamond.0", nice: 0 }]);
  assert.deepEqual(parseMemoryWalker(stat(37, "khugepaged", 2, 19)), [{
    id: 37,
    name: "khugepaged",
    nice: 19,
  }]);
  assert.deepEqual(parseMemoryWalker(stat(900, "kswapd0", 1, 0)), []);
  assert.deepEqual(parseMemoryWalker(stat(36, "ksoftirqd/0", 2, 0)), []);
  assert.deepEqual(parseMemoryWalker(stat(901, "a) S 2 (kswapd0", 1, 0)), []);
  assert.deepEqual(parseMemoryWalker(""), []);
  for (const { name, nice } of findMemoryWalkers()) assert.ok(nice >= -20 && nice < 20, name);
});

Deno.test("the remedy names those that can be kept from a processor", () => {
  assert.equal(
    memoryWalkersText([{ id: 35, name: "kswapd0", nice: 0 }, { id: 36, name: "ksmd", nice: -20 }, {
      id: 37,
      name: "khugepaged",
      nice: 19,
    }]),
    "threads of the kernel that walk memory: kswapd0 (nice 0), khugepaged (nice 19); where programs at a lower nice " +
      "value take all processors: sudo renice -n -20 -p 35 37",
  );
  assert.equal(memoryWalkersText([{ id: 36, name: "ksmd", nice: -20 }]), undefined);
  assert.equal(memoryWalkersText([]), undefined);
});
