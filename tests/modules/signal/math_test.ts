import assert from "node:assert/strict";
import {
  cos,
  cosTurns,
  dbToGain,
  exp2,
  gainToDb,
  log2,
  noteToHz,
  oneMinusExp,
  silentDb,
  sin,
  sinOfTurn,
  sinTurns,
  tan,
  tanh,
} from "../../../modules/signal/math.ts";
import type { Signal } from "../../../modules/signal/signal.ts";
import { evaluateCompiled } from "../../../testing/trial/trial_patch.ts";

const points = 1 << 19;

function linear(from: number, to: number): Float32Array {
  return Float32Array.from({ length: points }, (_, index) => from + (to - from) * index / (points - 1));
}

function logarithmic(from: number, to: number): Float32Array {
  return Float32Array.from({ length: points }, (_, index) => from * (to / from) ** (index / (points - 1)));
}

/** One row of what the doc comments state. */
interface Bound {
  readonly name: string;
  readonly formula: (x: Signal<"1">) => Signal<"1">;
  readonly exact: (x: number) => number;
  readonly over: Float32Array;
  /** Largest absolute error, and largest error as a part of the result; what is allowed is their sum. */
  readonly absolute?: number;
  readonly relative?: number;
}

const turn = 2 * Math.PI;
const bounds: readonly Bound[] = [
  {
    name: "sinOfTurn",
    formula: sinOfTurn,
    exact: (x) => Math.sin(turn * x),
    over: linear(-0.5, 0.5),
    absolute: 2.5e-7,
  },
  {
    name: "sinTurns",
    formula: sinTurns,
    exact: (x) => Math.sin(turn * x),
    over: linear(-1, 1),
    absolute: 5e-7,
  },
  {
    name: "cosTurns",
    formula: cosTurns,
    exact: (x) => Math.cos(turn * x),
    over: linear(-1, 1),
    absolute: 5e-7,
  },
  { name: "sin", formula: sin, exact: Math.sin, over: linear(-turn, turn), absolute: 8e-7 },
  { name: "cos", formula: cos, exact: Math.cos, over: linear(-turn, turn), absolute: 1e-6 },
  { name: "exp2", formula: exp2, exact: (x) => 2 ** x, over: linear(-126, 127.9999), relative: 4e-7 },
  {
    name: "log2",
    formula: log2,
    exact: Math.log2,
    over: logarithmic(2 ** -125, 3e38),
    absolute: 3e-7,
    relative: 1e-7,
  },
  {
    name: "log2 near 1",
    formula: log2,
    exact: Math.log2,
    over: linear(0.5, 2),
    absolute: 3e-7,
    relative: 1e-7,
  },
  { name: "tan", formula: tan, exact: Math.tan, over: linear(-1.5, 1.5), relative: 4e-6 },
  { name: "tan to its end", formula: tan, exact: Math.tan, over: linear(1.5, 1.55), relative: 2e-5 },
  { name: "tanh", formula: tanh, exact: Math.tanh, over: linear(-20, 20), relative: 1e-6 },
  { name: "tanh of little", formula: tanh, exact: Math.tanh, over: logarithmic(1e-20, 1), relative: 1e-6 },
  {
    name: "oneMinusExp",
    formula: oneMinusExp,
    exact: (y) => -Math.expm1(-y),
    over: logarithmic(1e-15, 100),
    relative: 2e-6,
  },
  {
    name: "dbToGain",
    formula: (x) => dbToGain(x.as("dB")),
    exact: (gainDb) => gainDb <= silentDb ? 0 : 10 ** (gainDb / 20),
    over: linear(-120, 60),
    relative: 1e-6,
  },
  {
    name: "gainToDb",
    formula: (x) => gainToDb(x).as("1"),
    exact: (gain) => 20 * Math.log10(gain),
    over: logarithmic(1e-10, 1e4),
    absolute: 2e-6,
    relative: 2e-7,
  },
  {
    name: "noteToHz",
    formula: (x) => noteToHz(x.as("semitones")).as("1"),
    exact: (number) => 440 * 2 ** ((number - 69) / 12),
    over: linear(0, 127),
    relative: 2 ** (0.002 / 1200) - 1,
  },
];

for (const { name, formula, exact, over, absolute = 0, relative = 0 } of bounds) {
  const stated = [absolute && `${absolute}`, relative && `${relative.toExponential(1)} of the result`];
  Deno.test(`${name}: the error is below ${stated.filter(Boolean).join(" plus ")}`, async () => {
    const found = await evaluateCompiled(formula, over);
    found.forEach((value, index) => {
      const expected = exact(over[index]);
      const allowed = absolute + relative * Math.abs(expected);
      if (!(Math.abs(value - expected) <= allowed)) {
        assert.fail(`at ${over[index]}: expected ${expected}, found ${value}`);
      }
    });
  });
}

Deno.test("zero, silence and the ends of the ranges are exact", async () => {
  const at = async (formula: (x: Signal<"1">) => Signal<"1">, x: number) =>
    (await evaluateCompiled(formula, [x]))[0];
  assert.equal(await at(sinOfTurn, 0), 0);
  assert.equal(await at(tan, 0), 0);
  assert.equal(await at(oneMinusExp, 0), 0);
  assert.equal(await at((x) => dbToGain(x.as("dB")), silentDb), 0);
  assert.equal(await at(exp2, 1e9), await at(exp2, 127.99999));
  assert.equal(await at(log2, -1), -126);
});
