/** Runs in a thread of its own: finds the files of a patch below their folder, and decodes them into one shared memory. */
import { createHash } from "node:crypto";
import { join, sep } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { createSampleBank, type DecodedSample } from "../../compiler/graph/sample_bank.ts";
import { decodeSample } from "./decode_sample.ts";
import { SampleError } from "./sample_error.ts";
import { checkSampleRequest, type SampleAnswer, type SampleRequest } from "./sample_messages.ts";

/** Limits for one file, and for all files of a patch once decoded, in MiB: samples should stay in memory. */
const maxFileMiB = 256;
const maxBankMiB = 512;

const remedy = "put it there, or set UNDERSTUDY_SAMPLE_FOLDER to the folder that has it";

async function readSample(folder: string, root: string, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const fail = (problem: string, cause?: unknown): never => {
    throw new SampleError(`sample ${name}: ${problem}`, { cause });
  };
  const missing = (cause?: unknown) => fail(`there is no such file below ${folder}; ${remedy}`, cause);
  const path = await Deno.realPath(join(folder, name)).catch((cause) =>
    cause instanceof Deno.errors.NotFound ? missing(cause) : fail(`cannot be read: ${cause.message}`, cause)
  );
  if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) return missing(); // a link leads elsewhere
  const { isFile, size } = await Deno.stat(path);
  if (!isFile) return fail(`expected a file below ${folder}, found something else; ${remedy}`);
  if (size > maxFileMiB * 2 ** 20) {
    return fail(`expected at most ${maxFileMiB} MiB, found ${Math.ceil(size / 2 ** 20)}; cut it`);
  }
  return await Deno.readFile(path).catch((cause) => fail(`cannot be read: ${cause.message}`, cause));
}

async function answer({ folder, names, known }: SampleRequest): Promise<SampleAnswer> {
  const root = await Deno.realPath(folder).catch((cause) => {
    throw new SampleError(
      `samples ${names.join(", ")}: there is no folder ${folder}; make it and put them there, or set ` +
        "UNDERSTUDY_SAMPLE_FOLDER to the folder that has them",
      { cause },
    );
  });
  const files: { name: string; bytes: Uint8Array<ArrayBuffer>; sha256: string }[] = [];
  for (const name of names) {
    const bytes = await readSample(folder, root, name);
    files.push({ name, bytes, sha256: createHash("sha256").update(bytes).digest("hex") });
  }
  if (known && files.every(({ sha256 }, index) => sha256 === known[index])) return { unchanged: true };
  const decoded: DecodedSample[] = [];
  let total = 0;
  for (const { name, bytes, sha256 } of files) {
    const sample = { ...await decodeSample(name, bytes), sha256 };
    total += sample.channels.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (total > maxBankMiB * 2 ** 20) {
      throw new SampleError(
        `sample ${name}: with it a patch would need more than ${maxBankMiB} MiB for samples; use fewer or shorter ones`,
      );
    }
    decoded.push(sample);
  }
  return { bank: createSampleBank(folder, decoded) };
}

// the decoders print what their results hold too
console.error = () => {};
parentPort!.postMessage(
  await answer(checkSampleRequest(workerData)).catch((error): SampleAnswer => ({
    error: error instanceof Error ? error.message : String(error),
    expected: error instanceof SampleError,
  })),
);
