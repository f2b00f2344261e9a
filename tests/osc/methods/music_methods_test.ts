import assert from "node:assert/strict";
import fc from "fast-check";
import { MessageRefusedError } from "../../../osc/packet/arguments.ts";
import type { OscArgument } from "../../../osc/packet/codec.ts";
import { musicMethods } from "../../../osc/methods/music_methods.ts";
import { patches } from "../../../patches/ready/catalogue.ts";
import { testFormat } from "../../../testing/patch/patch_player.ts";

const i = (value: number): OscArgument => ({ type: "i", value });
const f = (value: number): OscArgument => ({ type: "f", value });
const d = (value: number): OscArgument => ({ type: "d", value });
const s = (value: string): OscArgument => ({ type: "s", value });

const { parameters } = patches.sines.build(testFormat);
const methods = musicMethods({ parameters, instruments: ["synth", "bass"] });

/** The command that a message becomes. */
function read(address: string, ...args: readonly OscArgument[]) {
  const method = methods.find((one) => one.address === address);
  assert.ok(method, `there is ${address}`);
  return method.read(args);
}

/** What a message is refused with. */
function refusal(address: string, ...args: readonly OscArgument[]): string {
  try {
    return `became ${JSON.stringify(read(address, ...args))}`;
  } catch (error) {
    assert.ok(error instanceof MessageRefusedError, String(error));
    return error.message;
  }
}

Deno.test("addresses: the first instrument also without its name, every instrument with it, every parameter", () => {
  const addresses = methods.map(({ address }) => address).filter((address) => !address.startsWith("/midi"));
  const ofInstrument = ["note", "off", "bend", "pressure", "timbre", "pedal"];
  const expected = [
    ...["", "/synth", "/bass"].flatMap((prefix) => ofInstrument.map((name) => `${prefix}/${name}`)),
    "/panic",
  ];
  assert.deepEqual(addresses.slice(0, expected.length), expected);
  assert.deepEqual(addresses.slice(expected.length), parameters.map(({ address }) => `/${address}`));
  assert.equal(new Set(addresses).size, addresses.length);
  assert.ok(methods.every(({ description }) => description !== ""));
});

Deno.test("a patch without instruments has no notes, but can be silenced and turned", () => {
  assert.deepEqual(
    musicMethods({ parameters: [], instruments: [] }).map(({ address }) => address).filter((address) =>
      !address.startsWith("/midi")
    ),
    [
      "/panic",
    ],
  );
});

Deno.test("note: number and velocity 0 to 1, or 0 to 127 as MIDI has it, or with an id of its own", () => {
  const note = { kind: "noteOn", instrument: 0 } as const;
  assert.deepEqual(read("/note", i(60), f(0.5)), { ...note, id: 60, number: 60, velocity: 0.5 });
  assert.deepEqual(read("/note", i(60), i(127)), { ...note, id: 60, number: 60, velocity: 1 });
  assert.deepEqual(read("/note", i(60), i(1)), { ...note, id: 60, number: 60, velocity: 1 / 127 });
  assert.deepEqual(read("/note", i(-9), i(60), f(1)), { ...note, id: -9, number: 60, velocity: 1 });
  assert.deepEqual(read("/synth/note", i(0), f(0)), { ...note, id: 0, number: 0, velocity: 0 });
  assert.deepEqual(read("/bass/note", i(127), f(1)), {
    ...note,
    instrument: 1,
    id: 127,
    number: 127,
    velocity: 1,
  });
});

Deno.test("note: other forms and ranges are refused with what was expected", () => {
  for (const args of [[], [i(60)], [f(60), f(1)], [i(1), i(2), i(3)], [i(1), f(1), f(1)], [s("C"), f(1)]]) {
    const tags = args.map(({ type }) => type).join("");
    assert.equal(refusal("/note", ...args), `expected ,if ,ii or ,iif, found ,${tags}`);
  }
  assert.equal(refusal("/note", i(-1), f(1)), "number: expected 0 to 127, found -1");
  assert.equal(refusal("/note", i(128), f(1)), "number: expected 0 to 127, found 128");
  assert.equal(refusal("/note", i(60), f(1.5)), "velocity: expected 0 to 1, found 1.5");
  assert.equal(refusal("/note", i(60), f(-0.1)), "velocity: expected 0 to 1, found -0.1");
  assert.equal(refusal("/note", i(60), i(128)), "velocity: expected 0 to 127, found 128");
  assert.equal(refusal("/note", i(1), i(60), f(2)), "velocity: expected 0 to 1, found 2");
  assert.equal(refusal("/note", i(60), f(NaN)), "expected a finite number, found NaN");
});

