import assert from "node:assert/strict";
import { Opcode } from "../../../engine/log/command_log.ts";
import { checksumOf, compileChecksum } from "../../../engine/memory/checksum.ts";
import { OfflineEngine } from "../../../engine/render/offline_engine.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { tallyPatch } from "../../../testing/patch/tally_patch.ts";
import { compilePatch } from "../../../testing/patch/compile_named.ts";
import { plainTallyOracle } from "../../simulation/tally_oracle.ts";

const format = { sampleRateHz: 8_000, channels: 2, inputChannels: 0 };
const { native } = await nativeForTests();

function offline(startBlock = 0): OfflineEngine {
  return new OfflineEngine({
    ...format,
    patch: tallyPatch({ ...format, maximumBlockFrames: 32 }),
    checksum: compileChecksum(),
    native,
    seed: 7,
    blockFrames: 32,
    lookaheadBlocks: 4,
    ceiling: 0,
    startBlock,
    startLogPosition: startBlock,
  });
}

const note = (target: number) => ({ opcode: Opcode.noteOn, target, value: 60, extra: 1 });

Deno.test("blocks are what the oracle says, also across the wrap, with their checksum and peak", () => {
  const engine = offline(-3);
  const oracle = plainTallyOracle(-3);
  const output = new Float32Array(64);
  for (let block = 0; block < 8; block++) {
    engine.log.append([note(block)]);
    engine.renderBlock(output);
    assert.deepEqual(output, oracle.nextBlock([note(block)]));
    const { low, high } = checksumOf(new Uint8Array(output.buffer));
    assert.ok(engine.hasChecksum(low, high) && !engine.hasChecksum(low ^ 1, high));
    assert.equal(engine.peak, Math.max(...output.map(Math.abs)));
  }
  assert.equal(engine.block, 5);
});

Deno.test("a replayed seal decides what a block hears, and a concealed block is concealed again", () => {
  const engine = offline();
  const oracle = plainTallyOracle(0);
  const output = new Float32Array(64);
  engine.log.append([note(1), note(2)]);
  engine.renderBlock(output, { seal: 1 });
  assert.deepEqual(output, oracle.nextBlock([note(1)]));
  const expected = oracle.nextBlock([note(2)]);
  engine.renderBlock(output, { seal: 2, concealed: true });
  assert.notDeepEqual(output, expected);
  engine.releaseCommands();
  assert.equal(engine.log.room, 65_535, "the renderer has taken in both commands");
});

Deno.test("one sample of any size in the input does not silence what is played through", () => {
  const rate = { sampleRateHz: 48_000, channels: 2, inputChannels: 2 };
  const patch = compilePatch("rack", { ...rate, maximumBlockFrames: 128 });
  const play = (bad: number) => {
    const engine = new OfflineEngine({
      ...rate,
      patch,
      checksum: compileChecksum(),
      native,
      seed: 1,
      blockFrames: 128,
      lookaheadBlocks: 2,
      ceiling: 0,
    });
    const output = new Float32Array(256);
    return Array.from({ length: 400 }, (_, block) => {
      const input = Float32Array.from(
        { length: 256 },
        (_, index) => 0.3 * Math.sin(2 * Math.PI * 220 * (block * 128 + (index >> 1)) / 48_000),
      );
      if (block === 100) input[77] = bad;
      engine.renderBlock(output, { input });
      return engine.peak;
    });
  };
  const usual = play(0);
  for (const bad of [1e10, 1e30, 3e38, NaN, -Infinity]) {
    const heard = play(bad);
    heard.slice(110).forEach((peak, index) =>
      assert.ok(
        Math.abs(peak - usual[110 + index]) <= 0.2 * usual[110 + index] + 0.02,
        `${bad}: peak ${peak} instead of ${usual[110 + index]} at block ${110 + index}`,
      )
    );
  }
});
