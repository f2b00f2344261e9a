import assert from "node:assert/strict";
import type { ArmedFile, Command, EngineEvent, PlayerAction } from "../../../engine/control/control.ts";
import { readConfig } from "../../../config/settings.ts";
import { readJournal } from "../../../engine/state/read_journal.ts";
import { resume } from "../../../engine/state/resume.ts";
import { copyJournal } from "../../../testing/engine/journal_up_to.ts";
import type { KeptStreams } from "../../../engine/streams/kept_files.ts";
import { Streams } from "../../../engine/streams/streams.ts";
import { startTestEngine, type SteppedEngine } from "../../../testing/engine/test_engine.ts";
import { renderAgain } from "../../../testing/engine/render_again.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { busPatch } from "../../../testing/patch/bus_patch.ts";
import { writeNoise } from "../../../testing/sound/noise_file.ts";

/** Less than what is read ahead and kept of two places together: the whole file is in memory before it plays. */
const wholeFrames = 40_000;
const inTheMiddle = 20_000;

function on(player: number, ...actions: readonly PlayerAction[]): Command[] {
  return actions.map((action) => ({ kind: "player", player, ...action }));
}

function load({ number, channels, frames }: ArmedFile): PlayerAction[] {
  return [
    { what: "open", file: number, channels },
    { what: "slice", endFrame: frames, count: 1 },
    ...Array.from({ length: channels }, (_, channel): PlayerAction => ({
      what: "route",
      channel,
      bus: channel,
      gain: 1,
      frames: 0,
    })),
  ];
}

const open: PlayerAction = { what: "gate", open: true, frames: 0 };

function startWithStreams(folder: string, more: Record<string, string> = {}): Promise<SteppedEngine> {
  return startTestEngine({
    driver: "manual",
    patch: busPatch,
    startBlock: 0xFFFF_FFE0,
    environment: {
      UNDERSTUDY_STREAM_MIB: "8",
      UNDERSTUDY_STREAM_FOLDER: folder,
      UNDERSTUDY_SESSION: `${folder}/evening.session`,
      UNDERSTUDY_CEILING_DB: "off",
      ...more,
    },
  });
}

Deno.test("a file plays to the frame through faults, a lost reader and its own deletion, and renders to the same bytes", () =>
  inFolder(async (folder) => {
    const path = `${folder}/whole.wav`;
    const samples = await writeNoise({ path, seed: 1, frames: wholeFrames });
    const { engine, driver, playUntil, blocksPass, lockstep, stop } = await startWithStreams(folder);
    const told: EngineEvent[] = [];
    engine.observe((event) => event.event.startsWith("stream") && told.push(event));
    await lockstep();
    const file = await engine.armStream("whole.wav");
    await engine.armStream("whole.wav", inTheMiddle);
    assert.deepEqual([file.channels, file.frames], [2, wholeFrames]);
    engine.submit(on(3, ...load(file), open));
    await blocksPass(60);
    engine.injectFault("throw", "both");
    await Deno.rename(path, `${path}.away`);
    engine.injectFault("kill", "reader");
    await lockstep();
    await playUntil("the end of the file", () => told.some(({ event }) => event === "streamEnd"));
    await blocksPass(8);
    assert.equal(engine.status().lateStreamBlocks, 0);
    assert.deepEqual(told.map(({ event }) => event), ["streamOpen", "streamEnd"]);
    await stop();
    const { captured } = driver;
    const first = captured.findIndex((sample) => sample !== 0);
    assert.equal(first % 2, 0);
    assert.deepEqual(captured.slice(first, first + samples.length), samples);
    assert.ok(captured.subarray(first + samples.length).every((sample) => sample === 0));

    await Deno.rename(`${path}.away`, path);
    const render = await renderAgain(`${folder}/evening.session`);
    assert.equal(render.differingBlocks, 0);
    assert.deepEqual(render.samples.slice(first, first + samples.length), samples);
    await Deno.writeFile(path, new Uint8Array(100));
    await assert.rejects(renderAgain(`${folder}/evening.session`), /whole\.wav/);
  }));

