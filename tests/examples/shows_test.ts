/** The shows of `examples/`: all pass the check with the sounds that their script makes, and the play begins. */
import assert from "node:assert/strict";
import { checkShowFile } from "../../cli/check_show.ts";
import { readConfig } from "../../config/settings.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";
import { copiedSounds, renderedSounds } from "../../scripts/example_sounds.ts";
import { startWithShows } from "../../testing/show/test_shows.ts";
import { writeNoise } from "../../testing/sound/noise_file.ts";
import { inFolder } from "../../testing/in_folder.ts";

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
