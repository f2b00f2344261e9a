/**
 * Brings the sound files of patches into memory. A file is of unknown origin and decoding takes long, so a process of its own
 * does it, within limits of memory and time, and is ended when they are exceeded. Main isolate.
 */
import { endConfined } from "../../foundation/confined_command.ts";
import { joinBytes } from "../../foundation/join_bytes.ts";
import type { SampleList } from "../../compiler/graph/compiled_patch.ts";
import type { SampleBank } from "../../compiler/graph/sample_bank.ts";
import { decoderCommand } from "./decoder_command.ts";
import { SampleError } from "./sample_error.ts";
import { checkSampleAnswer, type SampleAnswer, type SampleRequest } from "./sample_messages.ts";

/** A line about as many files as a patch may have is far shorter. */
const maxLineBytes = 2 ** 20;

/** Longest decoding. Half a gigabyte of Ogg Vorbis decodes in less. */
const maxMs = 120_000;

export interface SampleLoaderOptions {
  /** Receives what was not taken as a file states it, e.g. a loop that alternates; one sentence each. */
  readonly onNote?: (text: string) => void;
  /** Longest time for the files of a patch, in milliseconds. */
  readonly maxMs?: number;
}

export class SampleLoader {
  readonly #options: SampleLoaderOptions;
  #last: SampleBank | undefined;

  constructor(options: SampleLoaderOptions = {}) {
    this.#options = options;
  }

  /**
   * The files of a patch, or undefined where it names none. Files that are the same as the last time are not decoded again.
   *
   * @param signal ends the decoding
   * @throws {SampleError} and the signal's reason
   */
  async load(
    folder: string,
    names: readonly string[],
    signal?: AbortSignal,
  ): Promise<SampleBank | undefined> {
    if (names.length === 0) return undefined;
    const last = this.#last;
    const isSame = last?.files.length === names.length &&
      names.every((name, index) => name === last.files[index].name);
    const known = isSame ? last!.files.map(({ sha256 }) => sha256) : undefined;
    const root = await Deno.realPath(folder).catch((cause) => {
      throw new SampleError(
        `samples ${names.join(", ")}: there is no folder ${folder}; make it and put them there, or set ` +
          "UNDERSTUDY_SAMPLE_FOLDER to the folder that has them",
        { cause },
      );
    });
    const answer = await ask({ folder, root, names, known }, this.#options.maxMs ?? maxMs, signal);
    if ("error" in answer) throw answer.expected ? new SampleError(answer.error) : new Error(answer.error);
    if ("unchanged" in answer) return this.#last = { ...last!, folder };
    answer.notes.forEach((note) => this.#options.onNote?.(note));
    return this.#last = answer.bank;
  }

  /**
   * The files that a session was recorded with.
   *
   * @param folder replaces the folder they were in
   * @throws {SampleError} when one is missing, or is another one than it was
   */
  async loadRecorded(recorded: SampleList, folder = recorded.folder): Promise<SampleBank> {
    const bank = await this.load(folder, recorded.files.map(({ name }) => name));
    recorded.files.forEach(({ name, sha256 }, index) => {
      const found = bank!.files[index].sha256;
      if (found === sha256) return;
      throw new SampleError(
        `sample ${name}: the file in ${folder} is not the one that the session was recorded with (SHA-256 ${sha256}, ` +
          `found ${found}); put the old one back, or set UNDERSTUDY_SAMPLE_FOLDER to the folder that has it`,
      );
    });
    return bank!;
  }
}

/** The answer of the process, with the memory of a bank where it has one. */
type Loaded = Exclude<SampleAnswer, { readonly files: unknown }> | {
  readonly bank: SampleBank;
  readonly notes: readonly string[];
};

async function ask(request: SampleRequest, limitMs: number, signal?: AbortSignal): Promise<Loaded> {
  signal?.throwIfAborted();
  const process = decoderCommand(request.root, Math.ceil(limitMs / 1_000) * 2).spawn();
  let isLate = false;
  const end = () => endConfined(process);
  const timer = setTimeout(() => {
    isLate = true;
    end();
  }, limitMs);
  signal?.addEventListener("abort", end);
  try {
    const [loaded, complaint, status] = await Promise.all([
      readAnswer(process.stdout, request),
      new Response(process.stderr).text(),
      process.status,
      send(process.stdin, request),
    ]);
    signal?.throwIfAborted();
    if (loaded !== undefined && status.success) return loaded;
    const problem = isLate
      ? `were not decoded after ${limitMs / 1_000} s; use fewer or shorter ones`
      : "decoding ended early; is there memory enough?";
    throw new SampleError(`samples ${request.names.join(", ")}: ${problem}`, { cause: complaint });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
    end();
  }
}

/** A process that has fallen does not read; its output tells. */
async function send(stdin: WritableStream<Uint8Array>, request: SampleRequest): Promise<void> {
  const writer = stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(request))).catch(() => {});
  await writer.close().catch(() => {});
}

/** Reads a line, and the bytes that it announces; undefined where the output ends before. Never holds the isolate for long. */
async function readAnswer(
  output: ReadableStream<Uint8Array>,
  request: SampleRequest,
): Promise<Loaded | undefined> {
  let head: Uint8Array<ArrayBuffer> = new Uint8Array();
  let loaded: Loaded | undefined;
  let room: Uint8Array = new Uint8Array();
  let at = 0;
  for await (const piece of output) {
    let rest = piece;
    if (loaded === undefined) {
      const lineEnd = piece.indexOf(10);
      head = joinBytes([head, lineEnd < 0 ? piece : piece.subarray(0, lineEnd)]);
      if (head.length > maxLineBytes) return undefined;
      if (lineEnd < 0) continue;
      const answer = checkSampleAnswer(JSON.parse(new TextDecoder().decode(head)), request);
      if (!("files" in answer)) {
        loaded = answer;
        continue;
      }
      const { files, bytes, notes } = answer;
      const pages = bytes / 65_536;
      const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
      loaded = { bank: { folder: request.folder, memory, files }, notes };
      room = new Uint8Array(memory.buffer);
      rest = piece.subarray(lineEnd + 1);
    }
    if (at + rest.length > room.length) return undefined;
    room.set(rest, at);
    at += rest.length;
  }
  return at === room.length ? loaded : undefined;
}
