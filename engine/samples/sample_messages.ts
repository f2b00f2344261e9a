/** Messages between the main isolate and the process that decodes samples, checked by the side that receives them. */
import {
  type PlacedSample,
  shortestLoopFrames,
  unrolledGapFrames,
} from "../../compiler/graph/sample_bank.ts";
import { invariant } from "../../foundation/invariant.ts";
import { maxFrames } from "./sound_format.ts";

/** Files to read and decode: one JSON text on standard input. */
export interface SampleRequest {
  /** As errors name it. */
  readonly folder: string;
  /** The real path of the folder, below which the process may read. */
  readonly root: string;
  readonly names: readonly string[];
  /** Checksums of the files that are in memory already, one for each name: if all are unchanged, none is decoded. */
  readonly known?: readonly string[];
}

/** One line of JSON on standard output; the bytes of a bank follow it. */
export type SampleAnswer =
  | {
    readonly files: readonly PlacedSample[];
    /** Bytes of the bank's memory. */
    readonly bytes: number;
    /** What was not taken as the files state it. */
    readonly notes: readonly string[];
  }
  | { readonly unchanged: true }
  | { readonly error: string; readonly expected: boolean };

/** Decoded files of a patch, in MiB: samples should stay in memory. */
export const maxBankMiB = 512;

/** Guards between the files of a bank, and its last page. */
const bankMarginBytes = 2 ** 20;

/** The request as it arrived. Throws InvariantError when it is none. */
export function checkSampleRequest(data: unknown): SampleRequest {
  const request = data as SampleRequest;
  invariant(typeof request?.folder === "string", "samples: expected a folder");
  invariant(typeof request.root === "string", "samples: expected the folder's real path");
  invariant(request.names?.length > 0, "samples: expected at least one name");
  invariant(
    request.known === undefined || request.known.length === request.names.length,
    `samples: expected ${request.names.length} checksums, found ${request.known?.length}`,
  );
  return request;
}

/** The answer as it arrived. Throws InvariantError when it is none, or has other files than were asked for. */
export function checkSampleAnswer(data: unknown, { names, known }: SampleRequest): SampleAnswer {
  const answer = data as SampleAnswer;
  invariant(typeof answer === "object" && answer !== null, "samples: expected an answer");
  if ("error" in answer) {
    invariant(typeof answer.error === "string", "samples: expected a text as error");
  } else if ("unchanged" in answer) {
    invariant(known !== undefined, "samples: expected files, for none are known");
  } else {
    const found = answer.files?.map(({ name }) => name) ?? [];
    invariant(
      found.length === names.length && names.every((name, index) => name === found[index]),
      `samples: expected ${names.join(", ")}, found ${found.join(", ")}`,
    );
    const { bytes } = answer;
    invariant(
      bytes > 0 && bytes % 65_536 === 0 && bytes <= maxBankMiB * 2 ** 20 + bankMarginBytes,
      `samples: expected whole pages of at most ${maxBankMiB} MiB, found ${bytes} bytes`,
    );
    answer.files.forEach((file) => checkFile(file, bytes));
  }
  return answer;
}

function checkFile(file: PlacedSample, bytes: number): void {
  const { name, sha256, frames, storedFrames = frames, channels, offset, sampleRateHz, rootNote } = file;
  const { loopStart, loopEnd } = file;
  const isWhole = [frames, storedFrames, channels, offset, loopStart, loopEnd].every(Number.isInteger);
  // a channel lies between two frames of silence
  const end = offset + channels * (storedFrames + 2) * 4;
  const fits = frames > 0 && frames <= storedFrames && storedFrames <= maxFrames &&
    (channels === 1 || channels === 2) && offset >= 0 && end <= bytes;
  // a loop that is too short for the fastest step goes on into the silence behind the file
  const inFile = loopStart >= 0 && loopStart < loopEnd && loopEnd <= Math.max(frames, shortestLoopFrames);
  const unrolled = loopStart >= frames + unrolledGapFrames && loopEnd === storedFrames &&
    (loopEnd === loopStart || loopEnd - loopStart >= shortestLoopFrames);
  const loops = frames === storedFrames ? inFile : unrolled;
  const sounds = sampleRateHz > 0 && Number.isFinite(sampleRateHz) && rootNote >= 0 && rootNote < 128;
  invariant(
    isWhole && fits && loops && sounds && typeof sha256 === "string",
    `samples: expected a file in ${bytes} bytes, found ${name} with ${frames} frames at ${offset}`,
  );
}
