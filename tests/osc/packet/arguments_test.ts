import assert from "node:assert/strict";
import fc from "fast-check";
import { flag, MessageRefusedError, none, numbers, oneOf, texts } from "../../../osc/packet/arguments.ts";
import type { OscArgument } from "../../../osc/packet/codec.ts";

const i = (value: number): OscArgument => ({ type: "i", value });
const f = (value: number): OscArgument => ({ type: "f", value });
const s = (value: string): OscArgument => ({ type: "s", value });

/** What a call is refused with. */
function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof MessageRefusedError, String(error));
    return error.message;
  }
  return "nothing was refused";
}

Deno.test("numbers of the asked types come back as they are", () => {
  assert.deepEqual(numbers([f(0.5)], ["f", "i", "d"], 1), [0.5]);
  assert.deepEqual(numbers([i(-3)], ["f", "i", "d"], 1), [-3]);
  assert.deepEqual(numbers([{ type: "d", value: 1e300 }], ["f", "i", "d"], 1), [1e300]);
  assert.deepEqual(numbers([i(1), f(2)], ["i", "f"], 2), [1, 2]);
  assert.deepEqual(numbers([], ["i"], 0), []);
});

Deno.test("too few, too many or other types are told what was expected and found", () => {
  assert.equal(refusal(() => numbers([], ["f"], 1)), "expected ,f, found ,");
  assert.equal(refusal(() => numbers([f(1), f(2)], ["f"], 1)), "expected ,f, found ,ff");
  assert.equal(refusal(() => numbers([s("1")], ["i"], 1)), "expected ,i, found ,s");
  assert.equal(refusal(() => numbers([i(1), s("x"), f(1)], ["i"], 3)), "expected ,iii, found ,isf");
  assert.equal(refusal(() => numbers([{ type: "T" }], ["i"], 1)), "expected ,i, found ,T");
  assert.equal(refusal(() => numbers([{ type: "h", value: 1n }], ["i"], 1)), "expected ,i, found ,h");
});

Deno.test("numbers that are none are refused", () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    assert.equal(refusal(() => numbers([f(value)], ["f"], 1)), `expected a finite number, found ${value}`);
    assert.match(refusal(() => numbers([f(0), f(value)], ["f"], 2)), /finite/);
  }
});

Deno.test("texts come back as they are; anything else is refused", () => {
  assert.deepEqual(texts([s("kill"), s("")], 2), ["kill", ""]);
  assert.equal(refusal(() => texts([s("kill")], 2)), "expected ,ss, found ,s");
  assert.equal(refusal(() => texts([s("kill"), i(1)], 2)), "expected ,ss, found ,si");
});

Deno.test("a word is one of the list, or the list is told", () => {
  assert.equal(oneOf(["a", "b"], "kind", "b"), "b");
  assert.equal(refusal(() => oneOf(["a", "b"], "kind", "B")), 'kind: expected a, b, found "B"');
});

Deno.test("whatever arrives, the answer is finite numbers or a refusal", () => {
  const argument = fc.oneof(
    fc.double().map(f),
    fc.integer().map(i),
    fc.string().map(s),
    fc.constantFrom<OscArgument>({ type: "T" }, { type: "N" }, { type: "b", value: new Uint8Array(3) }),
  );
  fc.assert(
    fc.property(fc.array(argument, { maxLength: 4 }), fc.nat(4), (args, count) => {
      try {
        const values = numbers(args, ["i", "f"], count);
        assert.equal(values.length, count);
        assert.ok(values.every(Number.isFinite));
      } catch (error) {
        assert.ok(error instanceof MessageRefusedError);
      }
    }),
  );
});

Deno.test("a flag is the integer 0 or 1, and nothing means no arguments", () => {
  assert.deepEqual([flag([i(0)]), flag([i(1)])], [false, true]);
  assert.equal(refusal(() => flag([i(2)])), "expected 0 or 1, found 2");
  assert.equal(refusal(() => flag([f(1)])), "expected ,i, found ,f");
  assert.equal(refusal(() => flag([{ type: "T" }])), "expected ,i, found ,T");
  none([]);
  assert.equal(refusal(() => none([i(1), i(2)])), "expected no arguments, found 2");
});
