/**
 * Sound files from the disk to what the device gets.
 */
import assert from "node:assert/strict";
import { SampleError } from "../../../engine/samples/sample_error.ts";
import { SampleLoader } from "../../../engine/samples/sample_loader.ts";
import { sampler } from "../../../modules/oscillators/sampler.ts";
import { definePatch, instrument, type Patch } from "../../../modules/patch.ts";
import { compileGraph } from "../../../compiler/compile.ts";
import { sampleFile } from "../../../modules/signal/sample_file.ts";
import { sameBits } from "../../../testing/patch/patch_player.ts";
import { renderAgain } from "../../../testing/engine/render_again.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { until } from "../../../testing/until.ts";
import { sox, withSox } from "../../../testing/sound/sound_files.ts";

const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 128 };

async function refused(loading: Promise<unknown>, expected: RegExp): Promise<void> {
  await assert.rejects(loading, (error) => {
    assert.ok(error instanceof SampleError, String(error));
    assert.match(error.message, expected);
    return true;
  });
}

/** Plays a file in a loop. */
function looped(name: string): Patch {
  return definePatch({
    name: "looped",
    instruments: {
      one: instrument({
        voices: 8,
        parameters: {},
        voice: ({ gate, trigger, frequencyHz, velocity }) => {
          const { left, right, envelope } = sampler({
            gate,
            trigger,
            frequencyHz,
            file: sampleFile(name),
            loop: "file",
          });
          return { output: [left.times(velocity), right.times(velocity)], envelope };
        },
      }),
    },
    parameters: {},
    output: ({ one }) => one,
  });
}

withSox(
  "files are found below their folder, decoded in the order of the patch, and what is the same is kept",
  async (folder) => {
    await Deno.mkdir(`${folder}/drums`);
    await sox(folder, "-n -r 44100 -c 2 -b 16 a.wav synth 0.5 sine 440 sine 661 gain -6");
    await sox(folder, "a.wav drums/b.flac");
    const loader = new SampleLoader();
    assert.equal(await loader.load(folder, []), undefined);
    const first = await loader.load(folder, ["drums/b.flac", "a.wav"]);
    assert.deepEqual(
      first!.files.map(({ name, frames, channels, sampleRateHz }) => [name, frames, channels, sampleRateHz]),
      [
        ["drums/b.flac", 22_050, 2, 44_100],
        ["a.wav", 22_050, 2, 44_100],
      ],
    );
    const again = await loader.load(folder, ["drums/b.flac", "a.wav"]);
    assert.equal(again!.memory, first!.memory);
    await sox(folder, "-n -r 44100 -c 1 -b 16 a.wav synth 0.25 sine 440");
    const changed = await loader.load(folder, ["drums/b.flac", "a.wav"]);
    assert.notEqual(changed!.memory, first!.memory);
    assert.equal(changed!.files[1].frames, 11_025);
  },
);

withSox(
  "a file that is missing, elsewhere, or no sound is an error that names it and the remedy",
  async (folder) => {
    await Deno.mkdir(`${folder}/samples/inner.wav`, { recursive: true });
    await sox(folder, "-n -r 44100 -c 2 -b 16 outside.wav synth 0.1 sine 440");
    await Deno.symlink(`${folder}/outside.wav`, `${folder}/samples/link.wav`);
    await Deno.writeTextFile(`${folder}/samples/text.wav`, "words");
    const load = (name: string, where = `${folder}/samples`) => new SampleLoader().load(where, [name]);
    await refused(
      load("kick.wav"),
      /^sample kick\.wav: there is no such file below .*samples; put it there, or set UNDERSTUDY_SAMPLE_FOLDER/,
    );
    await refused(load("link.wav"), /^sample link\.wav: there is no such file/);
    await refused(load("inner.wav"), /^sample inner\.wav: expected a file below/);
    await refused(
      load("text.wav"),
      /^sample text\.wav: expected WAV, AIFF, FLAC, Ogg Vorbis, Ogg Opus or MP3, found something else/,
    );
    await refused(
      load("kick.wav", `${folder}/none`),
      /^samples kick\.wav: there is no folder .*none; make it/,
    );
    const large = await Deno.create(`${folder}/samples/large.wav`);
    await large.truncate(257 * 2 ** 20);
    large.close();
    await refused(load("large.wav"), /^sample large\.wav: expected at most 256 MiB, found 257; cut it/);
  },
);

