import assert from "node:assert/strict";
import { ControlPhase, fixed } from "../../../engine/memory/layout.ts";
import { ControlClaim } from "../../../engine/run/control_claim.ts";
import { runFolderAt } from "../../../engine/run/run_folder.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

Deno.test("a claim names its process, beats, and ends the process once another one has it", () => {
  const memory = testMemory();
  const word = (name: "pid" | "epoch" | "heartbeat" | "phase") =>
    memory.words[fixed.controlProcess[name].index];
  const claim = new ControlClaim(memory, { folder: runFolderAt("/run"), stage: "/stage", epoch: 3 });
  assert.deepEqual([word("pid"), word("epoch"), word("phase")], [Deno.pid, 3, ControlPhase.starting]);
  claim.beat(); // without a launcher there is only this process
  memory.words[fixed.launcher.epoch.index] = 3;
  claim.run();
  claim.beat();
  assert.deepEqual([word("heartbeat"), word("phase")], [2, ControlPhase.running]);
  claim.recordedBytes = 2 ** 40;
  assert.equal(claim.recordedBytes, 2 ** 40);
  claim.end();
  assert.equal(word("phase"), ControlPhase.ended);

  memory.words[fixed.launcher.epoch.index] = 4;
  const { exit } = Deno;
  const codes: (number | undefined)[] = [];
  Deno.exit = ((code?: number) => void codes.push(code)) as typeof Deno.exit;
  try {
    claim.beat();
  } finally {
    Deno.exit = exit;
  }
  assert.deepEqual(codes, [1]);
});
