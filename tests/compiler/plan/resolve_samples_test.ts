/** Sound files inside compiled patches, beside the interpreter and against whatever a graph may ask for. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { sampler } from "../../../modules/oscillators/sampler.ts";
import { definePatch, instrument, type Patch } from "../../../modules/patch.ts";
import { createSampleBank } from "../../../compiler/graph/sample_bank.ts";
import { compileGraph } from "../../../compiler/compile.ts";
import { describePatch } from "../../../compiler/inspect/describe.ts";
import { PatchError } from "../../../compiler/graph/patch_error.ts";
import type { PatchGraph } from "../../../compiler/graph/graph.ts";
import { graphToJson } from "../../../compiler/graph/graph_json.ts";
import { resolveSamples } from "../../../compiler/plan/resolve_samples.ts";
import { sampleFile } from "../../../modules/signal/sample_file.ts";
import { channel } from "../../../modules/signal/channels.ts";
import { integerFeedback } from "../../../modules/signal/feedback.ts";
import { constant } from "../../../modules/signal/signal.ts";
import { graphFromJson } from "../../../compiler/graph/validate.ts";
import { PatchPlayer, testFormat } from "../../../testing/patch_player.ts";
import { bankOf, frames, sineFrames } from "../../../testing/trial/test_bank.ts";
import { compareWithInterpreter } from "../../../testing/compiler/comparison.ts";
import type { Event } from "../../../testing/compiler/random_patch.ts";

const format = { sampleRateHz: 8_000, channels: 2, inputChannels: 1, maximumBlockFrames: 64 };
const files = {
  "kick.wav": { channels: [frames(700, (frame) => Math.sin(frame * frame / 900) * (1 - frame / 700))] },
  "hat.flac": {
    ...{ sampleRateHz: 11_025, rootNote: 62.5, loopStart: 40, loopEnd: 300 },
    channels: [sineFrames(333, 17), sineFrames(333, 18)],
  },
};
const bank = bankOf(files);

/** Every way to play a file, in voices and in the output. */
const everything = definePatch({
  name: "everything",
  instruments: {
    one: instrument({
      voices: 9,
      unison: 2,
      detuneCents: 130,
      chokeGroups: [[41, 43], [60, 64, 67]],
      parameters: { start: sampler.parameters.start, gainDb: sampler.parameters.gainDb },
      voice: ({ gate, trigger, frequencyHz, velocity }, { start, gainDb }) => {
        const common = { gate, trigger, frequencyHz, releaseSeconds: 0.02 };
        const kick = sampler({ ...common, file: sampleFile("kick.wav"), start, gainDb });
        const hat = sampler({ ...common, file: sampleFile("hat.flac"), loop: "file" });
        const range = sampler({
          ...{ ...common, file: sampleFile("kick.wav"), loop: "range" },
          ...{ loopStart: start, loopEnd: constant(0.6) },
        });
        return {
          output: [kick.left.plus(hat.left), hat.right.plus(range.left)].map((side) =>
            side.times(velocity)
          ) as never,
          envelope: kick.envelope.atLeast(hat.envelope),
        };
      },
    }),
  },
  parameters: {},
  output: ({ one }, _parameters, input) => {
    const count = integerFeedback(-5, (previous) => previous.plus(1));
    const hat = sampleFile("hat.flac");
    // the same in all channels, and another in each
    const everywhere = hat.read("right", count);
    const each = sampleFile("kick.wav").read("left", one.plus(channel(input, 0)).times(2_000).toInteger());
    return one.plus(everywhere).plus(each.times(0.5)).plus(hat.read("left", integerFeedback(3, (at) => at)));
  },
});

