import assert from "node:assert/strict";
import fc from "fast-check";
import type { OscArgument } from "../../../osc/packet/codec.ts";
import { controlledValue, controllerParameters } from "../../../midi/messages.ts";
import { MidiReceiver } from "../../../midi/midi_receiver.ts";
import { midiMethods } from "../../../osc/methods/midi_methods.ts";
import { patchNamed } from "../../../patches/ready/catalogue.ts";

const graph = patchNamed("keys").build({
  sampleRateHz: 48_000,
  channels: 2,
  inputChannels: 0,
  maximumBlockFrames: 128,
});
const patch = { parameters: graph.parameters, instruments: ["keys", "bass"] };
const methods = new Map(
  midiMethods(patch, new MidiReceiver()).map(({ address, read }) => [address, read]),
);

/** The only command of a message. */
const only = (commands: unknown): unknown => {
  assert.ok(Array.isArray(commands) && commands.length === 1, JSON.stringify(commands));
  return commands[0];
};
const ask = (address: string, ...values: number[]) =>
  only(methods.get(address)!(values.map((value): OscArgument => ({ type: "i", value }))));
const pack = (...bytes: [number, number, number]) =>
  only(methods.get("/midi")!([{ type: "m", value: [0, ...bytes] }]));
const parameter = (address: string) => patch.parameters.find((declared) => declared.address === address)!;

Deno.test("a channel is an instrument; velocity 0 releases", () => {
  const on = { kind: "noteOn", instrument: 1, id: 60, number: 60, velocity: 1 };
  assert.deepEqual(ask("/midi/note", 2, 60, 127), on);
  assert.deepEqual(pack(0x91, 60, 127), on);
  const off = { kind: "noteOff", instrument: 0, id: 60 };
  assert.deepEqual(ask("/midi/note", 1, 60, 0), off);
  assert.deepEqual(pack(0x90, 60, 0), off);
  assert.deepEqual(pack(0x80, 60, 99), off);
});

Deno.test("controllers: the pedal at 64, all notes off, and every parameter of the table that the instrument has", () => {
  assert.deepEqual(ask("/midi/cc", 1, 64, 63), { kind: "pedal", instrument: 0, down: false });
  assert.deepEqual(ask("/midi/cc", 1, 64, 64), { kind: "pedal", instrument: 0, down: true });
  ask("/midi/note", 2, 60, 0);
  ask("/midi/note", 2, 50, 127);
  assert.deepEqual(ask("/midi/cc", 2, 123, 0), { kind: "noteOff", instrument: 1, id: 50 });
  let found = 0;
  for (const [controller, name] of Object.entries(controllerParameters)) {
    const index = patch.parameters.findIndex(({ address }) => address === `keys/${name}`);
    if (index < 0) continue;
    found++;
    assert.deepEqual(pack(0xb0, Number(controller), 127), ask("/midi/cc", 1, Number(controller), 127));
    assert.deepEqual(ask("/midi/cc", 1, Number(controller), 0), {
      kind: "set",
      parameter: index,
      value: patch.parameters[index].min,
    });
  }
  assert.equal(found, 7);
});

Deno.test("volume is 0 dB at 127 and 12 dB less at half, pan is in the middle at 64, cutoff is spread in octaves", () => {
  assert.equal(controlledValue(127, parameter("keys/gainDb")), 0);
  assert.ok(Math.abs(controlledValue(63.5, parameter("keys/gainDb")) + 12.04) < 0.01);
  assert.deepEqual([0, 64, 127].map((value) => controlledValue(value, parameter("keys/pan"))), [-1, 0, 1]);
  const cutoff = parameter("keys/cutoffHz");
  const middle = controlledValue(63.5, cutoff);
  assert.ok(Math.abs(middle - Math.sqrt(cutoff.min * cutoff.max)) < 1e-6);
  assert.deepEqual([0, 127].map((value) => controlledValue(value, cutoff)), [cutoff.min, cutoff.max]);
});

Deno.test("every controller value lies in the parameter's range and never turns back", () => {
  fc.assert(
    fc.property(fc.constantFrom(...patch.parameters), fc.integer({ min: 0, max: 126 }), (declared, value) => {
      const [here, next] = [controlledValue(value, declared), controlledValue(value + 1, declared)];
      assert.ok(here >= declared.min && next <= declared.max && here <= next);
    }),
  );
});

Deno.test("the wheel bends two semitones at its ends, aftertouch presses one note or all", () => {
  const express = { kind: "express", instrument: 0 } as const;
  assert.deepEqual(ask("/midi/bend", 1, 8_192), { ...express, what: "bend", value: 0 });
  assert.deepEqual(ask("/midi/bend", 1, 0), { ...express, what: "bend", value: -2 });
  assert.deepEqual(pack(0xe0, 127, 127), { ...express, what: "bend", value: 2 });
  assert.deepEqual(ask("/midi/pressure", 1, 127), { ...express, what: "pressure", value: 1 });
  assert.deepEqual(ask("/midi/pressure", 1, 60, 0), { ...express, what: "pressure", value: 0, id: 60 });
  assert.deepEqual(pack(0xa0, 60, 127), { ...express, id: 60, what: "pressure", value: 1 });
  assert.deepEqual(pack(0xd0, 127, 0), { ...express, what: "pressure", value: 1 });
});

Deno.test("what does not exist is refused with what there is", () => {
  const refused = (work: () => unknown, pattern: RegExp) => assert.throws(work, { message: pattern });
  refused(() => ask("/midi/note", 3, 60, 1), /channel: the instruments of this patch play 1 to 2, found 3/);
  refused(() => ask("/midi/note", 0, 60, 1), /channel/);
  refused(() => ask("/midi/note", 1, 128, 1), /expected 0 to 127, found 128/);
  refused(() => ask("/midi/note", 1, 60), /expected ,iii, found ,ii/);
  refused(() => ask("/midi/cc", 1, 3, 1), /keys has .*64 \(pedal\).*74 \(cutoffHz\).*found 3/);
  refused(() => pack(0xc0, 0, 64), /found status 0xc0/);
  refused(() => ask("/midi/bend", 1, 16_384), /expected 0 to 16383, found 16384/);
  refused(() => pack(0x90, 200, 1), /data bytes of 0 to 127, found 200/);
  refused(() => methods.get("/midi")!([]), /expected ,m, found ,/);
});
