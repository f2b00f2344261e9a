/** MIDI through a real JACK server, from a client of another process: frames go in, frames come out. */
import assert from "node:assert/strict";
import type { Command, EngineControl } from "../../engine/control/control.ts";
import { MidiInput } from "../../midi/midi_input.ts";
import { MidiInputPort, MidiUnavailableError } from "../../ffi/midi_input.ts";
import { compileGraph } from "../../compiler/compile.ts";
import { patchNamed } from "../../patches/ready/catalogue.ts";
import { inFolder } from "../../testing/in_folder.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { OutputCapture } from "../../testing/engine/output_capture.ts";
import { requirement } from "../../testing/requirement.ts";
import { type SoundServer, startSoundServer } from "../../testing/sound/sound_server.ts";
import {
  startTestEngine,
  type TestEngine,
  type TestEngineOptions,
} from "../../testing/engine/test_engine.ts";
import { until } from "../../testing/until.ts";
import { clicks, onsetsIn } from "../../testing/measure/clicks.ts";
import { sendMidi, type SentMessage } from "./midi_sender.ts";

const needs = {
  commands: ["jackd", "jack_lsp", "cc"],
  libraries: ["libjack.so.0"],
  install: "apt-get install jackd2 gcc libc6-dev",
};

/** A test with a server that this process's libjack finds; libjack keeps a library open for good. */
function jackTest(name: string, fn: (server: SoundServer) => Promise<void>): void {
  requirement({
    name,
    sanitizeResources: false,
    sanitizeOps: false,
    fn: async () => {
      const server = await startSoundServer(48_000, 128);
      Object.entries(server.env).forEach(([variable, value]) => Deno.env.set(variable, value));
      try {
        await fn(server);
      } finally {
        await server.stop().catch(() => {});
      }
    },
  }, needs);
}

interface Played extends TestEngine {
  readonly midi: MidiInput;
  /** Everything that MIDI has put into the log, in order. */
  readonly commands: readonly Command[];
  /** By how much each of the commands came too late, in milliseconds. */
  readonly lateMs: readonly number[];
}

