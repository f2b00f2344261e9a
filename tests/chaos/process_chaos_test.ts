/**
 * A short share of `deno task chaos:processes`: every part and every kind of loss.
 *
 * Needs the machine alone: processes are lost while the clock plays, and the others must keep up.
 */
import assert from "node:assert/strict";
import { controlFaults, processSignals, rendererFaults, runProcessChaos, spread } from "./process_chaos.ts";

const seed = Number(Deno.env.get("UNDERSTUDY_TEST_SEED") ?? Date.now() % 1_000_000);

Deno.test("the loss of renderer and control processes is not heard, and the recording has every block", async () => {
  const losses = [
    ...[...processSignals, ...rendererFaults].map((how, index) => ({
      part: (["primary", "standby", "spare"] as const)[index % 3],
      how,
    })),
    ...(["SIGKILL", "SIGSEGV", ...controlFaults] as const).map((how) => ({ part: "control" as const, how })),
  ];
  const result = await runProcessChaos({
    losses,
    seed,
    everyMs: 500,
    patch: "keys",
    blockFrames: 128,
    lookaheadBlocks: 4,
  });
  const { output, ...figures } = result;
  console.log(`seed ${seed}:`, figures, "control is back:", spread(figures.controlMs));
  // how long the machine stood still is the machine's affair
  const { faults, blocks, skippedPeriods: _skipped, pageMessages: _pages, ...rest } = figures;
  const { controlMs: _controlMs, stageMs: _stageMs, ...found } = rest;
  assert.equal(
    Object.values(faults).reduce((sum, count) => sum + count, 0),
    losses.length,
    output,
  );
  assert.ok(blocks > 0);
  assert.deepEqual(
    found,
    {
      concealedFrames: 0,
      lostFrames: 0,
      differingBlocks: 0,
      differingSamples: 0,
      complete: true,
      exitCode: 0,
      leftovers: [],
    },
    output,
  );
});

Deno.test("the loss of the stage costs frames, which are counted, and no more", async () => {
  const { output, faults, lostFrames, ...figures } = await runProcessChaos({
    losses: [{ part: "stage", how: "SIGKILL" }, { part: "stage", how: "SIGSEGV" }],
    seed,
    everyMs: 500,
    patch: "keys",
    blockFrames: 128,
    lookaheadBlocks: 4,
  });
  console.log(`seed ${seed}: ${lostFrames} frames lost with ${Object.values(faults).length} stages`);
  assert.ok(lostFrames > 0, output);
  const { differingBlocks, differingSamples, complete, exitCode, leftovers } = figures;
  assert.deepEqual(
    [differingBlocks, differingSamples, complete, exitCode, leftovers],
    [0, 0, true, 0, []],
    output,
  );
});
