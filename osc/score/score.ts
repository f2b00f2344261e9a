/** Scores: the messages that play a patch, with their times, read from a file into commands at frames. */
import type { Command, EngineControl, ScoreEvent } from "../../engine/control/control.ts";
import { nearest } from "../../foundation/nearest.ts";
import { MessageRefusedError } from "../packet/arguments.ts";
import { musicMethods } from "../methods/music_methods.ts";
import { type MusicMethod } from "../methods/music_method.ts";
import { readScoreBinary } from "./score_binary.ts";
import { ScoreError } from "./score_error.ts";
import { isServerSetUp } from "./server_commands.ts";
import { ServerNodes } from "./server_nodes.ts";
import { readScoreText } from "./score_text.ts";
import { ScoreBundle } from "./score_bundle.ts";

/** Commands at frames. */
export interface Score {
  /** In the order of their frames; at one frame in the order of the file. */
  readonly events: readonly ScoreEvent[];
  /** The end that the score itself sets, after all events. */
  readonly endFrame: number | undefined;
}

export interface ScoreOptions {
  /** File name, for error texts. */
  readonly name: string;
  readonly sampleRateHz: number;
  readonly patch: Pick<EngineControl, "parameters" | "instruments" | "midiChannels">;
}

/** The longest score, a little more than a day; block numbers stay far from their wrap. */
export const maxScoreSeconds = 100_000;

/** Messages that set the end of a score: ours and SuperCollider's. */
const endAddresses: readonly string[] = ["/end", "/nrt_end"];

/** Reads a score, text or binary: a binary one begins with a byte 0, which no text has. Throws {@link ScoreError}. */
export function readScore(bytes: Uint8Array, { name, sampleRateHz, patch }: ScoreOptions): Score {
  const bundles = bytes[0] === 0
    ? readScoreBinary(bytes, name)
    : readScoreText(decodeText(bytes, name), name);
  const methods = new Map(musicMethods(patch).map((method) => [method.address, method]));
  const nodes = new ServerNodes(patch.instruments, methods);
  const placed = bundles.map((bundle) => ({ ...bundle, frame: frameOf(bundle, sampleRateHz) }))
    .sort((a, b) => a.frame - b.frame)
    .map((bundle) => ({ ...bundle, commands: commandsOf(bundle, methods, nodes) }));
  const last = placed.at(-1);
  const end = placed.find(isEnd) ?? (last?.commands.length === 0 ? last : undefined);
  const late = end && placed.findLast(({ frame, commands }) => frame > end.frame && commands.length > 0);
  if (late) {
    throw new ScoreError(late.where, `expected nothing after the end that ${end.where} sets; move the end`);
  }
  const events = placed.map(({ frame, commands }): ScoreEvent => ({ frame, commands }));
  return { events: events.filter(({ commands }) => commands.length > 0), endFrame: end?.frame };
}

function isEnd({ messages }: ScoreBundle): boolean {
  return messages.some(({ address }) => endAddresses.includes(address));
}

/** The nearest frame, halves upwards, without a rounding error on the way. */
function frameOf({ time: { numerator, denominator }, where }: ScoreBundle, sampleRateHz: number): number {
  if (numerator > denominator * BigInt(maxScoreSeconds)) {
    throw new ScoreError(
      where,
      `expected a time of 0 to ${maxScoreSeconds} s from the start of the score, found ${
        numerator / denominator
      } s`,
    );
  }
  return Number((2n * numerator * BigInt(sampleRateHz) + denominator) / (2n * denominator));
}

/** The commands of a bundle; an end, and what only sets up a server of SuperCollider, are none. */
function commandsOf(
  { messages, where }: ScoreBundle,
  methods: ReadonlyMap<string, MusicMethod>,
  nodes: ServerNodes,
): readonly Command[] {
  return messages.filter(({ address }) => !endAddresses.includes(address)).flatMap((message) => {
    const { address, args } = message;
    try {
      const method = methods.get(address);
      if (method) return method.read(args);
      const played = nodes.read(message);
      if (played) return played;
    } catch (cause) {
      if (!(cause instanceof MessageRefusedError)) throw cause;
      throw new ScoreError(where, `${address}: ${cause.message}`, { cause });
    }
    if (isServerSetUp(address)) return [];
    throw new ScoreError(
      where,
      `${address}: there is no such address in a score; the nearest is ${
        nearest(address, [...methods.keys(), "/end"])
      }`,
    );
  });
}

function decodeText(bytes: Uint8Array, name: string): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
  }
  throw new ScoreError(
    name,
    "expected text in UTF-8, or packets with their sizes as scsynth -N reads them",
  );
}
