import assert from "node:assert/strict";
import { SampleLoader } from "../../../engine/samples/sample_loader.ts";
import { compilePatch, compileWithSamples } from "../../../testing/patch/compile_named.ts";
import { sampleFolderOf } from "../../../patches/loading/sample_folder.ts";
import { sampler } from "../../../patches/ready/sampler.ts";
import { measureHz } from "../../../testing/measure/spectrum.ts";
import {
  compileForTest,
  PatchPlayer,
  peak,
  sameBits,
  testFormat,
} from "../../../testing/patch/patch_player.ts";

const folder = sampleFolderOf("sampler", undefined);
const [keys, kit] = [0, 1];
const loader = new SampleLoader();

const compiled = await compileWithSamples("sampler", testFormat, loader);

/** Without the plate, so that what is heard is the recordings alone. */
function dryPlayer(): PatchPlayer {
  const player = new PatchPlayer(compiled);
  player.set("plate/keysDb", -90).set("plate/kitDb", -90);
  player.play(960); // the faders are there
  return player;
}

const cents = (hz: number, otherHz: number) => 1_200 * Math.log2(hz / otherHz);

Deno.test("string and glass of the keys are in tune", () => {
  for (const glass of [0, 1]) {
    const player = dryPlayer().set("keys/glass", glass).set("keys/swellSeconds", 0);
    // the end of the string lies far below the glass
    player.set("keys/start", glass === 0 ? 0 : 0.9);
    // a hand that rubs is not a clockwork
    const maxCents = glass === 0 ? 3 : 15;
    for (const [number, hz] of [[57, 220], [69, 440], [81, 880]]) {
      player.on(1, number, 0.8, keys).play(9_600);
      const off = cents(measureHz(player.play(36_000, 0), hz, 48_000), hz);
      assert.ok(Math.abs(off) <= maxCents, `glass ${glass}, ${hz} Hz: off by ${off} cents`);
      player.off(1, keys).play(96_000);
    }
  }
});

Deno.test("the glass sounds on while its key is held, the string ends by itself", () => {
  const heldLevel = (glass: number) => {
    const player = dryPlayer().set("keys/glass", glass).set("keys/decaySeconds", 60);
    player.on(1, 72, 0.8, keys).play(48_000 * 9, undefined, 1_024);
    return peak(player.play(4_800));
  };
  assert.ok(heldLevel(0) < 1e-9);
  assert.ok(heldLevel(0.5) > 0.01);
});

Deno.test("a drum sounds to its end however soon it is let go, and a short decay makes it dry", () => {
  const lastSound = (decaySeconds: number, heldFrames: number) => {
    const player = dryPlayer().set("kit/decaySeconds", decaySeconds);
    player.on(1, 49, 1, kit).play(heldFrames);
    player.off(1, kit);
    return heldFrames + player.play(48_000 * 3, 0).findLastIndex((sample) => Math.abs(sample) > 1e-4);
  };
  const [soon, late] = [lastSound(20, 64), lastSound(20, 9_600)];
  assert.equal(soon, late);
  assert.ok(soon > 48_000, `${soon}`);
  assert.ok(lastSound(0.1, 64) < 48_000 * 0.2);
});

Deno.test("the closed and the pedalled hi-hat choke the open one; a snare does not", () => {
  const openAfter = (next: number) => {
    const player = dryPlayer();
    player.on(1, 46, 1, kit).play(4_800);
    player.on(2, next, 0.01, kit);
    player.play(2_400);
    return peak(player.play(480));
  };
  const open = openAfter(38);
  assert.ok(open > 0.01, `${open}`);
  for (const next of [42, 44]) assert.ok(openAfter(next) < open / 10, `choked by ${next}`);
});

