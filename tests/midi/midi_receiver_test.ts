import assert from "node:assert/strict";
import fc from "fast-check";
import { type Command, CommandRefusedError } from "../../engine/control/control.ts";
import { encodeCommand } from "../../engine/log/command_encoding.ts";
import type { MidiTarget } from "../../midi/messages.ts";
import { MidiReceiver, type MidiReceiverOptions } from "../../midi/midi_receiver.ts";
import { keys } from "../../patches/ready/keys.ts";
import { testFormat } from "../../testing/patch/patch_player.ts";

const { parameters } = keys.build(testFormat);
const one: MidiTarget = { parameters, instruments: ["keys"] };
const two: MidiTarget = { parameters, instruments: ["keys", "bass"] };

type Bytes = readonly [status: number, first: number, second?: number];

/** A receiver and a patch; returns the commands of messages. */
function cable(target: MidiTarget, options?: MidiReceiverOptions) {
  const receiver = new MidiReceiver(options);
  const receive = (...messages: readonly Bytes[]) =>
    messages.flatMap(([status, first, second = 0]) => receiver.receive({ status, first, second }, target));
  return { receiver, receive };
}

const on = (instrument: number, number: number, id = number): Command => ({
  ...{ kind: "noteOn", instrument, id, number, velocity: 1 } as const,
});
const off = (instrument: number, id: number): Command => ({ kind: "noteOff", instrument, id });
const move = (what: "bend" | "pressure" | "timbre", value: number, id?: number): Command => ({
  ...{ kind: "express", instrument: 0, what, value } as const,
  ...(id === undefined ? {} : { id }),
});
const set = (name: string, value: number): Command => ({
  kind: "set",
  parameter: parameters.findIndex(({ address }) => address === `keys/${name}`),
  value,
});
/** Selects a registered parameter number on a channel, counted from 0, and enters its upper and lower bits. */
const registered = (channel: number, number: number, upper: number, lower?: number): Bytes[] => [
  [0xb0 | channel, 101, number >> 7],
  [0xb0 | channel, 100, number & 127],
  [0xb0 | channel, 6, upper],
  ...(lower === undefined ? [] : [[0xb0 | channel, 38, lower] as const]),
];

Deno.test("all notes off releases the notes of its channel alone, and what its pedal holds sounds on", () => {
  const { receive } = cable(two);
  receive([0x90, 60, 127], [0x91, 72, 127], [0x90, 64, 127]);
  assert.deepEqual(receive([0xb0, 123, 0]), [off(0, 60), off(0, 64)]);
  assert.deepEqual(receive([0xb0, 123, 0]), [], "nothing is held any more");
  receive([0xb1, 64, 127]);
  assert.deepEqual(receive([0xb1, 123, 0]), [off(1, 72)], "the instrument's pedal holds it, as after a key");
});

Deno.test("omni off and on, mono and poly are all notes off as well", () => {
  for (const mode of [124, 125, 126, 127]) {
    const { receive } = cable(two);
    receive([0x90, 60, 127], [0x91, 72, 127]);
    assert.deepEqual(receive([0xb1, mode, 0]), [off(1, 72)], `${mode}`);
  }
});

Deno.test("all sound off releases and silences the notes of its channel alone", () => {
  const { receive } = cable(two);
  receive([0x90, 60, 127], [0x91, 72, 127]);
  assert.deepEqual(receive([0xb0, 120, 0]), [
    off(0, 60),
    { kind: "silence", instrument: 0, firstId: 0, ids: 1_000_000 },
  ]);
  const shared = cable(one);
  shared.receive([0x94, 60, 127]);
  assert.deepEqual(shared.receive([0xb4, 120, 0]), [
    off(0, 5_000_060),
    { kind: "silence", instrument: 0, firstId: 5_000_000, ids: 1_000_000 },
  ]);
});

Deno.test("reset all controllers is that of RP-015: volume, pan and sounds stay", () => {
  const { receive } = cable(one);
  receive([0xb0, 7, 100], [0xb0, 10, 0], [0xb0, 74, 3], [0xb0, 11, 64], [0xb0, 1, 127], [0xe0, 0, 0], [
    0xd0,
    9,
  ]);
  receive([0xb0, 64, 127], ...registered(0, 0, 12));
  const volumeDb = 40 * Math.log10(100 / 127);
  assert.deepEqual(receive([0xb0, 121, 0]), [
    set("gainDb", volumeDb),
    move("bend", 0),
    move("pressure", 0),
    move("timbre", 0),
    { kind: "pedal", instrument: 0, down: false },
  ]);
  assert.deepEqual(receive([0xb0, 6, 3]), [], "no parameter number is selected");
  assert.deepEqual(receive([0xe0, 127, 127]), [move("bend", 12)], "the bend range stays");
});