Deno.test("what is not in memory is silent for all renderers alike, counted and told, and the render leaves out the same", () =>
  inFolder(async (folder) => {
    const frames = 480_000;
    const samples = await writeNoise({ path: `${folder}/long.wav`, seed: 2, frames });
    const { engine, driver, playUntil, blocksPass, lockstep, lines, stop } = await startWithStreams(folder);
    const told: EngineEvent[] = [];
    engine.observe((event) => event.event === "streamLate" && told.push(event));
    await lockstep();
    const file = await engine.armStream("long.wav");
    engine.submit(on(0, ...load(file), open));
    await blocksPass(20);
    engine.submit(on(0, { what: "seek", frame: 300_001 }));
    const before = driver.captured.length;
    await playUntil("a late block", () => engine.status().lateStreamBlocks > 0);
    // renderers are ahead of the device, which has to come to the silence first
    await playUntil("silence", () => driver.captured.at(-1) === 0);
    await playUntil("sound again", () => driver.captured.at(-1) !== 0);
    await blocksPass(8);
    await playUntil(
      "the line of the log",
      () => lines.some((line) => line.includes("silent for some blocks")),
    );
    assert.ok(told.length > 0);
    assert.match(
      lines.join("\n"),
      /long\.wav: silent for some blocks \(\d+ so far\), the disk or its reader was too slow/,
    );
    await stop();
    const heard = driver.captured;
    const render = await renderAgain(`${folder}/evening.session`);
    assert.equal(render.differingBlocks, 0);
    assert.deepEqual(render.samples.slice(0, heard.length), heard.slice(0, render.samples.length));
    // its position has moved on while it was silent
    const silentFrom = heard.indexOf(0, before - 2_000) / 2;
    const soundFrom = heard.findIndex((sample, index) => index > silentFrom * 2 && sample !== 0) / 2;
    const at = 300_001 + soundFrom - silentFrom;
    assert.deepEqual(heard.slice(soundFrom * 2, soundFrom * 2 + 200), samples.slice(at * 2, at * 2 + 200));
  }));

Deno.test("after everything was killed the next engine goes on with the file where it was, byte for byte", () =>
  inFolder(async (folder) => {
    await writeNoise({ path: `${folder}/whole.wav`, seed: 3, frames: wholeFrames });
    const environment = { UNDERSTUDY_STATE: folder };
    const first = await startWithStreams(folder, environment);
    await first.playUntil("a state on the disk", () => first.engine.status().journal === "current");
    const file = await first.engine.armStream("whole.wav");
    await first.engine.armStream("whole.wav", inTheMiddle);
    first.engine.submit(on(9, ...load(file), open));
    await first.blocksPass(100);
    const copy = `${folder}/killed`;
    await copyJournal(`${folder}/journal`, copy, first.engine.memory.consumed());
    const played = first.driver.captured.length;
    await first.blocksPass(150);
    const expected = first.driver.captured.subarray(played);
    await first.stop();
    const config = readConfig({ UNDERSTUDY_STREAM_MIB: "8", UNDERSTUDY_CEILING_DB: "off" });
    const resumed = await resume({ content: await readJournal(copy), config, nowMs: Date.now() });
    assert.equal(resumed!.differingBlocks, 0);
    const next = await startTestEngine({
      driver: "manual",
      patch: busPatch,
      continuation: resumed,
      environment: { UNDERSTUDY_STREAM_MIB: "8", UNDERSTUDY_CEILING_DB: "off" },
    });
    await next.blocksPass(150);
    assert.equal(next.engine.status().lateStreamBlocks, 0);
    assert.deepEqual(next.driver.captured.slice(0, expected.length), expected.slice());
    assert.ok(expected.some((sample) => sample !== 0));
    assert.deepEqual(next.engine.players.map(({ player, name }) => [player, name]), [[9, "whole.wav"]]);
    await next.stop();
  }));

Deno.test("files outside of the folder, and without memory for them, are refused with the remedy", async () => {
  const nothing = { emit: () => {}, record: () => {}, keep: () => {}, onWarning: () => {}, onLoss: () => {} };
  const without = new Streams({ memory: testMemory(), folder: "sounds", ...nothing });
  await assert.rejects(without.arm("a.wav"), /start with UNDERSTUDY_STREAM_MIB=64/);
  const streams = new Streams({ memory: testMemory({ pageCount: 8 }), folder: "sounds", ...nothing });
  await assert.rejects(streams.arm("../a.wav"), /expected a file in the folder of UNDERSTUDY_STREAM_FOLDER/);
  assert.throws(() => streams.disarm("a.wav"), /a\.wav is not armed/);
  await assert.rejects(streams.arm("a.wav"), /there is no such file/);
  await streams.close();
});

