import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { compileChecksum } from "../memory/checksum.ts";
import { renderSession } from "./session_renderer.ts";
import { decodePatch } from "../session/session_format.ts";
import { SessionReader } from "../session/session_reader.ts";
import { SessionDamagedError } from "../session/session_damaged_error.ts";
import { mayBeRf64, rf64Notice, WavWriter } from "./wav_writer.ts";

/** A part of a session, in seconds from its first block. */
export interface SessionPart {
  /** Omitted: from the beginning. */
  readonly fromSeconds?: number;
  /** Omitted: to the end. */
  readonly seconds?: number;
}

export interface RenderToWavOptions {
  readonly session: string;
  readonly out: string;
  readonly native: NativeLibrary;
  /** Folder of the samples; omitted: the one of the recording. */
  readonly sampleFolder?: string;
  /** The part that is written; all before it is played as well, because the sound follows from it. Omitted: all. */
  readonly part?: SessionPart;
  /** As in `SessionRenderOptions`: then nothing is compared. */
  readonly stem?: string;
  /** Receives what is worth knowing before the work begins. */
  readonly onNotice?: (text: string) => void;
  /** Told the part that is done, 0..1. */
  readonly onProgress?: (part: number) => void;
  /** Gives up where it is aborted, and leaves no file. */
  readonly signal?: AbortSignal;
}

export interface RenderReport {
  /** Every block has the checksum of what the device got. */
  readonly identical: boolean;
  readonly differingBlocks: number;
  readonly frames: number;
  readonly text: string;
}

/** Renders a session file into a WAV file. Throws {@link SessionDamagedError} when the file does not hold all that was played. */
export async function renderToWav(options: RenderToWavOptions): Promise<RenderReport> {
  const { session, out, native, sampleFolder, stem, part = {}, onNotice, onProgress, signal } = options;
  const reader = await openSession(session);
  try {
    const { header } = reader;
    const { channels, sampleRateHz } = header;
    const from = Math.round((part.fromSeconds ?? 0) * sampleRateHz);
    const to = part.seconds === undefined ? Infinity : from + Math.round(part.seconds * sampleRateHz);
    let wav: WavWriter | undefined;
    let at = 0;
    const startedMs = performance.now();
    try {
      const result = await renderSession({
        reader,
        checksum: compileChecksum(),
        native,
        sampleFolder,
        stem,
        onLength: async (frames) => {
          if (from > 0 && from >= frames) {
            throw new SessionDamagedError(
              `--from: the session has ${(frames / sampleRateHz).toFixed(2)} s, found ${part.fromSeconds}`,
            );
          }
          const mayHaveFrames = Math.min(to, frames) - from;
          const wavOptions = { channels, sampleRateHz, mayHaveFrames };
          if (mayBeRf64(wavOptions)) onNotice?.(rf64Notice(out));
          wav = await WavWriter.create(out, wavOptions);
        },
        isEnough: () => at >= to,
        onSamples: async (samples) => {
          signal?.throwIfAborted();
          const frames = samples.length / channels;
          const [first, last] = [from - at, to - at].map((edge) => Math.max(0, Math.min(frames, edge)));
          at += frames;
          if (last > first) await wav!.write(samples.subarray(first * channels, last * channels));
          onProgress?.(reader.progress);
        },
      });
      const written = wav!.frames;
      await wav!.close();
      const seconds = written / sampleRateHz;
      const speed = at / sampleRateHz * 1_000 / (performance.now() - startedMs);
      const isIdentical = stem !== undefined || result.differingBlocks === 0;
      const verdict = stem !== undefined
        ? stem === "" ? "what sounds without notes" : `${stem} alone`
        : isIdentical
        ? "every block is what the device got"
        : `${result.differingBlocks} blocks DIFFER from what the device got, first block ${result.firstDifferingBlock}`;
      const concealed = result.concealedBlocks === 0
        ? ""
        : `; ${result.concealedBlocks} blocks were concealed`;
      const end = result.complete || at >= to ? "" : "; the session was not closed, the end may be missing";
      return {
        identical: isIdentical,
        differingBlocks: stem === undefined ? result.differingBlocks : 0,
        frames: written,
        text: `${out}: ${seconds.toFixed(2)} s, ${
          speed.toFixed(0)
        } times real time; ${verdict}${concealed}${end}`,
      };
    } catch (error) {
      if (error instanceof SessionDamagedError) await wav?.close(); // the part before the damage is worth keeping
      else await wav?.discard();
      throw error;
    }
  } finally {
    reader.close();
  }
}

/** Names of the instruments of all patches of a session, each once. Throws as {@link renderToWav}. */
export async function stemsOf(session: string): Promise<readonly string[]> {
  const reader = await openSession(session);
  const names = new Set<string>();
  try {
    for (let chunk = await reader.next(); chunk; chunk = await reader.next()) {
      if (chunk.type === "PTCH") {
        decodePatch(chunk.payload).description.instruments.forEach((name) => names.add(name));
      }
    }
  } finally {
    reader.close();
  }
  return [...names];
}

async function openSession(path: string): Promise<SessionReader> {
  try {
    return await SessionReader.open(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new SessionDamagedError(`there is no session file ${path}; a patch is rendered with --score FILE`, {
      cause,
    });
  }
}
