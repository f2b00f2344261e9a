import assert from "node:assert/strict";
import type { PlayerAction } from "../../../engine/control/control.ts";
import { CommandLog } from "../../../engine/log/command_log.ts";
import { encodePlayerCommand } from "../../../engine/log/player_encoding.ts";
import { SealTable } from "../../../engine/log/seal_table.ts";
import { StreamSeals } from "../../../engine/log/stream_seals.ts";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import { slotSamplesIndex } from "../../../engine/memory/places.ts";
import type { SharedMemory } from "../../../engine/memory/shared_memory.ts";
import { preparePatch } from "../../../engine/renderer/patch_instance.ts";
import { Renderer } from "../../../engine/renderer/renderer.ts";
import { openSource } from "../../../engine/streams/source/open_source.ts";
import { maxReadFrames } from "../../../engine/streams/source/source.ts";
import type { StreamedFile } from "../../../engine/streams/streamed_file.ts";
import { busPatch } from "../../../testing/patch/bus_patch.ts";
import { chunk, joined, packed, wav, wavFormat } from "../../../testing/sound/riff_bytes.ts";
import { run, sox, withSoundPrograms } from "../../../testing/sound/sound_files.ts";
import { createHash } from "node:crypto";
import { pageSamplesIndex } from "../../../engine/memory/places.ts";
import { findPage, pageFrames } from "../../../engine/memory/stream_pages.ts";
import { PageLoader } from "../../../engine/streams/page_loader.ts";
import { testMemory } from "../../../testing/engine/test_memory.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { writeNoise } from "../../../testing/sound/noise_file.ts";

