/** What every module has to keep, whatever it does. */
import assert from "node:assert/strict";
import fc from "fast-check";
import * as library from "../../modules/mod.ts";
import type { Patch } from "../../modules/patch.ts";
import { patchText } from "../../compiler/compile.ts";
import { voiceField } from "../../compiler/plan/arena.ts";
import type { Graph } from "../../compiler/graph/graph.ts";
import { compileForTest, PatchPlayer, sameBits, testFormat } from "../../testing/patch/patch_player.ts";
import { sharedItems, sharedRuns } from "../../testing/share.ts";
import { bankOf, sineFrames } from "../../testing/trial/test_bank.ts";
import {
  addressOf,
  type AnyModule,
  levelAddress,
  type Place,
  trialOf,
} from "../../testing/trial/module_trial.ts";

/** All modules, and where they can stand. What makes sound of nothing is silent when its voice is. */
const modules: readonly {
  readonly module: AnyModule;
  readonly places: readonly Place[];
  readonly generates?: true;
  readonly options?: object;
}[] = [
  { module: library.sine, places: ["voice", "output"], generates: true },
  { module: library.saw, places: ["voice", "output"], generates: true },
  { module: library.pulse, places: ["voice", "output"], generates: true },
  { module: library.noise, places: ["voice", "output"], generates: true },
  { module: library.triangle, places: ["voice", "output"], generates: true },
  { module: library.superSaw, places: ["voice", "output"], generates: true },
  { module: library.fmOperator, places: ["voice", "output"], generates: true },
  { module: library.wavetable, places: ["voice", "output"], generates: true },
  { module: library.pinkNoise, places: ["voice", "output"], generates: true },
  { module: library.brownNoise, places: ["voice", "output"], generates: true },
  {
    ...{ module: library.sampler, places: ["voice"], generates: true },
    options: { file: library.sampleFile("trial.wav"), loop: "range" },
  },
  { module: library.pluck, places: ["voice"], generates: true },
  { module: library.lfo, places: ["voice", "output"], generates: true },
  { module: library.adsr, places: ["voice"], generates: true },
  { module: library.adsrCurved, places: ["voice"], generates: true },
  { module: library.attackRelease, places: ["voice"], generates: true },
  { module: library.multiStage, places: ["voice"], generates: true },
  { module: library.glide, places: ["voice"], generates: true },
  { module: library.stateVariable, places: ["voice", "output"] },
  { module: library.dcBlocker, places: ["voice", "output"] },
  { module: library.onePole, places: ["voice", "output"] },
  { module: library.ladder, places: ["voice", "output"] },
  { module: library.parametricEq, places: ["voice", "output"] },
  { module: library.shelvingEq, places: ["voice", "output"] },
  { module: library.comb, places: ["voice", "output"] },
  { module: library.allPass, places: ["voice", "output"] },
  { module: library.compressor, places: ["voice", "output"] },
  { module: library.limiter, places: ["voice", "output"] },
  { module: library.gate, places: ["voice", "output"] },
  { module: library.softClip, places: ["voice", "output"] },
  { module: library.waveFolder, places: ["voice", "output"] },
  { module: library.bitCrusher, places: ["voice", "output"] },
  { module: library.delay, places: ["voice", "output"] },
  { module: library.gain, places: ["voice", "output"] },
  { module: library.pan, places: ["voice", "output"] },
  { module: library.mixer, places: ["voice", "output"] },
  { module: library.audioInput, places: ["voice", "output"] },
  { module: library.bus, places: ["output"] },
  { module: library.pingPong, places: ["output"] },
  { module: library.chorus, places: ["voice", "output"] },
  { module: library.flanger, places: ["voice", "output"] },
  { module: library.phaser, places: ["voice", "output"] },
  { module: library.plateReverb, places: ["output"] },
  { module: library.fdnReverb, places: ["output"] },
  { module: library.crossfade, places: ["voice", "output"] },
  { module: library.midSideEncode, places: ["output"] },
  { module: library.midSideDecode, places: ["output"] },
  { module: library.stereoWidth, places: ["output"] },
  { module: library.meter, places: ["voice", "output"] },
  { module: library.envelopeFollower, places: ["voice", "output"] },
  { module: library.slew, places: ["voice", "output"] },
  { module: library.transport, places: ["voice", "output"], generates: true },
  { module: library.clockDivider, places: ["voice", "output"] },
  { module: library.euclid, places: ["voice", "output"] },
  { module: library.stepSequencer, places: ["voice", "output"], generates: true },
  { module: library.arpeggiator, places: ["voice", "output"], generates: true },
];

