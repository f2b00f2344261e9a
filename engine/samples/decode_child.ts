/**
 * Runs in a process of its own that may read the folder of the samples, nothing else: finds the files of a patch, decodes them,
 * and prints one line of JSON and the bytes of their bank. A file of unknown origin can end this process only.
 */
import { createHash } from "node:crypto";
import { join, sep } from "node:path";
import { createSampleBank, type DecodedSample } from "../../compiler/graph/sample_bank.ts";
import { decodeSample } from "./decode_sample.ts";
import { SampleError } from "./sample_error.ts";
import { checkSampleRequest, maxBankMiB, type SampleAnswer, type SampleRequest } from "./sample_messages.ts";

/** Limit for one file, in MiB. */
const maxFileMiB = 256;

/** Bytes that are written at once. */
const pieceBytes = 2 ** 20;

const remedy = "put it there, or set UNDERSTUDY_SAMPLE_FOLDER to the folder that has it";

async function readSample(folder: string, root: string, name: string): Promise<Uint8Array<ArrayBuffer>> {
  const fail = (problem: string, cause?: unknown): never => {
    throw new SampleError(`sample ${name}: ${problem}`, { cause });
  };
  const missing = (cause?: unknown) => fail(`there is no such file below ${folder}; ${remedy}`, cause);
  // a link that leads elsewhere may not be followed
  const isMissing = (cause: unknown) =>
    cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotCapable;
  const path = await Deno.realPath(join(root, name)).catch((cause) =>
    isMissing(cause) ? missing(cause) : fail(`cannot be read: ${cause.message}`, cause)
  );
  if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) return missing();
  const { isFile, size } = await Deno.stat(path);
  if (!isFile) return fail(`expected a file below ${folder}, found something else; ${remedy}`);
  if (size > maxFileMiB * 2 ** 20) {
    return fail(`expected at most ${maxFileMiB} MiB, found ${Math.ceil(size / 2 ** 20)}; cut it`);
  }
  return await Deno.readFile(path).catch((cause) => fail(`cannot be read: ${cause.message}`, cause));
}

/** What the process has to say, and the bank whose bytes follow. */
interface Decoded {
  readonly answer: SampleAnswer;
  readonly memory?: WebAssembly.Memory;
}

async function decodeAll({ folder, root, names, known }: SampleRequest): Promise<Decoded> {
  const checksum = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
  if (known && await allSame(names, known, async (name) => checksum(await readSample(folder, root, name)))) {
    return { answer: { unchanged: true } };
  }
  const decoded: DecodedSample[] = [];
  const told: string[] = [];
  let total = 0;
  for (const name of names) {
    const bytes = await readSample(folder, root, name);
    const { notes, ...sound } = await decodeSample(name, bytes);
    told.push(...notes);
    total += sound.channels.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (total > maxBankMiB * 2 ** 20) {
      throw new SampleError(
        `sample ${name}: with it a patch would need more than ${maxBankMiB} MiB for samples; use fewer or shorter ones`,
      );
    }
    decoded.push({ ...sound, sha256: checksum(bytes) });
  }
  const { files, memory } = createSampleBank(folder, decoded);
  return { answer: { files, bytes: memory.buffer.byteLength, notes: told }, memory };
}

async function allSame(
  names: readonly string[],
  known: readonly string[],
  checksumOf: (name: string) => Promise<string>,
): Promise<boolean> {
  for (const [index, name] of names.entries()) {
    if (await checksumOf(name) !== known[index]) return false;
  }
  return true;
}

function write(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

/** Answers the request on standard input. */
export async function decodeInProcess(): Promise<void> {
  // the decoders print what their results hold too
  console.error = () => {};
  const request = checkSampleRequest(JSON.parse(await new Response(Deno.stdin.readable).text()));
  const { answer, memory } = await decodeAll(request).catch((error): Decoded => ({
    answer: {
      error: error instanceof Error ? error.message : String(error),
      expected: error instanceof SampleError,
    },
  }));
  write(new TextEncoder().encode(`${JSON.stringify(answer)}\n`));
  const all = memory === undefined ? new Uint8Array() : new Uint8Array(memory.buffer);
  // a system call takes no shared memory
  for (let at = 0; at < all.length; at += pieceBytes) write(all.slice(at, at + pieceBytes));
}

if (import.meta.main) await decodeInProcess();
