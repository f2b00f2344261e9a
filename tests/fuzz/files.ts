/**
 * Broken files of every kind that comes from outside, read by a process of its own while an engine plays in this one. What must
 * hold: every file is read or refused with a sentence, the memory stays flat, the process does not fall, and the output is the
 * render of the session, bit for bit, with no frame concealed. Some of the sound files take the engine's own way besides.
 *
 *     deno task fuzz:files [FILES] [--seed S]
 */
import { developmentCommand } from "../../testing/development_command.ts";
import { SampleError } from "../../engine/samples/sample_error.ts";
import { SampleLoader } from "../../engine/samples/sample_loader.ts";
import { compilePatch } from "../../testing/patch/compile_named.ts";
import { OutputCapture } from "../../testing/engine/output_capture.ts";
import { renderAgain } from "../../testing/engine/render_again.ts";
import { startTestEngine } from "../../testing/engine/test_engine.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { SeededRandom } from "../../testing/seeded_random.ts";
import { fileKinds } from "./file_kinds.ts";
import { mutated } from "./file_mutations.ts";
import type { ReaderReport } from "./file_reader.ts";

/** What a run has shown. */
interface FuzzReport extends ReaderReport {
  readonly seed: number;
  readonly seconds: number;
  /** Whether the reading process came to its end by itself. */
  readonly isUp: boolean;
  /** Its resident memory after a tenth of the files. */
  readonly earlyMiB: number;
  /** Resident memory of the engine's process then and at the end, without the capture that the run itself keeps. */
  readonly engineMiB: readonly [early: number, late: number];
  /** Sound files that took the engine's own way: read, refused, and what came of the others. */
  readonly loaded: { readonly read: number; readonly refused: number; readonly failures: readonly string[] };
  readonly framesPlayed: number;
  readonly framesConcealed: number;
  readonly differingBlocks: number;
  readonly isSounding: boolean;
}

/** Sound files that take the engine's own way, at most. */
const maxLoaded = 200;

