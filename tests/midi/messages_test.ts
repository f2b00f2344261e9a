import assert from "node:assert/strict";
import { CommandRefusedError } from "../../engine/control/control.ts";
import {
  controlledParameter,
  controlledValue,
  instrumentsByChannel,
  levelDb,
  patchOfProgram,
  playedChannels,
} from "../../midi/messages.ts";
import { keys } from "../../patches/ready/keys.ts";
import { testFormat } from "../../testing/patch/patch_player.ts";

const { parameters } = keys.build(testFormat);
const target = (instruments: readonly string[], midiChannels?: readonly (number | null)[]) => ({
  ...{ parameters, instruments, midiChannels },
});

Deno.test("instruments play the channels in their order, a single one plays all, and a declared one its own", () => {
  const channels = (of: Parameters<typeof instrumentsByChannel>[0]) => [...instrumentsByChannel(of)];
  const none = (count: number) => new Array<undefined>(count).fill(undefined);
  assert.deepEqual(channels(target(["a", "b", "c"])), [0, 1, 2, ...none(13)]);
  assert.deepEqual(channels(target(["a"])), new Array(16).fill(0));
  assert.deepEqual(channels(target(["a"], [10])), new Array(16).fill(0));
  const kit = new Array(16).fill(0);
  kit[9] = 1;
  assert.deepEqual(channels(target(["a", "kit"], [null, 10])), kit);
  assert.deepEqual(channels(target(["a", "b", "c"], [null, 1, null])), [1, 0, 2, ...none(13)]);
  assert.deepEqual(channels(target([])), none(16));
  const many = Array.from({ length: 20 }, (_, index) => `i${index}`);
  assert.deepEqual(channels(target(many)), Array.from({ length: 16 }, (_, index) => index));
});

Deno.test("the channels that are played are told as people count them", () => {
  const told = (instruments: readonly string[], declared?: readonly (number | null)[]) =>
    playedChannels(instrumentsByChannel(target(instruments, declared)));
  assert.equal(told(["a", "b", "c"]), "1 to 3");
  assert.equal(told(["a", "b", "kit"], [null, null, 10]), "1 to 2, 10");
  assert.equal(told(["a", "b"], [1, 7]), "1, 7");
  assert.equal(told([]), "none");
});

Deno.test("a parameter that declares a controller is set by it, before the one of the table's name", () => {
  const declared = parameters.map((parameter) =>
    parameter.address === "keys/width" ? { ...parameter, controller: 74 } : parameter
  );
  const at = (list: typeof parameters, controller: number) => {
    const index = controlledParameter(controller, 0, { parameters: list, instruments: ["keys"] });
    return list[index]?.address;
  };
  assert.equal(at(parameters, 74), "keys/cutoffHz");
  assert.equal(at(declared, 74), "keys/width");
  assert.equal(at(declared, 1), undefined);
});

Deno.test("a level is 0 dB at 127, a symmetric range has its middle at 64, also one in dB", () => {
  assert.equal(levelDb(127), 0);
  assert.equal(levelDb(0), -Infinity);
  const shelf = { ...parameters[0], unit: "dB", min: -18, max: 18 } as const;
  assert.deepEqual([0, 64, 127].map((value) => controlledValue(value, shelf)), [-18, 0, 18]);
  assert.deepEqual([0, 127].map((value) => controlledValue(value, { ...shelf, min: -60 })), [-60, 0]);
});

Deno.test("programs without a patch are refused with their range", () => {
  assert.equal(patchOfProgram(1, ["sines", "keys"]), "keys");
  assert.throws(
    () => patchOfProgram(2, ["sines", "keys"]),
    (error) =>
      error instanceof CommandRefusedError && /program: expected 0 to 1, found 2/.test(error.message),
  );
});
