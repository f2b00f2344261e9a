/** Each patch that comes with Understudy, played from its score in examples/scores/. */
import assert from "node:assert/strict";
import { compileChecksum } from "../../../engine/memory/checksum.ts";
import { readConfig } from "../../../config/settings.ts";
import type { Command, ScoreEvent } from "../../../engine/control/control.ts";
import { renderScore } from "../../../engine/render/score_renderer.ts";
import { SampleLoader } from "../../../engine/samples/sample_loader.ts";
import { readScore } from "../../../osc/score/score.ts";
import { patchNames } from "../../../patches/ready/catalogue.ts";
import { compileWithSamples } from "../../../testing/patch/compile_named.ts";
import { centroidHz } from "../../../testing/measure/centroid.ts";
import { loudnessLufs } from "../../../testing/measure/loudness.ts";
import { renderExample } from "../../../testing/patch/render_example.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { sharedItems } from "../../../testing/share.ts";
import { PatchPlayer, peak, sameBits, testFormat } from "../../../testing/patch/patch_player.ts";

const scores = new URL("../../../examples/scores/", import.meta.url);
const sampleRateHz = 48_000;
const playedSeconds = 10;
const loader = new SampleLoader();

/** How long a patch may take from the last note until every bit is zero. */
const maxTailSeconds = 60;

/** What plays on by itself when all notes are let go, and the parameter that stops it, if there is one. */
const selfPlaying: Readonly<Record<string, string | undefined>> = {
  drums: "transport/running",
  drone: undefined,
};

interface Heard {
  readonly samples: Float32Array<ArrayBuffer>;
  readonly nonFiniteSamples: number;
}

/** Plays the first seconds of the score of a patch, lets all notes go, and listens on. */
async function play(name: string, seconds: number, blockFrames = 256): Promise<Heard> {
  const config = readConfig({ UNDERSTUDY_BLOCK_FRAMES: String(blockFrames) });
  const format = { sampleRateHz, channels: 2, inputChannels: 0, maximumBlockFrames: blockFrames };
  const patch = await compileWithSamples(name, format, loader);
  const bytes = await Deno.readFile(new URL(`${name}.txt`, scores));
  const { events } = readScore(bytes, { name, sampleRateHz, patch });
  const cut = playedSeconds * sampleRateHz;
  const played = events.filter(({ frame }) => frame < cut);
  const { native } = await nativeForTests();
  const samples = new Float32Array(seconds * sampleRateHz * 2);
  let filled = 0;
  const { nonFiniteSamples } = await renderScore({
    patch,
    config,
    native,
    checksum: compileChecksum(),
    events: [...played, { frame: cut, commands: letGo(name, played, patch.parameters) }],
    end: { frames: seconds * sampleRateHz },
    onSamples: (part) => {
      samples.set(part.subarray(0, samples.length - filled), filled);
      filled += part.length;
      return Promise.resolve();
    },
  });
  return { samples, nonFiniteSamples };
}

/** Every key and pedal up. */
function letGo(
  name: string,
  events: readonly ScoreEvent[],
  parameters: readonly { readonly address: string }[],
): Command[] {
  const notes = events.flatMap(({ commands }) => commands).filter((command) => command.kind === "noteOn");
  const stop = parameters.findIndex(({ address }) => address === selfPlaying[name]);
  return [
    ...notes.map(({ instrument, id }): Command => ({ kind: "noteOff", instrument, id })),
    ...[...new Set(notes.map(({ instrument }) => instrument))].map(
      (instrument): Command => ({ kind: "pedal", instrument, down: false }),
    ),
    ...(stop < 0 ? [] : [{ kind: "set", parameter: stop, value: 0 } as const]),
  ];
}

const decibels = (amplitude: number) => 20 * Math.log10(amplitude);
const rmsOf = (samples: Float32Array) =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);

