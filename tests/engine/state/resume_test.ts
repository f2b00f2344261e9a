/**
 * A second engine goes on from the journal of a first one, which plays on as the reference.
 *
 * Needs no real time: the devices move when the test says so.
 */
import assert from "node:assert/strict";
import { readConfig } from "../../../config/settings.ts";
import { within } from "../../../engine/memory/layout.ts";
import { slotIndex, slotSamplesIndex } from "../../../engine/memory/places.ts";
import { SealTable } from "../../../engine/log/seal_table.ts";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import { preparePatch } from "../../../engine/renderer/patch_instance.ts";
import { Renderer } from "../../../engine/renderer/renderer.ts";
import { readJournal } from "../../../engine/state/read_journal.ts";
import { resume, type Resumed } from "../../../engine/state/resume.ts";
import { keys } from "../../../patches/ready/keys.ts";
import { compileGraph } from "../../../compiler/compile.ts";
import { definePatch } from "../../../modules/patch.ts";
import { delay } from "../../../modules/time/delay.ts";
import { compilePatch } from "../../../testing/patch/compile_named.ts";
import { copyJournal } from "../../../testing/engine/journal_up_to.ts";
import { renderAgain } from "../../../testing/engine/render_again.ts";
import {
  startTestEngine,
  type SteppedEngine,
  type TestEngineOptions,
} from "../../../testing/engine/test_engine.ts";
import { readWholeSnapshot } from "../../../testing/engine/whole_snapshot.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { sameBits } from "../../../testing/patch/patch_player.ts";
import { sharedItems } from "../../../testing/share.ts";
import { SeededRandom } from "../../../testing/seeded_random.ts";

const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 128 };

/** Starts a stepped engine that keeps its state in a folder. */
async function journalled(
  folder: string,
  { environment, ...options }: TestEngineOptions = {},
): Promise<SteppedEngine> {
  const running = await startTestEngine({
    ...options,
    driver: "manual",
    environment: { UNDERSTUDY_STATE: folder, ...environment },
  });
  await running.playUntil("a state on the disk", () => running.engine.status().journal === "current");
  return running;
}

/** What a start finds when everything was killed just now; the engine plays on. */
async function killed(
  { engine }: SteppedEngine,
  folder: string,
  environment: Readonly<Record<string, string>> = {},
  nowMs = Date.now(),
): Promise<Resumed> {
  const copy = `${folder}/killed`;
  await copyJournal(`${folder}/journal`, copy, engine.memory.consumed());
  const config = readConfig({ UNDERSTUDY_STATE_NOTES: "hold", ...environment });
  const resumed = await resume({ content: await readJournal(copy), config, nowMs });
  assert.ok(resumed);
  assert.equal(resumed.differingBlocks, 0);
  return resumed;
}

/** The next blocks of an engine, interleaved. */
async function nextBlocks({ driver, blocksPass }: SteppedEngine, blocks: number) {
  const played = driver.captured.length;
  await blocksPass(blocks);
  return driver.captured.subarray(played, played + blocks * 256);
}

Deno.test("after everything was killed the next engine plays what the first one would have played, byte for byte", () =>
  inFolder(async (folder) => {
    const first = await journalled(folder, { startBlock: 0xFFFFFF00, startLogPosition: 0xFFFFFFFE });
    first.engine.submit([{ kind: "noteOn", instrument: 0, id: 1, number: 60, velocity: 1 }]);
    await first.secondsPass(0.7);
    first.engine.submit([{ kind: "set", parameter: 0, value: 7 }]);
    await first.secondsPass(0.1);
    const resumed = await killed(first, folder);
    const expected = await nextBlocks(first, 200);
    await first.stop();
    const session = `${folder}/second.session`;
    const second = await startTestEngine({
      driver: "manual",
      continuation: resumed,
      environment: { UNDERSTUDY_SESSION: session },
    });
    const found = await nextBlocks(second, 200);
    assert.equal(second.engine.status().concealedFrames, 0);
    const everything = second.driver;
    await second.stop();
    assert.ok(sameBits(found, expected));
    const rendered = await renderAgain(session);
    assert.equal(rendered.differingBlocks, 0);
    assert.ok(sameBits(rendered.samples, everything.captured), "a session that begins with a state renders");
  }));

