/**
 * A client of JACK with audio ports, through the native part. Every call that asks the sound server runs beside the isolate and has a
 * time limit, because a server can hang. Main isolate.
 */
import { exitCodes } from "../foundation/exit_codes.ts";
import { ExitError } from "../foundation/exit_error.ts";
import { within } from "../foundation/within.ts";
import { cString, textOf } from "./c_string.ts";
import { DeviceDoor } from "./device_door.ts";
import type { NativeLibrary } from "./native_symbols.ts";

/** Why there is no client. */
export type JackProblem =
  | "library"
  | "server"
  | "rate"
  | "refused"
  | "device"
  | "hangs"
  | "closing"
  | "memory";

/** By the numbers of `us_jack_problem`. */
const problemsByCode: readonly JackProblem[] = [
  "library",
  "server",
  "rate",
  "refused",
  "device",
  "hangs",
  "closing",
  "memory",
];

/** JACK is not available; the message names the cause and the remedy. */
export class JackError extends ExitError {
  override readonly name = "JackError";
  override readonly exitCode = exitCodes.device;

  constructor(readonly problem: JackProblem, readonly text: string) {
    super(`JACK: ${text}`);
  }
}

export interface JackOptions {
  readonly clientName: string;
  /** Client whose ports are played to, or a part of its name; omitted: the physical ports. */
  readonly device?: string;
  /** The same for ports that are recorded from. */
  readonly inputDevice?: string;
  /** Cables to make in place of those to the devices, as {@link JackClient.connections} gave them. */
  readonly connections?: string;
  readonly sampleRateHz: number;
  readonly sharedMemory: Deno.PointerObject;
}

/** What can be played to. */
export interface JackDevice {
  readonly name: string;
  /** Physical inputs that it has. */
  readonly channels: number;
}

/** How a client stands, as `ffi/native/jack.h` has it. */
export interface JackState {
  readonly alive: boolean;
  readonly periodFrames: number;
  readonly xruns: number;
  readonly latencyFrames: number;
  /** Ports came or went since the last {@link JackClient.connect}. */
  readonly portsChanged: boolean;
  /** Cables came or went since the last {@link JackClient.connections}. */
  readonly connectionsChanged: boolean;
}

/** Longest that a server is waited for, in milliseconds. */
const timeoutMs = 2_000;

/** Sizes of `struct us_jack_options` and `struct us_jack_opened`. */
const optionsBytes = 48;
const openedBytes = 16;

const nameBytes = 512;
const textBytes = 65_536;

/** An open client. To be closed once, after which it must not be used. */
export class JackClient {
  /** The whole name: JACK appends a number where the one that was asked for was taken. */
  readonly name: string;
  /** Shut until somebody opens it. */
  readonly door: DeviceDoor;
  readonly #symbols: NativeLibrary["symbols"];
  readonly #client: Deno.PointerObject;
  readonly #state = new Uint32Array(6);

  private constructor(native: NativeLibrary, client: Deno.PointerObject) {
    this.#symbols = native.symbols;
    this.#client = client;
    this.door = new DeviceDoor(native, native.symbols.us_jack_door(client)!);
    const name = new Uint8Array(nameBytes);
    native.symbols.us_jack_name(client, name, name.length);
    this.name = textOf(name);
  }

  /** Opens, starts and connects a client. Starts no server. Throws {@link JackError}. */
  static async open(native: NativeLibrary, options: JackOptions): Promise<JackClient> {
    const { given, opened } = encodeOptions(options);
    const code = await native.symbols.us_jack_open(given, opened);
    const [client, serverRateHz] = new BigUint64Array(opened.buffer, opened.byteOffset, 2);
    if (code !== 0) throw jackOpenError(code, options, Number(serverRateHz));
    return new JackClient(native, Deno.UnsafePointer.create(client)!);
  }

  poll(): JackState {
    this.#symbols.us_jack_poll(this.#client, this.#state);
    const [alive, periodFrames, xruns, latencyFrames, portsChanged, connectionsChanged] = this.#state;
    return {
      alive: alive !== 0,
      periodFrames,
      xruns,
      latencyFrames,
      portsChanged: portsChanged !== 0,
      connectionsChanged: connectionsChanged !== 0,
    };
  }