const rateHz = 12_000;
const bank = bankOf({ "trial.wav": { channels: [sineFrames(3_000, 50), sineFrames(3_000, 51)] } });
const format = { ...testFormat, sampleRateHz: rateHz };
const storms = sharedRuns("storms on each module", 12, 6);
const silences = sharedRuns("silences after a storm on each module", 5, 5);
const cutRuns = sharedRuns("ways to cut the blocks of each module", 10, 5);
const compile = (patch: Patch) => compileForTest(patch, format, bank);

Deno.test("every module of the library is tried here", () => {
  const exported = Object.values(library).filter((one) => typeof one === "function" && "moduleName" in one);
  const tried = new Set<unknown>(modules.map(({ module }) => module));
  const missing = exported.filter((module) => !tried.has(module));
  assert.deepEqual(missing.map((module) => (module as unknown as AnyModule).moduleName), []);
  assert.ok(exported.length >= 12);
});

/** Something that happens to a patch, and how long it sounds on. */
interface Blow {
  readonly note: number;
  readonly velocity: number;
  /** Parameter by its place in the table, and where in its range, ends included. */
  readonly turn: number;
  readonly to: number;
  readonly frames: number;
}

const blows = fc.array(
  fc.record({
    note: fc.integer({ min: 0, max: 127 }),
    velocity: fc.constantFrom(0, 0, 0.01, 1),
    turn: fc.nat(100),
    to: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
    frames: fc.integer({ min: 0, max: 3_000 }),
  }),
  { minLength: 1, maxLength: 12 },
);

/** Notes that overlap and end, parameters in the middle and at both ends. */
const script: readonly Blow[] = Array.from({ length: 12 }, (_, index) => ({
  note: 40 + index % 5,
  velocity: index % 4 === 3 ? 0 : 0.8,
  turn: index,
  to: [0.4, 1, 0, 0.6][index % 4],
  frames: 700 + index * 37,
}));

/** Strikes or releases a note, and turns a parameter. */
function strike(player: PatchPlayer, place: Place, { parameters }: AnyModule, blow: Blow): void {
  player.on(blow.note, blow.note, blow.velocity);
  const keys = Object.keys(parameters).filter((key) =>
    player.patch.parameters.some(({ address }) => address === addressOf(place, key))
  );
  if (keys.length === 0) return;
  const key = keys[blow.turn % keys.length];
  const { min, max } = parameters[key];
  player.set(addressOf(place, key), min + (max - min) * blow.to);
}

/** Puts a level on every bus of the streams that a patch hears. */
function playToBuses({ memory, patch: { arena } }: PatchPlayer): void {
  const { streams, channels, maximumBlockFrames } = arena;
  if (streams === undefined) return;
  const rows = Math.ceil(streams.buses / channels);
  new Float32Array(memory, streams.offset, rows * maximumBlockFrames * channels).fill(0.25);
}

/** Each module in each place where it can stand. */
const standing = modules.flatMap(({ places, ...one }) => places.map((place) => ({ ...one, place })));

/** Those that are tried for one of the three properties: a run tries each for another one. */
function triedFor(property: string, number: number): typeof standing {
  const turned = [...standing.slice(number), ...standing.slice(0, number)];
  return [...sharedItems(`modules in their places: ${property}`, turned, 3)];
}

const nameOf = ({ module, place }: typeof standing[number]) => `${module.moduleName} in the ${place}`;

for (const tried of triedFor("storms", 0)) {
  const { module, place, options } = tried;
  const keys = Object.keys(module.parameters);

  Deno.test(`${nameOf(tried)}: no storm of notes and parameters, at audio rate or not, gives a NaN`, () => {
    fc.assert(
      fc.property(fc.subarray(keys), blows, fc.integer(), (stormy, list, seed) => {
        const player = new PatchPlayer(compile(trialOf(module, place, { stormy, options })), seed);
        for (const blow of list) {
          strike(player, place, module, blow);
          assert.ok(player.play(blow.frames).every(Number.isFinite));
        }
        assert.equal(player.poisonedVoices, 0);
      }),
      storms,
    );
  });
}