Deno.test("patch, values and voices go on; the journal of an engine that went on is one to go on from", () =>
  inFolder(async (folder) => {
    const first = await journalled(folder, { patch: (format) => compilePatch("sines", format) });
    await first.playDuring(first.engine.loadPatch(keys.build(format)));
    const { parameters } = first.engine;
    first.engine.submit([
      { kind: "noteOn", instrument: 0, id: 1, number: 60, velocity: 1 },
      { kind: "set", parameter: 0, value: parameters[0].min },
    ]);
    await first.secondsPass(0.3);
    const resumed = await killed(first, folder);
    const expected = await nextBlocks(first, 300);
    await first.stop();

    const next = `${folder}/next`;
    await Deno.mkdir(next);
    const second = await journalled(next, { continuation: resumed });
    assert.equal(second.engine.status().patch, "keys");
    assert.equal(second.engine.parameterValue(0), Math.fround(parameters[0].min));
    assert.equal(second.engine.parameterValue(1), Math.fround(parameters[1].default));
    await second.blocksPass(100);
    const played = second.driver.captured.length / 256;
    const again = await killed(second, next);
    await second.stop();

    const third = await startTestEngine({ driver: "manual", continuation: again });
    const found = await nextBlocks(third, 50);
    await third.stop();
    assert.ok(sameBits(found, expected.subarray(played * 256, (played + 50) * 256)));
    assert.ok(found.some((sample) => Math.abs(sample) > 0.001), "the held note sounds");
  }));

/** An echo of the input in a line so long that every snapshot gets a journal of its own. */
const echo = definePatch({
  name: "echo",
  instruments: {},
  parameters: {},
  output: (_buses, _parameters, input) =>
    delay({ input, timeSeconds: 0.01, feedback: 0.5, maximumSeconds: 30 }),
});

Deno.test("captured input goes on: in the render of a journal that begins with a state, and in the next engine", () =>
  inFolder(async (folder) => {
    const feed = (block: number) =>
      Float32Array.from({ length: 128 }, (_, frame) => Math.sin(block * 1.7 + frame / 9));
    const environment = { UNDERSTUDY_INPUT_CHANNELS: "1" };
    const first = await journalled(folder, {
      environment,
      patch: (format) => compileGraph(echo.build(format), format),
    });
    first.driver.feed(feed);
    let startBlock = 0;
    let reading = false;
    await first.playUntil("a journal that begins with a state", () => {
      // one at a time: it has many megabytes, and this is asked with every block
      if (!reading) {
        reading = true;
        readJournal(`${folder}/journal`).then(({ header }) => startBlock = header.startBlock)
          .finally(() => reading = false);
      }
      return startBlock > 0;
    });
    const resumed = await killed(first, folder, environment);
    assert.equal(await first.driver.captured.length, resumed.snapshot.block * 256);
    const rendered = await renderAgain(`${folder}/killed`);
    await first.stop();
    assert.equal(rendered.differingBlocks, 0);
    const end = rendered.samples.length;
    const played = first.driver.captured.subarray(
      resumed.snapshot.block * 256 - end,
      resumed.snapshot.block * 256,
    );
    assert.ok(sameBits(rendered.samples, played));

    const session = `${folder}/second.session`;
    const second = await startTestEngine({
      driver: "manual",
      continuation: resumed,
      environment: { ...environment, UNDERSTUDY_SESSION: session },
    });
    second.driver.feed(feed);
    await second.secondsPass(0.1);
    await second.stop();
    const again = await renderAgain(session);
    assert.equal(again.differingBlocks, 0);
    assert.ok(sameBits(again.samples, second.driver.captured));
    assert.ok(again.samples.some((sample) => Math.abs(sample) > 0.1));
  }));

