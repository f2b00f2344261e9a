/**
 * Brings the sound files of patches into memory. Decoding takes long, so a thread does it and answers with a memory that is
 * shared, not copied. Main isolate.
 */
import type { SampleList } from "../../compiler/graph/compiled_patch.ts";
import type { SampleBank } from "../../compiler/graph/sample_bank.ts";
import { askWorker, WorkerFailedError } from "../../foundation/ask_worker.ts";
import { SampleError } from "./sample_error.ts";
import { checkSampleAnswer, type SampleAnswer, type SampleRequest } from "./sample_messages.ts";

/** Half a gigabyte of Ogg Vorbis decodes in less. */
const timeLimitMs = 120_000;

export class SampleLoader {
  #last: SampleBank | undefined;

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
    const answer = await ask({ folder, names, known }, signal);
    if ("error" in answer) throw answer.expected ? new SampleError(answer.error) : new Error(answer.error);
    return this.#last = "unchanged" in answer ? { ...last!, folder } : answer.bank;
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

async function ask(request: SampleRequest, signal?: AbortSignal): Promise<SampleAnswer> {
  try {
    const answer = await askWorker<unknown>({
      module: new URL("./sample_worker.ts", import.meta.url),
      data: request,
      timeoutMs: timeLimitMs,
      signal,
    });
    return checkSampleAnswer(answer, request);
  } catch (cause) {
    if (!(cause instanceof WorkerFailedError)) throw cause;
    const problems: Readonly<Record<WorkerFailedError["problem"], string>> = {
      timeout: `were not decoded after ${timeLimitMs / 1_000} s; use fewer or shorter ones`,
      threw: cause.message,
      ended: "decoding ended early; is there memory enough?",
    };
    throw new SampleError(`samples: ${problems[cause.problem]}`, { cause });
  }
}
