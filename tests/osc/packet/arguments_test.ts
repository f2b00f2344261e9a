import assert from "node:assert/strict";
import fc from "fast-check";
import {
  flag,
  isSentAsInteger,
  MessageRefusedError,
  numberOf,
  numbers,
  oneOf,
  texts,
  trigger,
} from "../../../osc/packet/arguments.ts";
import type { OscArgument } from "../../../osc/packet/codec.ts";

const i = (value: number): OscArgument => ({ type: "i", value });
const f = (value: number): OscArgument => ({ type: "f", value });
const d = (value: number): OscArgument => ({ type: "d", value });
const h = (value: bigint): OscArgument => ({ type: "h", value });
const s = (value: string): OscArgument => ({ type: "s", value });
const yes: OscArgument = { type: "T" };
const no: OscArgument = { type: "F" };

/** The reason with which a call is refused. */
function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof MessageRefusedError, String(error));
    return error.message;
  }
  return "nothing was refused";
}

Deno.test("an argument is the number that it says, whatever its type", () => {
  for (const sixty of [i(60), f(60), d(60), h(60n), s("60"), s("60.0"), s("6e1")]) {
    assert.equal(numberOf(sixty), 60);
    assert.deepEqual(numbers([sixty], "i"), [60]);
    assert.deepEqual(numbers([sixty], "f"), [60]);
  }
  assert.deepEqual([yes, no].map(numberOf), [1, 0]);
  assert.deepEqual(numbers([{ type: "S", value: "-.5" }], "f"), [-0.5]);
  assert.deepEqual(numbers([d(1e300)], "f"), [1e300]);
  assert.deepEqual(numbers([i(1), f(2), s("3")], "fif"), [1, 2, 3]);
  assert.deepEqual(numbers([], ""), []);
});

Deno.test("text that is no decimal, and other types, are no numbers", () => {
  const others: readonly OscArgument[] = [
    ...["", " ", "60 ", "0x3c", "1e", "NaN", "Infinity", "sixty", "1_000", "١"].map(s),
    s("1".repeat(257)),
    { type: "N" },
    { type: "I" },
    { type: "c", value: "6" },
    { type: "b", value: new Uint8Array(4) },
    { type: "a", value: [i(60)] },
    { type: "t", value: { seconds: 60, fraction: 0 } },
  ];
  for (const other of others) {
    assert.equal(numberOf(other), undefined, JSON.stringify(other, (_, each) => String(each)));
    assert.equal(refusal(() => numbers([other], "f")), `expected ,f, found ,${other.type}`);
  }
});

Deno.test("too few or too many are refused with what was expected and found", () => {
  assert.equal(refusal(() => numbers([], "f")), "expected ,f, found ,");
  assert.equal(refusal(() => numbers([f(1), f(2)], "f")), "expected ,f, found ,ff");
  assert.equal(refusal(() => numbers([i(1), s("x"), f(1)], "iii")), "expected ,iii, found ,isf");
});

Deno.test("a whole number of 32 bits is asked for by i; a fraction is refused, not rounded", () => {
  for (const [argument, found] of [[f(60.5), 60.5], [s("0.1"), 0.1], [d(2 ** 31), 2 ** 31]] as const) {
    assert.equal(
      refusal(() => numbers([argument], "i")),
      `expected a whole number of 32 bits, found ${found}`,
    );
  }
  assert.match(refusal(() => numbers([h(2n ** 40n)], "i")), /32 bits, found 1099511627776/);
  assert.deepEqual(numbers([d(-(2 ** 31)), f(-0)], "ii"), [-(2 ** 31), -0]);
});

Deno.test("numbers that are none are refused", () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    assert.equal(refusal(() => numbers([f(value)], "f")), `expected a finite number, found ${value}`);
    assert.match(refusal(() => numbers([f(0), f(value)], "ff")), /finite/);
  }
  assert.match(refusal(() => numbers([s("1e999")], "f")), /finite/);
});

Deno.test("integers are told from floats by their type, and in text by the point", () => {
  assert.ok([i(1), h(1n), s("1"), s("-3")].every(isSentAsInteger));
  assert.ok(![f(1), d(1), s("1.0"), s("1e0"), yes, no].some(isSentAsInteger));
});

Deno.test("texts come back as they are, symbols too; anything else is refused", () => {
  assert.deepEqual(texts([s("kill"), { type: "S", value: "" }], 2), ["kill", ""]);
  assert.equal(refusal(() => texts([s("kill")], 2)), "expected ,ss, found ,s");
  assert.equal(refusal(() => texts([s("kill"), i(1)], 2)), "expected ,ss, found ,si");
});

Deno.test("a word is one of the list, or the list is named", () => {
  assert.equal(oneOf(["a", "b"], "kind", "b"), "b");
  assert.equal(refusal(() => oneOf(["a", "b"], "kind", "B")), 'kind: expected a, b, found "B"');
});

Deno.test("whatever arrives, the answer is finite numbers or a refusal", () => {
  const argument = fc.oneof(
    fc.double().map(f),
    fc.integer().map(i),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(h),
    fc.string().map(s),
    fc.float().map((value) => s(String(value))),
    fc.constantFrom<OscArgument>(yes, { type: "N" }, { type: "b", value: new Uint8Array(3) }),
  );
  const form = fc.array(fc.constantFrom("i", "f"), { maxLength: 4 }).map((letters) => letters.join(""));
  fc.assert(
    fc.property(fc.array(argument, { maxLength: 4 }), form, (args, letters) => {
      try {
        const values = numbers(args, letters);
        assert.equal(values.length, letters.length);
        assert.ok(values.every(Number.isFinite));
        assert.ok(values.every((value, index) => letters[index] === "f" || value === (value | 0)));
      } catch (error) {
        assert.ok(error instanceof MessageRefusedError);
      }
    }),
  );
});

Deno.test("a flag is 0 or 1 in any type", () => {
  for (const one of [i(1), f(1), d(1), h(1n), s("1"), yes]) assert.equal(flag([one]), true);
  for (const zero of [i(0), f(0), f(-0), s("0"), no]) assert.equal(flag([zero]), false);
  assert.equal(refusal(() => flag([i(2)])), "expected 0 or 1, found 2");
  assert.match(refusal(() => flag([f(0.5)])), /whole number.*0\.5/);
  assert.equal(refusal(() => flag([])), "expected ,i, found ,");
  assert.equal(refusal(() => flag([{ type: "I" }])), "expected ,i, found ,I");
});

Deno.test("a trigger is nothing, 1, true, an impulse, nil or bang; 0 and false are a button that was let go", () => {
  for (const pressed of [i(1), f(1), d(1), h(1n), s("1"), s("bang"), yes, { type: "I" }, { type: "N" }]) {
    assert.equal(trigger([pressed as OscArgument]), true);
  }
  assert.equal(trigger([]), true);
  for (const released of [i(0), f(0), d(0), h(0n), s("0"), no]) assert.equal(trigger([released]), false);
  assert.match(refusal(() => trigger([i(127)])), /^expected no argument, or 1 of a button,.* found 127$/);
  assert.match(refusal(() => trigger([f(0.3)])), /found 0\.3/);
  assert.match(refusal(() => trigger([s("now")])), /found ,s$/);
  assert.equal(refusal(() => trigger([i(1), i(2)])), "expected no arguments, found 2");
});