/** Breaks and reads files while an engine plays. */
async function fuzzFiles(files: number, seed: number): Promise<FuzzReport> {
  return await inFolder(async (folder) => {
    const session = `${folder}/fuzz.session`;
    const { engine } = await startTestEngine({
      environment: { UNDERSTUDY_SESSION: session, UNDERSTUDY_FAULTS: "off" },
      patch: (format) => compilePatch("sines", format),
      captureFrames: 1 << 20,
    });
    const capture = new OutputCapture(engine.memory);
    const captureBytes = () => (engine.memory.consumed() >>> 0) * engine.memory.geometry.blockFrames * 2 * 4;
    const engineMiB = () => (Deno.memoryUsage().rss - captureBytes()) / 2 ** 20;
    const startedMs = performance.now();
    const reader = new Deno.Command("nice", {
      args: [
        ...["-n", "10", Deno.execPath(), "run", "-A", "--no-check"],
        ...[new URL("./file_reader.ts", import.meta.url).pathname, `${seed}`, `${files}`],
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    let last: ReaderReport = { files: 0, read: {}, refused: {}, defects: [], residentMiB: 0 };
    let [earlyMiB, engineEarlyMiB, isOver, toldAt] = [0, 0, false, 0];
    const loading = loadSounds(folder, seed, () => isOver);
    try {
      let rest = "";
      for await (const text of reader.stdout.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + text).split("\n");
        rest = lines.pop()!;
        for (const line of lines) {
          last = JSON.parse(line);
          if (earlyMiB === 0 && last.files >= files / 10) {
            earlyMiB = last.residentMiB;
            engineEarlyMiB = engineMiB();
          }
          play(engine, last.files);
        }
        if (last.files - toldAt >= files / 20) {
          toldAt = last.files;
          console.log(
            `${last.files} files, ${last.defects.length} defects, ${last.residentMiB.toFixed(0)} MiB`,
          );
        }
      }
      const { success } = await reader.status;
      isOver = true;
      const loaded = await loading;
      const seconds = (performance.now() - startedMs) / 1_000;
      const engineLateMiB = engineMiB();
      await engine.settled();
      const { concealedFrames } = engine.status();
      await engine.stop();
      const captured = capture.finish();
      const rendered = await renderAgain(session);
      return {
        ...{ ...last, seed, seconds, earlyMiB, loaded, engineMiB: [engineEarlyMiB, engineLateMiB] },
        ...{ isUp: success && last.files === files, framesConcealed: concealedFrames },
        framesPlayed: captured.length / 2,
        differingBlocks: rendered.differingBlocks + countDifferent(captured, rendered.samples),
        isSounding: captured.some((sample) => sample !== 0),
      };
    } finally {
      isOver = true;
      await engine.stop();
    }
  });
}

/** Loads broken sound files as a patch would, one after the other, until the run is over. */
async function loadSounds(
  folder: string,
  seed: number,
  isOver: () => boolean,
): Promise<FuzzReport["loaded"]> {
  let [read, refused] = [0, 0];
  const failures: string[] = [];
  const random = new SeededRandom(seed);
  const { wav } = fileKinds();
  const originals = await wav.originals(folder);
  while (!isOver() && read + refused + failures.length < maxLoaded) {
    const bytes = mutated(random.pick(originals), random.pick(originals), { isText: false, random });
    await Deno.writeFile(`${folder}/broken.wav`, bytes);
    try {
      await new SampleLoader().load(folder, ["broken.wav"]);
      read++;
    } catch (error) {
      const { message } = error as Error;
      const isRefusal = error instanceof SampleError && !/ended early|were not decoded/.test(message);
      if (isRefusal) refused++;
      else failures.push(`by the engine's own way, seed ${seed}, file ${read + refused}: ${message}`);
    }
  }
  return { read, refused, failures };
}

/** A note for each report, so that there is something to compare. */
function play(engine: Awaited<ReturnType<typeof startTestEngine>>["engine"], files: number): void {
  const step = Math.floor(files / 500);
  const id = 1_000 + step % 8;
  engine.submit([
    { kind: "noteOff", instrument: 0, id },
    { kind: "noteOn", instrument: 0, id, number: 48 + step % 24, velocity: 0.3 },
  ]);
}

/** Samples that differ in a bit, so that -0 and NaN count as what they are. */
function countDifferent(heard: Float32Array<ArrayBuffer>, rendered: Float32Array<ArrayBuffer>): number {
  const [left, right] = [heard, rendered].map((floats) =>
    new Uint32Array(floats.buffer, floats.byteOffset, floats.length)
  );
  return left.reduce((count, word, index) => count + (word === right[index] ? 0 : 1), 0);
}

/** Growth that counts as flat: heaps breathe between two collections. */
const maxGrowthMiB = 96;

/** What holds is said; what does not is an error. */
function conclude(report: FuzzReport): void {
  const { seed, files, seconds, read, refused, defects, earlyMiB, residentMiB, loaded } = report;
  const [engineEarly, engineLate] = report.engineMiB;
  console.log(
    `seed ${seed}: ${files} files in ${seconds.toFixed(0)} s; process ${report.isUp ? "up" : "DOWN"}`,
  );
  for (const name of Object.keys(read)) console.log(`${name}: ${read[name]} read, ${refused[name]} refused`);
  console.log(
    `by the engine's own way: ${loaded.read} read, ${loaded.refused} refused`,
  );
  const [early, late] = [[earlyMiB, engineEarly], [residentMiB, engineLate]].map((both) =>
    both.map((mib) => mib.toFixed(0)).join(" and ")
  );
  console.log(`memory of reader and engine: ${early} MiB after a tenth, ${late} MiB at the end`);
  console.log(
    `${report.framesPlayed} frames played, ${report.framesConcealed} concealed; ` +
      `${report.differingBlocks === 0 ? "bit for bit" : "NOT"} the render of the session`,
  );
  for (const defect of [...defects, ...loaded.failures]) console.log(`DEFECT ${defect}`);
  const isFlat = Math.max(residentMiB - earlyMiB, engineLate - engineEarly) <= maxGrowthMiB;
  const holds = report.isUp && defects.length === 0 && loaded.failures.length === 0 && isFlat &&
    report.framesConcealed === 0 &&
    report.differingBlocks === 0 && report.isSounding;
  if (!holds) throw new Error(`the fuzzer has found something; seed ${seed}`);
}

if (import.meta.main) {
  const { numberAt, options: { seed } } = developmentCommand(import.meta.url, {
    maxWords: 1,
    options: { seed: { usual: Date.now() % 1_000_000, about: "of the random numbers" } },
  });
  const count = numberAt(0, 1_000_000);
  conclude(await fuzzFiles(count, seed));
  Deno.exit(0);
}
