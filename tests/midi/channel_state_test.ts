import assert from "node:assert/strict";
import { ChannelState } from "../../midi/channel_state.ts";

Deno.test("a reset of the controllers keeps bend range, tuning and notes", () => {
  const state = new ChannelState();
  assert.equal(state.bendRangeSemitones, 2);
  Object.assign(state, { bend: -1, bendRangeSemitones: 12, fineSemitones: 0.25, coarseSemitones: -3 });
  assert.equal(state.bendSemitones, -14.75);
  state.notes.set(60, { instrument: "keys", id: 60, isDown: true, isCaught: false, pressure: 1 });
  Object.assign(state, { pressure: 1, timbre: 1, sustains: true, sostenuto: true, isSoft: true });
  state.resetControllers();
  assert.equal(state.bendSemitones, -2.75);
  assert.deepEqual([state.pressure, state.timbre, state.sustains, state.sostenuto, state.isSoft], [
    ...[0, 0, false, false, false],
  ]);
  assert.equal(state.notes.get(60)!.pressure, 0);
});
