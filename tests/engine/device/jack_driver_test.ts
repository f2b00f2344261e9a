/** The engine on a real server of JACK that is killed, ended, halted and given other periods, with cables that were made by hand. */
import assert from "node:assert/strict";
import { JackDriver } from "../../../engine/device/jack_driver.ts";
import { compilePatch } from "../../../testing/patch/compile_named.ts";
import { nativeForTests } from "../../../testing/native_for_tests.ts";
import { renderAgain } from "../../../testing/engine/render_again.ts";
import { inFolder } from "../../../testing/in_folder.ts";
import { requirement } from "../../../testing/requirement.ts";
import { pipeWireLibraryFolder, pipeWireNeeds } from "../../../testing/sound/pipewire_server.ts";
import { sharedItems } from "../../../testing/share.ts";
import { type SoundServer, soundServerNeeds, startSoundServer } from "../../../testing/sound/sound_server.ts";
import { startTestEngine, type TestEngine } from "../../../testing/engine/test_engine.ts";
import { until } from "../../../testing/until.ts";

const needs = {
  ...soundServerNeeds,
  libraries: ["libjack.so.0"],
  commands: [...soundServerNeeds.commands, "jack_bufsize", "jack_connect", "jack_disconnect"],
};

async function jack(server: SoundServer, command: string, ...args: string[]): Promise<string> {
  const { stdout } = await new Deno.Command(command, { args, env: server.env, stderr: "null" }).output();
  return new TextDecoder().decode(stdout);
}

/** Ports that a port is connected to. */
async function connections(server: SoundServer, port: string): Promise<string[]> {
  const text = await jack(server, "jack_lsp", "-c", port);
  return text.split("\n").filter((line) => line.startsWith("   ")).map((line) => line.trim());
}

async function untilAsync(condition: string, holds: () => Promise<boolean>): Promise<void> {
  let held = false;
  let asking = false;
  await until(condition, () => {
    if (!asking) {
      asking = true;
      holds().then((value) => held ||= value).finally(() => asking = false);
    }
    return held;
  });
}

/** An engine on a server, and what a test does with both. */
async function onServer(
  work: (server: SoundServer, started: TestEngine) => Promise<SoundServer>,
  environment: Record<string, string> = {},
): Promise<void> {
  let server = await startSoundServer(48_000, 128);
  Object.entries(server.env).forEach(([name, value]) => Deno.env.set(name, value));
  const started = await startTestEngine({
    patch: (format) => compilePatch("drone", format),
    environment: { UNDERSTUDY_DRIVER: "jack", ...environment },
  });
  try {
    assert.equal(started.engine.status().driver, "jack");
    server = await work(server, started);
  } finally {
    await started.engine.stop();
    await server.stop();
  }
}

const lost = ({ engine }: TestEngine) =>
  until("the loss is noticed", () => engine.status().state === "waiting for device");
const back = ({ engine }: TestEngine) =>
  until("the device is back", () => engine.status().state === "running");

async function plays({ engine }: TestEngine): Promise<void> {
  const { block } = engine.status();
  await until("the music goes on", () => engine.status().block > block + 20);
}

requirement({
  name:
    "outputs beyond the device's are registered and told; without a cable the engine is not called running until one leads to anywhere",
  fn: () =>
    onServer(async (server, { engine, lines }) => {
      const client = "understudy";
      await until("outputs without a channel are told", () => engine.status().unpatched === "3 4");
      await until("they are in the log", () =>
        lines.some((line) => /outputs 3 \(sub\) and 4 .* not heard/.test(line)));
      assert.equal(engine.status().outputNames[3], "sub");
      assert.match(await jack(server, "jack_lsp", client), /understudy:out_3\n/);
      assert.deepEqual([engine.status().state, engine.status().unheard], ["running", ""]);
      for (const side of ["1", "2"]) {
        await jack(
          server,
          "jack_disconnect",
          `${client}:out_${Number(side) - 1}`,
          `system:playback_${side}`,
        );
      }
      await until("it is noticed", () =>
        engine.status().state === "unheard");
      assert.match(engine.status().unheard, /nothing is connected to understudy: connect its ports/);
      assert.equal(engine.status().concealedFrames, 0, "the server goes on calling");
      await jack(server, "jack_connect", `${client}:out_1`, "system:playback_2");
      await until("it is heard", () => engine.status().state === "running");
      assert.equal(engine.status().unheard, "");
      await until("the others are told", () => engine.status().unpatched === "1 3 4");
      return server;
    }, {
      UNDERSTUDY_JACK_NAME: "understudy",
      UNDERSTUDY_CHANNELS: "4",
      UNDERSTUDY_OUTPUT_NAMES: "left, right, sub",
    }),
}, needs);