  /** The cables of all ports, a line for each; undefined when the server does not answer in time. */
  connections(): Promise<string | undefined> {
    return this.#text((text) => this.#symbols.us_jack_connections(this.#client, text, text.length));
  }

  /** The clients that have physical inputs. */
  async devices(): Promise<JackDevice[]> {
    const names = await this.#text((text) => this.#symbols.us_jack_devices(this.#client, text, text.length));
    return (names ?? "").split("\n").filter((line) => line !== "").map((line) => {
      const [name, channels] = line.split("\t");
      return { name, channels: Number(channels) };
    });
  }

  /** Makes the cables that are not there. Returns the number that is still missing; undefined without an answer. */
  connect(connections: string): Promise<number | undefined> {
    return within(this.#symbols.us_jack_connect(this.#client, cString(connections)), timeoutMs);
  }

  /** Shuts the door for good and closes the client; false when the server did not answer in time, and a thread of it may stay. */
  async close(): Promise<boolean> {
    return await this.#symbols.us_jack_close(this.#client, timeoutMs) === 1;
  }

  async #text(ask: (text: Uint8Array<ArrayBuffer>) => Promise<number>): Promise<string | undefined> {
    const text = new Uint8Array(textBytes);
    return await within(ask(text), timeoutMs) === undefined ? undefined : textOf(text);
  }
}

/**
 * `struct us_jack_options` with its texts, and `struct us_jack_opened` after it. They lie in one buffer, because the texts must not be
 * collected before the result is read.
 */
function encodeOptions(
  { clientName, device = "", inputDevice = "", connections, sharedMemory }: JackOptions,
): { given: Uint8Array<ArrayBuffer>; opened: Uint8Array<ArrayBuffer> } {
  const texts = [clientName, device, inputDevice, connections].map((text) =>
    text === undefined ? new Uint8Array() : cString(text)
  );
  const bytes = new Uint8Array(
    texts.reduce((length, text) => length + text.length, optionsBytes + openedBytes),
  );
  const view = new DataView(bytes.buffer);
  const base = Deno.UnsafePointer.value(Deno.UnsafePointer.of(bytes));
  let end = optionsBytes + openedBytes;
  texts.forEach((text, field) => {
    view.setBigUint64(field * 8, text.length === 0 ? 0n : base + BigInt(end), true);
    bytes.set(text, end);
    end += text.length;
  });
  view.setBigUint64(32, Deno.UnsafePointer.value(sharedMemory), true);
  view.setBigUint64(40, BigInt(timeoutMs), true);
  return {
    given: bytes.subarray(0, optionsBytes),
    opened: bytes.subarray(optionsBytes, optionsBytes + openedBytes),
  };
}

/**
 * The error for a client that was not opened, in this process or another.
 *
 * @param code a `us_jack_problem`
 */
export function jackOpenError(
  code: number,
  { device, inputDevice, sampleRateHz }: Pick<JackOptions, "device" | "inputDevice" | "sampleRateHz">,
  serverRateHz: number,
): JackError {
  const problem = problemsByCode[code - 1];
  const named = [device, inputDevice].filter((name) => name).map((name) => `"${name}"`).join(" or ");
  const texts: Readonly<Record<JackProblem, string>> = {
    library:
      "the library libjack.so.0 was not found; install it (Debian, Ubuntu: apt-get install libjack-jackd2-0; " +
      "Fedora, Arch: pipewire-jack)",
    server:
      "no server answers; start one (jackd, or PipeWire with pipewire-jack), or name it in JACK_DEFAULT_SERVER",
    rate:
      `the server runs at ${serverRateHz} Hz, ${sampleRateHz} Hz was asked for; set UNDERSTUDY_SAMPLE_RATE`,
    refused: "the server refuses the client or its ports; see the server's own messages",
    device:
      `there is no client with ports that is called ${named}, or more than one; \`jack_lsp\` lists them`,
    hangs: "the server does not answer; restart it",
    closing: "the client of a server that has ended is still being closed",
    memory: "there is no memory for a client",
  };
  return new JackError(problem, texts[problem]);
}
