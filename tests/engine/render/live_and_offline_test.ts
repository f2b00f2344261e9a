/** Needs no real time: the device moves when the test says so. */
import assert from "node:assert/strict";
import { logEntryWords } from "../../../engine/memory/constants.ts";
import type { Command } from "../../../engine/control/control.ts";
import { EntryField, Opcode, opcodeMask } from "../../../engine/log/command_log.ts";
import { completePosition } from "../../../engine/log/seal_table.ts";
import { DeliveredFlag } from "../../../engine/memory/layout.ts";
import { blockRecordWords } from "../../../engine/session/session_format.ts";
import { SessionReader } from "../../../engine/session/session_reader.ts";
import type { CompiledPatch } from "../../../compiler/graph/compiled_patch.ts";
import { encodePacket } from "../../../osc/packet/codec.ts";
import { readScore } from "../../../osc/score/score.ts";
import { compilePatch } from "../../../testing/patch/compile_named.ts";
import { sameBits } from "../../../testing/patch/patch_player.ts";
import { SeededRandom } from "../../../testing/seeded_random.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { compileGraph } from "../../../compiler/compile.ts";
import { renderAgain } from "../../../testing/engine/render_again.ts";
import { tone } from "../../../testing/patch/tone_patch.ts";
import { renderSamples } from "../../../testing/patch/render_samples.ts";

const seed = Number(Deno.env.get("UNDERSTUDY_TEST_SEED") ?? Date.now() % 1_000_000);
const blockFrames = 128;
const sampleRateHz = 48_000;

interface Heard {
  readonly frame: number;
  readonly address: string;
  readonly args: readonly { readonly type: "i" | "f"; readonly value: number }[];
}

interface Recorded {
  readonly heard: readonly Heard[];
  /** Blocks that the device got as the renderers made them: neither concealed nor faded. */
  readonly intact: readonly number[];
  readonly blocks: number;
}

/** What a session says was heard when. */
async function read(path: string, patch: CompiledPatch): Promise<Recorded> {
  const reader = await SessionReader.open(path);
  const entries: Int32Array[] = [];
  const seals: number[] = [];
  const intact: number[] = [];
  for (let chunk = await reader.next(), position = 0; chunk; chunk = await reader.next()) {
    if (chunk.type !== "CMDS" && chunk.type !== "BLKS") continue;
    const words = new Int32Array(chunk.payload.buffer);
    if (chunk.type === "CMDS") {
      for (let at = 1; at < words.length; at += logEntryWords) {
        entries.push(words.slice(at, at + logEntryWords));
      }
      continue;
    }
    for (let at = 1; at < words.length; at += blockRecordWords) {
      position = completePosition(position, words[at] & 0xFFFF);
      const damage = DeliveredFlag.concealed | DeliveredFlag.faded | DeliveredFlag.ramped;
      if (((words[at] >>> 16) & damage) === 0) intact.push(seals.length);
      seals.push(position);
    }
  }
  reader.close();
  const heard = entries.map((entry) => {
    const sealed = seals.findIndex((position) => position > entry[EntryField.position]);
    const timed = entry[EntryField.when] === 1 && entry[EntryField.block] >= sealed;
    const frame = timed
      ? entry[EntryField.block] * blockFrames + entry[EntryField.frame]
      : sealed * blockFrames;
    return { frame, ...messageOf(entry, patch) };
  });
  return { heard, intact, blocks: seals.length };
}

function messageOf(entry: Int32Array, { parameters }: CompiledPatch): Omit<Heard, "frame"> {
  const floats = new Float32Array(entry.buffer);
  const target = { type: "i", value: entry[EntryField.target] } as const;
  const value = { type: "f", value: floats[EntryField.value] } as const;
  switch (entry[EntryField.opcode] & opcodeMask) {
    case Opcode.noteOn:
      return {
        address: "/keys/note",
        args: [target, { type: "i", value: value.value }, { type: "f", value: floats[EntryField.extra] }],
      };
    case Opcode.noteOff:
      return { address: "/keys/off", args: [target] };
    case Opcode.pedal:
      return { address: "/keys/pedal", args: [target] };
    case Opcode.set:
      return { address: `/${parameters[target.value].address}`, args: [value] };
    default:
      return { address: "/panic", args: [] };
  }
}

function asText(heard: readonly Heard[]): Uint8Array {
  return new TextEncoder().encode(
    heard.map(({ frame, address, args }) =>
      `${(frame / sampleRateHz).toFixed(9)} ${address} ,${args.map(({ type }) => type).join("")} ${
        args.map(({ value }) => value).join(" ")
      }\n`
    ).join(""),
  );
}

function asBinary(heard: readonly Heard[]): Uint8Array {
  const packets = heard.toSorted((a, b) => a.frame - b.frame).flatMap(({ frame, address, args }) => {
    const seconds = Math.floor(frame / sampleRateHz);
    const fraction = Math.round((frame % sampleRateHz) * 2 ** 32 / sampleRateHz);
    const packet = encodePacket({ timeTag: { seconds, fraction }, elements: [{ address, args }] });
    const size = new Uint8Array(4);
    new DataView(size.buffer).setInt32(0, packet.length);
    return [...size, ...packet];
  });
  return new Uint8Array(packets);
}

