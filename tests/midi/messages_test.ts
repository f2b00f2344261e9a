import assert from "node:assert/strict";
import { CommandRefusedError } from "../../engine/control/control.ts";
import { instrumentOf, patchOfProgram, readMidi } from "../../midi/messages.ts";
import { keys } from "../../patches/ready/keys.ts";
import { testFormat } from "../../testing/patch/patch_player.ts";

const { parameters } = keys.build(testFormat);
const target = { parameters, instruments: ["keys", "bass"] };
const read = (...[status, first, second = 0]: [number, number, number?]) =>
  readMidi({ status, first, second }, target);

Deno.test("the upper half of the status is the kind, the lower half the channel", () => {
  assert.deepEqual(read(0x91, 60, 127), { kind: "noteOn", instrument: 1, id: 60, number: 60, velocity: 1 });
  assert.deepEqual(read(0x80, 60, 64), { kind: "noteOff", instrument: 0, id: 60 });
  assert.deepEqual(read(0x90, 60, 0), { kind: "noteOff", instrument: 0, id: 60 }, "velocity 0 releases");
  assert.deepEqual(read(0xb0, 64, 63), { kind: "pedal", instrument: 0, down: false });
  assert.deepEqual(read(0xb0, 64, 64), { kind: "pedal", instrument: 0, down: true });
  assert.deepEqual(read(0xb0, 120, 0), { kind: "panic" });
  const pressure = { kind: "express", instrument: 0, what: "pressure", value: 1 } as const;
  assert.deepEqual(read(0xd0, 127), { ...pressure, id: undefined });
  assert.deepEqual(read(0xa0, 60, 127), { ...pressure, id: 60 });
  const bend = { kind: "express", instrument: 0, what: "bend" } as const;
  assert.deepEqual(read(0xe0, 0, 64), { ...bend, value: 0 });
  assert.deepEqual(read(0xe0, 0, 0), { ...bend, value: -2 });
  assert.deepEqual(read(0xe0, 127, 127), { ...bend, value: 2 });
});

Deno.test("every status and every data byte gives a command of the patch or a refusal", () => {
  for (let status = 0x80; status <= 0xff; status++) {
    for (let first = 0; first <= 127; first++) {
      try {
        const command = read(status, first, 127 - first);
        if ("instrument" in command) assert.ok(command.instrument < target.instruments.length);
        if (command.kind === "set") assert.ok(command.parameter < parameters.length);
      } catch (error) {
        assert.ok(error instanceof CommandRefusedError, String(error));
      }
    }
  }
});

Deno.test("channels and programs without an instrument or a patch are refused with their range", () => {
  const refusal = (message: RegExp) => (error: unknown) =>
    error instanceof CommandRefusedError && message.test(error.message);
  assert.equal(instrumentOf(2, target), 1);
  assert.throws(() => instrumentOf(3, target), refusal(/expected 1 to 2, one for each instrument, found 3/));
  assert.equal(patchOfProgram(1, ["sines", "keys"]), "keys");
  assert.throws(() => patchOfProgram(2, ["sines", "keys"]), refusal(/program: expected 0 to 1, found 2/));
  assert.throws(() => read(0x90, 128, 0), refusal(/expected data bytes of 0 to 127, found 128 and 0/));
  assert.throws(() => read(0xf8, 0), refusal(/found status 0xf8/));
});
