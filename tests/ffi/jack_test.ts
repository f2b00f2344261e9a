import assert from "node:assert/strict";
import { JackClient, JackError, type JackOptions } from "../../ffi/jack.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import { quietSoundLibraries } from "../../ffi/quiet_sound_libraries.ts";
import { nativeForTests } from "../../testing/native_for_tests.ts";
import { requirement } from "../../testing/requirement.ts";
import { soundServerNeeds, startSoundServer } from "../../testing/sound/sound_server.ts";
import { testMemory } from "../../testing/engine/test_memory.ts";
import { undefinedSymbols } from "../../testing/undefined_symbols.ts";
import { until } from "../../testing/until.ts";

const { native } = await nativeForTests();
quietSoundLibraries(native.symbols.us_ignore_address());
const memory = testMemory({ sampleRateHz: 48_000, blockFrames: 128, inputChannels: 1 });
const options: JackOptions = {
  clientName: "understudy-test",
  sampleRateHz: 48_000,
  sharedMemory: sharedMemoryPointer(native, memory.bytes),
};
const slower = testMemory({ sampleRateHz: 44_100 });
const needs = { ...soundServerNeeds, libraries: ["libjack.so.0"] };

/** Whether an attempt fails for this reason, with a text that names the remedy. */
function refusal(problem: string, text: RegExp) {
  return (error: Error) =>
    error instanceof JackError && error.problem === problem && text.test(error.message);
}

requirement({
  name:
    "a client has exact names, plays what it is connected to, says its period, and makes the cables that it is given",
  sanitizeResources: false, // libjack keeps its connection for the process
  sanitizeOps: false,
  fn: async () => {
    const server = await startSoundServer(48_000, 256);
    Object.entries(server.env).forEach(([name, value]) => Deno.env.set(name, value));
    const usual = "out_0\tsystem:playback_1\nout_1\tsystem:playback_2\nin_0\tsystem:capture_1\n";
    try {
      const client = await JackClient.open(native, options);
      assert.equal(client.name, "understudy-test");
      assert.equal(await client.connections(), usual);
      assert.deepEqual(await client.devices(), [{ name: "system", channels: 2 }]);
      const { alive, periodFrames, xruns, latencyFrames } = client.poll();
      assert.deepEqual([alive, periodFrames, xruns], [true, 256, 0]);
      assert.ok(latencyFrames > 0);
      await until("calls", () => client.door.calls > 2);
      assert.equal(memory.counter("callbacks"), 0, "its door is shut");
      client.door.open();
      await until("calls that play", () => memory.counter("callbacks") > 2);

      const cables = "out_1\tsystem:playback_1\nout_0\tnobody:in\n";
      const second = await JackClient.open(native, { ...options, connections: cables });
      assert.match(second.name, /^understudy-test-\d+$/);
      assert.equal(await second.connections(), "out_1\tsystem:playback_1\n");
      assert.equal(await second.connect(cables), 1, "nobody is not there");
      await until("the first client hears of new ports", () => client.poll().portsChanged);
      assert.ok(await second.close());

      const { JACK_DEFAULT_SERVER } = server.env;
      await new Deno.Command("jack_bufsize", { args: ["512"], env: { JACK_DEFAULT_SERVER }, stdout: "null" })
        .output();
      await until("it hears of the period", () => client.poll().periodFrames === 512);
      for (const device of ["SYS", "system"]) {
        const named = await JackClient.open(native, { ...options, device });
        assert.equal(await named.connections(), usual.replace(/in_0.*\n/, "in_0\tsystem:capture_1\n"));
        assert.ok(await named.close());
      }
      await assert.rejects(
        JackClient.open(native, { ...options, device: "no such card" }),
        refusal("device", /called "no such card".*jack_lsp/),
      );
      await assert.rejects(
        JackClient.open(native, { ...options, device: "s" }), // system, and our own
        refusal("device", /more than one/),
      );
      assert.ok(await client.close());
    } finally {
      await server.stop();
    }
  },
}, { ...needs, commands: [...needs.commands, "jack_bufsize"] });

requirement({
  name: "without a server, or with one of another rate or one that stands still, the remedy is named in time",
  sanitizeResources: false,
  sanitizeOps: false,
  fn: async () => {
    Deno.env.set("JACK_DEFAULT_SERVER", "understudy-none");
    await assert.rejects(
      JackClient.open(native, options),
      refusal("server", /start one.*JACK_DEFAULT_SERVER/),
    );
    const server = await startSoundServer(44_100, 256);
    Object.entries(server.env).forEach(([name, value]) => Deno.env.set(name, value));
    try {
      await assert.rejects(
        JackClient.open(native, options),
        refusal("rate", /runs at 44100 Hz, 48000 Hz was asked for; set UNDERSTUDY_SAMPLE_RATE/),
      );
      server.halt();
      await assert.rejects(JackClient.open(native, options), refusal("hangs", /restart it/));
      await assert.rejects(JackClient.open(native, options), refusal("hangs", /restart it/));
      server.resume();
      const rate = {
        ...options,
        sharedMemory: sharedMemoryPointer(native, slower.bytes),
        sampleRateHz: 44_100,
      };
      let client: JackClient | undefined;
      let asking = false;
      await until("the server answers", () => {
        if (!asking) {
          asking = true;
          JackClient.open(native, rate).then((opened) => client = opened, () => asking = false);
        }
        return client !== undefined;
      });
      // its name is free: the attempt that nobody waited for has closed what it opened
      await until("the late attempt to be over", () => client!.poll().alive);
      server.halt();
      assert.equal(await client!.close(), false, "a client of a server that stands still is left behind");
    } finally {
      server.resume();
      await server.stop();
    }
  },
}, needs);

requirement({
  name: "the process callback can call nothing but the door of the device, and what JACK gives it",
  fn: async () => {
    const source = new URL("../../ffi/native/jack_process.c", import.meta.url).pathname;
    assert.deepEqual(await undefinedSymbols(source), ["U us_device_call"]);
  },
}, { commands: ["cc", "nm"], install: "apt-get install gcc libc6-dev binutils" });
