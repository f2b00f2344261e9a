import assert from "node:assert/strict";
import { ClusterSimulation, type PlantedClusterFault } from "./cluster_simulation.ts";
import { sharedItems } from "../../testing/share.ts";

/** `UNDERSTUDY_TEST_SEED` replays one seed; `UNDERSTUDY_TEST_SEEDS` sets how many are run. */
const onlySeed = Deno.env.get("UNDERSTUDY_TEST_SEED");
const seeds = Number(Deno.env.get("UNDERSTUDY_TEST_SEEDS") ?? 10_000);

Deno.test("under any losses, both legs send the same bytes, and one loss at a time is not heard", () => {
  if (onlySeed !== undefined) return void assertWhole(Number(onlySeed));
  const total = { alone: 0, unsent: 0, acknowledged: 0, refused: 0, bids: 0 };
  const run = sharedItems(
    "seeds of two machines",
    Array.from({ length: seeds }, (_, index) => index + 1),
    100,
  );
  for (const seed of run) {
    const result = assertWhole(seed);
    for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += result[key];
  }
  console.log(`${run.length} seeds of two machines:`, total);
  assert.ok(
    total.alone > run.length && total.unsent > 0 && total.acknowledged > run.length && total.refused > 0,
    "the runs must meet losses of one machine and of both",
  );
});

function assertWhole(seed: number) {
  const result = new ClusterSimulation(seed).run();
  assert.deepEqual(result.problems, [], `UNDERSTUDY_TEST_SEED=${seed}`);
  assert.equal(result.stops, 0, `UNDERSTUDY_TEST_SEED=${seed}: no machine differs`);
  return result;
}

const plantedFaults: readonly PlantedClusterFault[] = [
  "a seal taken twice",
  "a sequencer that lost its last entries",
  "a leg that lies",
  "a machine that forgets and has a say at once",
  "a machine that accepts what it has bid against",
  "a machine that sends what is not settled",
  "a command heard twice",
];

for (const planted of plantedFaults) {
  Deno.test(`two machines: the oracles notice ${planted}`, () => {
    for (let seed = 1; seed <= 400; seed++) {
      const { problems, stops } = new ClusterSimulation(seed, { planted, isGentle: false }).run();
      if (problems.length > 0 || stops > 0) return;
    }
    assert.fail("no seed noticed it");
  });
}
