/** The shows of `examples/`: all pass the check with the sounds that their script makes, and the play begins. */
import assert from "node:assert/strict";
import { checkShowFile } from "../../cli/check_show.ts";
import { readConfig } from "../../config/settings.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";
import { copiedSounds, renderedSounds } from "../../scripts/example_sounds.ts";
import { compileGraph } from "../../compiler/compile.ts";
import { frameNumber } from "../../engine/memory/frame_number.ts";
import { blocksBetween } from "../../engine/memory/shared_memory.ts";
import radioPatch from "../../examples/shows/radio_patch.ts";
import { renderAgain } from "../../testing/engine/render_again.ts";
import { startWithShows } from "../../testing/show/test_shows.ts";
import { writeNoise } from "../../testing/sound/noise_file.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { timecodeRates } from "../../timecode/timecode.ts";
import { ShowTriggers } from "../../triggers/show_triggers.ts";

const root = new URL("../../", import.meta.url).pathname;

/** The shows in a folder, with noise of the length that each rendered sound has. */
async function copyShows(folder: string): Promise<string[]> {
  await Deno.mkdir(`${folder}/sounds`);
  for (const [name, { seconds }] of Object.entries(renderedSounds)) {
    const frames = seconds * 1_000;
    await writeNoise({ path: `${folder}/sounds/${name}.wav`, seed: frames, frames, sampleRateHz: 1_000 });
  }
  for (const [to, from] of Object.entries(copiedSounds)) {
    await Deno.copyFile(`${root}patches/samples/${from}`, `${folder}/sounds/${to}`);
  }
  const shows: string[] = [];
  for await (const { name } of Deno.readDir(`${root}examples/shows`)) {
    if (!/\.(json|ts)$/.test(name)) continue;
    await Deno.copyFile(`${root}examples/shows/${name}`, `${folder}/${name}`);
    if (name.endsWith(".json")) shows.push(name);
  }
  return shows.toSorted();
}

Deno.test("each example show passes the check, and the first sounds of the play begin with their GO", () =>
  inFolder(async (folder) => {
    const shows = await copyShows(folder);
    assert.deepEqual(shows, ["museum.json", "play.json", "radio.json"]);
    const config = readConfig({ UNDERSTUDY_INPUT_CHANNELS: "2" });
    for (const show of shows) {
      const lines: string[] = [];
      const print = (line: string) => void lines.push(line);
      const code = await checkShowFile(`${folder}/${show}`, config, { json: false, run: false, print });
      assert.deepEqual({ code, lines }, { code: exitCodes.ok, lines: [`${folder}/${show}: ok`] });
    }
    const { engine, secondsPass, stop } = await startWithShows(folder, {
      environment: { UNDERSTUDY_STREAM_MIB: "64" },
    });
    assert.deepEqual(await engine.loadShow(`${folder}/play.json`), []);
    const { show } = engine;
    const peakAfterGo = async () => {
      show!.press({ event: "go" });
      await secondsPass(0.4);
      return engine.takePeak();
    };
    const peaks: number[] = [];
    for (const running of [[], ["2"], ["2", "3"]]) {
      peaks.push(await peakAfterGo());
      assert.deepEqual(show!.status().running.map(({ key }) => key), running);
    }
    await stop();
    const [memo, night, music] = peaks;
    assert.equal(memo, 0);
    // noise of 0.25 at -12 and -3 dB that fades in over 4 s, and beside it noise at -14 dB
    assert.ok(night > 0 && night < 0.25 * 10 ** (-15 / 20), `${night}`);
    assert.ok(music > 0.2 * 10 ** (-14 / 20), `${music}`);
  }));

/** The radio show with other times, so that an evening takes seconds. */
async function writeShortRadio(folder: string): Promise<string> {
  await Deno.mkdir(`${folder}/sounds`);
  for (const name of ["overture", "music-box", "tone"]) {
    await writeNoise({ path: `${folder}/sounds/${name}.wav`, seed: name.length, frames: 14_400 });
  }
  const text = await Deno.readTextFile(`${root}examples/shows/radio.json`);
  const times = { silentSeconds: 0.5, soundSeconds: 0.3, crossfadeSeconds: 0.1, loops: 1, seconds: 0.1 };
  const short = Object.entries(times).reduce(
    (text, [name, value]) => text.replace(new RegExp(`"${name}": \\d+`), `"${name}": ${value}`),
    text,
  );
  await Deno.writeTextFile(`${folder}/radio.json`, short);
  return `${folder}/radio.json`;
}