Deno.test("volume and expression multiply; a level that was set elsewhere is the new volume", () => {
  let now = -6;
  const { receive } = cable({ ...one, parameterValue: () => now });
  const half = 40 * Math.log10(64 / 127);
  assert.deepEqual(receive([0xb0, 11, 127]), [set("gainDb", -6)], "full expression is the level that is");
  assert.deepEqual(receive([0xb0, 11, 64]), [set("gainDb", -6 + half)]);
  assert.deepEqual(receive([0xb0, 11, 127]), [set("gainDb", -6)], "its own value has not been heard yet");
  now = -6 + half;
  assert.deepEqual(receive([0xb0, 11, 64]), [set("gainDb", -6 + half)]);
  assert.deepEqual(receive([0xb0, 7, 127]), [set("gainDb", half)]);
  now = -20;
  assert.deepEqual(receive([0xb0, 11, 127]), [set("gainDb", -20)]);
});

Deno.test("the wheel is the timbre and breath the pressure, unless the patch declares a parameter for them", () => {
  const plain = cable(one);
  assert.deepEqual(plain.receive([0xb0, 1, 127]), [move("timbre", 1)]);
  assert.deepEqual(plain.receive([0xb0, 2, 127]), [move("pressure", 1)]);
  const declared = parameters.map((parameter) =>
    parameter.address === "keys/width" ? { ...parameter, controller: 1 } : parameter
  );
  const { receive } = cable({ parameters: declared, instruments: ["keys"] });
  const { min, max } = declared.find(({ controller }) => controller === 1)!;
  assert.deepEqual(receive([0xb0, 1, 127]), [set("width", max)]);
  assert.deepEqual(receive([0xb0, 121, 0])[0], set("width", min));
});

Deno.test("a controller of 14 bits is its upper seven bits, made finer by its lower ones", () => {
  const { receive } = cable(one);
  const wheel = (messages: Bytes[]) => receive(...messages);
  assert.deepEqual(wheel([[0xb0, 33, 5]]), [], "nothing to make finer");
  assert.deepEqual(wheel([[0xb0, 1, 64], [0xb0, 33, 64]]), [
    ...[move("timbre", 64 / 127), move("timbre", 64.5 / 127)],
  ]);
  assert.deepEqual(wheel([[0xb0, 1, 127], [0xb0, 33, 127]]).at(-1), move("timbre", 1));
  assert.deepEqual(wheel([[0xb0, 1, 0], [0xb0, 33, 0]]).at(-1), move("timbre", 0));
  // of a controller that means nothing to the patch the lower bits mean nothing either, without a second refusal
  assert.throws(() => receive([0xb0, 12, 1]), CommandRefusedError);
  assert.deepEqual(receive([0xb0, 44, 1]), []);
});

Deno.test("sostenuto holds the keys that were down when it was pressed; the soft pedal takes 3 dB", () => {
  const { receive } = cable(one);
  receive([0x90, 60, 127], [0xb0, 66, 127], [0x90, 64, 127]);
  assert.deepEqual(receive([0x80, 60, 0], [0x80, 64, 0]), [off(0, 64)]);
  assert.deepEqual(receive([0xb0, 66, 0]), [off(0, 60)]);
  receive([0xb0, 67, 64]);
  assert.deepEqual(receive([0x90, 60, 127]), [{ ...on(0, 60), velocity: 0.7 }]);
  receive([0xb0, 67, 63]);
  assert.deepEqual(receive([0x90, 61, 127]), [on(0, 61)]);
});

Deno.test("registered numbers set bend range and tuning; null, and what means nothing here, change neither", () => {
  const { receive } = cable(one);
  receive(...registered(0, 0, 12, 50));
  assert.deepEqual(receive([0xe0, 0, 0]), [move("bend", -12.5)]);
  receive([0xe0, 0, 64]);
  assert.deepEqual(receive(...registered(0, 1, 96, 0)), [move("bend", 0.5), move("bend", 0.5)]);
  assert.deepEqual(receive(...registered(0, 2, 63)), [move("bend", -0.5)]);
  receive([0xb0, 101, 127], [0xb0, 100, 127]);
  assert.deepEqual(receive([0xb0, 6, 5], [0xb0, 38, 5], [0xb0, 96, 0]), []);
  assert.throws(() => receive(...registered(0, 5, 1)), {
    message: /^RPN 0\/5: expected RPN 0\/0 \(bend range\)/,
  });
  assert.throws(() => receive([0xb0, 99, 1], [0xb0, 98, 8], [0xb0, 6, 1]), {
    message: /^NRPN 1\/8: expected RPN/,
  });
});

