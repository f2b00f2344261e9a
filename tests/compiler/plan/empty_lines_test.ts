import assert from "node:assert/strict";
import { withEmptyLines } from "../../../compiler/plan/empty_lines.ts";
import { definePatch, instrument } from "../../../modules/patch.ts";
import { DelayLine } from "../../../modules/signal/delay_line.ts";
import { constant } from "../../../modules/signal/signal.ts";
import { PatchPlayer, peak, sameBits, testFormat } from "../../../testing/patch/patch_player.ts";

const delayFrames = 700;

/** A voice that plays its number, which comes back again and again, and that ends at once when it is released. */
const echoing = definePatch({
  name: "echoing",
  instruments: {
    echo: instrument({
      voices: 2,
      parameters: {},
      voice: ({ number, gate }) => {
        const line = new DelayLine(1_000);
        const echo = line.read(delayFrames);
        line.write(number.as("1").times(0.001).plus(echo));
        return { output: echo, envelope: gate.select(constant(1), 0) };
      },
    }),
  },
  parameters: {},
  output: ({ echo }) => echo,
});

Deno.test("a note finds the delay lines of its voice empty, whatever the voice played, and its beginning does not touch them", async () => {
  const player = await PatchPlayer.of(echoing);
  const { offset, bytes } = player.patch.state.find(({ linesOf }) => linesOf === 0)!;
  const inLines = () => new Float32Array(player.memory.slice(offset, offset + bytes));
  const first = player.on(60).play(4_000, 0);
  assert.equal(peak(first.subarray(0, delayFrames)), 0);
  assert.ok(peak(first) > 0);
  for (const pause of [1, 500, 5_000]) { // longer than the ring, and shorter
    player.off(60).play(pause);
    const before = inLines();
    assert.ok(peak(before) > 0, "the old note is still there");
    player.on(60);
    assert.ok(sameBits(inLines(), before), "the block in which a chord begins has nothing to clear");
    assert.ok(sameBits(player.play(4_000, 0), first), `after a pause of ${pause} frames`);
  }
});

Deno.test("a note that takes a voice that sounds goes on with what is in its lines", async () => {
  const player = await PatchPlayer.of(echoing);
  player.on(60).play(4_000);
  assert.ok(peak(player.on(60).play(10, 0)) > 0);
});

Deno.test("the count of written frames is one state more, and a voice without lines stays as it is", () => {
  const [{ voice }] = echoing.build(testFormat).instruments;
  const counted = withEmptyLines(voice);
  assert.equal(counted.states.length, voice.states.length + 1);
  const without = { ...voice, lines: [] };
  assert.equal(withEmptyLines(without), without);
});
