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
const h = (value: bigint): OscArgument => ({ type: "h", value });
const yes: OscArgument = { type: "T" };
const no: OscArgument = { type: "F" };
const bytes: OscArgument = { type: "b", value: new Uint8Array(4) };
const s = (value: string): OscArgument => ({ type: "s", value });

const { parameters } = patches.sines.build(testFormat);
const methods = musicMethods({ parameters, instruments: ["synth", "bass"] });

/** The command that a message becomes. */
function read(address: string, ...args: readonly OscArgument[]) {
  const method = methods.find((one) => one.address === address);
  assert.ok(method, `there is ${address}`);
  const commands = method.read(args);
  assert.ok(commands.length <= 1);
  return commands[0];
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
  assert.deepEqual(read("/note", i(-9), i(60), i(127)), { ...note, id: -9, number: 60, velocity: 1 });
  assert.deepEqual(read("/bass/note", i(127), f(1)), {
    ...note,
    instrument: 1,
    id: 127,
    number: 127,
    velocity: 1,
  });
});

Deno.test("note: numbers are numbers, in whatever type a client sends them", () => {
  const note = { kind: "noteOn", instrument: 0, id: 60, number: 60 } as const;
  for (const sixty of [i(60), f(60), d(60), h(60n), s("60"), s("60.0")]) {
    for (const half of [f(0.5), d(0.5), s("0.5")]) {
      assert.deepEqual(read("/note", sixty, half), { ...note, velocity: 0.5 });
      assert.deepEqual(read("/note", sixty, f(60), half), { ...note, velocity: 0.5 });
    }
    for (const most of [i(127), h(127n), s("127"), f(1), s("1.0"), yes]) {
      assert.deepEqual(read("/note", sixty, most), { ...note, velocity: 1 });
    }
    assert.deepEqual(read("/off", sixty), { kind: "noteOff", instrument: 0, id: 60 });
    assert.deepEqual(read("/bend", sixty, s("-1")), {
      ...{ kind: "express", instrument: 0, id: 60, what: "bend" },
      value: -1,
    });
  }
});

Deno.test("note: a fraction of a number is heard, and its id is the whole part, by which it is released", () => {
  const note = { kind: "noteOn", instrument: 0, velocity: 0.5 } as const;
  assert.deepEqual(read("/note", f(60.5), f(0.5)), { ...note, id: 60, number: 60.5 });
  assert.deepEqual(read("/off", f(60.5)), { kind: "noteOff", instrument: 0, id: 60 });
  assert.deepEqual(read("/note", i(7), f(60.25), f(0.5)), { ...note, id: 7, number: 60.25 });
  assert.match(refusal("/note", f(7.5), f(60), f(0.5)), /whole number of 32 bits, found 7.5/);
  assert.match(refusal("/off", d(3e9)), /id: expected a whole number of 32 bits, found 3000000000/);
});

Deno.test("note: a velocity of 0 releases the note, as keys that are let go mean it", () => {
  const off = { kind: "noteOff", instrument: 0 } as const;
  for (const zero of [i(0), f(0), s("0"), s("0.0"), no]) {
    assert.deepEqual(read("/synth/note", i(60), zero), { ...off, id: 60 });
    assert.deepEqual(read("/note", i(-9), i(60), zero), { ...off, id: -9 });
  }
});

Deno.test("note: who sends the integer 1 is told that it is the softest velocity", () => {
  const hint = (...args: readonly OscArgument[]) => {
    const method = methods.find(({ address }) => address === "/synth/note")!;
    method.read(args);
    return method.hint?.(args);
  };
  for (const one of [i(1), h(1n), s("1")]) assert.match(hint(i(60), one)!, /1 of 127.*float 1\.0/);
  assert.match(hint(i(5), i(60), i(1))!, /1 of 127/);
  for (const other of [f(1), d(1), s("1.0"), yes, i(2), i(0), i(127)]) {
    assert.equal(hint(i(60), other), undefined);
  }
});

