/** Renders many voices with scsynth offline, and tells how long that took. */
import { encodePacket, type OscMessage } from "../osc/codec.ts";
import type { TimeTag } from "../osc/time_tag.ts";
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

/** Seconds that the whole process took. */
export async function scsynthSeconds(load: ScsynthLoad): Promise<number> {
  const { units, frequenciesHz, seconds, sampleRateHz, blockFrames } = load;
  const folder = await Deno.makeTempDir({ prefix: "understudy-bench-" });
  try {
    const definition = encodeSynthDef("voice", { freq: 440 }, units);
    const bundles = [
      bundle(0, [{ address: "/d_recv", args: [{ type: "b", value: definition }] }]),
      bundle(
        0,
        frequenciesHz.map((hz, index): OscMessage => ({
          address: "/s_new",
          args: [
            { type: "s", value: "voice" },
            { type: "i", value: 1_000 + index },
            { type: "i", value: 0 },
            { type: "i", value: 0 },
            { type: "s", value: "freq" },
            { type: "f", value: hz },
          ],
        })),
      ),
      bundle(seconds, [{ address: "/c_set", args: [{ type: "i", value: 0 }, { type: "f", value: 0 }] }]),
    ];
    await Deno.writeFile(`${folder}/score.osc`, join(bundles));
    const startedMs = performance.now();
    const { success, stdout } = await new Deno.Command("scsynth", {
      args: [
        ..."-D 0 -i 0 -o 2 -m 1048576 -n 8192 -w 1024".split(" "),
        ...["-z", String(blockFrames), "-N", `${folder}/score.osc`, "_", `${folder}/out.wav`],
        ...[String(sampleRateHz), "WAV", "float"],
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    const took = (performance.now() - startedMs) / 1_000;
    const text = new TextDecoder().decode(stdout);
    if (!success || /FAILURE|ERROR/.test(text)) throw new Error(`scsynth failed:\n${text}`);
    return took;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function bundle(seconds: number, elements: readonly OscMessage[]): Uint8Array {
  const timeTag: TimeTag = { seconds: Math.floor(seconds), fraction: 0 };
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
