/**
 * Clients that others wrote, each with its own idea of types and framing, against a real engine: everything that they send is
 * understood. Their files lie in `tests/osc/foreign/`, with a configuration of their own.
 *
 * Takes turns: `tests/osc/packet/` and `tests/osc/transport/` show each type and framing.
 */
import assert from "node:assert/strict";
import { splitHostAndPort } from "../../osc/transport/network_address.ts";
import { TcpListener } from "../../osc/transport/tcp_listener.ts";
import { type OscServer, withOscServer } from "../../testing/osc/osc_server.ts";
import { hasPyliblo, systemPython } from "../../testing/osc/pyliblo.ts";
import { requirement } from "../../testing/requirement.ts";
import { until } from "../../testing/until.ts";

const folder = new URL("./foreign/", import.meta.url).pathname;

interface Ports {
  readonly udp: string;
  readonly tcp: string;
}

/** Runs a program against an engine, and returns the messages that have come, without their senders. */
async function received(
  { program, args, last }: {
    readonly program: string;
    readonly args: (ports: Ports) => readonly string[];
    /** The message that comes last, as often as it says. */
    readonly last: readonly [message: string, times: number];
  },
): Promise<string[]> {
  let messages: string[] = [];
  await withOscServer(async (client, server: OscServer) => {
    const tcp = TcpListener.bind({ hostname: "127.0.0.1", port: 0, framing: "auto" });
    tcp.serve(server.admission);
    const ports = {
      udp: String(splitHostAndPort(server.address).port),
      tcp: String(splitHostAndPort(tcp.address).port),
    };
    await client.ask("/dump", "i", 1);
    const { success, stdout, stderr } = await new Deno.Command(program, {
      args: [...args(ports)],
      stdin: "null",
    }).output();
    const output = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
    assert.ok(success, output);
    const come = () => messages = server.dumped.map((line) => line.replace(/^(tcp )?\S+ /, "").trim());
    const [message, times] = last;
    await until(
      `${message}, ${times} times, of ${program}: ${output}`,
      () => come().filter((each) => each === message).length >= times,
    );
    await tcp.stop();
    assert.deepEqual([server.refused, server.notices], [[], []]);
  });
  return messages;
}

requirement({
  name:
    "oscsend is understood with floats, doubles, 64 bits and truth values, over UDP and over TCP with sizes",
  fn: async () => {
    const all = await received({
      program: "sh",
      args: ({ udp, tcp }) => [
        "-c",
        [`osc.udp://127.0.0.1:${udp}/`, `osc.tcp://127.0.0.1:${tcp}/`].flatMap((url) => [
          `oscsend ${url} /note ff 60 0.5`,
          `oscsend ${url} /note hd 61 0.5`,
          `oscsend ${url} /off f 60`,
          `oscsend ${url} /pedal T`,
          `oscsend ${url} /pedal F`,
          `oscsend ${url} /panic I`,
        ]).join(" && "),
      ],
      last: ["/panic ,I I", 2],
    });
    for (
      const wanted of ["/note ,ff 60 0.5", "/note ,hd 61 0.5", "/off ,f 60", "/pedal ,T T", "/pedal ,F F"]
    ) {
      assert.equal(all.filter((message) => message === wanted).length, 2, wanted);
    }
  },
}, { commands: ["oscsend"], install: "apt-get install liblo-tools" });

requirement({
  name: "Pure Data is understood without type tags: everything is a float",
  fn: async () => {
    const all = await received({
      program: "pd",
      args: ({ udp }) => {
        const noSound = ["-nogui", "-noaudio", "-nomidi", "-nrt"];
        return [...noSound, "-send", `engine connect 127.0.0.1 ${udp}`, `${folder}floats.pd`];
      },
      last: ["/panic ,f 1", 1],
    });
    assert.deepEqual(all, ["/note ,ff 60 0.75", "/off ,f 60", "/pedal ,f 1", "/pedal ,f 0", "/panic ,f 1"]);
  },
}, { commands: ["pd"], install: "apt-get install puredata-core" });

requirement({
  name: "liblo's Python binding is understood over UDP and over TCP",
  fn: async () => {
    const all = await received({
      program: systemPython,
      args: ({ udp, tcp }) => [`${folder}send_liblo.py`, udp, tcp],
      last: ["/panic ,I I", 2],
    });
    for (
      const wanted of [
        "/note ,if 50 0.5",
        "/note ,dd 51 0.5",
        "/note ,hi 52 127",
        "/off ,f 50",
        "/pedal ,F F",
      ]
    ) {
      assert.equal(all.filter((message) => message === wanted).length, 2, wanted);
    }
  },
}, {
  conditions: { "python3-liblo of Debian": hasPyliblo() },
  install: "apt-get install python3-liblo",
});

requirement({
  name:
    "osc.js, node-osc and osc-js are understood over UDP, over TCP with SLIP, and over TCP without framing",
  fn: async () => {
    const all = await received({
      program: Deno.execPath(),
      args: (
        { udp, tcp },
      ) => ["run", "-A", "--quiet", "--frozen", `--config=${folder}deno.json`, `${folder}send.mjs`, udp, tcp],
      last: ["/panic ,i 1", 1],
    });
    const times = (wanted: string) => all.filter((message) => message === wanted).length;
    for (
      const twice of ["/note ,if 40 0.5", "/keys/q ,s 1.25", "/pedal ,T T", "/pedal ,F F", "/panic ,I I"]
    ) {
      assert.equal(times(twice), 2, twice);
    }
    for (const once of ["/note ,if 41 0.5", "/note ,ii 41 127", "/off ,i 41", "/keys/cutoffHz ,i 900"]) {
      assert.equal(times(once), 1, once);
    }
    for (const once of ["/note ,if 42 0.5", "/bend ,i -2"]) assert.equal(times(once), 1, once);
  },
}, {
  rights: { "packages of npm": areCached() },
  install: `deno cache --config=tests/osc/foreign/deno.json tests/osc/foreign/send.mjs`,
});

/** Whether the packages are on this machine; downloads them where that is possible. */
function areCached(): boolean {
  const args = ["cache", "--quiet", "--frozen", `--config=${folder}deno.json`, `${folder}send.mjs`];
  return new Deno.Command(Deno.execPath(), { args, stderr: "null" }).outputSync().success;
}
