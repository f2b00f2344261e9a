/**
 * `understudy render PATCH --score FILE` as users run it.
 * Needs no real time: the program only renders here.
 */
import assert from "node:assert/strict";
import { parseCommandLine } from "../../cli/command_line.ts";
import { renderScore } from "../../cli/render_score.ts";
import { readConfig } from "../../config/settings.ts";
import { exitCodes } from "../../foundation/exit_codes.ts";
import wavefile from "wavefile";
import { sharedItems } from "../../testing/share.ts";
import { buildNativeForTests } from "../../testing/native_for_tests.ts";
import { until } from "../../testing/until.ts";

const root = new URL("../..", import.meta.url);
const cache = new URL("../../build/native-tests", import.meta.url).pathname;
await buildNativeForTests();
const example = new URL("examples/scores/keys.txt", root).pathname;

function command(args: readonly string[], environment: Readonly<Record<string, string>>): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "main.ts", "render", ...args],
    cwd: root,
    // where the native part is there already: a build would say so
    env: { NO_COLOR: "1", UNDERSTUDY_CACHE_DIR: cache, ...environment },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
}

async function render(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  input = "",
): Promise<{ code: number; stdout: string; stderr: string }> {
  const process = command(args, environment).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input)).catch(() => {}); // it may have ended without reading
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await process.output();
  const decoder = new TextDecoder();
  // the first program of a checkout builds the native part, and says so
  const said = decoder.decode(stderr).replace(/^native part built: .*\n/, "");
  return { code, stdout: decoder.decode(stdout), stderr: said };
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function samplesOf(path: string): Promise<number[]> {
  const wav = new wavefile.WaveFile(await Deno.readFile(path));
  return Array.from(wav.getSamples(true) as unknown as Float64Array);
}

Deno.test("the example score renders by name, to its own end, the same bytes in blocks of 32 and 1024 frames", () =>
  inFolder(async (folder) => {
    const files = ["32", "1024"].map((frames) => ({ frames, path: `${folder}/${frames}.wav` }));
    for (const { frames, path } of files) {
      const { code, stdout, stderr } = await render(["keys", "--score", example, "-o", path], {
        UNDERSTUDY_BLOCK_FRAMES: frames,
      });
      assert.deepEqual([code, stderr], [0, ""]);
      assert.match(stdout, /^\/.*\.wav: \d+\.\d\d s, \d+ times real time; peak -\d+\.\d dB\n$/);
    }
    const [one, other] = await Promise.all(files.map(({ path }) => Deno.readFile(path)));
    assert.deepEqual(one, other);
    const samples = await samplesOf(files[0].path);
    assert.ok(samples.length / 2 > 5 * 48_000 && samples.length / 2 < 15 * 48_000);
    assert.deepEqual(Array.from(Deno.readDirSync(folder)).length, 2, "nothing else is left behind");
  }));

/** Writes a patch file whose notes are sines of full scale, with no limiter behind them. */
async function beepIn(folder: string): Promise<string> {
  const patch = `${folder}/beep.ts`;
  await Deno.writeTextFile(
    patch,
    `import { adsr, definePatch, instrument, sine } from "understudy";
    export default definePatch({
      name: "beep",
      instruments: {
        beep: instrument({
          voices: 16,
          parameters: {},
          voice: ({ frequencyHz, gate, trigger, velocity }) => ({
            output: sine({ frequencyHz }).times(velocity),
            envelope: adsr({ gate, trigger, attackSeconds: 0.001, sustain: 1, releaseSeconds: 0.05 }),
          }),
        }),
      },
      parameters: {},
      output: ({ beep }) => beep,
    });
    `,
  );
  return patch;
}

Deno.test("integers are the floats, rounded; a patch file, standard input and an exact length work together", () =>
  inFolder(async (folder) => {
    const patch = await beepIn(folder);
    const score = "0 /beep/note 69 0.5\n0.3 /beep/off 69\n";
    const samples: Record<string, number[]> = {};
    for (const format of ["16", "24", "32f"]) {
      const out = `${folder}/${format}.wav`;
      const args = [patch, "--score", "-", "--out", out, "--format", format, "--seconds", "0.5"];
      const { code, stderr } = await render(args, { UNDERSTUDY_SAMPLE_RATE: "44100" }, score);
      assert.equal(code, 0, stderr);
      samples[format] = await samplesOf(out);
      assert.equal(samples[format].length, 22_050 * 2);
    }
    for (const format of ["16", "24"]) {
      const top = 2 ** (Number(format) - 1);
      samples["32f"].forEach((sample, index) =>
        assert.ok(Math.abs(samples[format][index] - sample * top) <= 0.5)
      );
    }
    assert.ok(samples["32f"].some((sample) => sample > 0.4));
  }));

