import assert from "node:assert/strict";
import { MidiInputPort, MidiUnavailableError } from "../../ffi/midi_input.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { requirement } from "../../testing/requirement.ts";
import { soundServerNeeds, startSoundServer } from "../../testing/sound/sound_server.ts";
import { until } from "../../testing/until.ts";

const { native } = await nativeForTests();

Deno.test("a pattern is one when it is an extended regular expression", () => {
  assert.ok(MidiInputPort.isPattern(native, "^keys.*:out$"));
  assert.ok(!MidiInputPort.isPattern(native, "["));
});

requirement({
  name:
    "an open port has its whole name, hears that ports come and go, and closes; without a server the remedy is named",
  sanitizeResources: false, // libjack keeps its connection for the process
  sanitizeOps: false,
  fn: async () => {
    const server = await startSoundServer(48_000, 128);
    Object.entries(server.env).forEach(([name, value]) => Deno.env.set(name, value));
    try {
      const port = await MidiInputPort.open(native, "understudy-test", "midi_in");
      assert.equal(port.name, "understudy-test:midi_in");
      const second = await MidiInputPort.open(native, "understudy-test", "midi_in");
      assert.match(second.name, /^understudy-test-\d+:midi_in$/);
      await until("it hears of the second port", () => port.poll().portsChanged);
      const { alive, connections, sampleRateHz, periodFrames } = port.poll();
      assert.deepEqual([alive, connections, sampleRateHz, periodFrames], [true, 0, 48_000, 128]);
      assert.deepEqual(port.drain(), []);
      assert.deepEqual(await port.sources(), [], "inputs are no sources");
      assert.equal(await port.connect("no such port"), 0);
      assert.ok(await second.close() && await port.close());
    } finally {
      await server.stop();
    }
    Deno.env.set("JACK_NO_START_SERVER", "1");
    await assert.rejects(
      () => MidiInputPort.open(native, "understudy-test", "midi_in"),
      (error: MidiUnavailableError) => error.problem === "server" && /start one/.test(error.message),
    );
  },
}, { ...soundServerNeeds, libraries: ["libjack.so.0"] });