Deno.test("the radio: its input is heard, after silence the playlist and then the tone, and the input alone when it is back", () =>
  inFolder(async (folder) => {
    const file = await writeShortRadio(folder);
    const { engine, driver, clock, secondsPass, stop, lines } = await startWithShows(folder, {
      patch: (format) => compileGraph(radioPatch.build(format), format),
      environment: { UNDERSTUDY_INPUT_CHANNELS: "2" },
      shows: { loadPatch: () => Promise.resolve() },
    });
    const { blockFrames, sampleRateHz } = engine.memory.geometry;
    const first = engine.memory.consumed();
    const live = (frame: number) => {
      const seconds = frame / sampleRateHz;
      return seconds < 0.5 || seconds >= 2.6 ? 0.25 * Math.sin(frame / 20) : 0;
    };
    driver.feed((block) => {
      const at = blocksBetween(block, first) * blockFrames;
      return Float32Array.from({ length: blockFrames * 2 }, (_, index) => live(at + (index >> 1)));
    });
    assert.deepEqual(await engine.loadShow(file), []);
    const begun: string[] = [];
    engine.observe((event) => event.event === "showCue" && event.what === "begins" && begun.push(event.key));
    const triggers = new ShowTriggers({
      ...{ engine, rate: timecodeRates["25"], source: "off", timecodeInput: 1, offset: "00:00:00:00" },
      ...{ flywheelSeconds: 1, unixMs: () => clock.unixMs, nowMs: () => clock.monotonicMs },
      log: { debug: () => {}, info: () => {}, warning: () => {}, error: () => {} },
    });
    const from = frameNumber(engine.memory, first);
    const running: Record<number, readonly string[]> = {};
    for (let tenth = 1; tenth <= 34; tenth++) {
      await secondsPass(
        from / sampleRateHz + tenth / 10 -
          frameNumber(engine.memory, engine.memory.consumed()) / sampleRateHz,
      );
      triggers.poll();
      running[tenth] = engine.show!.status().running.map(({ key }) => key);
    }
    await stop();
    assert.deepEqual(running[9], []);
    assert.ok(running[12].includes("1"), `${running[12]}`);
    assert.deepEqual(running[22], ["2"]);
    assert.deepEqual(running[34], []);
    assert.deepEqual(begun, ["1", "/play sounds/overture.wav", "/play sounds/music-box.wav", "2", "3"]);
    // the input is heard whole blocks later; alone at both ends, and the playlist or the tone in between
    const { captured } = driver;
    const heard = captured.findIndex((sample) => sample !== 0) >> 1;
    const delay = heard - 1 - from;
    assert.ok(delay > 0 && delay % blockFrames === 0, `${delay}`);
    const soundAt = (frame: number) => captured[(from + frame) * 2];
    const isLive = (frame: number) => Math.abs(soundAt(frame + delay) - live(frame)) < 1e-6;
    for (let frame = 4_800; frame < 20_000; frame++) assert.ok(isLive(frame), `${frame}`);
    for (let frame = 155_000; frame < 160_000; frame++) assert.ok(isLive(frame), `${frame}`);
    const loudest = (second: number) =>
      Math.max(
        ...Array.from({ length: 2_400 }, (_, frame) =>
          Math.abs(soundAt(Math.round(second * sampleRateHz) + frame))),
      );
    assert.equal(loudest(0.8), 0);
    for (const second of [1.2, 1.5, 1.9, 2.3]) assert.ok(loudest(second) > 0.01, `${second} s`);
    assert.deepEqual(lines.filter((line) => /refused|cannot/.test(line)), []);
    assert.equal((await renderAgain(`${folder}/evening.session`)).differingBlocks, 0);
  }));