Deno.test("every drum is heard on its keys, toms by their pitch, and other keys of the kit are silent", () => {
  const player = dryPlayer();
  const heard = new Map<number, number>();
  for (let key = 30; key < 64; key++) {
    player.on(1, key, 1, kit).off(1, kit);
    heard.set(key, peak(player.play(48_000 * 3, undefined, 1_024)));
  }
  const sounding = [...heard].filter(([, level]) => level > 0.05).map(([key]) => key);
  assert.deepEqual(sounding, [35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 56, 57]);
  for (const [key, level] of heard) assert.ok(sounding.includes(key) || level === 0, `${key}: ${level}`);
  // the pitch of a skin falls; at the same place of the recording it is the same
  const heightOf = (key: number) => {
    const ratio = 2 ** ((key - 45) / 12);
    player.on(1, key, 1, kit).off(1, kit).play(Math.round(4_800 / ratio));
    const hz = measureHz(player.play(Math.round(9_600 / ratio), 0), 124 * ratio, 48_000);
    player.play(96_000);
    return hz;
  };
  const middle = heightOf(45);
  for (const key of [41, 43, 48, 50]) {
    const off = cents(heightOf(key), middle) - 100 * (key - 45);
    assert.ok(Math.abs(off) < 5, `${key}: off by ${off} cents`);
  }
});

Deno.test("a voice of the kit that is taken for another drum does not click", () => {
  const jump = (samples: Float32Array) =>
    samples.reduce((most, one, at) => at === 0 ? 0 : Math.max(most, Math.abs(one - samples[at - 1])), 0);
  const player = dryPlayer().set("kit/cutoffHz", 500);
  for (let id = 0; id < 12; id++) player.on(id, 41, 0.5, kit);
  player.play(4_800);
  const steady = jump(player.play(480, 0));
  // a key without a drum: nothing is heard but what ends
  player.on(99, 60, 0.5, kit);
  assert.ok(jump(player.play(960, 0)) < steady * 1.5);
  assert.equal(player.poisonedVoices, 0);
});

Deno.test("files of the same names in another folder take the places of those that come with it", async () => {
  const other = await Deno.makeTempDir({ prefix: "understudy-samples-" });
  try {
    const names = sampler.build(testFormat).samples!;
    for (const name of names) await Deno.copyFile(`${folder}/${name}`, `${other}/${name}`);
    // what a file is its bytes say: here a WAV with a root of its own, which changes no drum's pitch
    await Deno.copyFile(`${folder}/harmonic.wav`, `${other}/snare.flac`);
    const play = async (from: string, key: number) => {
      const patch = await compileForTest(sampler, {}, await loader.load(from, names));
      return new PatchPlayer(patch).on(1, key, 1, kit).play(24_000, 0);
    };
    assert.ok(sameBits(await play(folder, 36), await play(other, 36)));
    assert.ok(!sameBits(await play(folder, 38), await play(other, 38)));
    const heardHz = measureHz((await play(other, 38)).subarray(4_800), 492.2, 48_000);
    assert.ok(Math.abs(cents(heardHz, 492.2)) < 5, `${heardHz} Hz`);
  } finally {
    await Deno.remove(other, { recursive: true });
  }
});

Deno.test("without its sound files the patch is refused, with their names", () => {
  assert.throws(
    () => compilePatch("sampler", testFormat),
    /plays harmonic\.wav, .*expected these samples to be loaded/,
  );
});

Deno.test("every file beside the ready patches is played by one, has its origin written down, and all are small", async () => {
  const names = sampler.build(testFormat).samples!;
  const origins = await Deno.readTextFile(`${folder}/README.md`);
  const there = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name !== "README.md");
  assert.deepEqual(there.sort(), [...names].sort());
  let bytes = 0;
  for (const name of there) {
    assert.match(origins, new RegExp(`^\\| \`${name}\` +\\|.*https://freesound\\.org/`, "m"));
    bytes += (await Deno.stat(`${folder}/${name}`)).size;
  }
  assert.ok(bytes < 2.5e6, `${bytes} bytes`);
});
