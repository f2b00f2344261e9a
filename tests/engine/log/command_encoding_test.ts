import assert from "node:assert/strict";
import { encodeCommand } from "../../../engine/log/command_encoding.ts";
import { Opcode } from "../../../engine/log/command_log.ts";
import type { ParameterDeclaration } from "../../../compiler/graph/compiled_patch.ts";

const parameter: ParameterDeclaration = {
  address: "a/b",
  unit: "s",
  min: 0,
  max: 1,
  default: 0,
  curve: "linear",
  smoothingSeconds: 0,
  description: "",
};
const patch = { parameters: [parameter], instruments: ["first", "second"] };

Deno.test("commands become entries with their values in place", () => {
  const note = encodeCommand(
    { kind: "noteOn", instrument: 1, id: 3, number: 60.5, velocity: 0.25 },
    patch,
    undefined,
  );
  assert.deepEqual(note, {
    opcode: Opcode.noteOn,
    instrument: 1,
    target: 3,
    value: 60.5,
    extra: 0.25,
    at: undefined,
  });
  assert.equal(
    encodeCommand({ kind: "set", parameter: 0, value: 1 }, patch, { block: 1, frame: 2 }).at?.frame,
    2,
  );
});

Deno.test("values that could harm a renderer are refused with what was expected", () => {
  const refused = (value: number, index = 0) => () =>
    encodeCommand({ kind: "set", parameter: index, value }, patch, undefined);
  assert.throws(refused(2), /a\/b: expected 0 to 1 s, found 2/);
  assert.throws(refused(NaN), /finite/);
  assert.throws(refused(0, 9), /parameter 9/);
  assert.throws(
    () => encodeCommand({ kind: "pedal", instrument: 2, down: true }, patch, undefined),
    /instrument 2: the patch has 2/,
  );
  assert.throws(
    () =>
      encodeCommand(
        { kind: "noteOn", instrument: 0, id: 1, number: Infinity, velocity: 1 },
        patch,
        undefined,
      ),
    /number/,
  );
});

Deno.test("a bound that was rounded to 32 bits on its way is inside the range", () => {
  const narrow = { instruments: [], parameters: [{ ...parameter, min: 0.01, max: 0.7 }] };
  const set = (value: number) => encodeCommand({ kind: "set", parameter: 0, value }, narrow, undefined).value;
  for (const bound of [0.01, 0.7]) {
    assert.deepEqual([set(bound), set(Math.fround(bound))], [bound, Math.fround(bound)]);
  }
  assert.throws(() => set(0.0099), /expected 0.01 to 0.7/);
  assert.throws(() => set(0.70001), /expected 0.01 to 0.7/);
});