Deno.test("each bad file is refused with its place, and what plays goes on", () =>
  inFolder(async (folder) => {
    const sounds = `${folder}/sounds`;
    await Deno.mkdir(`${sounds}/closed.wav`, { recursive: true });
    const samples = await writeNoise({ path: `${sounds}/whole.wav`, seed: 4, frames: wholeFrames });
    await Deno.copyFile(`${sounds}/whole.wav`, `${folder}/other.wav`);
    await Deno.symlink(`${folder}/other.wav`, `${sounds}/link.wav`);
    await Deno.symlink("/dev/zero", `${sounds}/zero.wav`);
    await Deno.symlink(`${sounds}/loop.wav`, `${sounds}/loop.wav`);
    await new Deno.Command("mkfifo", { args: [`${sounds}/pipe.wav`] }).output();
    await Deno.writeFile(`${sounds}/empty.wav`, new Uint8Array());
    const whole = await Deno.readFile(`${sounds}/whole.wav`);
    await Deno.writeFile(`${sounds}/head.wav`, whole.subarray(0, 30));
    const lying = whole.slice();
    new DataView(lying.buffer).setUint32(lying.length - samples.byteLength - 4, 0xFFFF_FFFF, true);
    await Deno.writeFile(`${sounds}/lying.wav`, lying);
    const { engine, driver, playUntil, playDuring, blocksPass, lockstep, stop } = await startWithStreams(
      sounds,
    );
    await lockstep();
    const file = await engine.armStream("whole.wav");
    await engine.armStream("whole.wav", inTheMiddle);
    engine.submit(on(0, ...load(file), open));
    await blocksPass(8);
    const refused = [
      ["../other.wav", /expected a file in the folder of UNDERSTUDY_STREAM_FOLDER/],
      ["zero.wav", /zero\.wav: expected a file, found a device or pipe/],
      ["loop.wav", /loop\.wav: .*(too many|Too many).*links/],
      ["gone.wav", /gone\.wav: there is no such file; put it there/],
      ["closed.wav", /closed\.wav: expected a file, found a folder/],
      ["pipe.wav", /pipe\.wav: expected a file, found a device or pipe/],
      ["empty.wav", /empty\.wav: .*found an empty file/],
      ["head.wav", /head\.wav: it has no format|head\.wav: .*breaks off/],
    ] as const;
    for (const [name, reason] of refused) {
      await playDuring(assert.rejects(engine.armStream(name), reason, name));
    }
    for (const name of ["link.wav", "lying.wav"]) {
      let frames = 0;
      await playDuring(engine.armStream(name).then((armed) => void (frames = armed.frames)));
      assert.equal(frames, wholeFrames, name);
    }
    await playUntil("the end of the file", () => engine.players.length === 0);
    await blocksPass(8);
    await stop();
    const first = driver.captured.findIndex((sample) => sample !== 0);
    assert.deepEqual(driver.captured.slice(first, first + samples.length), samples);
  }));

Deno.test("a control process that takes over has the files and places that were armed, and none that were let go of", () =>
  inFolder(async (folder) => {
    for (const name of ["a.wav", "b.wav"]) {
      await writeNoise({ path: `${folder}/${name}`, seed: 5, frames: 9_000 });
    }
    let kept: KeptStreams = { files: [], places: [] };
    const memory = testMemory({ pageCount: 8, sampleRateHz: 48_000 });
    const start = (before?: KeptStreams): Streams => {
      const streams: Streams = new Streams({
        ...{ memory, folder, files: before?.files, places: before?.places },
        ...{ emit: () => {}, record: () => {}, onWarning: () => {}, onLoss: () => {} },
        keep: () => kept = { files: streams.files, places: streams.places },
      });
      return streams;
    };
    const first = start();
    await first.arm("b.wav");
    await first.arm("a.wav", 4_000);
    assert.deepEqual([kept.files.map(({ name }) => name), kept.places], [["b.wav", "a.wav"], [
      { file: 2, frame: 4_000 },
    ]]);
    first.disarm("b.wav");
    await first.close();
    const next = start(kept);
    await next.ready();
    assert.deepEqual([next.armed.map(({ name }) => name), next.places], [["a.wav"], [
      { file: 2, frame: 4_000 },
    ]]);
    await next.close();
  }));
