import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { compileChecksum } from "../memory/checksum.ts";
import { renderSession } from "./session_renderer.ts";
import { SessionReader } from "../session/session_reader.ts";
import { SessionDamagedError } from "../session/session_damaged_error.ts";
import { WavWriter } from "./wav_writer.ts";

export interface RenderToWavOptions {
  readonly session: string;
  readonly out: string;
  readonly native: NativeLibrary;
  /** Folder of the samples; omitted: the one of the recording. */
  readonly sampleFolder?: string;
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
  const { session, out, native, sampleFolder, onProgress, signal } = options;
  const reader = await openSession(session);
  try {
    const { header } = reader;
    const { channels, sampleRateHz } = header;
    const wav = await WavWriter.create(out, { channels, sampleRateHz });
    const startedMs = performance.now();
    try {
      const result = await renderSession({
        reader,
        checksum: compileChecksum(),
        native,
        sampleFolder,
        onSamples: async (samples) => {
          signal?.throwIfAborted();
          await wav.write(samples);
          onProgress?.(reader.progress);
        },
      });
      await wav.close();
      const seconds = result.frames / sampleRateHz;
      const speed = seconds * 1_000 / (performance.now() - startedMs);
      const verdict = result.differingBlocks === 0
        ? "every block is what the device got"
        : `${result.differingBlocks} blocks DIFFER from what the device got, first block ${result.firstDifferingBlock}`;
      const concealed = result.concealedBlocks === 0
        ? ""
        : `; ${result.concealedBlocks} blocks were concealed`;
      const end = result.complete ? "" : "; the session was not closed, the end may be missing";
      return {
        identical: result.differingBlocks === 0,
        differingBlocks: result.differingBlocks,
        frames: result.frames,
        text: `${out}: ${seconds.toFixed(2)} s, ${
          speed.toFixed(0)
        } times real time; ${verdict}${concealed}${end}`,
      };
    } catch (error) {
      if (error instanceof SessionDamagedError) await wav.close(); // the part before the damage is worth keeping
      else await wav.discard();
      throw error;
    }
  } finally {
    reader.close();
  }
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
