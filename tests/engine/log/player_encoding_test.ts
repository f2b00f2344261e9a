import assert from "node:assert/strict";
import { CommandRefusedError, type PlayerAction } from "../../../engine/control/control.ts";
import { Opcode } from "../../../engine/log/command_log.ts";
import { decodePlayerCommand, encodePlayerCommand } from "../../../engine/log/player_encoding.ts";

const actions: readonly PlayerAction[] = [
  { what: "open", file: 3, channels: 64 },
  { what: "slice", endFrame: 2 ** 31 - 1, count: 0 },
  { what: "seek", frame: 123_456_789 },
  { what: "gate", open: false, frames: 240, then: "pause" },
  { what: "gate", open: true, frames: 0, then: undefined },
  { what: "level", gain: 0.5, frames: 48_000 },
  { what: "rate", rate: 0.25, frames: 10 },
  { what: "route", channel: 63, bus: 63, gain: 2, frames: 96_000 },
  { what: "devamp" },
];

Deno.test("every action of a player comes back from the log as it was sent", () => {
  for (const action of actions) {
    const entry = encodePlayerCommand({ kind: "player", player: 31, ...action }, { block: 5, frame: 6 });
    assert.deepEqual(entry.at, { block: 5, frame: 6 });
    assert.deepEqual(decodePlayerCommand(entry), { kind: "player", player: 31, ...action });
  }
  assert.equal(decodePlayerCommand({ opcode: Opcode.panic, target: 0, value: 0, extra: 0 }), undefined);
});

Deno.test("what could harm a renderer is refused with its range", () => {
  const wrong: readonly (readonly [PlayerAction, RegExp, number?])[] = [
    [{ what: "devamp" }, /player: expected a whole number from 0 to 31, found 32/, 32],
    [{ what: "open", file: 0, channels: 2 }, /file: expected a whole number from 1/],
    [{ what: "open", file: 1, channels: 65 }, /channels: expected a whole number from 1 to 64, found 65/],
    [{ what: "rate", rate: 5, frames: 0 }, /rate: expected 0.25 to 4, found 5/],
    [{ what: "level", gain: NaN, frames: 0 }, /gain: expected 0 to 16, found NaN/],
    [{ what: "seek", frame: -1 }, /frame: expected a whole number from 0/],
  ];
  for (const [action, message, player = 0] of wrong) {
    assert.throws(
      () => encodePlayerCommand({ kind: "player", player, ...action }, undefined),
      (error: Error) => error instanceof CommandRefusedError && message.test(error.message),
    );
  }
});
