import { encodeSynthDef, type Unit } from "../../bench/synthdef.ts";
import { UdpClient } from "../../testing/osc/udp_client.ts";
import type { SoundServer } from "../../testing/sound/sound_server.ts";
import { until } from "../../testing/until.ts";

/** scsynth as another client of the same sound server. */
export interface ScsynthBeside {
  /** Times that the server says it was not done in time. */
  losses(): number;
  stop(): Promise<void>;
}

/** Voices that it plays: far below what one core can, so that only the machine's load decides. */
const voices = 32;

/** Starts scsynth on a server, plays voices, and counts what the server says about it from then on. */
export async function startScsynthBeside(server: SoundServer): Promise<ScsynthBeside> {
  const probe = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr as Deno.NetAddr;
  probe.close();
  const process = new Deno.Command("scsynth", {
    args: `-u ${port} -B 127.0.0.1 -R 0 -i 0 -o 2`.split(" "),
    env: { ...server.env, SC_JACK_DEFAULT_OUTPUTS: "system" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let printed = "";
  const reading = (async () => {
    for await (const text of process.stdout.pipeThrough(new TextDecoderStream())) printed += text;
  })();
  await until("scsynth to be ready", () => printed.includes("server ready"));
  const client = new UdpClient(`127.0.0.1:${port}`);
  await client.send({
    address: "/d_recv",
    args: [{ type: "b", value: encodeSynthDef("voice", {}, units()) }],
  });
  await until("scsynth to have the voice", () => client.heard("/done").length > 0);
  for (let index = 0; index < voices; index++) {
    await client.say("/s_new", "siii", "voice", 1_000 + index, 0, 0);
  }
  await client.say("/sync", "i", 1);
  await until("scsynth to play", () => client.heard("/synced").length > 0);
  const before = lossesOf(server, "SuperCollider");
  return {
    losses: () => lossesOf(server, "SuperCollider") - before,
    stop: async () => {
      await client.close();
      process.kill("SIGKILL");
      await process.status;
      await reading;
    },
  };
}

/** Times that a server says that a client was not done in time. */
export function lossesOf(server: SoundServer, client: string): number {
  return server.log().split("\n").filter((line) => line.includes(`client = ${client} was not finished`))
    .length;
}

/** A quiet saw through a filter. */
function units(): readonly Unit[] {
  const saw: Unit = { name: "Saw", rate: "ar", inputs: [220], outputs: 1 };
  const filtered: Unit = { name: "RLPF", rate: "ar", inputs: [[saw, 0], 1_000, 1], outputs: 1 };
  const quiet: Unit = {
    name: "BinaryOpUGen",
    rate: "ar",
    inputs: [[filtered, 0], 0.01],
    outputs: 1,
    special: 2,
  };
  return [saw, filtered, quiet, { name: "Out", rate: "ar", inputs: [0, [quiet, 0]], outputs: 0 }];
}