const on = (id: number, number: number, velocity = 0.8): Event => ({ do: "on", id, number, velocity });
const score: readonly { event: Event; frames: number }[] = [
  { event: on(1, 60), frames: 137 },
  { event: on(2, 64.2), frames: 101 },
  { event: { do: "set", index: 0, value: 0.4 }, frames: 64 },
  { event: on(3, 43, 0.3), frames: 25 },
  { event: on(3, 43, 0.7), frames: 3 },
  { event: on(4, 41, 0.3), frames: 200 },
  { event: { do: "off", id: 2 }, frames: 330 },
  { event: { do: "set", index: 1, value: -20 }, frames: 64 },
  { event: on(5, 67), frames: 5 },
  { event: on(6, 60), frames: 5 },
  { event: on(7, 60.5), frames: 64 },
  { event: { do: "panic" }, frames: 80 },
  { event: on(8, 127), frames: 900 },
];

Deno.test("samples, loops and choke groups sound as the interpreter says, bit for bit", () => {
  const graph = everything.build(format);
  for (const blockFrames of [64, 13]) {
    const found = compareWithInterpreter(graph, format, { score, blockFrames, seed: 5, samples: bank });
    assert.equal(found, undefined);
  }
});

for (
  const [mistake, from, to] of [
    ["frames are read one too late", "(i32x4.splat (i32.const 1)))", "(i32x4.splat (i32.const 2)))"],
    ["a note chokes nobody", "(call $one_choke (local.get $number))", ""],
    ["all groups are one", "(return (i32.const 2))", "(return (i32.const 1))"],
  ]
) {
  Deno.test(`the interpreter notices a planted mistake: ${mistake}`, () => {
    let changed = false;
    const performance = { score, blockFrames: 64, seed: 5, samples: bank };
    const found = compareWithInterpreter(everything.build(format), format, performance, (wat) => {
      const text = wat.replaceAll(from, to);
      changed = text !== wat;
      return text;
    });
    assert.ok(changed);
    assert.notEqual(found, undefined);
  });
}

Deno.test("whatever frame is asked for, nothing but the file is read, and nothing traps", async () => {
  const probe = (side: "left" | "right") =>
    definePatch({
      name: "probe",
      instruments: {},
      parameters: {},
      output: (_buses, _parameters, input) => sampleFile("hat.flac").read(side, input.bits()),
    });
  for (const [place, side] of (["left", "right"] as const).entries()) {
    const player = await PatchPlayer.of(
      probe(side),
      { inputChannels: 1 },
      1,
      bankOf({ "hat.flac": files["hat.flac"] }),
    );
    // The bank keeps what is below -300 dB as zero, and a sine meets that at its zero crossings.
    const wanted = files["hat.flac"].channels[place].map((x) => Math.abs(x) < 1e-15 ? 0 : x);
    const word = new Int32Array(1);
    const read = (frame: number) => {
      word[0] = frame;
      new DataView(player.memory).setInt32(player.patch.arena.inputOffset, frame, true);
      return player.play(1, 0, 1)[0];
    };
    for (const [frame, x] of wanted.entries()) assert.equal(read(frame), x, `frame ${frame}`);
    const ends = [-(2 ** 31), 2 ** 31 - 1, -1, 0, 332, 333, 334, -2, 2 ** 30, 2 ** 30 - 1, -(2 ** 30)];
    fc.assert(
      fc.property(
        fc.oneof(fc.constantFrom(...ends), fc.integer({ min: -500, max: 1_000 }), fc.integer()),
        (frame) => assert.equal(read(frame), wanted[frame] ?? 0),
      ),
      { numRuns: 500 },
    );
  }
});

Deno.test("a graph with samples survives as JSON, and what it names must be there", () => {
  const graph = everything.build(format);
  assert.deepEqual(graph.samples, ["kick.wav", "hat.flac"]);
  assert.deepEqual(graphFromJson(graphToJson(graph)), graph);
  const { wasm } = compileGraph(graph, format, bank);
  assert.deepEqual(compileGraph(graphFromJson(graphToJson(graph)), format, bank).wasm, wasm);
  assert.throws(
    () => compileGraph(graph, format),
    (error) => error instanceof PatchError && /plays kick\.wav, hat\.flac.*found none/.test(error.message),
  );
  assert.throws(
    () => compileGraph(graph, format, bankOf({ "kick.wav": files["kick.wav"] })),
    PatchError,
  );
});

