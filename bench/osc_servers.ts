/** Two audio servers on UDP, the same way to flood both, and each one's own proof of what arrived. */
import { Datagrams } from "../ffi/datagrams.ts";
import type { NativeLibrary } from "../ffi/native_symbols.ts";
import {
  decodePacket,
  encodePacket,
  isBundle,
  type OscArgument,
  type OscMessage,
} from "../osc/packet/codec.ts";
import { startSoundServer } from "../testing/sound/sound_server.ts";
import { awaitOutput } from "./await_output.ts";
import { startProgram, stopProgram } from "./started_program.ts";

/** A server under test. */
export interface OscServer {
  readonly name: string;
  /** Message number `index` of a run, always of the same size. */
  message(index: number, run: number): OscMessage;
  readonly socket: FastSocket;
  /** To be called before a run. */
  begin?(): Promise<void>;
  /** Takes in what has been answered, so that answers do not pile up while messages are sent. */
  listen(): void;
  /** How many of the `count` messages of a run had their effect, once all is quiet. */
  arrived(count: number, run: number): Promise<number>;
  stop(): Promise<void>;
}

/** Messages of one run at most: scsynth gets a bus for each. */
export const maxMessages = 600_000;

const receiveBytes = 8 << 20;

/** A socket that sends without waiting, and takes what comes back, many at once. */
export class FastSocket {
  readonly #socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  readonly #datagrams: Datagrams;
  readonly #to;

  constructor(native: NativeLibrary, port: number) {
    this.#datagrams = Datagrams.open(native, this.#socket.addr as Deno.NetAddr)!;
    this.#datagrams.askForBuffer(receiveBytes);
    this.#to = this.#datagrams.peerAt("127.0.0.1", port);
  }

  send(bytes: Uint8Array<ArrayBuffer>): void {
    if (!this.#datagrams.send(bytes, this.#to)) throw new Error("the system refused to send");
  }

  /** Hands every packet that waits to `take`. */
  drain(take: (bytes: Uint8Array) => void): void {
    for (let count = this.#datagrams.maxDatagrams; count === this.#datagrams.maxDatagrams;) {
      count = this.#datagrams.receive();
      for (let index = 0; index < count; index++) take(this.#datagrams.bytes(index));
    }
  }

  /** Sends and waits for the answer with this address; other answers are thrown away. */
  async ask(message: OscMessage, answer: string): Promise<readonly OscArgument[]> {
    for (let attempt = 0; attempt < 20; attempt++) {
      this.send(encodePacket(message));
      const deadline = performance.now() + 500;
      let found: readonly OscArgument[] | undefined;
      while (!found && performance.now() < deadline) {
        await new Promise((done) => setTimeout(done, 2));
        this.drain((bytes) => {
          const packet = decodePacket(bytes);
          if (!isBundle(packet) && packet.address === answer) found ??= packet.args;
        });
      }
      if (found) return found;
    }
    throw new Error(`no ${answer} came`);
  }

  close(): void {
    this.#socket.close();
  }
}

/**
 * Starts the engine as its users do, without the limit for one sender; it answers each command. The second is another sender
 * to the same engine, which has asked for no answers.
 */
export async function startUnderstudy(native: NativeLibrary): Promise<[OscServer, OscServer]> {
  const program = await startProgram({ environment: { UNDERSTUDY_OSC_RATE: "0" } });
  const { port } = program;
  const socket = new FastSocket(native, port);
  let done = 0;
  const listen = () =>
    socket.drain((bytes) => {
      if (bytes[1] === 0x64 && bytes[2] === 0x6F) done++; // "/done"; others are "/fail" and "/dropped"
    });
  const answered: OscServer = {
    name: "understudy",
    socket,
    message: (index) => ({ address: "/synth/pan", args: [{ type: "f", value: (index % 1_000) / 1_000 }] }),
    listen,
    arrived: async (wanted) => {
      await quiet(listen, () => done, wanted);
      const found = done;
      done = 0;
      return found;
    },
    stop: async () => {
      socket.close();
      await stopProgram(program);
    },
  };
  return [answered, await withoutAnswers(answered, new FastSocket(native, port))];
}

async function withoutAnswers({ message }: OscServer, socket: FastSocket): Promise<OscServer> {
  await socket.ask({ address: "/answer", args: [{ type: "i", value: 0 }] }, "/answer.reply");
  /** Packets that were worked off, by the engine's own count: all that came, without those that it dropped or refused. */
  const worked = async () => {
    const args = await socket.ask({ address: "/status", args: [] }, "/status.reply");
    const count = (name: string) => {
      const value = args[args.findIndex((arg) => arg.type === "s" && arg.value === `osc.${name}`) + 1];
      return (value as { value: number }).value;
    };
    const lost = ["forbidden", "rateLimited", "queueFull", "newSenders", "malformed", "failed", "waiting"];
    return count("packets") - lost.reduce((sum, name) => sum + count(name), 0);
  };
  let before = 0;
  return {
    name: "understudy, /answer 0",
    socket,
    message,
    begin: async () => void (before = await worked()),
    listen: () => socket.drain(() => {}),
    arrived: async (wanted) => {
      await new Promise((done) => setTimeout(done, 500));
      return Math.min(wanted, await worked() - before - 1); // the question itself is counted as well
    },
    stop: () => Promise.resolve(socket.close()),
  };
}

/** Starts scsynth on a sound server without a card. Each message of a run sets a control bus of its own. */
export async function startScsynth(native: NativeLibrary): Promise<OscServer> {
  const sound = await startSoundServer(48_000, 128);
  const probe = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr as Deno.NetAddr;
  probe.close();
  const process = new Deno.Command("scsynth", {
    args: `-u ${port} -B 127.0.0.1 -R 0 -i 0 -o 2 -z 128 -c ${maxMessages}`.split(" "),
    env: { ...sound.env, SC_JACK_DEFAULT_OUTPUTS: "system" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  await awaitOutput(process.stdout, /server ready/);
  const socket = new FastSocket(native, port);
  return {
    name: "scsynth",
    socket,
    message: (index, run) => ({
      address: "/c_set",
      args: [{ type: "i", value: index }, { type: "f", value: run }],
    }),
    listen: () => socket.drain(() => {}),
    arrived: async (wanted, run) => {
      await new Promise((done) => setTimeout(done, 500));
      let found = 0;
      for (let first = 0; first < wanted; first += busesAtOnce) {
        const count = Math.min(busesAtOnce, wanted - first);
        const args = [first, count].map((value): OscArgument => ({ type: "i", value }));
        const values = await socket.ask({ address: "/c_getn", args }, "/c_setn");
        found += values.filter((arg) => arg.type === "f" && arg.value === run).length;
      }
      return found;
    },
    stop: async () => {
      socket.close();
      process.kill("SIGKILL");
      await process.status;
      await sound.stop();
    },
  };
}

const busesAtOnce = 1_500;

/** Waits until all that is wanted has come, or nothing comes any more. */
async function quiet(look: () => void, count: () => number, wanted: number): Promise<void> {
  let [last, lastMs] = [-1, performance.now()];
  while (count() < wanted && performance.now() - lastMs < 1_000) {
    look();
    if (count() !== last) [last, lastMs] = [count(), performance.now()];
    await new Promise((done) => setTimeout(done, 2));
  }
}
