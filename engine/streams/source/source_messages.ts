/** Messages between the reader of streams and the process that decodes foreign files, checked by the side that receives them. */
import { invariant } from "../../../foundation/invariant.ts";
import { joinBytes } from "../../../foundation/join_bytes.ts";
import { maxChannels, maxReadFrames } from "./source.ts";

/** One line of JSON on standard input. */
export type SourceRequest =
  & { readonly id: number; readonly source: number }
  & (
    | { readonly kind: "open"; readonly path: string; readonly sampleRateHz: number }
    | { readonly kind: "read"; readonly first: number; readonly frames: number }
    | { readonly kind: "measure" | "close" }
  );

/** What a source says of itself. */
export interface SourceFacts {
  readonly kind: string;
  readonly channels: number;
  readonly fileRateHz: number;
  /** Null where the end was not found yet. */
  readonly frames: number | null;
}

/** The head of an answer, a JSON text; `bytes` of samples follow it. */
export type SourceAnswer =
  | { readonly id: number; readonly facts: SourceFacts; readonly bytes: number }
  | { readonly id: number; readonly error: string; readonly isExpected: boolean }
  /** A sentence about a source, between answers. */
  | { readonly source: number; readonly warning: string }
  /** At the start, and now and then while answers are owed: nothing holds the process. */
  | { readonly alive: true };

/** A head is far shorter; a text is cut before. */
const maxHeadBytes = 2 ** 16;

/** Longest text that is passed on. */
export const maxTextLength = 2_000;

/** Samples of the longest read of the most channels. */
const maxSampleBytes = maxReadFrames * maxChannels * 4;

/** An answer as bytes: the length of its head, the head, the samples. */
export function encodeAnswer(
  answer: SourceAnswer,
  samples?: Float32Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(JSON.stringify(answer));
  const length = new Uint8Array(Uint32Array.of(head.length).buffer);
  return joinBytes([
    length,
    head,
    ...(samples === undefined
      ? []
      : [new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)]),
  ]);
}

/** Reads answers from a stream of bytes. Ends with it; throws InvariantError for what is no answer. */
export async function* decodeAnswers(
  output: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<{ readonly answer: SourceAnswer; readonly samples: Float32Array<ArrayBuffer> }> {
  let pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  let wanted = 4;
  let answer: SourceAnswer | undefined;
  let isHead = false;
  for await (const piece of output) {
    pieces.push(piece);
    length += piece.length;
    while (length >= wanted) {
      const all = joinBytes(pieces);
      const part = all.slice(0, wanted);
      pieces = [all.subarray(wanted)];
      length -= wanted;
      if (answer === undefined && !isHead) {
        wanted = new DataView(part.buffer).getUint32(0, true);
        invariant(
          wanted <= maxHeadBytes,
          `streams: expected a head of an answer, found one of ${wanted} bytes`,
        );
        isHead = true;
        continue;
      }
      if (isHead) {
        answer = checkAnswer(JSON.parse(new TextDecoder().decode(part)));
        isHead = false;
        wanted = "bytes" in answer ? answer.bytes : 0;
        if (wanted > 0) continue;
        yield { answer, samples: new Float32Array() };
      } else yield { answer: answer!, samples: new Float32Array(part.buffer) };
      answer = undefined;
      wanted = 4;
    }
  }
}

function checkAnswer(data: unknown): SourceAnswer {
  const answer = data as SourceAnswer;
  invariant(typeof answer === "object" && answer !== null, "streams: expected an answer");
  if ("alive" in answer) return answer;
  if ("warning" in answer) {
    invariant(typeof answer.warning === "string", "streams: expected a text as warning");
  } else if ("error" in answer) {
    invariant(typeof answer.error === "string", "streams: expected a text as error");
  } else {
    const { facts: { kind, channels, fileRateHz, frames }, bytes } = answer;
    const isSound = typeof kind === "string" && channels >= 1 && channels <= maxChannels && fileRateHz > 0 &&
      (frames === null || (Number.isSafeInteger(frames) && frames >= 0));
    invariant(isSound, `streams: expected a source, found ${JSON.stringify(answer.facts)}`);
    invariant(
      Number.isInteger(bytes) && bytes >= 0 && bytes <= maxSampleBytes && bytes % 4 === 0,
      `streams: expected samples, found ${bytes} bytes`,
    );
  }
  return answer;
}
