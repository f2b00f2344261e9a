import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { ShowMessages } from "../../cli/show_messages.ts";
import { readConfig } from "../../config/settings.ts";
import { decodePacket } from "../../osc/packet/codec.ts";
import { inFolder } from "../../testing/in_folder.ts";

Deno.test("a link out of the folder of the shows is refused, one within it is loaded", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/shows/acts`, { recursive: true });
    await Deno.writeTextFile(`${folder}/secret.json`, "{}");
    await Deno.writeTextFile(`${folder}/shows/acts/one.json`, "{}");
    await Deno.symlink("../secret.json", `${folder}/shows/file.json`);
    await Deno.symlink("..", `${folder}/shows/up`);
    await Deno.symlink("acts/one.json", `${folder}/shows/first.json`);
    const messages = new ShowMessages();
    const config = readConfig({ UNDERSTUDY_SHOW: `${folder}/shows/play.json` });
    const { allowedShow } = messages.services({ config, loadPatch: () => Promise.resolve() });
    for (const file of ["file.json", "up/secret.json", "up/none.json"]) {
      assert.throws(() => allowedShow(file), /no link to another place/, file);
    }
    assert.equal(allowedShow("first.json"), `${folder}/shows/first.json`);
    assert.equal(allowedShow("acts/none.json"), `${folder}/shows/acts/none.json`);
    await messages.stop();
  }));

Deno.test("the messages of cues leave as OSC, and only shows beside that of the start are loaded", async () => {
  const messages = new ShowMessages();
  const config = readConfig({ UNDERSTUDY_SHOW: "/shows/play.json" });
  const services = messages.services({ config, loadPatch: () => Promise.resolve() });
  const socket = createSocket("udp4");
  try {
    await new Promise<void>((done) => socket.bind(0, "127.0.0.1", done));
    const arrived = new Promise<Uint8Array>((done) => socket.once("message", done));
    const { port } = socket.address();
    const cue = { frame: 0, cue: "1", destination: "desk" } as const;
    const args = [1, 0.5, { float: 2 }, "a", true];
    await services.send({ ...cue, do: "sendOsc", address: "/cue/7/start", arguments: args }, {
      host: "127.0.0.1",
      port,
    });
    assert.deepEqual(decodePacket(new Uint8Array(await arrived)), {
      address: "/cue/7/start",
      args: [
        { type: "i", value: 1 },
        { type: "f", value: 0.5 },
        { type: "f", value: 2 },
        { type: "s", value: "a" },
        { type: "T" },
      ],
    });
    // to a whole network
    const everyone = createSocket("udp4");
    await new Promise<void>((done) => everyone.bind(0, "0.0.0.0", done));
    const heard = new Promise<Uint8Array>((done) => everyone.once("message", done));
    await services.send({ ...cue, do: "sendOsc", address: "/go", arguments: [] }, {
      host: "127.255.255.255",
      port: everyone.address().port,
    });
    assert.deepEqual(decodePacket(new Uint8Array(await heard)), { address: "/go", args: [] });
    everyone.close();
    await assert.rejects(services.send({ ...cue, do: "sendMidi", bytes: [0x90] }, { midiPort: "a" }), /MIDI/);
    assert.equal(services.allowedShow("act2.json"), "/shows/act2.json");
    assert.throws(() => services.allowedShow("../other.json"), /expected a show in \/shows/);
  } finally {
    socket.close();
    await messages.stop();
  }
});
