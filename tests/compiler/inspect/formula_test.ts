import assert from "node:assert/strict";
import { formulaGroups } from "../../../compiler/inspect/formula.ts";
import { sine } from "../../../modules/oscillators/sine.ts";
import { definePatch, instrument, type Note } from "../../../modules/patch.ts";
import { constant, type Signal } from "../../../modules/signal/signal.ts";
import { testFormat } from "../../../testing/patch_player.ts";

/** Formulas of a voice, each once, and how many nodes belong to each. */
function formulasOf(output: (note: Note) => Signal<"1">): Map<string, number> {
  const graph = definePatch({
    name: "formulas",
    instruments: {
      one: instrument({ parameters: {}, voice: (note) => ({ output: output(note), envelope: constant(1) }) }),
    },
    parameters: {},
    output: ({ one }) => one,
  }).build(testFormat);
  const groups = formulaGroups(graph.instruments[0].voice, graph);
  const counts = new Map<string, number>();
  for (const { text } of groups.values()) counts.set(text, (counts.get(text) ?? 0) + 1);
  return counts;
}

Deno.test("arithmetic between modules is one formula, with parentheses only where they are needed", () => {
  const sum = formulasOf(({ frequencyHz, velocity }) =>
    sine({ frequencyHz }).plus(velocity).plus(0.5).times(velocity)
  );
  assert.deepEqual([...sum], [["(sine + velocity + 0.5) × velocity", 3]]);
  const turned = formulasOf(({ velocity, spread }) => velocity.minus(spread.minus(0.25)).negated());
  assert.deepEqual([...turned], [["−(velocity − (spread − 0.25))", 3]]);
});

Deno.test("what two formulas use is a formula of its own, and a long one is counted", () => {
  const shared = formulasOf(({ velocity, frequencyHz }) => {
    const both = velocity.plus(0.5);
    return sine({ frequencyHz }).times(both).plus(sine({ frequencyHz: frequencyHz.times(both) }));
  });
  assert.equal(shared.get("velocity + 0.5"), 1);
  const long = formulasOf(({ velocity }) =>
    [1, 2, 3, 4, 5, 6, 7].reduce((sum, each) => sum.plus(velocity.times(sum).plus(each)), velocity)
  );
  assert.deepEqual([...long], [["arithmetic\n21 operations", 21]]);
});