/** Plays for a while: with times and without, chords, pedal, every parameter. */
function randomCommands(random: SeededRandom, parameters: CompiledPatch["parameters"]): Command[] {
  const id = 36 + random.below(48);
  const parameter = random.below(parameters.length);
  const { min, max } = parameters[parameter];
  return random.pick<Command[]>([
    [0, 4, 7].map((up) => ({
      kind: "noteOn",
      instrument: 0,
      id: id + up,
      number: id + up,
      velocity: random.next(),
    })),
    [0, 4, 7].map((up) => ({ kind: "noteOff", instrument: 0, id: id + up })),
    [{ kind: "noteOn", instrument: 0, id, number: id, velocity: random.next() }],
    [{ kind: "set", parameter, value: min + random.next() * (max - min) }],
    [{ kind: "pedal", instrument: 0, down: random.chance(0.3) }],
  ]);
}

Deno.test("what is played live is, byte for byte, what a score of the same commands renders offline", () =>
  inFolder(async (folder) => {
    const session = `${folder}/live.session`;
    const { engine, patch, clock, driver, secondsPass, stop } = await startTestEngine({
      driver: "manual",
      environment: { UNDERSTUDY_SESSION: session },
      patch: (format) => compilePatch("keys", format),
    });
    const random = new SeededRandom(seed);
    for (let step = 0; step < 40; step++) {
      const aheadMs = clock.unixMs + 20 + random.next() * 200;
      engine.submit(
        randomCommands(random, patch.parameters),
        random.chance(0.7) ? { unixMs: aheadMs } : undefined,
      );
      await secondsPass(random.below(50) / 1_000);
    }
    await secondsPass(0.3);
    await stop();
    const { captured } = driver;
    const { heard, intact, blocks } = await read(session, patch);
    assert.ok(heard.length >= 40 && intact.length > blocks / 2, `seed ${seed}`);

    for (const bytes of [asText(heard), asBinary(heard)]) {
      for (const size of [blockFrames, 512]) {
        const format = { sampleRateHz, channels: 2, inputChannels: 0, maximumBlockFrames: size };
        const offlinePatch = compilePatch("keys", format);
        const { events } = readScore(bytes, { name: "live", sampleRateHz, patch: offlinePatch });
        const { samples } = await renderSamples(offlinePatch, events, { frames: blocks * blockFrames }, {
          blockFrames: size,
          ceiling: engine.memory.geometry.ceiling,
        });
        let sounding = 0;
        for (const block of intact) {
          const [from, to] = [block * blockFrames * 2, (block + 1) * blockFrames * 2];
          const live = captured.subarray(from, to);
          assert.ok(sameBits(live, samples.subarray(from, to)), `block ${block}, seed ${seed}`);
          if (live.some((sample) => sample !== 0)) sounding++;
        }
        assert.ok(sounding > 100, `seed ${seed}`);
      }
    }
  }));

Deno.test("beyond the ceiling and through missing blocks, live sound, rendered session and rendered score are the same bytes", () =>
  inFolder(async (folder) => {
    const session = `${folder}/loud.session`;
    const level = Math.fround(10 ** (-6 / 20));
    const { engine, patch, driver, blocksPass, stop } = await startTestEngine({
      driver: "manual",
      environment: {
        UNDERSTUDY_SESSION: session,
        UNDERSTUDY_BLOCK_FRAMES: "32",
        UNDERSTUDY_CEILING_DB: "-6",
      },
      patch: (format) => compileGraph(tone({ level: 3 }).build(format), format),
    });
    const { ceiling } = engine.memory.geometry;
    assert.ok(Math.abs(ceiling - level) < 1e-6);
    await blocksPass(8);
    const chord: Command[] = [48, 55, 60].map((number) => ({
      kind: "noteOn",
      instrument: 0,
      id: number,
      number,
      velocity: 1,
    }));
    engine.submit(chord);
    await blocksPass(400);
    const whole = driver.captured.length;
    for (const missing of [1, 2, 5]) {
      driver.call(engine.memory.lookaheadBlocks() + 60 + missing);
      await blocksPass(100);
    }
    await stop();
    const { captured } = driver;
    const { concealedFrames, limitedSamples, overSamples } = engine.status();
    assert.ok(concealedFrames > 0 && limitedSamples > overSamples && overSamples > 10_000);
    assert.ok(captured.every((sample) => Math.abs(sample) <= ceiling));

    const again = await renderAgain(session);
    assert.equal(again.differingBlocks, 0);
    assert.ok(again.concealedBlocks > 0 && sameBits(captured, again.samples));

    const first = captured.findIndex((sample) => sample !== 0) / 2 & -32;
    const score = [{ frame: first, commands: chord }];
    const config = { blockFrames: 32, ceiling };
    const rendered = await renderSamples(patch, score, { frames: whole / 2 }, config);
    assert.ok(sameBits(captured.subarray(0, whole), rendered.samples));
    assert.ok(rendered.overSamples > 10_000);
    const bare = await renderSamples(patch, score, { frames: whole / 2 }, { ...config, ceiling: 0 });
    const knee = Math.fround(ceiling * 0.9375);
    bare.samples.forEach((sample, index) => {
      if (Math.abs(sample) <= knee) assert.equal(sample, captured[index]);
    });
    assert.ok(bare.peak > 4 * ceiling);
  }));
