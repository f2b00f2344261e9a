/** Needs the machine alone: what goes in is compared with what comes out, and a late block has no input. */
import assert from "node:assert/strict";
import { compilePatch } from "../../../testing/patch/compile_named.ts";
import { requirement } from "../../../testing/requirement.ts";
import { soundServerNeeds, startSoundServer } from "../../../testing/sound/sound_server.ts";
import { renderAgain } from "../../../testing/engine/render_again.ts";
import { startTestEngine } from "../../../testing/engine/test_engine.ts";

requirement({
  name: "on a real server the input is heard, recorded and rendered: an echo through the server's own wires",
  sanitizeResources: false, // libjack keeps its connection for the process
  sanitizeOps: false,
  fn: async () => {
    const server = await startSoundServer(48_000, 256);
    Object.entries(server.env).forEach(([name, value]) => Deno.env.set(name, value));
    const folder = await Deno.makeTempDir();
    const { engine, secondsPass } = await startTestEngine({
      patch: (format) => compilePatch("sines", format),
      environment: {
        UNDERSTUDY_DRIVER: "portaudio",
        UNDERSTUDY_DEVICE: "system",
        UNDERSTUDY_INPUT_CHANNELS: "2",
        UNDERSTUDY_SESSION: `${folder}/a.session`,
      },
    });
    try {
      const ports = new TextDecoder().decode(
        (await new Deno.Command("jack_lsp", { env: server.env }).output()).stdout,
      );
      const client = /^(understudy[^:\n]*):in_0$/m.exec(ports)?.[1];
      assert.ok(client, `no input port among:\n${ports}`);
      for (const channel of [0, 1]) {
        const args = [`${client}:out_${channel}`, `${client}:in_${channel}`];
        assert.ok(
          (await new Deno.Command("jack_connect", { args, env: server.env, stderr: "null" }).output())
            .success,
        );
      }
      const inputGain = engine.parameters.findIndex(({ address }) => address === "input/gainDb");
      engine.submit([{ kind: "set", parameter: inputGain, value: -1 }]);
      await secondsPass(0.1);
      engine.submit([{ kind: "noteOn", instrument: 0, id: 1, number: 60, velocity: 1 }]);
      await secondsPass(0.03);
      engine.submit([{ kind: "panic" }]);
      await secondsPass(0.15);
      engine.takePeak();
      engine.injectFault("kill", "primary");
      await secondsPass(0.1);
      const echo = engine.takePeak();
      await engine.stop();
      assert.ok(echo > 0.005, `after 150 ms the echo has a peak of ${echo}`);
      const rendered = await renderAgain(`${folder}/a.session`);
      assert.equal(rendered.differingBlocks, 0);
    } finally {
      await engine.stop();
      await server.stop();
      await Deno.remove(folder, { recursive: true });
    }
  },
}, { ...soundServerNeeds, commands: [...soundServerNeeds.commands, "jack_connect"] });
