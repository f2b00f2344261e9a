/**
 * MIDI as users run it: the program in a process of its own, sound and MIDI on one JACK server.
 *
 * Takes turns: `tests/midi/midi_input_test.ts` shows the same in one process.
 */
import assert from "node:assert/strict";
import { requirement } from "../../testing/requirement.ts";
import { startSoundRecorder } from "../../testing/sound/sound_recorder.ts";
import { type SoundServer, soundServerNeeds, startSoundServer } from "../../testing/sound/sound_server.ts";
import { readFloatWav } from "../../testing/sound/read_float_wav.ts";
import { until } from "../../testing/until.ts";
import { sendMidi } from "./midi_sender.ts";

const root = new URL("../..", import.meta.url);

function program(args: readonly string[], env: Readonly<Record<string, string>>): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "main.ts", ...args],
    cwd: root,
    env: { NO_COLOR: "1", UNDERSTUDY_OSC_PORT: "0", UNDERSTUDY_OSCQUERY_PORT: "off", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

requirement({
  name:
    "a chord from a keyboard is heard, recorded and rendered again byte for byte; a clean exit leaves no client",
  fn: async () => {
    const server = await startSoundServer(48_000, 256);
    const folder = await Deno.makeTempDir({ prefix: "understudy-midi-" });
    try {
      const engine = program(["start", "keys"], {
        ...server.env,
        UNDERSTUDY_DRIVER: "jack",
        UNDERSTUDY_LOOKAHEAD_BLOCKS: "16",
        UNDERSTUDY_MIDI: "jack",
        UNDERSTUDY_MIDI_CONNECT: "^keyboard:",
        UNDERSTUDY_MIDI_PROGRAMS: "on",
        UNDERSTUDY_SESSION: `${folder}/midi.session`,
      });
      let log = "";
      const ready = Promise.withResolvers<void>();
      const reading = (async () => {
        for await (const text of engine.stderr.pipeThrough(new TextDecoderStream())) {
          log += text;
          if (log.includes("ready: OSC on")) ready.resolve();
        }
        ready.reject(new Error(`the engine ended: ${log}`));
      })();
      await Promise.all([ready.promise, engine.stdout.cancel()]);
      const recorder = await startSoundRecorder(
        server,
        { pattern: "understudy:out_%d", first: 0 },
        `${folder}/capture.wav`,
      );
      const chord = [60, 64, 67];
      await sendMidi([
        ...chord.map((note) => ({ frame: 0, bytes: [0x90, note, 110] })),
        { frame: 12_000, bytes: [0xe0, 0, 96] },
        ...chord.map((note) => ({ frame: 24_000, bytes: [0x80, note, 0] })),
      ], { env: server.env });
      await recorder.framesPass(14_400);
      // the third program, and the first one on the way there
      await sendMidi([0, 2].map((program) => ({ frame: 0, bytes: [0xc0, program] })), { env: server.env });
      await until("the program is loaded", () => /a program change loaded piano/.test(log), 60_000);
      await sendMidi([{ frame: 0, bytes: [0xc0, 100] }], { env: server.env });
      await until(
        "a program that is none was refused",
        () => /MIDI: program: expected 0 to \d+, found 100/.test(log),
      );
      await recorder.stop();
      engine.kill("SIGTERM");
      const { code } = await engine.status;
      await reading;
      assert.equal(code, 0, log);
      assert.match(log, /MIDI input: understudy-midi:midi_in on JACK/);
      assert.match(log, /MIDI input: 1 cable at/);
      const { stdout } = await new Deno.Command("jack_lsp", { env: server.env }).output();
      assert.doesNotMatch(new TextDecoder().decode(stdout), /understudy/);
      const { samples } = await readFloatWav(`${folder}/capture.wav`);
      assert.ok(samples.some((sample) => Math.abs(sample) > 0.05), "the chord is in the capture");
      const rendering = program(["render", `${folder}/midi.session`, "-o", `${folder}/render.wav`], {});
      const rendered = await rendering.output();
      assert.equal(rendered.code, 0, new TextDecoder().decode(rendered.stdout));
      assert.match(new TextDecoder().decode(rendered.stdout), /every block is what the device got/);
    } finally {
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    }
  },
}, soundServerNeeds);

requirement({
  name:
    "without a server `jack` is an error that says what helps, `auto` a notice, and a wrong pattern a wrong setting",
  fn: async () => {
    const env = {
      UNDERSTUDY_DRIVER: "clock",
      JACK_DEFAULT_SERVER: "understudy-nobody",
      JACK_NO_START_SERVER: "1",
    };
    const jack = await program(["start"], { ...env, UNDERSTUDY_MIDI: "jack" }).output();
    const text = new TextDecoder().decode(jack.stderr);
    assert.equal(jack.code, 3, text);
    assert.match(text, /understudy: MIDI input: no JACK server answers; start one .*JACK_DEFAULT_SERVER/);
    const pattern = await program(["start"], {
      ...env,
      UNDERSTUDY_MIDI: "jack",
      UNDERSTUDY_MIDI_CONNECT: "keys(",
    }).output();
    assert.equal(pattern.code, 2);
    assert.match(
      new TextDecoder().decode(pattern.stderr),
      /MIDI_CONNECT: expected a POSIX .* found "keys\("/,
    );
    const auto = program(["start"], { ...env, UNDERSTUDY_MIDI: "auto" });
    let log = "";
    for await (const chunk of auto.stderr.pipeThrough(new TextDecoderStream())) {
      const before = log;
      log += chunk;
      if (log.includes("ready: OSC on") && !before.includes("ready: OSC on")) auto.kill("SIGTERM");
    }
    await auto.stdout.cancel();
    assert.equal((await auto.status).code, 0, log);
    assert.match(log, /info .*MIDI input: no JACK server answers/);
  },
}, { libraries: ["libjack.so.0"], install: "apt-get install libjack-jackd2-0" });

requirement({
  name:
    "with sound and MIDI on a server that dies the program lives, and both come back with the next server",
  fn: async () => {
    const first = await startSoundServer(48_000, 256);
    const engine = program(["start", "keys"], {
      ...first.env,
      UNDERSTUDY_DRIVER: "jack",
      UNDERSTUDY_LOOKAHEAD_BLOCKS: "16",
      UNDERSTUDY_MIDI: "jack",
    });
    let log = "";
    const says = (text: RegExp) => () => text.test(log);
    const reading = (async () => {
      for await (const text of engine.stderr.pipeThrough(new TextDecoderStream())) log += text;
    })();
    await engine.stdout.cancel();
    let second: SoundServer | undefined;
    let wanted: Deno.Signal = "SIGKILL";
    try {
      await until("it plays", says(/ready: OSC on/));
      await first.kill();
      await until("MIDI is lost", says(/MIDI input lost: the JACK server is gone/));
      await until("the device is lost", says(/audio device lost/));
      second = await startSoundServer(48_000, 256, first.name);
      await until("the device is back", says(/audio device is back: JACK/));
      await until("MIDI is back", says(/MIDI input lost[^]*MIDI input: understudy-midi:midi_in on JACK/));
      wanted = "SIGTERM";
    } finally {
      engine.kill(wanted);
      await reading;
      await second?.stop();
    }
    assert.equal((await engine.status).code, 0, log);
  },
}, soundServerNeeds);
