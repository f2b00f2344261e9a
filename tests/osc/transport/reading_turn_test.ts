import assert from "node:assert/strict";
import { ReadingTurn } from "../../../osc/transport/reading_turn.ts";

/** Reads packets until the turn is over; each takes this long. Returns how many there were. */
function read(turn: ReadingTurn, packetMs: number): number {
  for (let packets = 1;; packets++) {
    for (const endMs = performance.now() + packetMs; performance.now() < endMs;);
    if (turn.isOver()) return packets;
  }
}

Deno.test("a turn is over after some packets, timers run before the next, which is as long again", async () => {
  const turn = new ReadingTurn();
  for (let round = 0; round < 3; round++) {
    assert.equal(read(turn, 0.2), 16, "the clock is read once in 16 packets");
    let ran = false;
    setTimeout(() => ran = true, 0);
    while (!ran) await turn.yield();
  }
});
