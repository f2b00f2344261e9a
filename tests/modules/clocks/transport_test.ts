import assert from "node:assert/strict";
import { ticksPerBeat, transport } from "../../../modules/clocks/transport.ts";
import type { Condition, Signal } from "../../../modules/signal/signal.ts";
import { sharedItems } from "../../../testing/share.ts";
import { PatchPlayer } from "../../../testing/patch/patch_player.ts";
import { effectPatch, rateHz } from "../../../testing/trial/trial_patch.ts";
import { framesOf } from "./trigger_trial.ts";

const { tempoBpm, running, rewind } = transport.parameters;

/** Two of its outputs, left and right. */
function player(
  choose: (outputs: ReturnType<typeof transport>) => readonly [Condition | Signal, Condition | Signal],
  tempo: number,
  sampleRateHz = rateHz,
  beatsPerBar = 4,
): Promise<PatchPlayer> {
  const table = { tempoBpm: { ...tempoBpm, default: tempo }, running, rewind };
  const signal = (one: Condition | Signal) => "select" in one ? one.select<"1">(1, 0) : one;
  return PatchPlayer.of(
    effectPatch((_input, p) => {
      const [left, right] = choose(transport({ ...p, beatsPerBar }));
      return [signal(left), signal(right)];
    }, table),
    { sampleRateHz },
  );
}

const split = (samples: Float32Array, side: number) => samples.filter((_, index) => index % 2 === side);

Deno.test("every beat begins in the first frame that is not before its time, for ten minutes", async () => {
  const tempos = [[120, 8_000], [97.31, 8_000], [33.33, 11_025], [400, 8_000], [10, 8_000]] as const;
  for (const [tempo, sampleRateHz] of sharedItems("tempos for ten minutes", tempos, 4)) {
    const one = await player(({ beat, tick }) => [beat, tick], tempo, sampleRateHz);
    const minutes = 10;
    const heard = one.play(minutes * 60 * sampleRateHz, undefined, 1_024);
    const beats = framesOf(split(heard, 0));
    assert.equal(beats.length, Math.ceil(tempo * minutes - 1e-9));
    beats.forEach((frame, beat) => {
      const expected = Math.ceil(beat * 6_000 * sampleRateHz / Math.round(tempo * 100) - 1e-6) + 0;
      assert.equal(frame, expected, `beat ${beat} at ${tempo} a minute, ${sampleRateHz} Hz`);
    });
  }
});

Deno.test("a beat has 24 ticks, a bar as many beats as it is given", async () => {
  for (const beatsPerBar of [1, 3, 4, 7]) {
    const one = await player(({ tick, bar }) => [tick, bar], 140, rateHz, beatsPerBar);
    const heard = one.play(rateHz * 12);
    const [ticks, bars] = [framesOf(split(heard, 0)), framesOf(split(heard, 1))];
    assert.equal(ticks[0], 0);
    bars.forEach((frame, bar) => assert.equal(frame, ticks[bar * beatsPerBar * ticksPerBeat]));
    assert.equal(bars.length, Math.ceil(28 / beatsPerBar));
  }
});

Deno.test("the position counts beats within 1e-4, in between too", async () => {
  const one = await player(({ positionBeats, running }) => [positionBeats, running], 113);
  const heard = split(one.play(rateHz * 60), 0);
  heard.forEach((beats, frame) =>
    frame % 97 === 0 && assert.ok(Math.abs(beats - frame * 113 / 60 / rateHz) < 1e-4, `${beats} at ${frame}`)
  );
});

Deno.test("what is stopped goes on from where it was, to the frame", async () => {
  const through = (await player(({ tick, positionBeats }) => [tick, positionBeats], 131)).play(20_000);
  const one = await player(({ tick, positionBeats }) => [tick, positionBeats], 131);
  const first = one.play(7_777);
  const still = one.set("fx/running", 0).play(5_000);
  const rest = one.set("fx/running", 1).play(20_000 - 7_777);
  assert.deepEqual(framesOf(split(still, 0)), []);
  assert.deepEqual([...first, ...rest], [...through]);
});

Deno.test("rewound it waits at the beginning, and begins with a beat", async () => {
  const one = await player(({ bar, positionBeats }) => [bar, positionBeats], 90);
  one.play(100_000);
  const waiting = one.set("fx/rewind", 1).play(1_000);
  assert.ok(waiting.every((sample) => sample === 0));
  const again = one.set("fx/rewind", 0).play(1_000);
  assert.deepEqual(framesOf(split(again, 0)), [0]);
});

Deno.test("a change of tempo keeps the position", async () => {
  const one = await player(({ beat, positionBeats }) => [beat, positionBeats], 60);
  one.play(rateHz / 2);
  const heard = one.set("fx/tempoBpm", 240).play(rateHz);
  // half a beat is left, an eighth of a second at four times the tempo
  assert.deepEqual(framesOf(split(heard, 0)), [6_000, 18_000, 30_000, 42_000]);
});

Deno.test("bars of no beats are refused", async () => {
  await assert.rejects(
    player(({ beat, bar }) => [beat, bar], 120, rateHz, 0),
    /beatsPerBar.*expected 1 to 32 beats, found 0/,
  );
});