Deno.test("pages are loaded from the file that was played, and a file that has changed is named", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.wav`;
    const samples = await writeNoise({ path, seed: 4, frames: 9_000, channels: 1, sampleRateHz: 8_000 });
    const sha256 = createHash("sha256").update(await Deno.readFile(path)).digest("hex");
    const file = { number: 2, name: "a.wav", path, channels: 1, frames: 9_000, sha256 };
    const memory = testMemory({ pageCount: 4 });
    const missing = { file: 2, channels: 1, page: 1 };
    const loader = new PageLoader(memory, new Map([[2, file]]));
    await loader.load([missing]);
    const first = pageSamplesIndex(memory, findPage(memory, 2, 1));
    assert.deepEqual(memory.floats.slice(first, first + 808), samples.slice(8_192));
    await assert.rejects(loader.load([{ ...missing, file: 3 }]), /the recording does not name it/);
    await loader.close();

    const changed = new PageLoader(testMemory({ pageCount: 4 }), new Map([[2, { ...file, sha256: "0" }]]));
    await assert.rejects(
      changed.load([missing]),
      /a\.wav: it has changed since it was played; put the old one/,
    );
    const silent = new PageLoader(testMemory({ pageCount: 4 }), undefined);
    await silent.load([missing]);
  }));

Deno.test("a page that a block needs and that has long been there makes no room for another of the same block", () =>
  inFolder(async (folder) => {
    const files = await Promise.all([1, 2].map(async (number): Promise<StreamedFile> => {
      const path = `${folder}/${number}.wav`;
      await writeNoise({ path, seed: number, frames: 80_000, channels: 1, sampleRateHz: 8_000 });
      return { number, name: `${number}.wav`, path, channels: 1, frames: 80_000, sha256: "" };
    }));
    const memory = testMemory({ sampleRateHz: 8_000, blockFrames, pageCount: 3 });
    const { log, renderer } = rendererOf(memory, 8_000);
    const loader = new PageLoader(memory, new Map(files.map((file) => [file.number, file])));
    for (let block = 0; block < 8; block++) {
      const at = { block: renderer.block, frame: 0 };
      const act = (player: number, ...actions: PlayerAction[]) =>
        log.append(actions.map((action) => encodePlayerCommand({ kind: "player", player, ...action }, at)));
      for (const { number, frames } of block === 0 ? files : []) {
        act(
          number - 1,
          { what: "open", file: number, channels: 1 },
          { what: "slice", endFrame: frames, count: 1 },
          { what: "gate", open: true, frames: 0 },
        );
      }
      act(1, { what: "seek", frame: block * pageFrames(1) });
      new StreamSeals(memory).restore(renderer.block, 0); // as it was played: nobody was late
      await renderer.renderBlockWith((pages) => loader.load(pages));
    }
    await loader.close();
  }));

const sampleRateHz = 48_000;
const blockFrames = 512;
const channels = 2;

/** A renderer with a log of its own, whose patch has a bus for each channel. */
function rendererOf(memory: SharedMemory, rateHz: number) {
  new SealTable(memory).reset(0);
  new StreamSeals(memory).reset(0);
  const log = new CommandLog(memory);
  const format = { sampleRateHz: rateHz, channels, inputChannels: 0, maximumBlockFrames: blockFrames };
  const patch = preparePatch(0, busPatch(format), compileChecksum());
  return { log, renderer: new Renderer({ memory, ring: 0, seed: 1, patch }) };
}

/** A WAV file whose sizes stand in the part `ds64`. */
function largeWav(id: "RF64" | "BW64", samples: Uint8Array): Uint8Array<ArrayBuffer> {
  const format = wavFormat({ channels, sampleRateHz });
  const ds64 = chunk("ds64", packed(true, [8, 0], [8, samples.length], [8, 0], [4, 0]));
  const unknown = packed(true, [4, 0xFFFF_FFFF]);
  return joined(id, unknown, "WAVE", ds64, format, "data", unknown, samples);
}

/** All frames from the beginning to the end, planar: the plain decode. */
async function decodeFromStart(path: string): Promise<Float32Array> {
  const source = await openSource(path, { sampleRateHz });
  const frames = await source.measure();
  const all = new Float32Array(frames * channels);
  for (let at = 0; at < frames; at += maxReadFrames) {
    const count = Math.min(maxReadFrames, frames - at);
    const piece = await source.read(at, count);
    for (let channel = 0; channel < channels; channel++) {
      all.set(piece.subarray(channel * count, (channel + 1) * count), channel * frames + at);
    }
  }
  await source.close();
  return all;
}

withSoundPrograms(
  ["sox", "flac", "oggenc", "opusenc", "lame"],
  "loops and seeks are exact to the frame in every format",
  async (folder) => {
    await sox(folder, `-n -b 16 -r ${sampleRateHz} -c ${channels} a.wav synth 4 pinknoise gain -8`);
    await Promise.all([
      sox(folder, "a.wav a.aiff"),
      run(folder, "flac", "--totally-silent a.wav -o a.flac"),
      run(folder, "flac", "--totally-silent --ogg a.wav -o a.oga"),
      run(folder, "oggenc", "-Q a.wav -o a.ogg"),
      run(folder, "opusenc", "--quiet a.wav a.opus"),
      run(folder, "lame", "--quiet a.wav a.mp3"),
    ]);
    const samples = (await Deno.readFile(`${folder}/a.wav`)).subarray(44);
    await Deno.writeFile(`${folder}/a.wav`, wav(wavFormat({ channels }), chunk("data", samples)));
    for (const id of ["RF64", "BW64"] as const) {
      await Deno.writeFile(`${folder}/${id}.wav`, largeWav(id, samples));
    }
    const names = ["a.wav", "RF64.wav", "BW64.wav", "a.aiff", "a.flac", "a.oga", "a.ogg", "a.opus", "a.mp3"];
    const decoded = await Promise.all(names.map((name) => decodeFromStart(`${folder}/${name}`)));
    const files = names.map((name, index): StreamedFile => {
      const frames = decoded[index].length / channels;
      return { number: index + 1, name, path: `${folder}/${name}`, channels, frames, sha256: "" };
    });
    const memory = testMemory({ sampleRateHz, blockFrames, pageCount: 16 });
    const { log, renderer } = rendererOf(memory, sampleRateHz);
    const loader = new PageLoader(memory, new Map(files.map((file) => [file.number, file])));
    /** Renders blocks after actions that take effect at a frame of the first one. */
    const play = async (actions: readonly PlayerAction[], frame: number, blocks: number) => {
      const at = { block: renderer.block, frame };
      log.append(actions.map((action) => encodePlayerCommand({ kind: "player", player: 0, ...action }, at)));
      const heard: number[] = [];
      for (let count = 0; count < blocks; count++) {
        const first = slotSamplesIndex(memory, 0, renderer.block);
        await renderer.renderBlockWith((pages) => loader.load(pages));
        heard.push(...memory.floats.subarray(first, first + blockFrames * channels));
      }
      return heard.slice(frame * channels);
    };
    // the loop reaches over the grids by which MP3 and Opus are decoded
    const [start, loopStart, loopEnd, far] = [127_003, 128_001, 139_001, 190_000];
    for (const [index, { number, name, frames }] of files.entries()) {
      const sound = (from: number, to: number) =>
        Array.from({ length: to - from }, (_, at) => [
          decoded[index][from + at],
          decoded[index][frames + from + at],
        ]).flat();
      const heard = await play(
        [
          { what: "open", file: number, channels },
          { what: "slice", endFrame: loopStart, count: 1 },
          { what: "slice", endFrame: loopEnd, count: 2 },
          { what: "slice", endFrame: frames, count: 1 },
          ...[0, 1].map((side): PlayerAction => ({
            what: "route",
            channel: side,
            bus: side,
            gain: 1,
            frames: 0,
          })),
          { what: "seek", frame: start },
          { what: "gate", open: true, frames: 0 },
        ],
        37,
        50,
      );
      const expected = [...sound(start, loopEnd), ...sound(loopStart, loopEnd), ...sound(loopEnd, frames)];
      assert.deepEqual(heard, expected.slice(0, heard.length), `${name}: a loop that is played twice`);
      const sought = await play([{ what: "seek", frame: far }], 501, 6);
      assert.deepEqual(
        sought,
        [...sound(far, frames), ...new Array(sought.length).fill(0)].slice(0, sought.length),
        `${name}: a seek, and the end`,
      );
    }
    await loader.close();
  },
);
