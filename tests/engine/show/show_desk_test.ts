import assert from "node:assert/strict";
import { readConfig } from "../../../config/settings.ts";
import { ShowDesk } from "../../../engine/show/show_desk.ts";
import { isSavedShow } from "../../../engine/show/saved_show.ts";
import { keepShow, keptShow } from "../../../engine/show/kept_show.ts";
import { readJournal } from "../../../engine/state/read_journal.ts";
import { resume } from "../../../engine/state/resume.ts";
import { copyJournal } from "../../../testing/engine/journal_up_to.ts";
import { renderAgain } from "../../../testing/engine/render_again.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { startWithShows, writeShow } from "../../../testing/show/test_shows.ts";
import { writeNoise } from "../../../testing/sound/noise_file.ts";

const show = {
  cues: [
    { number: 1, play: "a.wav", continue: "auto-follow" },
    { number: 2, play: "b.wav" },
    { number: 3, stop: "all", seconds: 0.1 },
  ],
};

Deno.test("a show with mistakes is refused with all of them, and the one before plays on", () =>
  inFolder(async (folder) => {
    await writeNoise({ path: `${folder}/a.wav`, seed: 1, frames: 48_000 });
    await writeNoise({ path: `${folder}/b.wav`, seed: 2, frames: 48_000 });
    const file = await writeShow(folder, show);
    const { engine, secondsPass, stop } = await startWithShows(folder);
    await engine.loadShow(file);
    engine.show!.press({ event: "go" });
    await secondsPass(0.2);
    const wrong = JSON.stringify({ cues: [{ play: "c.wav" }, { fade: 9, toDb: -3 }] });
    await assert.rejects(engine.show!.edit(wrong), /play\.json:1:\d+: .*c\.wav[^]*play\.json:1:\d+: .*9/);
    const edited = { cues: [show.cues[0], { number: 7, wait: 0.1 }, show.cues[2]] };
    await engine.show!.edit(JSON.stringify(edited));
    const { running } = engine.show!.status();
    assert.deepEqual(running.map(({ key }) => key), ["1"]);
    assert.deepEqual(engine.show!.list.cues.map(({ key }) => key), ["1", "7", "3"]);
    await secondsPass(0.9);
    assert.deepEqual(engine.show!.status().running.map(({ key }) => key), ["7"]);
    await engine.show!.save();
    assert.deepEqual(JSON.parse(await Deno.readTextFile(file)), edited);
    await stop();
    assert.equal((await renderAgain(`${folder}/evening.session`)).differingBlocks, 0);
    assert.ok(ShowDesk);
  }));

Deno.test("a restart goes on with the show where it was, to the frame", () =>
  inFolder(async (folder) => {
    const samples = await writeNoise({ path: `${folder}/a.wav`, seed: 1, frames: 48_000 });
    const second = await writeNoise({ path: `${folder}/b.wav`, seed: 2, frames: 9_600 });
    const file = await writeShow(folder, show);
    const environment = { UNDERSTUDY_STATE: `${folder}/state` };
    const { engine, driver, playUntil, secondsPass, stop } = await startWithShows(folder, { environment });
    await engine.loadShow(file);
    await playUntil("a journal", () => engine.status().journal === "current");
    engine.show!.press({ event: "go" });
    await secondsPass(0.5);
    await copyJournal(`${folder}/state/journal`, `${folder}/kept`, engine.memory.consumed());
    const saved = engine.show!.status();
    await stop();
    const first = driver.captured.findIndex((sample) => sample !== 0);

    const content = await readJournal(`${folder}/kept`);
    assert.ok(isSavedShow(content.show));
    keepShow(`${folder}/kept.json`, content.show);
    assert.deepEqual(keptShow(`${folder}/kept.json`), content.show);
    const config = readConfig({ UNDERSTUDY_STREAM_MIB: "16", UNDERSTUDY_CEILING_DB: "off" });
    const continuation = await resume({ content, config, nowMs: Date.now() });
    const again = await startWithShows(folder, {
      continuation,
      environment: { UNDERSTUDY_SESSION: `${folder}/second.session` },
    });
    await again.playUntil("the show", () => again.engine.show !== undefined);
    assert.deepEqual(again.engine.show!.status().running[0].startedAtFrame, saved.running[0].startedAtFrame);
    await again.playUntil("its end", () => again.engine.show!.status().running.length === 0);
    await again.secondsPass(0.05);
    await again.stop();
    // the captured sound of both: what was played last is heard up to its end, and the next one begins right behind it
    const { captured } = again.driver;
    const end = samples.length + second.length;
    const rest = captured.findLastIndex((sample) => sample !== 0);
    const whole = new Float32Array(end);
    whole.set(samples);
    whole.set(second, samples.length);
    assert.deepEqual(captured.slice(rest + 1 - 40_000, rest + 1), whole.slice(end - 40_000));
    assert.ok(first >= 0);
  }));
