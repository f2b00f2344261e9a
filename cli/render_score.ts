import { compileGraph } from "../compiler/compile.ts";
import { decodeGraph } from "../compiler/graph/checked_graph.ts";
import { graphWarnings } from "../compiler/graph/graph_warnings.ts";
import type { Config } from "../config/settings.ts";
import { loadNative } from "../config/load_native.ts";
import { renderScoreToWav } from "../engine/render/render_score_to_wav.ts";
import { type ExitCode, exitCodes } from "../foundation/exit_codes.ts";
import { joinBytes } from "../foundation/join_bytes.ts";
import { readScore } from "../osc/score/score.ts";
import { ScoreError } from "../osc/score/score_error.ts";
import type { RenderScoreCommand } from "./command_line.ts";
import { interruptible } from "./interruptible.ts";
import { openPatchSource } from "./open_patch_source.ts";
import { clearProgress, print, showProgress } from "./terminal.ts";

/** `understudy render [PATCH] --score SCORE`: a patch, played from a score, to a WAV file. */
export async function renderScore(line: RenderScoreCommand, config: Config): Promise<ExitCode> {
  const text = await interruptible((signal) => renderText(line, config, signal)).finally(clearProgress);
  print(text + "\n");
  return exitCodes.ok;
}

/** Renders, and returns the report for the user. */
async function renderText(line: RenderScoreCommand, config: Config, signal: AbortSignal): Promise<string> {
  const { sampleRateHz } = config;
  const source = await openPatchSource(config, { onSampleNote: (text) => console.error(text) });
  const { graph: loaded, samples } = await source.load(line.patch ?? config.patch, signal);
  const graph = decodeGraph(loaded);
  graphWarnings(graph, source.format).forEach((warning) => console.error(warning));
  const patch = compileGraph(graph, source.format, samples);
  const bytes = await readScoreFile(line.score, signal);
  const score = readScore(bytes, { name: line.score, sampleRateHz, patch });
  const framesOf = (seconds: number) => Math.round(seconds * sampleRateHz);
  const { native } = await loadNative(config, (text) => console.error(text));
  const exactFrames = line.seconds === undefined ? score.endFrame : framesOf(line.seconds);
  const { text } = await renderScoreToWav({
    ...line,
    config,
    patch,
    events: score.events,
    end: exactFrames === undefined ? { tailFrames: framesOf(line.tailSeconds) } : { frames: exactFrames },
    native,
    onNotice: (text) => console.error(text),
    onProgress: showProgress,
    signal,
  });
  return text;
}

/** Largest score: half a million messages, which take half a gigabyte once they are read. */
const maxScoreMiB = 32;

/** The bytes of a file, or of standard input for `-`, which may be a device without an end. Throws {@link ScoreError}. */
async function readScoreFile(path: string, signal: AbortSignal): Promise<Uint8Array> {
  try {
    const input = (path === "-" ? Deno.stdin : await Deno.open(path)).readable.pipeThrough(
      new TransformStream(),
      { signal },
    );
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for await (const piece of input) {
      bytes += piece.length;
      if (bytes > maxScoreMiB * 2 ** 20) {
        throw new ScoreError(path, `has more than ${maxScoreMiB} MiB; render it in parts`);
      }
      pieces.push(piece);
    }
    return joinBytes(pieces);
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof ScoreError) throw cause;
    throw new ScoreError(path, `cannot be read: ${(cause as Error).message}`, { cause });
  }
}