for (const name of sharedItems("ready patches whose level is measured", patchNames, 11)) {
  Deno.test(`${name} is heard at a sound level, does not clip, and has no direct current`, async () => {
    const { samples, nonFiniteSamples } = await play(name, playedSeconds);
    assert.equal(nonFiniteSamples, 0);
    const highest = peak(samples);
    assert.ok(highest > 0.1 && highest < 0.9, `peak ${highest}`);
    const rmsDb = decibels(rmsOf(samples));
    assert.ok(rmsDb > -38 && rmsDb < -12, `rms ${rmsDb} dB`);
    for (const channel of [0, 1]) {
      const sum = samples.reduce((all, sample, index) => index % 2 === channel ? all + sample : all, 0);
      assert.ok(Math.abs(sum / samples.length * 2) < 3e-4, `channel ${channel}: mean ${sum}`);
    }
  });
}

for (
  const name of sharedItems(
    "ready patches in blocks of two sizes and to the end of their tails",
    patchNames,
    11,
  )
) {
  Deno.test(`${name} has the same bytes in blocks of 32 and of 1024 frames`, async () => {
    const [one, other] = await Promise.all([32, 1_024].map((frames) => play(name, 5, frames)));
    assert.ok(sameBits(one.samples, other.samples));
  });

  const playsOn = name in selfPlaying && selfPlaying[name] === undefined;
  const ending = playsOn ? "plays on by itself" : "falls silent, to the last bit";
  Deno.test(`${name} ${ending} when all notes are let go`, async () => {
    const { samples } = await play(name, playedSeconds + maxTailSeconds);
    const last = samples.subarray(-sampleRateHz * 2);
    if (playsOn) return assert.ok(rmsOf(last) > 0.02, `rms ${rmsOf(last)}`);
    const end = samples.findLastIndex((sample) => sample !== 0);
    assert.ok(peak(last) === 0, `sounds until ${end / 2 / sampleRateHz} s, peak ${peak(last)}`);
  });
}

/** Middle of the loudness of the ready patches; they lie within 1 LU of it, so two that are exchanged differ by 2 at most. */
const targetLufs = -17.6;

for (const name of sharedItems("ready patches whose loudness is measured", patchNames, 11)) {
  Deno.test(`${name} is as loud over its score as every other ready patch, within 2 LU`, async () => {
    const found = loudnessLufs(await renderExample(name));
    assert.ok(Math.abs(found - targetLufs) <= 1, `${found} LUFS`);
  });
}

Deno.test("a harder note is not only louder but brighter, by 10 % and more", async () => {
  const notes = { keys: 60, piano: 60, bass: 40, pad: 60, harp: 60, sampler: 60, rack: 60, cues: 60 };
  for (const [name, number] of sharedItems("ready patches with harder notes", Object.entries(notes), 4)) {
    const brightness = async (velocity: number) => {
      const player = new PatchPlayer(await compileWithSamples(name, testFormat, loader));
      player.play(960);
      return centroidHz(
        player.on(1, number, velocity).play(name === "pad" ? 65_536 : 16_384, 0),
        sampleRateHz,
      );
    };
    const [soft, hard] = [await brightness(0.3), await brightness(1)];
    assert.ok(hard > 1.1 * soft, `${name}: ${soft} Hz softly, ${hard} Hz hard`);
  }
});

Deno.test("all voices of a patch at full velocity stay below the ceiling of its limiter", async () => {
  const limited = ["piano", "bass", "pad", "harp", "rack", "cues", "sampler"];
  for (const name of sharedItems("ready patches at full velocity", limited, 3)) {
    const player = new PatchPlayer(await compileWithSamples(name, testFormat, loader));
    for (let key = 0; key < 24; key++) player.on(key, 36 + 2 * key);
    player.set("master/gainDb", 12);
    const highest = peak(player.play(48_000 * 2));
    assert.ok(highest > 0.5 && highest < 10 ** (-1 / 20) + 1e-6, `${name}: ${highest}`);
    assert.equal(player.poisonedVoices, 0);
  }
});