withSox(
  "samples play under faults and exchanges, and the session, rendered from the same files, is what was heard",
  async (folder) => {
    await sox(folder, "-n -r 44100 -c 2 -b 16 a.wav synth 0.7 sawtooth 110 sine 331 gain -6");
    await sox(folder, "-n -r 48000 -c 1 -b 24 b.flac synth 1.1 pinknoise gain -12");
    const session = `${folder}/a.session`;
    const loader = new SampleLoader();
    const [one, other] = [looped("a.wav"), looped("b.flac")].map((patch) => patch.build(format));
    const bank = await loader.load(folder, one.samples!);
    const patch = compileGraph(one, format, bank);
    const { engine, events, ...running } = await startTestEngine({
      driver: "manual",
      environment: { UNDERSTUDY_SESSION: session },
      patch: () => Promise.resolve(patch),
    });
    const note = (id: number, number: number) =>
      ({ kind: "noteOn", instrument: 0, id, number, velocity: 0.5 }) as const;
    await running.lockstep();
    engine.submit([note(1, 60)]);
    await running.secondsPass(0.05);
    engine.injectFault("kill", "primary");
    await running.lockstep();
    // a patch whose file is missing never reaches the engine
    await refused(loader.load(folder, ["missing.wav"]), /missing\.wav/);
    await running.playDuring(engine.loadPatch(other, await loader.load(folder, other.samples!)));
    engine.submit([note(2, 55)]);
    await running.secondsPass(0.05);
    engine.injectFault("kill", "all");
    await until("an engine alone", () => events.some(({ event }) => event === "alone"));
    running.driver.call(20);
    await running.lockstep();
    engine.takePeak();
    await running.secondsPass(0.1);
    assert.ok(engine.takePeak() > 0.01, "it sounds on");
    await running.playDuring(engine.loadPatch(one, await loader.load(folder, one.samples!)));
    await running.settled();
    await running.stop();
    const { captured } = running.driver;
    assert.ok(captured.some((sample) => Math.abs(sample) > 0.05));

    const rendered = await renderAgain(session);
    assert.equal(rendered.differingBlocks, 0);
    assert.ok(rendered.complete);
    assert.ok(sameBits(captured, rendered.samples));

    const elsewhere = `${folder}/elsewhere`;
    await Deno.mkdir(elsewhere);
    await Deno.rename(`${folder}/b.flac`, `${elsewhere}/b.flac`);
    await refused(
      renderAgain(session),
      /^sample b\.flac: there is no such file below .*; put it there, or set UNDERSTUDY_SAMPLE_FOLDER/,
    );
    await Deno.rename(`${folder}/a.wav`, `${elsewhere}/a.wav`);
    const moved = await renderAgain(session, elsewhere);
    assert.ok(sameBits(moved.samples, rendered.samples));
    await sox(elsewhere, "-n -r 48000 -c 1 -b 24 b.flac synth 1.1 sine 440");
    await refused(
      renderAgain(session, elsewhere),
      /^sample b\.flac: the file in .*elsewhere is not the one that the session was recorded with/,
    );
  },
);

withSox(
  "all renderers read one memory, and snapshots do not grow with it",
  async (folder) => {
    // 40 s of two channels: 15 MiB decoded
    await sox(folder, "-n -r 48000 -c 2 -b 16 long.wav synth 40 sine 440 sine 331 gain -6");
    const graph = looped("long.wav").build(format);
    const bank = await new SampleLoader().load(folder, graph.samples!);
    const patch = compileGraph(graph, format, bank);
    assert.ok(bank!.memory.buffer.byteLength > 15_000_000);
    assert.ok(patch.arena.bytes < 500_000, `${patch.arena.bytes}`);
    const { engine, ...running } = await startTestEngine({
      driver: "manual",
      patch: () => Promise.resolve(patch),
    });
    await running.lockstep();
    assert.ok(engine.memory.geometry.arenaBytes < 10_000_000);
    engine.submit([{ kind: "noteOn", instrument: 0, id: 1, number: 60, velocity: 1 }]);
    await running.secondsPass(0.05);
    // what one writes, all hear: this is the memory that they read
    new Uint32Array(bank!.memory.buffer).fill(0);
    await running.secondsPass(0.1);
    engine.takePeak();
    await running.secondsPass(0.05);
    assert.equal(engine.takePeak(), 0);
    // one that was late, or differs because it read while we wrote, is another matter than one that broke
    const { faults } = engine.status();
    assert.deepEqual([faults.throw, faults.trap], [undefined, undefined]);
    await running.stop();
  },
);
