/** Renders many voices with scsynth offline, and tells how much processor time that took. */
import { encodePacket, type OscMessage } from "../osc/packet/codec.ts";
import type { TimeTag } from "../osc/packet/time_tag.ts";
import { type FloatWav, readFloatWav } from "../testing/sound/read_float_wav.ts";
import { childrenSeconds } from "../testing/measure/processor_time.ts";
import { encodeSynthDef, type Unit } from "./synthdef.ts";

/** What is rendered, and for how long. */
export interface ScsynthLoad {
  readonly units: readonly Unit[];
  /** Notes: one frequency a voice. */
  readonly frequenciesHz: readonly number[];
  readonly seconds: number;
  readonly sampleRateHz: number;
  readonly blockFrames: number;
}

/** scsynth is not installed, or does not run. */
export class ScsynthMissingError extends Error {
  override readonly name = "ScsynthMissingError";
}

/** Version of the scsynth that is installed, e.g. `3.13.0`. */
export async function scsynthVersion(): Promise<string> {
  try {
    const { stdout } = await new Deno.Command("scsynth", { args: ["-v"], stderr: "null" }).output();
    return /scsynth (\S+)/.exec(new TextDecoder().decode(stdout))?.[1] ?? "of unknown version";
  } catch (cause) {
    throw new ScsynthMissingError(
      "expected scsynth to compare with, found none on the path: apt-get install supercollider-server",
      { cause },
    );
  }
}

/** Processor time of the whole process, in seconds. */
export async function scsynthSeconds(load: ScsynthLoad): Promise<number> {
  return (await render(load, [])).seconds;
}

/** Whether it plays what is asked for: synths that run in the end, and what the last second sounds like. */
export async function inspectScsynth(
  load: ScsynthLoad,
): Promise<{ synths: number; lastSecond: Float32Array<ArrayBuffer> }> {
  const dump: OscMessage = {
    address: "/g_dumpTree",
    args: [{ type: "i", value: 0 }, { type: "i", value: 0 }],
  };
  const { text, wav } = await render(load, [dump]);
  return {
    synths: text.match(/^\s+\d+ voice$/gm)?.length ?? 0,
    lastSecond: wav.samples.slice(-2 * load.sampleRateHz),
  };
}

/** Messages at a time, in seconds from the beginning. */
export interface ScoreBundle {
  readonly seconds: number;
  readonly elements: readonly OscMessage[];
}

/** What is rendered, message by message. */
export interface ScsynthScore {
  readonly bundles: readonly ScoreBundle[];
  readonly outputs: number;
  readonly sampleRateHz: number;
  readonly blockFrames: number;
}

/** Processor time of the whole process, in seconds. Throws where it fails, or nothing sounds in the end. */
export async function scsynthScoreSeconds(score: ScsynthScore): Promise<number> {
  const { seconds, wav } = await renderScore(score);
  if (!wav.samples.slice(-score.outputs * score.sampleRateHz).some((sample) => sample !== 0)) {
    throw new Error("scsynth: nothing sounds in the last second");
  }
  return seconds;
}

async function render(
  load: ScsynthLoad,
  atTheEnd: readonly OscMessage[],
): Promise<Rendered> {
  const { units, frequenciesHz, seconds, sampleRateHz, blockFrames } = load;
  const definition = encodeSynthDef("voice", { freq: 440 }, units);
  const notes = frequenciesHz.map((hz, index): OscMessage => ({
    address: "/s_new",
    args: [
      { type: "s", value: "voice" },
      { type: "i", value: 1_000 + index },
      { type: "i", value: 0 },
      { type: "i", value: 0 },
      { type: "s", value: "freq" },
      { type: "f", value: hz },
    ],
  }));
  const last: OscMessage = { address: "/c_set", args: [{ type: "i", value: 0 }, { type: "f", value: 0 }] };
  const bundles = [
    { seconds: 0, elements: [{ address: "/d_recv", args: [{ type: "b", value: definition }] } as const] },
    { seconds: 0, elements: notes },
    { seconds, elements: [...atTheEnd, last] },
  ];
  return await renderScore({ bundles, outputs: 2, sampleRateHz, blockFrames });
}

interface Rendered {
  readonly seconds: number;
  readonly text: string;
  readonly wav: FloatWav;
}

async function renderScore(
  { bundles, outputs, sampleRateHz, blockFrames }: ScsynthScore,
): Promise<Rendered> {
  const folder = await Deno.makeTempDir({ prefix: "understudy-bench-" });
  try {
    await Deno.writeFile(
      `${folder}/score.osc`,
      join(bundles.map(({ seconds, elements }) => bundle(seconds, elements))),
    );
    const before = childrenSeconds();
    const { success, stdout } = await new Deno.Command("scsynth", {
      args: [
        ...`-D 0 -i 0 -o ${outputs} -m 1048576 -n 8192 -w 1024`.split(" "),
        ...["-z", String(blockFrames), "-N", `${folder}/score.osc`, "_", `${folder}/out.wav`],
        ...[String(sampleRateHz), "WAV", "float"],
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    const took = childrenSeconds() - before;
    const text = new TextDecoder().decode(stdout);
    if (!success || /FAILURE|ERROR/.test(text)) throw new Error(`scsynth failed:\n${text}`);
    return { seconds: took, text, wav: await readFloatWav(`${folder}/out.wav`) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function bundle(seconds: number, elements: readonly OscMessage[]): Uint8Array {
  const timeTag: TimeTag = {
    seconds: Math.floor(seconds),
    fraction: Math.floor(seconds % 1 * 2 ** 32),
  };
  return encodePacket({ timeTag, elements });
}

/** Each packet behind its length: the score that `scsynth -N` reads. */
function join(packets: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(packets.reduce((size, packet) => size + 4 + packet.length, 0));
  const view = new DataView(whole.buffer);
  let at = 0;
  for (const packet of packets) {
    view.setUint32(at, packet.length);
    whole.set(packet, at + 4);
    at += 4 + packet.length;
  }
  return whole;
}