async function startWithMidi(
  options: TestEngineOptions,
  midiConnect?: string,
  heldFile?: string,
): Promise<Played> {
  const started = await startTestEngine(options);
  const { native } = await nativeForTests();
  const commands: Command[] = [];
  const lateMs: number[] = [];
  const engine: EngineControl = new Proxy(started.engine, {
    get(target, name) {
      if (name === "submit") {
        return (...args: Parameters<EngineControl["submit"]>) => {
          const submission = target.submit(...args);
          commands.push(...args[0]);
          lateMs.push(...args[0].map(() => submission.lateMs));
          return submission;
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const { lines } = started;
  const keep = (line: string) => void (lines as string[]).push(line);
  const midi = await MidiInput.start({
    config: { midi: "jack", midiConnect, midiMpe: "off", midiMpeBend: 48 },
    native,
    engine,
    heldFile,
    log: { debug: keep, info: keep, warning: keep, error: keep },
  });
  assert.ok(midi);
  return { ...started, midi, commands, lateMs };
}

const keys = (format: Parameters<typeof compileGraph>[1]) =>
  compileGraph(patchNamed("keys").build(format), format);

jackTest(
  "notes sound exactly as many frames apart as they were played, a chord is one frame, and what comes late is counted",
  async ({ env }) => {
    const { engine, midi, lateMs, secondsPass } = await startWithMidi({
      // 1.4 s ahead: a busy machine conceals nothing; and a block that its main isolate may be late
      environment: { UNDERSTUDY_BLOCK_FRAMES: "4096", UNDERSTUDY_LOOKAHEAD_BLOCKS: "16" },
      patch: (format) => compileGraph(clicks.build(format), format),
      captureFrames: 1 << 20,
    }, "^keyboard:");
    const capture = new OutputCapture(engine.memory);
    const distances = [0, 1, 2, 127, 128, 129, 479, 4_800, 4_801, 9_600, 3, 7_777];
    const messages: SentMessage[] = [];
    let frame = 50;
    for (const [index, distance] of distances.entries()) {
      frame += distance;
      for (const note of index === 0 ? [60, 64, 67] : [69 + index]) {
        messages.push({ frame, bytes: [0x90, note, 100] });
      }
    }
    const sent = await sendMidi(messages, { env });
    await until("everything has come in", () => midi.counts.messages === messages.length);
    await secondsPass(midi.delayMs / 1_000 + 0.2);
    const { counts } = midi;
    await midi.stop();
    await engine.stop();
    const samples = capture.finish();
    const onsets = onsetsIn(samples);
    assert.deepEqual({ ...counts, connections: 0 }, {
      open: 1,
      connections: 0,
      messages: messages.length,
      refused: 0,
      lost: 0,
      ignored: 0,
      late: lateMs.filter((ms) => ms > 0).length,
    });
    // on a busy machine some come late, which sound as soon as they can: the others are where they belong
    const inTime = [...new Set(sent.filter((_, index) => lateMs[index] === 0))];
    assert.ok(inTime.length >= 3, `${inTime.length} of ${distances.length} came in time`);
    const moved = (by: number) => inTime.map((frame) => frame + by);
    const by = onsets.map((onset) => onset - inTime[0]).find((by) =>
      moved(by).every((frame) => onsets.includes(frame))
    );
    assert.notEqual(by, undefined, `heard at ${onsets}, played at ${inTime}`);
    if (inTime.length === distances.length) assert.deepEqual(onsets, moved(by!));
    if (lateMs[0] > 0) return;
    const notes = samples[(inTime[0] + by!) * 2] / samples[(inTime[1] + by!) * 2];
    assert.ok(Math.abs(notes - 3) < 1e-6, `${notes} notes begin in the first frame`);
  },
);

jackTest(
  "notes, controllers, bend and pressure become the commands of /midi, and sound; the rest is counted",
  async ({ env }) => {
    const { engine, midi, commands, lines, secondsPass } = await startWithMidi({
      patch: keys,
      captureFrames: 1 << 20,
    });
    const capture = new OutputCapture(engine.memory);
    const messages = [
      [0xb0, 74, 127],
      [0x90, 60, 127],
      [0xe0, 127, 127],
      [0xd0, 127],
      [0xa0, 60, 0],
      [0xb0, 64, 127],
      [0xf8], // clock
      [0xf0, 1, 2, 3, 4, 0xf7], // system exclusive
      [0xc0, 5], // program
      [0xc0, 6],
      [0x9f, 60, 127], // a further channel of the only instrument
      [0x80, 60, 0],
      [0xb0, 64, 0],
      [0x8f, 60, 0],
      [0xb0, 3, 0], // a controller that means nothing
    ].map((bytes, index) => ({ frame: index * 1_000, bytes }));
    await sendMidi(messages, { env, to: midi.portName });
    await until("everything has come in", () => {
      const { messages: played, refused, ignored } = midi.counts;
      return played + refused + ignored >= messages.length;
    });
    await secondsPass(0.3);
    const { counts } = midi;
    await midi.stop();
    await engine.stop();
    const cutoff = engine.parameters.findIndex(({ address }) => address === "keys/cutoffHz");
    assert.deepEqual(commands, [
      { kind: "set", parameter: cutoff, value: engine.parameters[cutoff].max },
      { kind: "noteOn", instrument: 0, id: 60, number: 60, velocity: 1 },
      { kind: "express", instrument: 0, what: "bend", value: 2 },
      { kind: "express", instrument: 0, what: "pressure", value: 1 },
      { kind: "express", instrument: 0, what: "pressure", value: 0, id: 60 },
      { kind: "pedal", instrument: 0, down: true },
      { kind: "express", instrument: 0, what: "bend", value: 0 },
      { kind: "express", instrument: 0, what: "bend", value: 2, id: 60 },
      { kind: "express", instrument: 0, what: "pressure", value: 0 },
      { kind: "express", instrument: 0, what: "pressure", value: 1, id: 60 },
      { kind: "noteOn", instrument: 0, id: 16_000_060, number: 60, velocity: 1 },
      // the pedal of its channel holds it, now that another channel plays as well
      { kind: "pedal", instrument: 0, down: false },
      { kind: "noteOff", instrument: 0, id: 60 },
      { kind: "noteOff", instrument: 0, id: 16_000_060 },
    ]);
    const samples = capture.finish();
    assert.ok(samples.some((sample) => Math.abs(sample) > 0.05), "the note is heard");
    assert.equal(counts.messages, 10);
    assert.equal(counts.ignored, 2);
    assert.equal(counts.refused, 3);
    const refusals = lines.filter((line) => line.startsWith("MIDI: "));
    assert.equal(refusals.length, 2, `each reason is told once:\n${refusals.join("\n")}`);
    assert.ok(
      refusals.some((line) => /UNDERSTUDY_MIDI_PROGRAMS=on/.test(line)) &&
        refusals.some((line) => /controller: keys has .* found 3/.test(line)),
    );
  },
);

jackTest("a cable that is pulled lets go of what was held", async ({ env }) => {
  const { engine, midi, commands } = await startWithMidi({ patch: keys });
  await sendMidi([{ frame: 0, bytes: [0x90, 60, 127] }, { frame: 1, bytes: [0xb0, 64, 127] }], {
    env,
    to: midi.portName,
  });
  await until("both are let go of", () => commands.length === 4);
  assert.deepEqual(commands.slice(0, 2).map(({ kind }) => kind), ["noteOn", "pedal"]);
  assert.ok(commands.slice(2).some(({ kind }) => kind === "noteOff"));
  assert.ok(commands.slice(2).some((command) => command.kind === "pedal" && !command.down));
  await engine.settled();
  await until("nothing sounds any more", () => engine.status().voices === 0);
  await midi.stop();
  await engine.stop();
});

jackTest(
  "notes that were held when a process was lost are released by the next one",
  ({ env }) =>
    inFolder(async (folder) => {
      const heldFile = `${folder}/held.json`;
      const first = await startWithMidi({ patch: keys }, undefined, heldFile);
      // it ends with the server
      sendMidi(
        [{ frame: 0, bytes: [0x90, 60, 127] }, { frame: 96_000_000, bytes: [0x80, 60, 0] }],
        { env, to: first.midi.portName },
      ).catch(() => {});
      await until("the note sounds", () => first.engine.status().voices === 1);
      const kept = await Deno.readTextFile(heldFile);
      await first.midi.stop();
      await Deno.writeTextFile(heldFile, kept); // a process that is lost stops nothing
      const { native } = await nativeForTests();
      const quiet = () => {};
      const next = await MidiInput.start({
        config: { midi: "jack", midiConnect: undefined, midiMpe: "off", midiMpeBend: 48 },
        native,
        engine: first.engine,
        heldFile,
        log: { debug: quiet, info: quiet, warning: quiet, error: quiet },
      });
      await until("nothing sounds any more", () => first.engine.status().voices === 0);
      await next!.stop();
      await first.engine.stop();
    }),
);

jackTest(
  "a server that dies is waited for; held notes end, and its successor is played from",
  async (first) => {
    const { engine, midi, lines } = await startWithMidi({ patch: keys });
    const sending = sendMidi(
      [{ frame: 0, bytes: [0x90, 60, 127] }, { frame: 96_000_000, bytes: [0x80, 60, 0] }],
      { env: first.env, to: midi.portName },
    ).catch(() => {});
    await until("the note sounds", () => engine.status().voices === 1);
    await first.kill();
    await until("the loss is seen", () => midi.counts.open === 0);
    await until("the note has ended", () => engine.status().voices === 0);
    assert.ok(lines.some((line) => /MIDI input lost/.test(line)));
    await sending;
    const second = await startSoundServer(48_000, 128, first.name);
    try {
      await until("the port is back", () => midi.counts.open === 1);
      await sendMidi([{ frame: 0, bytes: [0x90, 62, 127] }], { env: second.env, to: midi.portName });
      await until("the second note has come in", () => midi.counts.messages === 2);
    } finally {
      await midi.stop();
      await engine.stop();
      await second.stop();
    }
  },
);

jackTest(
  "messages that are not drained fill the ring in order, the rest is counted, and closing leaves no client and no thread",
  async ({ env }) => {
    const { native, build } = await nativeForTests();
    // the runtime's own pool ends an idle thread after ten seconds: those that it will need are there before
    await Promise.all(Array.from({ length: 16 }, () => Deno.readFile(build.library)));
    const before = threads();
    const port = await MidiInputPort.open(native, "understudy-ring", "midi_in");
    assert.equal(port.name, "understudy-ring:midi_in");
    const messages = Array.from({ length: 4_200 }, (_, index) => ({
      frame: index * 10,
      bytes: [0x90, index & 127, 1 + (index >> 7)],
    }));
    await sendMidi(messages, { env, to: port.name });
    await until("the ring is full and the rest is lost", () => port.poll().lost >= 104);
    const taken: number[] = [];
    for (let events = port.drain(); events.length > 0; events = port.drain()) {
      taken.push(...events.map(({ first, second }) => (second - 1) << 7 | first));
    }
    assert.deepEqual(taken, Array.from({ length: 4_096 }, (_, index) => index));
    assert.equal(port.poll().lost, 104);
    assert.ok((await listPorts(env)).includes("understudy-ring:midi_in"));
    const added = [...threads()].filter((thread) => !before.has(thread));
    assert.ok(added.length > 0, "JACK runs threads for the client");
    assert.ok(await port.close());
    assert.ok(!(await listPorts(env)).includes("understudy"));
    await until("its threads are gone", () => added.every((thread) => !threads().has(thread)));
  },
);

jackTest(
  "a cable that carries a raw stream is understood: running status, bytes of the clock inside, exclusive messages",
  async ({ env }) => {
    const { native } = await nativeForTests();
    const port = await MidiInputPort.open(native, "understudy-raw", "midi_in");
    const events = [
      [0x90, 60, 100, 64, 100, 67, 0], // running status inside an event
      [62, 90], // and from one event to the next
      [0xb0, 0xf8, 7, 0xfe, 100], // real time inside a message
      [0xf0, 1, 2, 0xf8, 3], // an exclusive message in two parts, with a byte of the clock inside
      [4, 5, 0xf7],
      [70, 71], // system exclusive ends running status
      [0xd1, 5, 6], // messages of one data byte
      [0xf2, 1, 2, 3], // song position; its data are no notes
      [0x80, 60], // a message in two parts
      [1],
      [0x90, 61, 0x80, 62, 3], // one that is broken off
    ];
    await sendMidi(events.map((bytes, index) => ({ frame: index * 500, bytes })), { env, to: port.name });
    const taken: number[][] = [];
    await until("all has come in", () => {
      taken.push(...port.drain().map(({ status, first, second }) => [status, first, second]));
      return taken.length >= 9;
    });
    assert.deepEqual(taken, [
      [0x90, 60, 100],
      [0x90, 64, 100],
      [0x90, 67, 0],
      [0x90, 62, 90],
      [0xb0, 7, 100],
      [0xd1, 5, 0],
      [0xd1, 6, 0],
      [0x80, 60, 1],
      [0x80, 62, 3],
    ]);
    assert.equal(port.poll().ignored, 5, "each system message is counted once");
    assert.ok(await port.close());
  },
);

jackTest(
  "two inputs are two clients: the second gets a suffix, and what is not there says what helps",
  async ({ env }) => {
    const { native } = await nativeForTests();
    const ports = [
      await MidiInputPort.open(native, "understudy-two", "midi_in"),
      await MidiInputPort.open(native, "understudy-two", "midi_in"),
    ];
    assert.notEqual(ports[0].name, ports[1].name);
    assert.match(await listPorts(env), /understudy-two-01:midi_in/);
    for (const port of ports) assert.ok(await port.close());
    Deno.env.set("JACK_DEFAULT_SERVER", "no-server-has-this-name");
    await assert.rejects(MidiInputPort.open(native, "understudy-none", "midi_in"), (error) => {
      assert.ok(error instanceof MidiUnavailableError);
      assert.match(error.message, /no JACK server answers; start one/);
      return true;
    });
  },
);

async function listPorts(env: Readonly<Record<string, string>>): Promise<string> {
  const { stdout } = await new Deno.Command("jack_lsp", { env }).output();
  return new TextDecoder().decode(stdout);
}

/** Kernel ids of this process's threads. */
function threads(): Set<string> {
  return new Set([...Deno.readDirSync("/proc/self/task")].map(({ name }) => name));
}