/** What a patch file could say about samples that is not so. */
const lies: Readonly<Record<string, readonly [change: (graph: PatchGraph) => unknown, expected: RegExp]>> = {
  "a sample that is not in the list": [
    (graph) => ({ ...graph, samples: ["kick.wav"] }),
    /sample\w* \d+ is missing/,
  ],
  "none in the list": [({ samples: _samples, ...graph }) => graph, /sampleFact \d+ is missing/],
  "a way out of the folder": [
    (graph) => ({ ...graph, samples: ["../kick.wav", "hat.flac"] }),
    /expected the name of a sound file/,
  ],
  "one name twice": [
    (graph) => ({ ...graph, samples: ["kick.wav", "kick.wav"] }),
    /expected samples of different names/,
  ],
  "a note in two groups": [
    (graph) => ({
      ...graph,
      instruments: graph.instruments.map((one) => ({
        ...one,
        polyphony: { ...one.polyphony, chokeGroups: [[1, 2], [2, 3]] },
      })),
    }),
    /chokeGroups: expected each note once, found 2 again/,
  ],
  "choke groups of one voice": [
    (graph) => ({
      ...graph,
      instruments: graph.instruments.map((one) => ({
        ...one,
        polyphony: { ...one.polyphony, mode: "mono" },
      })),
    }),
    /a mono instrument has one voice to choke/,
  ],
};

for (const [lie, [change, expected]] of Object.entries(lies)) {
  Deno.test(`refused: ${lie}`, () => {
    const text = graphToJson(change(everything.build(format)) as PatchGraph);
    assert.throws(
      () => graphFromJson(text),
      (error) => error instanceof PatchError && expected.test(error.message),
    );
  });
}

Deno.test("a patch without samples imports nothing, also when others have some", () => {
  const plain: Patch = definePatch({
    name: "plain",
    instruments: {},
    parameters: {},
    output: (_buses, _parameters, input) => input,
  });
  const graph = plain.build(testFormat);
  assert.ok(!("samples" in graph));
  const { module, wasm, sampleMemory } = compileGraph(graph, testFormat, bank);
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  assert.equal(sampleMemory, undefined);
  assert.deepEqual(wasm, compileGraph(graph, testFormat).wasm);
});

Deno.test("lengths and rates become numbers, and what follows from them is no longer computed", () => {
  const { instruments } = resolveSamples(everything.build(format), bank);
  assert.ok(instruments[0].voice.nodes.every(({ op }) => op !== "sampleFact"));
  const text = describePatch(everything.build(format), format, { operations: true, samples: bank });
  assert.match(text, /kick\.wav +0\.014583 s +mono +48000 Hz +root 60/);
  assert.match(text, /hat\.flac +0\.030204 s +stereo +11025 Hz +root 62\.5 +loop 40 to 300/);
  assert.match(text, /41, 43 choke each other; 60, 64, 67 choke each other/);
  assert.match(text, /kick\.wav, left at %/);
});

Deno.test("what a file has that is no number, or too small to hear, is silence", () => {
  const channels = [Float32Array.of(NaN, Infinity, -Infinity, 1e-40, 1e-16, -1e-14, 0.5)];
  const { memory, files: [{ offset }] } = bankOf({ "a.wav": { channels } });
  assert.deepEqual(
    [...new Float32Array(memory.buffer, offset, 9)],
    [0, 0, 0, 0, 0, 0, Math.fround(-1e-14), 0.5, 0],
  );
  const odd = [new Float32Array(3), new Float32Array(4)];
  assert.throws(() => bankOf({ "a.wav": { channels: odd } }), /a\.wav: expected one or two channels/);
  assert.equal(createSampleBank("/", []).memory.buffer.byteLength, 65_536);
});
