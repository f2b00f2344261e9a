import assert from "node:assert/strict";
import { AddressSpace } from "../../../osc/methods/address_space.ts";
import type { OscMessage } from "../../../osc/packet/codec.ts";
import { compilePatch } from "../../../testing/patch/compile_named.ts";
import { PatchSource } from "../../../patches/loading/patch_source.ts";
import { SampleLoader } from "../../../engine/samples/sample_loader.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { carryOut } from "../../../testing/osc/carry_out.ts";
import { senderAt } from "../../../testing/osc/recording_sender.ts";
import { sharedItems } from "../../../testing/share.ts";

const format = { sampleRateHz: 48_000, channels: 2, inputChannels: 0, maximumBlockFrames: 128 };

/** What a file says, and what its sender is told. */
const badFiles: readonly (readonly [name: string, text: string, told: RegExp])[] = [
  ["loops.ts", "for (;;) {}", /loops\.ts.*evaluated within 3 s|3 s/],
  ["throws.ts", "throw new Error('not today');", /throws\.ts.*not today/],
  ["nonsense.ts", "export default 42;", /nonsense\.ts.*export default definePatch/],
  [
    "eats.ts",
    "const all = []; for (;;) all.push(new Array(1000).fill(all.length + 0.5));",
    /eats\.ts.*memory/,
  ],
  ["broken.ts", "export default definePatch({", /broken\.ts/],
];

Deno.test("a bad patch file is an answer with the reason; the patch that plays plays on, and a good one follows", async () => {
  const folder = await Deno.makeTempDir();
  const { engine, lines } = await startTestEngine({ patch: (wanted) => compilePatch("sines", wanted) });
  const sourceFor = (timeLimitMs: number) =>
    new PatchSource({ format, samples: new SampleLoader(), patchFolder: folder, timeLimitMs });
  // what ends by itself has more time than the slowest machine needs
  const [source, impatient] = [sourceFor(120_000), sourceFor(3_000)];
  let tell: (message: OscMessage) => void = () => {};
  const space = new AddressSpace({
    engine,
    version: "1",
    loadPatch: (name) =>
      (name === "loops.ts" ? impatient : source).exchange(
        name,
        ({ graph, samples }) => engine.loadPatch(graph, samples),
      ),
    programs: ["sines", "keys"],
    onQuit: () => {},
  });
  const ask = (address: string, ...args: OscMessage["args"]) =>
    new Promise<string>((resolve) => {
      tell = ({ address, args }) =>
        resolve([address, ...args.map((arg) => "value" in arg ? String(arg.value) : arg.type)].join(" "));
      const sender = { ...senderAt("127.0.0.1"), reply: (message: OscMessage) => tell(message) };
      carryOut(space, { address, args }, sender);
    });
  try {
    await ask("/synth/note", { type: "i", value: 60 }, { type: "f", value: 1 });
    for (const [name, text, told] of sharedItems("bad patch files that are loaded from afar", badFiles, 3)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
      engine.takePeak();
      const answer = await ask("/patch/load", { type: "s", value: name });
      assert.match(answer, /^\/fail \/patch\/load /, name);
      assert.match(answer, told, name);
      assert.ok(!answer.includes("\n"), `one line: ${answer}`);
      assert.ok(engine.takePeak() > 0.05, `the note rang on during ${name}`);
    }
    assert.equal(await ask("/patch/load", { type: "s", value: "keys" }), "/done /patch/load");
    assert.equal(await ask("/keys/cutoffHz", { type: "f", value: 800 }), "/done /keys/cutoffHz");
    await Deno.writeTextFile(
      `${folder}/offset.ts`,
      `import { constant, definePatch } from "understudy";
      export default definePatch({
        name: "offset", instruments: {}, parameters: {}, output: () => constant(1.5),
      });`,
    );
    assert.match(
      await ask("/patch/load", { type: "s", value: "offset.ts" }),
      /^\/done \/patch\/load patch offset: plays \+3\.5 dB .*-0\.3 dB.* patch offset: has a direct current of 1\.50/,
    );
    assert.match(lines.join("\n"), /offset: plays \+3\.5 dB/);
    assert.equal(await ask("/patch/load", { type: "s", value: "keys" }), "/done /patch/load");
    const program = (number: number) =>
      ask("/midi/program", { type: "i", value: 1 }, { type: "i", value: number });
    assert.equal(await program(1), "/done /midi/program");
    assert.match(await program(2), /^\/fail \/midi\/program program: expected 0 to 1, found 2/);
    assert.equal(engine.status().patch, "keys");
    assert.match(
      await ask("/synth/pan", { type: "f", value: 0 }),
      /^\/fail \/synth\/pan there is no such address/,
    );
  } finally {
    await engine.stop();
  }
  await Deno.remove(folder, { recursive: true });
});
