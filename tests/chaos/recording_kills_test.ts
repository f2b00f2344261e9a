/**
 * A short share of `deno task chaos:recording`: a kill for each kind of file.
 *
 * Needs real time: a program plays by the clock until it is killed.
 */
import assert from "node:assert/strict";
import { requirement } from "../../testing/requirement.ts";
import { SeededRandom } from "../../testing/seeded_random.ts";
import { killRecording } from "./recording_kills.ts";

const seed = Number(Deno.env.get("UNDERSTUDY_TEST_SEED") ?? Date.now() % 1_000_000);

requirement({
  name:
    "after SIGKILL a recording opens in sox and flac, equals the render as far as it goes, and lacks at most a second",
  fn: async () => {
    const random = new SeededRandom(seed);
    const formats = ["wav32f", "flac24"] as const;
    const kills = await Promise.all(formats.map((format) => killRecording(format, random.next() * 1_000)));
    for (const { complaint, differingFrame, lackingSeconds, ...kill } of kills) {
      const context = JSON.stringify({ seed, ...kill });
      assert.deepEqual([complaint, differingFrame], ["", undefined], context);
      assert.ok(lackingSeconds <= 1, `${lackingSeconds} s lacking, ${context}`);
    }
  },
}, { commands: ["sox", "flac"], install: "sudo apt-get install sox flac" });