Deno.test("bend, pressure and timbre: of the instrument, or of the notes with an id, inside their range", () => {
  const express = { kind: "express", instrument: 1 } as const;
  assert.deepEqual(read("/bass/bend", f(-2)), { ...express, what: "bend", value: -2 });
  assert.deepEqual(read("/bass/bend", i(60), f(0.5)), { ...express, id: 60, what: "bend", value: 0.5 });
  assert.deepEqual(read("/bass/pressure", i(1)), { ...express, what: "pressure", value: 1 });
  assert.match(refusal("/bend", f(49)), /expected -48 to 48, found 49/);
  assert.match(refusal("/timbre", f(1.5)), /expected 0 to 1, found 1.5/);
  assert.match(refusal("/timbre", f(1), f(1)), /expected ,f or ,if/);
  assert.match(refusal("/timbre"), /expected ,f, found ,/);
});

Deno.test("off, pedal and panic: their one form", () => {
  assert.deepEqual(read("/off", i(60)), { kind: "noteOff", instrument: 0, id: 60 });
  assert.deepEqual(read("/bass/off", i(-2147483648)), { kind: "noteOff", instrument: 1, id: -2147483648 });
  assert.equal(refusal("/off", f(60)), "expected ,i, found ,f");
  assert.equal(refusal("/off"), "expected ,i, found ,");
  assert.deepEqual(read("/pedal", i(1)), { kind: "pedal", instrument: 0, down: true });
  assert.deepEqual(read("/bass/pedal", i(0)), { kind: "pedal", instrument: 1, down: false });
  assert.equal(refusal("/pedal", i(127)), "expected 0 or 1, found 127");
  assert.equal(refusal("/pedal", { type: "T" }), "expected ,i, found ,T");
  assert.deepEqual(read("/panic"), { kind: "panic" });
  assert.equal(refusal("/panic", i(1)), "expected no arguments, found 1");
});

Deno.test("parameters take any kind of number inside their range, and name range and unit otherwise", () => {
  const index = parameters.findIndex(({ address }) => address === "synth/gainDb");
  for (const number of [f, d, i]) {
    for (const value of [-90, -6, 0, 12]) {
      assert.deepEqual(read("/synth/gainDb", number(value)), { kind: "set", parameter: index, value });
    }
  }
  assert.equal(refusal("/synth/gainDb", f(13)), "expected -90 to 12 dB, found 13");
  assert.equal(refusal("/synth/gainDb", f(-91)), "expected -90 to 12 dB, found -91");
  assert.equal(refusal("/synth/gainDb", s("loud")), "expected ,f, found ,s");
  assert.equal(refusal("/synth/gainDb"), "expected ,f, found ,");
  assert.equal(refusal("/synth/gainDb", f(Infinity)), "expected a finite number, found Infinity");
});

Deno.test("whatever arrives at any address becomes a command in range, or is refused", () => {
  const argument = fc.oneof(
    fc.float().map(f),
    fc.integer({ min: -200, max: 200 }).map(i),
    fc.string().map(s),
    fc.constantFrom<OscArgument>({ type: "F" }, { type: "I" }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...methods), fc.array(argument, { maxLength: 4 }), (method, args) => {
      try {
        const command = method.read(args);
        if (command.kind === "noteOn") {
          assert.ok(command.number >= 0 && command.number <= 127);
          assert.ok(command.velocity >= 0 && command.velocity <= 1);
          assert.ok(Number.isInteger(command.id));
        } else if (command.kind === "set") {
          const { min, max } = parameters[command.parameter];
          assert.ok(command.value >= min && command.value <= max);
        }
      } catch (error) {
        assert.ok(error instanceof MessageRefusedError, String(error));
      }
    }),
    { numRuns: 2_000 },
  );
});
