import assert from "node:assert/strict";
import fc from "fast-check";
import type { Command } from "../../engine/control/control.ts";
import { HeldControls } from "../../midi/held_controls.ts";
import { inFolder } from "../../testing/in_folder.ts";

const instrument = fc.integer({ min: 0, max: 2 });
const id = fc.integer({ min: 58, max: 62 });

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ kind: fc.constant("noteOn" as const), instrument, id, number: id, velocity: fc.constant(0.5) }),
  fc.record({ kind: fc.constant("noteOff" as const), instrument, id }),
  fc.record({ kind: fc.constant("pedal" as const), instrument, down: fc.boolean() }),
  fc.constant({ kind: "panic" as const }),
);

/** What a synthesiser has down after all commands. */
function down(commands: readonly Command[]): Set<string> {
  const held = new Set<string>();
  for (const each of commands) {
    if (each.kind === "noteOn") held.add(`note ${each.instrument} ${each.id}`);
    if (each.kind === "noteOff") held.delete(`note ${each.instrument} ${each.id}`);
    if (each.kind === "pedal" && each.down) held.add(`pedal ${each.instrument}`);
    if (each.kind === "pedal" && !each.down) held.delete(`pedal ${each.instrument}`);
    if (each.kind === "panic") held.clear();
  }
  return held;
}

Deno.test("whatever was played, after the release nothing is down, and nothing is let go of that was not held", () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
      const controls = new HeldControls();
      controls.record(commands);
      const released = controls.release();
      assert.equal(released.length, down(commands).size);
      assert.equal(down([...commands, ...released]).size, 0);
      assert.deepEqual(controls.release(), []);
    }),
  );
});

Deno.test("what one process held, the next one releases, once", () =>
  inFolder((folder) => {
    const file = `${folder}/held.json`;
    fc.assert(
      fc.property(fc.array(fc.array(command, { maxLength: 5 }), { maxLength: 12 }), (batches) => {
        const first = new HeldControls(file);
        first.release();
        batches.forEach((batch) => first.record(batch));
        const released = new HeldControls(file).release();
        assert.equal(down([...batches.flat(), ...released]).size, 0);
        assert.equal(released.length, down(batches.flat()).size);
        assert.deepEqual(new HeldControls(file).release(), []);
      }),
      { numRuns: 30 },
    );
  }));

Deno.test("a folder that was cleared keeps nobody from playing", () => {
  const controls = new HeldControls("/nowhere/held.json");
  controls.record([{ kind: "noteOn", instrument: 0, id: 60, number: 60, velocity: 1 }]);
  assert.equal(controls.release().length, 1);
});
