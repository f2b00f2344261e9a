/**
 * The lookahead: what the device needs, what the rings allow, and that a change is heard by all renderers in the same block.
 *
 * Needs no real time: the device moves when the test says so.
 */
import assert from "node:assert/strict";
import { Lookahead } from "../../../engine/device/lookahead.ts";
import type { Log } from "../../../foundation/logging.ts";
import { compilePatch } from "../../../testing/patch/compile_named.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { renderAgain } from "../../../testing/engine/render_again.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";

/** With blocks of 32 frames and 4 blocks ahead, and what it said and appended. */
function lookaheadOf(room = true) {
  const memory = testMemory({ blockFrames: 32, lookaheadBlocks: 4 });
  const lines: string[] = [];
  const appended: number[] = [];
  const keep = (line: string) => void lines.push(line);
  const log: Log = { debug: keep, info: keep, warning: keep, error: keep };
  const append = (blocks: number) => {
    if (room) appended.push(blocks);
    return room;
  };
  return { memory, lines, appended, lookahead: new Lookahead({ memory, log, append }) };
}

Deno.test("it grows with the period to what that needs and two blocks to work in, through the log, and stays when the period shrinks", () => {
  const { memory, lines, appended, lookahead } = lookaheadOf();
  for (const [period, blocks] of [[0, 4], [32, 4], [64, 4], [65, 5], [1_024, 34], [64, 34]]) {
    lookahead.follow(period);
    assert.equal(memory.lookaheadBlocks(), blocks, `period of ${period}`);
  }
  assert.deepEqual(appended, [5, 34]);
  assert.deepEqual(lines.length, 2);
  assert.match(
    lines[0],
    /takes 65 frames at once: lookahead raised to 5 blocks, 4\.0 ms more latency; .*\/engine\/lookahead 0 lowers it/,
  );
});

Deno.test("it is asked again while the log has no room, and nothing runs ahead before", () => {
  const { memory, lines, lookahead } = lookaheadOf(false);
  assert.equal(lookahead.follow(1_024), undefined);
  assert.equal(lookahead.follow(1_024), undefined);
  assert.deepEqual([memory.lookaheadBlocks(), lines], [4, []]);
  assert.throws(() => lookahead.request(40), /the command log is full/);
});

Deno.test("on request it shrinks to what the period allows, and 0 is what was configured, or more where needed", () => {
  const { memory, lookahead } = lookaheadOf();
  lookahead.follow(1_024);
  lookahead.follow(64);
  lookahead.request(0);
  assert.equal(memory.lookaheadBlocks(), 4);
  lookahead.follow(128);
  assert.equal(memory.lookaheadBlocks(), 6);
  lookahead.request(0);
  assert.equal(memory.lookaheadBlocks(), 6);
  assert.throws(
    () => lookahead.request(5),
    /expected 6 to 384 blocks with the device's period of 128 frames/,
  );
  assert.throws(() => lookahead.request(385), /expected 6 to 384/);
  lookahead.request(384);
  assert.equal(memory.lookaheadBlocks(), 384);
});

Deno.test("a period of 8,192 frames fits in rings of every block length, and one that does not is said with a block length that does", () => {
  for (const blockFrames of [16, 48, 128, 256, 1_024, 2_048, 4_096]) {
    const memory = testMemory({ blockFrames, lookaheadBlocks: 4 });
    const log: Log = { debug() {}, info() {}, warning() {}, error: assert.fail };
    const lookahead = new Lookahead({ memory, log, append: () => true });
    lookahead.follow(8_192);
    assert.ok(memory.lookaheadBlocks() * blockFrames >= 8_192 + 2 * blockFrames);
    assert.ok(memory.lookaheadBlocks() < memory.geometry.ringSlots);
  }
  const { memory, lines, lookahead } = lookaheadOf();
  lookahead.follow(40_000);
  lookahead.follow(40_000);
  const [problem] = lines.filter((line) => /too many/.test(line));
  const blockFrames = Number(/UNDERSTUDY_BLOCK_FRAMES=(\d+)/.exec(problem)?.[1]);
  assert.equal(lines.length, 2, lines.join("\n"));
  assert.equal(lookahead.problem, problem);
  assert.equal(memory.lookaheadBlocks(), lookahead.maxBlocks);
  const longer = testMemory({ blockFrames, lookaheadBlocks: 4 });
  new Lookahead({
    memory: longer,
    log: { debug() {}, info() {}, warning() {}, error: assert.fail },
    append: () => true,
  })
    .follow(40_000);
});

Deno.test("input is heard at the lookahead of the log, alike in renderers that live, join and render again", () =>
  inFolder(async (folder) => {
    const session = `${folder}/a.session`;
    const { engine, driver, playUntil, lockstep, stop, events } = await startTestEngine({
      driver: "manual",
      patch: (format) => compilePatch("sines", format),
      environment: { UNDERSTUDY_INPUT_CHANNELS: "1", UNDERSTUDY_SESSION: session },
    });
    const blockFrames = engine.memory.geometry.blockFrames;
    // every sample of the input is another one, so that a block of it which is heard at another time is found
    driver.feed((block) =>
      Float32Array.from(
        { length: blockFrames },
        (_, frame) => Math.sin((block * blockFrames + frame) ** 2) / 4,
      )
    );
    const inputGain = engine.parameters.findIndex(({ address }) => address === "input/gainDb");
    engine.submit([{ kind: "set", parameter: inputGain, value: -1 }]);
    await driver.step(30);
    for (const blocks of [12, 5, 90, 0, 7]) {
      engine.setLookahead(blocks);
      assert.equal(engine.status().lookaheadBlocks, blocks === 0 ? 4 : blocks);
      await driver.step(10);
      engine.injectFault("kill", blocks === 90 ? "all" : "primary");
      const before = events.length;
      await playUntil(
        "a renderer to fall",
        () => events.slice(before).some(({ event }) => event === "fault"),
      );
      await lockstep();
      await driver.step(20);
    }
    assert.throws(() => engine.setLookahead(1), /lookahead: expected 2 to 96 blocks/);
    assert.ok(driver.captured.some((sample) => sample !== 0), "the input is heard");
    await stop();
    const rendered = await renderAgain(session);
    assert.equal(rendered.differingBlocks, 0);
    assert.equal(engine.status().concealedFrames, 0);
  }));