Deno.test("note: other forms and ranges are refused with what was expected", () => {
  for (const args of [[], [i(60)], [s("C"), f(1)], [i(60), bytes], [f(1), f(1), f(1), f(1)]]) {
    const tags = args.map(({ type }) => type).join("");
    assert.equal(refusal("/note", ...args), `expected ,if ,ii or ,iif, found ,${tags}`);
  }
  assert.equal(refusal("/note", i(-1), f(1)), "number: expected 0 to 127, found -1");
  assert.equal(refusal("/note", f(127.5), f(1)), "number: expected 0 to 127, found 127.5");
  assert.equal(
    refusal("/note", i(60), f(1.5)),
    "velocity: expected 0 to 1, found 1.5; an integer is 0 to 127",
  );
  assert.equal(
    refusal("/note", f(60), f(100)),
    "velocity: expected 0 to 1, found 100; an integer is 0 to 127",
  );
  assert.equal(
    refusal("/note", i(60), f(-0.1)),
    "velocity: expected 0 to 1, found -0.1; an integer is 0 to 127",
  );
  assert.equal(refusal("/note", i(60), i(128)), "velocity: expected 0 to 127, found 128");
  assert.equal(
    refusal("/note", i(1), i(60), f(2)),
    "velocity: expected 0 to 1, found 2; an integer is 0 to 127",
  );
  assert.equal(refusal("/note", i(60), f(NaN)), "expected a finite number, found NaN");
});

Deno.test("bend, pressure and timbre: of the instrument, or of the notes with an id, inside their range", () => {
  const express = { kind: "express", instrument: 1 } as const;
  assert.deepEqual(read("/bass/bend", f(-2)), { ...express, what: "bend", value: -2 });
  assert.deepEqual(read("/bass/bend", i(60), f(0.5)), { ...express, id: 60, what: "bend", value: 0.5 });
  assert.deepEqual(read("/bass/pressure", i(1)), { ...express, what: "pressure", value: 1 });
  assert.match(refusal("/bend", f(49)), /expected -48 to 48, found 49/);
  assert.match(refusal("/timbre", f(1.5)), /expected 0 to 1, found 1.5/);
  assert.deepEqual(read("/timbre", f(1), f(1)), {
    ...express,
    instrument: 0,
    id: 1,
    what: "timbre",
    value: 1,
  });
  assert.match(refusal("/timbre", f(1), f(1), f(1)), /expected ,f or ,if, found ,fff/);
  assert.match(refusal("/timbre"), /expected ,f or ,if, found ,/);
});

Deno.test("off, pedal and panic: whatever a key, a pedal or a button sends", () => {
  assert.deepEqual(read("/off", i(60)), { kind: "noteOff", instrument: 0, id: 60 });
  assert.deepEqual(read("/bass/off", i(-2147483648)), { kind: "noteOff", instrument: 1, id: -2147483648 });
  assert.equal(refusal("/off"), "expected ,i, found ,");
  for (const down of [i(1), f(1), s("1"), yes]) {
    assert.deepEqual(read("/pedal", down), { kind: "pedal", instrument: 0, down: true });
  }
  for (const up of [i(0), f(0), s("0"), no]) {
    assert.deepEqual(read("/bass/pedal", up), { kind: "pedal", instrument: 1, down: false });
  }
  assert.equal(refusal("/pedal", i(127)), "expected 0 or 1, found 127");
  for (const pressed of [[], [i(1)], [f(1)], [yes], [{ type: "I" }], [{ type: "N" }]] as OscArgument[][]) {
    assert.deepEqual(read("/panic", ...pressed), { kind: "panic" });
  }
  for (const released of [i(0), f(0), no]) assert.equal(read("/panic", released), undefined);
  assert.match(refusal("/panic", i(2)), /expected no argument, or 1 of a button/);
});

Deno.test("parameters take any kind of number inside their range, and name range and unit otherwise", () => {
  const index = parameters.findIndex(({ address }) => address === "synth/gainDb");
  for (const number of [f, d, i, (value: number) => h(BigInt(value)), (value: number) => s(`${value}`)]) {
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
        const [command] = method.read(args);
        if (command === undefined) return;
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
