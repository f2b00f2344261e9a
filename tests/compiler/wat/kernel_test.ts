import assert from "node:assert/strict";
import type { Graph, GraphNode } from "../../../compiler/graph/graph.ts";
import { flushFrames } from "../../../compiler/plan/arena.ts";
import { emitKernel, type KernelPlaces } from "../../../compiler/wat/kernel.ts";
import { runText } from "../../../testing/compiler/run_text.ts";

const [clockAt, statesAt, outputAt] = [64, 128, 4_096];
const places: KernelPlaces = {
  ...{ name: "main", kind: "main", signature: `(export "run") (param $frames i32)`, lanes: 4 },
  ...{ states: statesAt, lines: [], tables: [], samples: [], clock: clockAt, spill: 0 },
  parameterCurrent: () => 0,
  parameterRamp: () => 0,
  bus: () => 0,
  inputLoad: "",
  store: ([output]) => [`(v128.store offset=${outputAt} (local.get $t) ${output})`],
  ...{ begin: [], end: [], locals: [], idleStates: new Set() },
};
const node = (op: GraphNode["op"], args: readonly number[] = [], attribute = 0): GraphNode => ({
  ...{ op, type: "f32", args, attribute, use: 0 },
});

/** A state that is multiplied in each frame, and is what is heard. */
function falling(factor: number): Graph {
  return {
    ...{ uses: [], lines: [], tables: [], outputs: [2] },
    nodes: [node("state"), node("constant", [], factor), node("multiply", [0, 1])],
    states: [{ type: "f32", initial: 1, seeded: false, next: 2 }],
  };
}

function started(graph: Graph) {
  const { call, floats } = runText(...emitKernel({ graph, parameters: [], moving: false }, places));
  floats.fill(1, statesAt / 4, statesAt / 4 + 4);
  return { floats, run: (frames: number) => call("run", frames) };
}

Deno.test("states go from frame to frame and from call to call", () => {
  const { floats, run } = started(falling(0.5));
  run(3);
  assert.deepEqual([0, 1, 2].map((frame) => floats[outputAt / 4 + frame * 4]), [0.5, 0.25, 0.125]);
  run(2);
  assert.deepEqual([0, 1].map((frame) => floats[outputAt / 4 + frame * 4]), [0.0625, 0.03125]);
});

Deno.test("a state that has become too small, or no number, is zero at the next look at the states", () => {
  for (
    const [factor, before] of [[0.25, (value: number) => value < 1e-15], [
      1e30,
      (value: number) => value === Infinity,
    ]] as const
  ) {
    const { floats, run } = started(falling(factor));
    run(flushFrames - 1);
    assert.ok(before(floats[statesAt / 4]), `${floats[statesAt / 4]}`);
    floats[statesAt / 4] = 0.5; // of four lanes one is well
    new Int32Array(floats.buffer)[clockAt / 4] = flushFrames - 1;
    run(1);
    assert.deepEqual([...floats.subarray(statesAt / 4, statesAt / 4 + 4)], [
      Math.fround(0.5 * factor),
      0,
      0,
      0,
    ]);
  }
});

Deno.test("facts of samples have to be known before", () => {
  const graph: Graph = {
    ...falling(1),
    nodes: [node("state"), node("sampleFact"), node("multiply", [0, 1])],
  };
  assert.throws(
    () => emitKernel({ graph, parameters: [], moving: false }, places),
    /facts of samples as numbers/,
  );
});