Deno.test("each kind of mistake has its exit code and one sentence, and harms no file", () =>
  inFolder(async (folder) => {
    const score = `${folder}/tune.txt`;
    await Deno.writeTextFile(score, "0 /keys/note 60 0.5\n1 /keys/of 60\n");
    await Deno.writeTextFile(`${folder}/loud.txt`, "0 /keys/gainDb 12\n0 /keys/note 60 1.0\n");
    const cases: [readonly string[], number, RegExp][] = [
      [
        ["keys", "-s", score],
        7,
        /tune\.txt:2: \/keys\/of: there is no such address .* nearest is \/keys\/off/,
      ],
      [["keys", "-s", `${folder}/none.txt`], 7, /none\.txt: cannot be read/],
      [["keys", "-s", `${folder}/loud.txt`, "-o", `${folder}/no/a.wav`], 7, /its folder does not exist/],
      [["organ", "-s", score], 2, /there is no patch "organ"/],
      [[`${folder}/none.ts`, "-s", score], 2, /there is no patch file/],
      [["keys", "-s", score, "-o", score], 2, /would overwrite what is rendered/],
      [["keys", "-s", score, "--format", "8"], 2, /--format: expected 16, 24, 32f/],
      [["keys"], 6, /there is no session file keys; a patch is rendered with --score/],
    ];
    for (const [args, code, pattern] of sharedItems("mistakes in a render of a score", cases, 4)) {
      const ended = await render(args);
      assert.equal(ended.code, code, ended.stderr);
      assert.match(ended.stderr, pattern);
      assert.ok(!ended.stderr.includes("    at ") && ended.stdout === "");
    }
    assert.deepEqual(Array.from(Deno.readDirSync(folder), ({ name }) => name).sort(), [
      "loud.txt",
      "tune.txt",
    ]);
  }));

Deno.test("the command without a process: the same file, and exit code 0", () =>
  inFolder(async (folder) => {
    const paths = ["process", "here"].map((name) => `${folder}/${name}.wav`);
    assert.equal((await render(["keys", "-s", example, "-o", paths[0], "--seconds", "1"])).code, 0);
    const line = parseCommandLine(["render", "keys", "-s", example, "-o", paths[1], "--seconds", "1"]);
    assert.ok(line.command === "renderScore");
    assert.equal(await renderScore(line, readConfig({})), exitCodes.ok);
    const [one, other] = await Promise.all(paths.map((path) => Deno.readFile(path)));
    assert.deepEqual(one, other);
  }));

Deno.test("what does not fit, and what is cut, is said", () =>
  inFolder(async (folder) => {
    const patch = await beepIn(folder);
    const score = `${folder}/loud.txt`;
    const chord = Array.from({ length: 16 }, (_, index) => `0 /beep/note ${40 + index} 1.0\n`).join("");
    await Deno.writeTextFile(score, chord);
    const { code, stdout } = await render([patch, "-s", score, "--tail", "1", "--format", "16"]);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /: 1\.00 s, .*; peak -0\.\d dB; \d+ samples beyond full scale, held by the ceiling .*; CUT/,
    );
    const bare = await render([patch, "-s", score, "--tail", "1", "--format", "16"], {
      UNDERSTUDY_CEILING_DB: "off",
    });
    assert.match(
      bare.stdout,
      /: 1\.00 s, .*; \d+ samples beyond full scale, CLIPPED; CUT at the end of the tail/,
    );
    await Deno.writeTextFile(score, "# nothing\n");
    assert.match((await render([patch, "-s", score, "--seconds", "0.1"])).stdout, /SILENT: nothing sounded/);
  }));

Deno.test("an interrupted render ends with 130, and leaves what was there before", () =>
  inFolder(async (folder) => {
    const out = `${folder}/a.wav`;
    await Deno.writeTextFile(out, "before");
    for (const signal of sharedItems("signals to a render", ["SIGINT", "SIGTERM"] as const, 2)) {
      const process = command(["keys", "-s", example, "-o", out, "--seconds", "10000"], {}).spawn();
      await process.stdin.close();
      await until("the render has begun", () => Array.from(Deno.readDirSync(folder)).length === 2);
      process.kill(signal);
      const { code, stderr } = await process.output();
      assert.equal(code, 130);
      assert.equal(new TextDecoder().decode(stderr), `understudy: ${signal}: nothing was written\n`);
      assert.deepEqual(Array.from(Deno.readDirSync(folder), ({ name }) => name), ["a.wav"]);
      assert.equal(await Deno.readTextFile(out), "before");
    }
  }));

Deno.test("a score without an end is refused once it is larger than any score", async () => {
  const line = parseCommandLine(["render", "sines", "--score", "/dev/zero", "-o", "/dev/null"]);
  assert.equal(line.command, "renderScore");
  await assert.rejects(
    renderScore(line as Parameters<typeof renderScore>[0], readConfig({})),
    /^ScoreError: \/dev\/zero: has more than 32 MiB; render it in parts/,
  );
});
