/**
 * A process that breaks files and reads them, and writes what came of it as lines of JSON. What ends it is a defect.
 *
 *     deno run -A tests/fuzz/file_reader.ts SEED FILES
 */
import { inFolder } from "../../testing/in_folder.ts";
import { SeededRandom } from "../../testing/seeded_random.ts";
import { type FileKind, fileKinds } from "./file_kinds.ts";
import { mutated } from "./file_mutations.ts";

/** What has come of the files so far. */
export interface ReaderReport {
  readonly files: number;
  /** Of each kind: files that were read, and files that were refused. */
  readonly read: Readonly<Record<string, number>>;
  readonly refused: Readonly<Record<string, number>>;
  /** Errors that do not say what is wrong with a file, or sounds that are none. */
  readonly defects: readonly string[];
  readonly residentMiB: number;
}

/** Files between two reports. */
const reportEvery = 500;

/** Defects that are kept: the first ones tell most. */
const maxDefects = 20;

export interface BrokenFiles {
  readonly seed: number;
  readonly files: number;
  /** Number of the first file. */
  readonly first?: number;
  /** Every kind by default. */
  readonly kinds?: Readonly<Record<string, FileKind>>;
}

/** Breaks and reads files; each is made of the seed and its number alone. */
export async function readBroken(
  { seed, files, first = 0, kinds: asked = fileKinds() }: BrokenFiles,
  report: (report: ReaderReport) => void,
): Promise<void> {
  const errors = console.error;
  console.error = () => {}; // a decoder prints what its result holds
  try {
    await inFolder(async (folder) => {
      const kinds = await Promise.all(
        Object.entries(asked).map(async ([name, kind]) => {
          const own = `${folder}/${name}`; // kinds write files of the same names
          await Deno.mkdir(own);
          return { name, kind, originals: await kind.originals(own) };
        }),
      );
      const drawn = kinds.flatMap((kind) => Array.from({ length: kind.kind.weight }, () => kind));
      const count = () => Object.fromEntries(kinds.map(({ name }) => [name, 0]));
      const [read, refused, defects] = [count(), count(), [] as string[]];
      for (let number = first; number < first + files; number++) {
        const random = new SeededRandom(seed * 1_000_003 + number);
        const { name, kind, originals } = random.pick(drawn);
        const bytes = mutated(random.pick(originals), random.pick(originals), {
          isText: kind.isText,
          random,
        });
        const mended = kind.mend !== undefined && random.chance(0.9) ? kind.mend(bytes) : bytes;
        const defect = await tryReading(kind, mended, folder);
        if (defect === true) read[name]++;
        else if (defect === false) refused[name]++;
        else if (defects.length < maxDefects) {
          defects.push(`${name}, seed ${seed}, file ${number}: ${defect}`);
        }
        const done = number + 1 - first;
        if (done % reportEvery === 0 || done === files) {
          report({ files: done, read, refused, defects, residentMiB: Deno.memoryUsage().rss / 2 ** 20 });
        }
      }
    });
  } finally {
    console.error = errors;
  }
}

/** Whether a file was read; a text for a defect. */
async function tryReading(
  kind: FileKind,
  bytes: Uint8Array<ArrayBuffer>,
  folder: string,
): Promise<boolean | string> {
  try {
    await kind.read(bytes, folder);
    return true;
  } catch (error) {
    const isRefusal = kind.refusals.some((refusal) => error instanceof refusal);
    const { message = String(error), stack = "" } = error as Error;
    if (
      isRefusal && message.length < 1_000 && !message.includes("\n") && !/cannot be decoded/.test(message)
    ) return false;
    // the lines that tell where: farther ones are the fuzzer's own
    return [message, ...stack.split("\n").slice(1, 4)].join(" ").slice(0, 600);
  }
}

if (import.meta.main) {
  const [seed, files] = Deno.args.map(Number);
  const encoder = new TextEncoder();
  await readBroken({ seed, files }, (report) => {
    Deno.stdout.writeSync(encoder.encode(`${JSON.stringify(report)}\n`));
  });
  Deno.exit(0);
}
