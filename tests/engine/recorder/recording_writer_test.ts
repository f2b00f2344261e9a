import assert from "node:assert/strict";
import { RecordingWriter, type RecordingWriterOptions } from "../../../engine/recorder/recording_writer.ts";
import { flacBlockFrames } from "../../../engine/recorder/flac_encoder.ts";
import { createRecording } from "../../../engine/recorder/recording_path.ts";
import { testRecording } from "../../../testing/sound/recording_start.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { requirement } from "../../../testing/requirement.ts";
import { until } from "../../../testing/until.ts";

const sox = { commands: ["sox", "soxi", "flac"], install: "sudo apt-get install sox libsox-fmt-base flac" };

async function printed(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args }).output();
  assert.ok(success, `${command}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout).trim();
}

/** A writer whose progress a test sees. */
async function opened(path: string, options: Partial<RecordingWriterOptions> = {}) {
  if (options.written === undefined) createRecording(path, new Uint8Array());
  const format = path.endsWith(".flac") ? "flac24" : "wav32f";
  const progress = { frames: 0, bytes: 0, waitingBytes: 0 };
  const writer = await RecordingWriter.open({
    start: { ...testRecording, path, format },
    minFreeBytes: 0,
    onProgress: (written, waitingBytes) => Object.assign(progress, written, { waitingBytes }),
    ...options,
  });
  return { writer, progress };
}

const tone = (frames: number) =>
  Float32Array.from({ length: frames * 2 }, (_, index) => Math.sin(index / 20));

requirement({
  name:
    "a file that grows can be opened at any moment, as RIFF, as RF64, and as FLAC, and again by a second writer that goes on with it",
  fn: () =>
    inFolder(async (folder) => {
      for (
        const [name, maxRiffBytes] of [["a.wav", undefined], ["rf64.wav", 60_000], [
          "a.flac",
          undefined,
        ]] as const
      ) {
        const path = `${folder}/${name}`;
        const first = await opened(path, { maxRiffBytes });
        first.writer.write(tone(flacBlockFrames * 3 + 7));
        await until("the disk has it", () => first.progress.waitingBytes === 0);
        await until("its beginning says so", () =>
          name.endsWith("flac") || soxiFrames(path) === flacBlockFrames * 3 + 7);
        if (name.startsWith("rf64")) {
          assert.equal(new TextDecoder().decode(Deno.readFileSync(path).subarray(0, 4)), "RF64");
        }
        if (name.endsWith("flac")) {
          await printed("flac", "-t", "-s", path);
        }
        // the process is lost here, with half of a block on the disk
        const { frames, bytes } = first.progress;
        Deno.writeFileSync(path, new Uint8Array(1_000).fill(77), { append: true });
        const second = await opened(path, { maxRiffBytes, written: { frames, bytes } });
        second.writer.write(tone(flacBlockFrames));
        await second.writer.close();
        assert.equal(second.writer.problem, undefined);
        assert.equal(soxiFrames(path), frames + flacBlockFrames);
        if (name.endsWith("flac")) {
          await printed("flac", "-t", "-s", path);
        }
        await first.writer.close();
      }
    }),
}, sox);

function soxiFrames(path: string): number {
  const { stdout } = new Deno.Command("soxi", { args: ["-s", path], stderr: "null" }).outputSync();
  return Number(new TextDecoder().decode(stdout));
}

Deno.test("lost frames are silence; a disk without room, and a file that was removed, end the file with what it has", () =>
  inFolder(async (folder) => {
    const { writer, progress } = await opened(`${folder}/a.wav`);
    writer.write(tone(10));
    writer.writeLoss({ frame: 10, frames: 5 });
    writer.write(tone(1));
    await writer.close();
    assert.equal(progress.frames, 16);

    const full = await opened(`${folder}/full.wav`, { minFreeBytes: 2 ** 60 });
    full.writer.write(tone(100));
    await until("it is written", () => full.progress.waitingBytes === 0);
    full.writer.check();
    await until("it ends", () => full.writer.problem !== undefined);
    full.writer.write(tone(100));
    await full.writer.close();
    assert.match(full.writer.problem!, /MiB are free in .*: make room, or lower UNDERSTUDY_RECORD_MIN_FREE/);
    assert.equal(Deno.statSync(`${folder}/full.wav`).size, full.progress.bytes);
    assert.equal(full.progress.frames, 100);

    const gone = await opened(`${folder}/gone.wav`);
    Deno.removeSync(`${folder}/gone.wav`);
    gone.writer.check();
    await until("it ends", () => gone.writer.problem !== undefined);
    assert.match(gone.writer.problem!, /its file was removed/);
    await gone.writer.close();
  }));

Deno.test("what waits for the disk is bounded", () =>
  inFolder(async (folder) => {
    const { writer } = await opened(`${folder}/a.wav`, { maxWaitingBytes: 2 ** 20 });
    const piece = new Float32Array(2 ** 16);
    let pieces = 0;
    for (; !writer.isFull; pieces++) writer.write(piece);
    assert.equal(pieces * piece.byteLength, 2 ** 20);
    await writer.close();
    assert.equal(writer.isFull, false);
  }));

/** Whether this process may mount a file system of its own, small enough to be full soon. */
function mayMount(folder: string): boolean {
  const args = ["-t", "tmpfs", "-o", "size=512k", "tmpfs", folder];
  return Deno.uid() === 0 && new Deno.Command("mount", { args, stderr: "null" }).outputSync().success;
}

const disk = await Deno.makeTempDir({ prefix: "understudy-" });
const isMounted = mayMount(disk);
globalThis.addEventListener("unload", () => {
  if (isMounted) new Deno.Command("umount", { args: [disk] }).outputSync();
  Deno.removeSync(disk);
});

requirement({
  name: "a disk that is full ends the file with the whole frames that it has, and the reason",
  fn: async () => {
    const { writer, progress } = await opened(`${disk}/a.wav`);
    for (let second = 0; second < 20; second++) writer.write(tone(8_000));
    await until("it ends", () => writer.problem !== undefined);
    await writer.close();
    assert.match(writer.problem!, /No space left/);
    assert.ok(progress.frames > 0 && progress.frames < 160_000);
    assert.equal(soxiFrames(`${disk}/a.wav`), progress.frames);
    assert.equal(Deno.statSync(`${disk}/a.wav`).size, progress.bytes);
  },
}, { ...sox, rights: { "the right to mount": isMounted } });
