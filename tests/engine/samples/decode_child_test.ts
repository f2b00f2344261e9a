import assert from "node:assert/strict";
import { decodeInProcess } from "../../../engine/samples/decode_child.ts";
import { SampleError } from "../../../engine/samples/sample_error.ts";
import { SampleLoader } from "../../../engine/samples/sample_loader.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { chunk, packed, wav, wavFormat } from "../../../testing/sound/riff_bytes.ts";
import { until } from "../../../testing/until.ts";

/** Ids of the decoding processes that this one has started. */
function decoders(): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((id) => {
    try {
      const [, parent] = /\) \w (\d+)/.exec(Deno.readTextFileSync(`/proc/${id}/stat`))!;
      return Number(parent) === Deno.pid &&
        Deno.readTextFileSync(`/proc/${id}/cmdline`).includes("decode_child");
    } catch {
      return false; // no process, or one that has ended meanwhile
    }
  });
}

async function refused(loading: Promise<unknown>, reason: RegExp): Promise<void> {
  await assert.rejects(loading, (error) => {
    assert.ok(error instanceof SampleError, String(error));
    assert.match(error.message, reason);
    return true;
  });
  assert.deepEqual(decoders(), [], "nothing stays busy");
}

const sound = chunk("data", new Uint8Array(2_000));

Deno.test("counts that lie about billions of marks and loops cost nothing", async () => {
  await inFolder(async (folder) => {
    const cues = chunk("cue ", packed(true, [4, 2 ** 32 - 1]));
    const head = [0, 0, 0, 60, 0, 0, 0, 2 ** 32 - 1, 2 ** 32 - 1].map((value) => [4, value] as const);
    await Deno.writeFile(
      `${folder}/a.wav`,
      wav(wavFormat(), cues, chunk("smpl", packed(true, ...head)), sound),
    );
    const notes: string[] = [];
    const bank = await new SampleLoader({ onNote: (note) => notes.push(note) }).load(folder, ["a.wav"]);
    assert.equal(bank!.files[0].frames, 1_000);
    assert.deepEqual(notes, ["sample a.wav: it announces 4294967295 loops and holds 0"]);
  });
});

Deno.test("a decoding that takes too long, ends early, or is not wanted any more leaves no process behind", async () => {
  await inFolder(async (folder) => {
    await Deno.writeFile(`${folder}/a.wav`, wav(wavFormat(), sound));
    await refused(
      new SampleLoader({ maxMs: 1 }).load(folder, ["a.wav"]),
      /were not decoded after 0\.001 s; use fewer/,
    );
    const fallen = new SampleLoader().load(folder, ["a.wav"]);
    const fell = refused(fallen, /samples a\.wav: decoding ended early; is there memory enough\?/);
    // asked once: its name is empty for a moment whenever it becomes another program
    let decoder: number | undefined;
    await until("a process", () => (decoder = decoders()[0]) !== undefined);
    Deno.kill(decoder!, "SIGKILL");
    await fell;
    const abortion = new AbortController();
    const unwanted = new SampleLoader().load(folder, ["a.wav"], abortion.signal);
    const ended = assert.rejects(unwanted, /not wanted/);
    await until("a process", () => decoders().length > 0);
    abortion.abort(new Error("not wanted"));
    await ended;
    assert.deepEqual(decoders(), []);
  });
});

Deno.test("a program that calls it, as the compiled binary does, prints a line and the bytes of the bank", async () => {
  await inFolder(async (folder) => {
    await Deno.writeFile(
      `${folder}/a.wav`,
      wav(wavFormat(), chunk("data", packed(true, [2, 0x4000], [2, 0xc000]))),
    );
    const module = new URL("../../../engine/samples/decode_child.ts", import.meta.url);
    const process = new Deno.Command(Deno.execPath(), {
      args: ["eval", `import { ${decodeInProcess.name} as decode } from "${module}"; await decode();`],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const writer = process.stdin.getWriter();
    await writer.write(new TextEncoder().encode(JSON.stringify({ folder, root: folder, names: ["a.wav"] })));
    await writer.close();
    const { stdout } = await process.output();
    const lineEnd = stdout.indexOf(10);
    const { files: [{ frames, offset }], bytes } = JSON.parse(
      new TextDecoder().decode(stdout.subarray(0, lineEnd)),
    );
    const bank = stdout.slice(lineEnd + 1);
    assert.deepEqual([frames, bank.length], [2, bytes]);
    assert.deepEqual([...new Float32Array(bank.buffer, offset, 4)], [0, 0.5, -0.5, 0]);
  });
});