Deno.test("increment and decrement move the selected number by one", () => {
  const { receive } = cable(one);
  receive(...registered(0, 0, 2), [0xb0, 96, 0], [0xb0, 96, 0], [0xb0, 97, 0]);
  assert.deepEqual(receive([0xe0, 127, 127]), [move("bend", 2.01)], "by a cent");
});

Deno.test("one instrument hears all channels, and each moves its own notes", () => {
  const { receive } = cable(one);
  assert.deepEqual(receive([0x90, 60, 127], [0x91, 60, 127], [0x9f, 67, 127]), [
    on(0, 60),
    on(0, 60, 2_000_060),
    on(0, 67, 16_000_067),
  ]);
  assert.deepEqual(receive([0xe1, 127, 127]), [move("bend", 2, 2_000_060)]);
  assert.deepEqual(receive([0xe0, 0, 0]), [move("bend", -2, 60)]);
  assert.deepEqual(receive([0x91, 62, 127]), [on(0, 62, 2_000_062), move("bend", 2, 2_000_062)]);
  receive([0xb1, 64, 127]);
  assert.deepEqual(receive([0x81, 60, 0]), [], "the pedal of its channel holds it");
  assert.deepEqual(receive([0x80, 60, 0]), [off(0, 60)], "and no other");
  assert.deepEqual(receive([0xb1, 64, 0]), [off(0, 2_000_060)]);
});

Deno.test("a channel that had the instrument for itself keeps its bend for its own notes once another plays", () => {
  const { receive } = cable(one);
  assert.deepEqual(receive([0xe0, 127, 127], [0x90, 60, 127]), [move("bend", 2), on(0, 60)]);
  assert.deepEqual(receive([0x91, 62, 127]), [
    move("bend", 0),
    move("bend", 2, 60),
    on(0, 62, 2_000_062),
  ]);
});

Deno.test("an MPE zone: members bend 48 semitones, their notes alone; the master moves all", () => {
  const { receive } = cable(two);
  receive(...registered(0, 6, 15));
  receive([0xe1, 0, 96], [0xb1, 74, 127], [0xd1, 127]);
  const id = 2_000_060;
  assert.deepEqual(receive([0x91, 60, 127]), [
    on(0, 60, id),
    move("bend", 48 * 4_096 / 8_191, id),
    move("pressure", 1, id),
    move("timbre", 1, id),
  ]);
  assert.deepEqual(receive([0x92, 64, 127]), [on(0, 64, 3_000_064)]);
  assert.deepEqual(receive([0xe0, 127, 127]), [move("bend", 2)]);
  assert.deepEqual(receive([0xb0, 64, 127]), [{ kind: "pedal", instrument: 0, down: true }]);
  assert.deepEqual(receive([0x81, 60, 0]), [off(0, id)], "the instrument's pedal holds it");
  assert.deepEqual(receive([0xb0, 123, 0]), [off(0, 3_000_064)]);
  receive(...registered(4, 0, 24));
  receive([0x95, 50, 127]);
  assert.deepEqual(receive([0xe5, 127, 127]), [move("bend", 24, 6_000_050)], "members share their range");
  assert.throws(() => receive(...registered(4, 6, 3)), { message: /expected channel 1 or 16, found 5/ });
});

Deno.test("an upper zone plays the last instrument where channel 16 has none; a zone that ends lets go", () => {
  const { receive } = cable(two);
  receive(...registered(15, 6, 7));
  assert.deepEqual(receive([0x9e, 60, 127]), [on(1, 60, 15_000_060)]);
  assert.deepEqual(receive(...registered(15, 6, 0)), [off(1, 15_000_060)]);
  assert.throws(() => receive([0x9e, 60, 127]), CommandRefusedError);
});

Deno.test("an instrument that declares channel 10 plays it, and the only other one all others", () => {
  const target = { ...two, midiChannels: [null, 10] };
  const { receive } = cable(target);
  assert.deepEqual(receive([0x99, 36, 127]), [on(1, 36)]);
  assert.deepEqual(receive([0x90, 36, 127]), [on(0, 36)]);
  assert.deepEqual(receive([0x91, 36, 127]), [on(0, 36, 2_000_036)]);
});

