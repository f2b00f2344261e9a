import assert from "node:assert/strict";
import { Opcode } from "../../../engine/log/command_log.ts";
import { maxRoutes, maxSlices } from "../../../engine/memory/constants.ts";
import { Host } from "../../../engine/renderer/patch_instance.ts";
import { applyToPlayer, Player, playerIndex, PlayerState } from "../../../engine/renderer/player.ts";
import { StreamStage } from "../../../testing/engine/stream_renderer.ts";

const entry = { opcode: 0, player: 31, target: 0, value: 0, extra: 0 };

Deno.test("a file that is opened takes the place of all that was there, and what has no room is left out", () => {
  const { playing } = new StreamStage().renderer(0);
  const at = playerIndex(playing, 31);
  applyToPlayer(playing, { ...entry, opcode: Opcode.playerSlice, target: 10, value: 1 });
  assert.equal(playing.words[at + Player.slices], 0);
  for (let times = 1; times <= 2; times++) {
    applyToPlayer(playing, { ...entry, opcode: Opcode.playerOpen, target: times, value: 2 });
    assert.equal(playing.words[at + Player.opened], times);
    assert.equal(playing.words[at + Player.slices], 0);
    for (let slice = 0; slice < maxSlices + 5; slice++) {
      applyToPlayer(playing, { ...entry, opcode: Opcode.playerSlice, target: 10 * (slice + 1), value: 1 });
    }
    applyToPlayer(playing, { ...entry, opcode: Opcode.playerSlice, target: 5, value: 1 });
    for (let bus = 0; bus < maxRoutes + 5; bus++) {
      applyToPlayer(playing, { ...entry, opcode: Opcode.playerRoute, target: bus << 8, value: 1 });
    }
  }
  assert.equal(playing.words[at + Player.slices], maxSlices);
  assert.equal(playing.words[at + Player.routes], maxRoutes);
  assert.equal(playing.words[playing.host + Host.players], 1 << 31);
  assert.equal(playing.words.length * 4 >= 65_536, true);
});

Deno.test("a place behind the end stops the player, and a player that does not exist is none", () => {
  const { playing } = new StreamStage().renderer(0);
  applyToPlayer(playing, { ...entry, opcode: Opcode.playerOpen, target: 1, value: 1 });
  applyToPlayer(playing, { ...entry, opcode: Opcode.playerSlice, target: 10, value: 1 });
  applyToPlayer(playing, { ...entry, opcode: Opcode.playerSeek, target: 10 });
  assert.equal(playing.words[playerIndex(playing, 31) + Player.state], PlayerState.empty);
  assert.equal(playing.words[playing.host + Host.players], 0);
  const before = playing.bytes.slice();
  applyToPlayer(playing, { ...entry, opcode: Opcode.playerOpen, player: 32, target: 1, value: 1 });
  assert.deepEqual(playing.bytes, before);
});