for (const tried of triedFor("silence", 1)) {
  const { module, place, generates, options } = tried;
  const keys = Object.keys(module.parameters);

  Deno.test(`${nameOf(tried)}: after any storm, silence comes to exact zero and leaves no denormal`, () => {
    const patch = trialOf(module, place, { options });
    const compiled = compile(patch);
    fc.assert(
      fc.property(blows, (list) => {
        const player = new PatchPlayer(compiled);
        for (const blow of list) {
          strike(player, place, module, blow);
          player.play(blow.frames);
        }
        player.on(60).play(500);
        for (const key of keys) player.set(addressOf(place, key), module.parameters[key].default);
        if (generates && place === "voice") { for (let id = 0; id < 128; id++) player.off(id); }
        else player.set(levelAddress(place), 0);
        // echoes of 0.3 s at 0.4 take 12 s to fall by 300 dB, the longest there are
        player.play(30 * rateHz);
        const silent = player.play(1_024);
        if (!generates || place === "voice") assert.ok(silent.every((sample) => sample === 0));
        assert.equal(denormals(player, patch), 0);
      }),
      silences,
    );
  });
}

for (const tried of triedFor("cuts", 2)) {
  const { module, place, options } = tried;

  Deno.test(`${nameOf(tried)}: any block size and any cuts give the same bytes`, () => {
    const compiled = compile(trialOf(module, place, { options }));
    const render = (cut: (frames: number, player: PatchPlayer) => Float32Array<ArrayBuffer>) => {
      const player = new PatchPlayer(compiled);
      playToBuses(player);
      return script.map((blow) => {
        strike(player, place, module, blow);
        return cut(blow.frames, player);
      });
    };
    const expected = render((frames, player) => player.play(frames, undefined, 1));
    assert.ok(
      expected.some((part) => part.some((sample) => sample !== 0)),
    );
    const compare = (found: typeof expected, how: string) =>
      found.forEach((part, index) => assert.ok(sameBits(part, expected[index]), `${how}, part ${index}`));
    for (const blockFrames of [32, 64, 128, 256, 512, 1_024]) {
      compare(
        render((frames, player) => player.play(frames, undefined, blockFrames)),
        `blocks of ${blockFrames}`,
      );
    }
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1_024 }), { minLength: 1, maxLength: 20 }),
        (cuts) => {
          let next = 0;
          const cut = (frames: number, player: PatchPlayer) => {
            const parts: number[] = [];
            for (let left = frames; left > 0;) {
              const count = Math.min(left, cuts[next++ % cuts.length]);
              parts.push(...player.play(count, undefined, count));
              left -= count;
            }
            return Float32Array.from(parts);
          };
          compare(render(cut), `cuts ${cuts}`);
        },
      ),
      cutRuns,
    );
  });
}

const smallestNormal = 2 ** -126;

/** Float states and frames of delay lines that are neither zero nor normal. */
function denormals(player: PatchPlayer, patch: Patch): number {
  const { plan, compiled: graph } = patchText(patch.build(format), format, bank);
  const memory = new Float32Array(player.memory);
  let count = 0;
  const look = (offset: number, floats: number) => {
    for (let index = offset / 4; index < offset / 4 + floats; index++) {
      const size = Math.abs(memory[index]);
      if (size > 0 && size < smallestNormal) count++;
    }
  };
  const states = (offset: number, { states }: Graph) =>
    states.forEach(({ type }, index) => {
      if (type === "f32") look(offset + index * 16, 4);
    });
  plan.instruments.forEach(({ groups, groupBytes, groupCount, lines, lineBytes }, index) => {
    for (let group = 0; group < groupCount; group++) {
      states(groups + group * groupBytes + voiceField.states, graph.instruments[index].voice);
    }
    look(lines, groupCount * lineBytes / 4);
  });
  states(plan.mainStates, graph.main);
  plan.regions.filter(({ name }) => name.startsWith("output: delay line")).forEach(({ offset, bytes }) =>
    look(offset, bytes / 4)
  );
  return count;
}