requirement({
  name:
    "a server that is killed, or ends, and is started again is played to again, with the cables that were made by hand",
  sanitizeResources: false, // libjack keeps its connection for the process
  sanitizeOps: false,
  fn: () =>
    inFolder(async (folder) => {
      const session = `${folder}/a.session`;
      await onServer(async (server, started) => {
        const { engine, lines } = started;
        const client = "understudy";
        assert.deepEqual(await connections(server, `${client}:out_0`), ["system:playback_1"]);
        await jack(server, "jack_disconnect", `${client}:out_0`, "system:playback_1");
        await jack(server, "jack_connect", `${client}:out_0`, "system:playback_2");
        await started.secondsPass(1);
        const ends = sharedItems("ends of a server that comes back", ["kill", "stop", "kill"] as const, 2);
        for (const how of ends) {
          await server[how]();
          await lost(started);
          assert.equal(engine.status().driver, "clock");
          await plays(started);
          engine.submit([{ kind: "panic" }]);
          await engine.settled();
          server = await startSoundServer(48_000, 128, server.name);
          await back(started);
          await plays(started);
          await untilAsync(
            "the cables",
            async () => (await connections(server, `${client}:out_0`)).join() === "system:playback_2",
          );
          await started.secondsPass(1);
        }
        const { deviceLosses, deviceAttempts, unheardFrames } = engine.status();
        assert.deepEqual([deviceLosses, deviceAttempts], [ends.length, 0]);
        assert.ok(unheardFrames > 0);
        assert.equal(lines.filter((line) => /audio device is back: JACK/.test(line)).length, ends.length);
        return server;
      }, { UNDERSTUDY_SESSION: session });
      assert.equal((await renderAgain(session)).differingBlocks, 0);
    }),
}, needs);

requirement({
  name: "a server that stands still is waited for by the clock, and played to again when it goes on",
  sanitizeResources: false,
  sanitizeOps: false,
  fn: () =>
    onServer(async (server, started) => {
      server.halt();
      try {
        await lost(started);
        await plays(started);
      } finally {
        server.resume();
      }
      await back(started);
      await plays(started);
      assert.equal(started.engine.status().driver, "jack");
      return server;
    }),
}, needs);

requirement({
  name: "the lookahead follows the server's period while it plays, and nothing is missing once it has",
  sanitizeResources: false,
  sanitizeOps: false,
  fn: () =>
    inFolder(async (folder) => {
      const session = `${folder}/a.session`;
      await onServer(async (server, started) => {
        const { engine } = started;
        for (const [period, blocks] of [[1_024, 10], [64, 10], [4_096, 34], [128, 34]]) {
          await jack(server, "jack_bufsize", String(period));
          await until("the period", () => engine.status().periodFrames === period);
          assert.equal(engine.status().lookaheadBlocks, blocks);
          await plays(started);
        }
        engine.setLookahead(0);
        assert.equal(engine.status().lookaheadBlocks, 4);
        await plays(started);
        return server;
      }, { UNDERSTUDY_SESSION: session });
      assert.equal((await renderAgain(session)).differingBlocks, 0);
    }),
}, needs);

requirement({
  name: "on PipeWire too the period is followed, and a server that ends is played to again",
  fn: async () => {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "-A", new URL("./play_on_pipewire.ts", import.meta.url).pathname],
      env: { LD_LIBRARY_PATH: pipeWireLibraryFolder ?? "" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  },
}, pipeWireNeeds);

requirement({
  name: "with the server's name for a client in use the driver's device says the name that it got",
  sanitizeResources: false,
  sanitizeOps: false,
  fn: () =>
    onServer(async (server, { engine }) => {
      const { native } = await nativeForTests();
      const keep = () => {};
      const second = await JackDriver.open({
        native,
        memory: engine.memory,
        config: { device: undefined, inputDevice: undefined, jackName: "understudy" },
        log: { debug: keep, info: keep, warning: keep, error: keep },
      });
      assert.match(second.device, /^JACK: understudy-\d+$/);
      assert.ok(second.alive && second.periodFrames === 128 && second.outputLatencySeconds > 0);
      assert.ok(await second.stop());
      assert.ok(!second.alive);
      return server;
    }),
}, needs);
