import { createHash } from "node:crypto";
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import type { CompiledPatch, PatchFormat } from "../../modules/compiled_patch.ts";
import { compileChecksum } from "../checksum.ts";
import { renderSession } from "./session_renderer.ts";
import { SessionDamaged, SessionReader } from "./session_reader.ts";
import { WavWriter } from "./wav_writer.ts";

export interface RenderToWavOptions {
  readonly session: string;
  readonly out: string;
  readonly native: NativeLibrary;
  readonly compilePatch: (name: string, format: PatchFormat) => Promise<CompiledPatch>;
  /** Told the part that is done, 0..1. */
  readonly onProgress?: (part: number) => void;
}

export interface RenderReport {
  /** Every block has the checksum of what the device got. */
  readonly identical: boolean;
  readonly differingBlocks: number;
  readonly frames: number;
  readonly text: string;
}

/** Renders a session file into a WAV file. Throws {@link SessionDamaged} when that cannot give what was played. */
export async function renderToWav(options: RenderToWavOptions): Promise<RenderReport> {
  const { session, out, native, compilePatch, onProgress } = options;
  const reader = await openSession(session);
  try {
    const { header } = reader;
    const { channels, inputChannels, blockFrames, sampleRateHz } = header;
    const patch = await compilePatch(header.patch, {
      channels,
      inputChannels,
      maximumBlockFrames: blockFrames,
    });
    checkPatch(session, patch, header.patchSha256);
    const wav = await WavWriter.create(out, channels, sampleRateHz);
    const startedMs = performance.now();
    try {
      const result = await renderSession({
        reader,
        patch,
        checksum: await compileChecksum(),
        native,
        onSamples: async (samples) => {
          await wav.write(samples);
          onProgress?.(reader.progress);
        },
      });
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
    } finally {
      await wav.close();
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
    throw new SessionDamaged(`there is no session file ${path}`, { cause });
  }
}

function checkPatch(session: string, patch: CompiledPatch, recorded: string): void {
  const found = createHash("sha256").update(patch.wasm).digest("hex");
  if (found === recorded) return;
  throw new SessionDamaged(
    `${session} was played with another version of the patch "${patch.name}" (${recorded.slice(0, 12)}, ` +
      `here ${found.slice(0, 12)}); render it with the version of Understudy that recorded it`,
  );
}
