/**
 * The scripts of `examples/` against a real engine: what they send is understood, and sounds.
 *
 * Takes turns: the methods that the scripts call are shown in `tests/osc/methods/`.
 */
import assert from "node:assert/strict";
import { AddressSpace } from "../../osc/methods/address_space.ts";
import { UdpListener } from "../../osc/transport/udp_listener.ts";
import { compilePatch } from "../../testing/patch/compile_named.ts";
import { TestAdmission } from "../../testing/osc/test_admission.ts";
import { requirement } from "../../testing/requirement.ts";
import { startTestEngine } from "../../testing/engine/test_engine.ts";
import { until } from "../../testing/until.ts";

const noPatch = () => Promise.reject(new Error("no patch is exchanged here"));

const examples = new URL("../../examples/", import.meta.url).pathname;

interface Script {
  readonly file: string;
  readonly program: string;
  readonly args: (port: string) => readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly package: string;
}

const scripts: readonly Script[] = [
  {
    file: "play.sh",
    program: "oscsend",
    args: (port) => ["sh", `${examples}play.sh`, "127.0.0.1", port],
    package: "liblo-tools",
  },
  {
    file: "play.py",
    program: "python3",
    args: (port) => ["python3", `${examples}play.py`, "127.0.0.1", port],
    package: "python3",
  },
  {
    file: "play.pd",
    program: "pd",
    args: (
      port,
    ) => [
      "pd",
      "-nogui",
      "-noaudio",
      "-nomidi",
      "-send",
      `engine connect 127.0.0.1 ${port}`,
      `${examples}play.pd`,
    ],
    package: "puredata-core",
  },
  {
    file: "play.scd",
    program: "sclang",
    args: (port) => ["sclang", `${examples}play.scd`, "127.0.0.1", port],
    // its window system and its browser are not needed, and the latter refuses to start as root
    environment: { QT_QPA_PLATFORM: "offscreen", QTWEBENGINE_DISABLE_SANDBOX: "1" },
    package: "supercollider-language",
  },
];

for (const script of scripts) {
  requirement({
    name: `examples/${script.file} plays a chord, opens the filter, and is refused nothing`,
    fn: () => playScript(script),
  }, { commands: [script.program], install: `apt-get install ${script.package}` });
}

async function playScript({ args, environment }: Script): Promise<void> {
  const { engine } = await startTestEngine({ patch: (format) => compilePatch("keys", format) });
  const listener = UdpListener.bind({
    hostname: "127.0.0.1",
    port: 0,
  });
  const space = new AddressSpace({
    engine,
    version: "test",
    loadPatch: noPatch,
    onQuit: () => {},
  });
  const refusals: string[] = [];
  const { begin } = space;
  space.begin = (packet, sender) =>
    begin.call(space, packet, {
      ...sender,
      reply: (message) => {
        if (message.address === "/fail") refusals.push(JSON.stringify(message.args));
        sender.reply(message);
      },
    });
  const admission = new TestAdmission(space, { onNotice: (text) => assert.fail(text) });
  listener.serve(admission);
  const valueOf = (wanted: string) =>
    engine.parameterValue(engine.parameters.findIndex(({ address }) => address === wanted));
  try {
    const [program, ...rest] = args(listener.address.split(":")[1]);
    const output = await new Deno.Command(program, { args: rest, env: environment, stdin: "null" }).output();
    const text = [output.stdout, output.stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
    assert.ok(output.success, text);
    await until("the filter is open", () => valueOf("keys/cutoffHz") === 4_000);
    await engine.settled();
    assert.equal(valueOf("keys/releaseSeconds"), Math.fround(0.8));
    assert.ok(engine.takePeak() > 0.01);
    assert.deepEqual(refusals, []);
  } finally {
    await listener.stop();
    await engine.stop();
  }
}