Deno.test("after an exchange of the patch, notes are found by the name of their instrument", () => {
  const receiver = new MidiReceiver();
  const receive = (target: MidiTarget, ...[status, first, second]: [number, number, number]) =>
    receiver.receive({ status, first, second }, target);
  receive(two, 0x91, 60, 127);
  receive(two, 0x91, 62, 127);
  const exchanged = { parameters, instruments: ["bass", "keys"] };
  assert.deepEqual(receive(exchanged, 0x81, 60, 0), [off(0, 60)]);
  assert.deepEqual(receive(one, 0x81, 62, 0), [], "its instrument is gone");
});

Deno.test("a controller that announces no zone has the one of the settings, with its bend range, also after a reset", () => {
  const { receiver, receive } = cable(one, { midiMpe: "lower", midiMpeBend: 24 });
  for (let round = 0; round < 2; round++) {
    const [first, second] = [2, 16].map((channel) => channel * 1_000_000 + 60);
    assert.deepEqual(receive([0x91, 60, 127], [0x9f, 60, 127]), [on(0, 60, first), on(0, 60, second)]);
    assert.deepEqual(receive([0xe1, 127, 127]), [move("bend", 24, first)], "its own note alone");
    assert.deepEqual(receive([0xdf, 127]), [move("pressure", 1, second)]);
    assert.deepEqual(receive([0xb1, 74, 127]), [move("timbre", 1, first)]);
    assert.deepEqual(receive([0xe0, 127, 127]), [move("bend", 2)], "the master moves all, by two semitones");
    receiver.reset();
  }
  const upper = cable(one, { midiMpe: "upper" });
  assert.deepEqual(upper.receive([0x90, 60, 127], [0xe0, 127, 127]), [
    ...[on(0, 60, 1_000_060), move("bend", 48, 1_000_060)],
  ]);
});

Deno.test("a zone that a controller announces takes the place of that of the settings", () => {
  const { receive } = cable(two, { midiMpe: "both", midiMpeBend: 12 });
  assert.deepEqual(receive([0x97, 60, 127]), [on(0, 60, 8_000_060)], "the last member of the lower zone");
  assert.deepEqual(receive([0x98, 60, 127]), [on(1, 60, 9_000_060)], "the last member of the upper zone");
  assert.deepEqual(receive(...registered(0, 6, 0)), [off(0, 8_000_060), off(1, 9_000_060)]);
  assert.throws(() => receive([0x97, 60, 127]), CommandRefusedError, "channel 8 is none of the patch");
  assert.deepEqual(receive(...registered(8, 0, 5), [0x98, 60, 127], [0xe8, 127, 127]), [
    ...[on(1, 60, 9_000_060), { ...move("bend", 5, 9_000_060), instrument: 1 }],
  ]);
});

Deno.test("after a reset nothing is held and nothing is set", () => {
  const { receiver, receive } = cable(one);
  receive(...registered(0, 0, 12), [0x90, 60, 127], [0x91, 60, 127]);
  receiver.reset();
  assert.deepEqual(receive([0xb0, 123, 0]), []);
  assert.deepEqual(receive([0xe0, 127, 127]), [move("bend", 2)]);
});

Deno.test("any messages give commands that the log takes or refusals, and all notes off leaves none held", () => {
  const byte = fc.nat(127);
  // the numbers of controllers with a meaning of their own come often
  const controller = fc.constantFrom(1, 6, 7, 11, 38, 64, 66, 74, 96, 98, 99, 100, 101, 120, 121, 123, 126);
  const message = fc.oneof(
    fc.tuple(fc.integer({ min: 0x80, max: 0xff }), byte, byte),
    fc.tuple(fc.integer({ min: 0xb0, max: 0xbf }), controller, byte),
  );
  fc.assert(
    fc.property(fc.array(message, { maxLength: 200 }), fc.constantFrom(one, two), (messages, target) => {
      const { receiver, receive } = cable(target);
      const held = new Set<string>();
      const play = (commands: readonly Command[]) => {
        for (const command of commands) {
          encodeCommand(command, target, undefined);
          if (command.kind === "noteOn") held.add(`${command.instrument} ${command.id}`);
          if (command.kind === "noteOff") held.delete(`${command.instrument} ${command.id}`);
        }
      };
      for (const [status, first, second] of messages) {
        try {
          play(receiver.receive({ status, first, second }, target));
        } catch (error) {
          assert.ok(error instanceof CommandRefusedError, String(error));
        }
      }
      play(receive(...registered(0, 6, 0), ...registered(15, 6, 0)));
      const channels = target.instruments.length === 1 ? 16 : 2;
      for (let channel = 0; channel < channels; channel++) {
        play(receive([0xb0 | channel, 66, 0], [0xb0 | channel, 64, 0], [0xb0 | channel, 123, 0]));
      }
      assert.deepEqual([...held], []);
    }),
    { numRuns: 300 },
  );
});