Deno.test("held notes are released by default; commands that were not due keep their moment, missed notes are left out", () =>
  inFolder(async (folder) => {
    const first = await journalled(folder, { patch: (format) => compilePatch("sines", format) });
    const note = (id: number) => ({ kind: "noteOn", instrument: 0, id, number: 60, velocity: 1 }) as const;
    first.engine.submit([note(1), note(2)]);
    first.engine.submit([{ kind: "noteOff", instrument: 0, id: 2 }]);
    const { unixMs } = first.clock;
    first.engine.submit([note(3), { kind: "set", parameter: 0, value: 0.5 }], { unixMs: unixMs + 1_000 });
    first.engine.submit([note(4)], { unixMs: unixMs + 5_000 });
    await first.secondsPass(0.2);
    const held = await killed(first, folder, { UNDERSTUDY_STATE_NOTES: "hold" });
    assert.deepEqual([held.released, held.held.heldNotes.map(([, id]) => id)], [0, [1, 3, 4]]);
    // the mark tells the machine's time: from it, 2 s pass until the next start
    const resumed = await killed(first, folder, { UNDERSTUDY_STATE_NOTES: "release" }, Date.now() + 2_000);
    await first.stop();
    assert.deepEqual([resumed.released, resumed.missedNotes], [3, 1]);
    assert.equal(resumed.parameters[0], 0.5, "a value that was due meanwhile counts");
    assert.deepEqual(resumed.later.map(({ command }) => command), [note(4)]);

    const second = await startTestEngine({ driver: "manual", continuation: resumed });
    await second.secondsPass(2);
    const end = second.driver.captured.subarray(-10_000);
    await second.stop();
    assert.ok(end.every((sample) => Math.abs(sample) < 1e-4), "nothing sounds on");
  }));

Deno.test("a journal that was cut off anywhere gives the last whole state, and the sound from there", () =>
  inFolder(async (folder) => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    console.log(`seed ${seed}`);
    const random = new SeededRandom(seed);
    const session = `${folder}/a.session`;
    const first = await journalled(folder, { environment: { UNDERSTUDY_SESSION: session } });
    first.engine.submit([{ kind: "noteOn", instrument: 0, id: 1, number: 60, velocity: 1 }]);
    await first.secondsPass(2);
    await copyJournal(`${folder}/journal`, `${folder}/copy`, first.engine.memory.consumed());
    await first.blocksPass(10);
    await first.stop();
    const { samples } = await renderAgain(session);
    const whole = await Deno.readFile(`${folder}/copy`);
    const config = readConfig({ UNDERSTUDY_STATE_NOTES: "hold", UNDERSTUDY_PATCH_MEMORY: "1" });
    const cuts = sharedItems(
      "places where a journal is cut off",
      [
        ...Array.from({ length: 250 }, (_, back) => whole.length - back),
        ...Array.from({ length: 30 }, () => random.below(whole.length)),
      ],
      5,
    );
    const checksum = compileChecksum();
    let latest = -1;
    let refused = 0;
    for (const cut of cuts) {
      const path = `${folder}/cut`;
      await Deno.writeFile(path, whole.subarray(0, cut));
      const content = await readJournal(path).catch(() => undefined);
      const resumed = content && content.patches.length > 0 &&
        await resume({ content, config, nowMs: Date.now() });
      if (!resumed) {
        refused++;
        continue;
      }
      const { memory, patches: [{ number, patch }], snapshot: { block } } = resumed;
      latest = Math.max(latest, block);
      const renderer = new Renderer({
        ...{ memory, ring: 1, seed: config.seed },
        patch: preparePatch(number, patch, checksum),
      });
      readWholeSnapshot(renderer, 0);
      assert.equal(renderer.block, block, `seed ${seed}, cut at ${cut}`);
      assert.ok(new SealTable(memory).read(block - 1) >= 0);
      renderer.renderBlock();
      const at = slotSamplesIndex(memory, 1, block);
      assert.ok(
        sameBits(memory.floats.slice(at, at + 256), samples.subarray(block * 256, (block + 1) * 256)),
        `seed ${seed}, cut at ${cut}: block ${block} differs`,
      );
      assert.equal(memory.words[slotIndex(memory, 1, block) + within.slot.tag.index], block);
    }
    assert.ok(latest > 700 && refused < 30, `up to ${latest}, refused ${refused}`);
  }));
