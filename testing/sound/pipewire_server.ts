import { existsSync } from "node:fs";
import { until } from "../until.ts";

/** A PipeWire of our own with a sink that plays nowhere, reached through PipeWire's libjack. */
export interface PipeWireServer {
  /** What a client needs in its environment to find this server, besides PipeWire's libjack in `LD_LIBRARY_PATH` from its start on. */
  readonly env: Readonly<Record<string, string>>;
  /** Forces a quantum, the period of its JACK, in frames. */
  setQuantum(frames: number): Promise<void>;
  /** What its programs have printed so far. */
  log(): string;
  stop(): Promise<void>;
  halt(): void;
  resume(): void;
  /** Ends the server by force. */
  kill(): Promise<void>;
  /** Starts a server in the place of one that was killed. */
  restart(): Promise<void>;
}

/** Places of PipeWire's libjack, as `pw-jack` knows them. */
const libraryFolders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"]
  .map((folder) => `${folder}/pipewire-0.3/jack`);

/** Folder of PipeWire's libjack, for `LD_LIBRARY_PATH`; undefined: it is not here. */
export const pipeWireLibraryFolder = libraryFolders.find((folder) => existsSync(`${folder}/libjack.so.0`));

export const pipeWireNeeds = {
  commands: ["pipewire", "pw-cli", "pw-metadata"],
  conditions: { "PipeWire's libjack": pipeWireLibraryFolder !== undefined },
  install: "apt-get install pipewire pipewire-bin pipewire-jack",
};

const nullSink = `{ factory.name=support.null-audio-sink node.name=test-sink media.class=Audio/Sink ` +
  `audio.position=[FL,FR] object.linger=true adapter.auto-port-config={ mode=dsp monitor=false position=preserve } }`;

interface Program {
  readonly process: Deno.ChildProcess;
  readonly ended: Promise<void>;
}

/** Starts PipeWire in a runtime folder of its own, without a session manager, and a sink whose ports it lays out itself. */
export async function startPipeWire(): Promise<PipeWireServer> {
  const folder = await Deno.makeTempDir({ prefix: "understudy-pipewire-" });
  const common = { XDG_RUNTIME_DIR: folder, PIPEWIRE_RUNTIME_DIR: folder };
  let log = "";
  const start = (): Program => {
    const process = new Deno.Command("pipewire", {
      env: { ...common, DBUS_SESSION_BUS_ADDRESS: "disabled:" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const reading = [process.stdout, process.stderr].map(async (stream) => {
      for await (const text of stream.pipeThrough(new TextDecoderStream())) log += text;
    });
    return { process, ended: Promise.all([process.status, ...reading]).then(() => {}) };
  };
  const tell = async (command: string, ...args: string[]) => {
    const { success, stdout, stderr } = await new Deno.Command(command, { args, env: common }).output();
    const decoder = new TextDecoder();
    return { success, text: decoder.decode(stdout) + decoder.decode(stderr) };
  };
  const startServer = async (): Promise<Program> => {
    const program = start();
    let answers = false;
    let asking = false;
    await until("PipeWire answers", () => {
      if (!asking) {
        asking = true;
        tell("pw-cli", "info", "0").then(({ success }) => answers ||= success).finally(() => asking = false);
      }
      return answers;
    });
    const { success, text } = await tell("pw-cli", "create-node", "adapter", nullSink);
    if (!success) throw new Error(`PipeWire makes no sink: ${text}\n${log}`);
    return program;
  };
  let server = await startServer();
  const finish = async ({ process, ended }: Program, signal: Deno.Signal) => {
    try {
      process.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended already
    }
    await ended;
  };
  return {
    env: common,
    log: () => log,
    setQuantum: async (frames) => {
      await tell("pw-metadata", "-n", "settings", "0", "clock.force-quantum", String(frames));
    },
    halt: () => server.process.kill("SIGSTOP"),
    resume: () => server.process.kill("SIGCONT"),
    kill: () => finish(server, "SIGKILL"),
    restart: async () => {
      server = await startServer();
    },
    stop: async () => {
      await finish(server, "SIGTERM");
      await Deno.remove(folder, { recursive: true });
    },
  };
}
