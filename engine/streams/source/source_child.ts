/**
 * Runs in a process of its own that may read files, nothing else: decodes sound files for the reader of streams. A file of
 * unknown origin can end this process only.
 */
import { openSource } from "./open_source.ts";
import type { Source } from "./source.ts";
import { SourceError } from "./source_error.ts";
import {
  encodeAnswer,
  maxTextLength,
  type SourceAnswer,
  type SourceFacts,
  type SourceRequest,
} from "./source_messages.ts";

/** Time between two signs of life. */
const aliveMs = 50;

const sources = new Map<number, Promise<Source>>();

function write(answer: SourceAnswer, samples?: Float32Array<ArrayBuffer>): void {
  const bytes = encodeAnswer(answer, samples);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
}

function factsOf({ kind, channels, fileRateHz, frames }: Source): SourceFacts {
  return { kind, channels, fileRateHz, frames: frames ?? null };
}

let owed = 0;
let signs: ReturnType<typeof setInterval> | undefined;

/** Gives signs of life while answers are owed. */
async function answer(request: SourceRequest): Promise<void> {
  owed++;
  signs ??= setInterval(() => write({ alive: true }), aliveMs);
  await carryOut(request);
  if (--owed > 0) return;
  clearInterval(signs);
  signs = undefined;
}

async function carryOut(request: SourceRequest): Promise<void> {
  const { id, source: number } = request;
  try {
    if (request.kind === "open") {
      const opening = openSource(request.path, {
        sampleRateHz: request.sampleRateHz,
        onWarning: (text) => write({ source: number, warning: text.slice(0, maxTextLength) }),
      });
      // requests that follow at once wait for it
      sources.set(number, opening);
      return write({ id, facts: factsOf(await opening), bytes: 0 });
    }
    const source = await sources.get(number);
    if (source === undefined) throw new Error(`there is no source ${number}`);
    let samples: Float32Array<ArrayBuffer> | undefined;
    if (request.kind === "read") samples = await source.read(request.first, request.frames);
    else if (request.kind === "measure") await source.measure();
    else {
      sources.delete(number);
      await source.close();
    }
    write({ id, facts: factsOf(source), bytes: samples?.byteLength ?? 0 }, samples);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    write({ id, error: text.slice(0, maxTextLength), isExpected: error instanceof SourceError });
  }
}

/** Answers the requests on standard input until it ends. */
export async function readSourcesInProcess(): Promise<void> {
  // the decoders print what their results hold too
  console.error = () => {};
  write({ alive: true });
  let rest = "";
  for await (const piece of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop()!;
    for (const line of lines) void answer(JSON.parse(line));
  }
  Deno.exit(0);
}

if (import.meta.main) await readSourcesInProcess();
