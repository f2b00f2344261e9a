import assert from "node:assert/strict";
import { polyText } from "../../../compiler/wat/poly.ts";
import { definePatch, instrument } from "../../../modules/patch.ts";
import { Probe } from "../../../testing/compiler/probe_patch.ts";
import { textSourceOf } from "../../../testing/compiler/text_source.ts";

Deno.test("a released key ends its own notes only, or leaves them to the pedal until it is let go", async () => {
  const probe = await Probe.of({ voices: 6 });
  probe.strike(1, 2, 3).release(2).wait(1);
  assert.deepEqual(probe.heard(), { held: [1, 3], tail: [2] });
  probe.pedal(true).release(1).wait(1);
  assert.deepEqual(probe.heard().held, [1, 3]);
  probe.pedal(false).wait(1);
  assert.deepEqual(probe.heard(), { held: [3], tail: [1, 2] });
});

Deno.test("only an instrument with groups looks for notes to choke", () => {
  const text = (chokeGroups: number[][]) => {
    const { patch, plan, format } = textSourceOf(definePatch({
      name: "kit",
      instruments: {
        kit: instrument({
          ...{ chokeGroups, parameters: {} },
          voice: ({ velocity, gate }) => ({ output: velocity, envelope: gate.select(1, 0) }),
        }),
      },
      parameters: {},
      output: ({ kit }) => kit,
    }));
    return polyText(patch.instruments[0], plan.instruments[0], format);
  };
  assert.doesNotMatch(text([]), /choke/);
  assert.match(text([[42, 46]]), /\(func \$kit_choke /);
});
