/**
 * A MIDI input port of JACK, through the native part: each message with the time at which it arrived. Every call that may
 * wait for the sound server runs beside the isolate and has a time limit, because a server can hang. Main isolate.
 */
import { cString, textOf } from "./c_string.ts";
import type { NativeLibrary } from "./native_symbols.ts";
import { exitCodes } from "../foundation/exit_codes.ts";
import { ExitError } from "../foundation/exit_error.ts";
import { within } from "../foundation/within.ts";

/** Why there is no MIDI input. */
export type MidiProblem = "library" | "server" | "refused" | "hangs" | "closing";

const problemTexts: Readonly<Record<MidiProblem, string>> = {
  library: "the JACK library was not found; install it (Debian, Ubuntu: apt-get install libjack-jackd2-0; " +
    "Fedora, Arch: pipewire-jack)",
  server: "no JACK server answers; start one (jackd, or PipeWire with pipewire-jack), " +
    "or name it in JACK_DEFAULT_SERVER",
  refused: "the JACK server refuses the client or its port; see the server's own messages",
  hangs: "the JACK server does not answer; restart it",
  closing: "the client of a JACK server that has ended is still being closed",
};

/** By the numbers of `us_midi_problem`. */
const problemsByCode: readonly (MidiProblem | undefined)[] = [
  undefined,
  "library",
  "server",
  "refused",
  undefined,
  "closing",
];

/** MIDI is not available; the message names the cause and the remedy. */
export class MidiUnavailableError extends ExitError {
  override readonly name = "MidiUnavailableError";
  override readonly exitCode = exitCodes.device;

  constructor(readonly problem: MidiProblem) {
    super(`MIDI input: ${problemTexts[problem]}`);
  }
}

/** One channel message and its time, in frames of the server and on the monotonic clock. */
export interface MidiEvent {
  readonly status: number;
  readonly first: number;
  readonly second: number;
  /** Number of its frame, modulo 2^32. */
  readonly frame: number;
  /** The same as a moment of the monotonic clock in milliseconds, as late as the server's thread was woken. */
  readonly heardMs: number;
}

/** How an input stands, as `ffi/native/midi_input.h` has it. */
export interface MidiState {
  readonly alive: boolean;
  readonly connections: number;
  /** Ports came or went since the last {@link MidiInputPort.connect}. */
  readonly portsChanged: boolean;
  /** Messages for which there was no room, and system messages, since the start. */
  readonly lost: number;
  readonly ignored: number;
  readonly sampleRateHz: number;
  readonly periodFrames: number;
}

/** As `ffi/native/midi_input.h` has it. */
const eventBytes = 24;

/** Events taken in one call. */
const maxMessages = 256;

/** Longest that a server is waited for, in milliseconds. */
const openMs = 2_000;
const closeMs = 500;

const nameBytes = 65_536;

/** An open port. To be closed once, after which it must not be used. */
export class MidiInputPort {
  /** The whole name, e.g. `understudy-midi:midi_in`. */
  readonly name: string;
  readonly #symbols: NativeLibrary["symbols"];
  readonly #input: Deno.PointerObject;
  readonly #bytes = new Uint8Array(maxMessages * eventBytes);
  readonly #view = new DataView(this.#bytes.buffer);
  readonly #state = new Uint32Array(7);
  #pattern = cString("");
  #sampleRateHz = 48_000;
  #asking: Promise<unknown> = Promise.resolve();

  private constructor(native: NativeLibrary, input: Deno.PointerObject) {
    this.#symbols = native.symbols;
    this.#input = input;
    const name = new Uint8Array(nameBytes);
    native.symbols.us_midi_name(input, name, name.length);
    this.name = textOf(name);
    this.poll();
  }

  /** Opens a client of this name, or with a suffix where that is taken. Throws {@link MidiUnavailableError}. */
  static async open(native: NativeLibrary, clientName: string, portName: string): Promise<MidiInputPort> {
    // named beyond the call, so that they live as long as it may take
    const given = { client: cString(clientName), port: cString(portName), handle: new BigUint64Array(1) };
    const opening = native.symbols.us_midi_open(given.client, given.port, given.handle);
    const problem = await within(opening, openMs);
    if (problem === undefined) {
      // a port that opens too late is closed again
      void opening.then((code) => code === 0 ? native.symbols.us_midi_close(pointerOf(given.handle)) : code);
      throw new MidiUnavailableError("hangs");
    }
    if (problem !== 0) {
      throw new MidiUnavailableError(problemsByCode[problem] ?? "refused");
    }
    return new MidiInputPort(native, pointerOf(given.handle));
  }

  /** Whether a pattern for {@link MidiInputPort.connect} is one: a POSIX extended regular expression. */
  static isPattern(native: NativeLibrary, pattern: string): boolean {
    return native.symbols.us_midi_is_pattern(cString(pattern)) === 1;
  }

  /** Returns the messages that wait, in order, at most 256; does not wait itself. */
  drain(): MidiEvent[] {
    const count = this.#symbols.us_midi_drain(this.#input, this.#bytes, maxMessages);
    return Array.from({ length: count }, (_, index) => {
      const at = index * eventBytes;
      const offset = this.#view.getUint32(at + 12, true);
      return {
        status: this.#bytes[at + 16],
        first: this.#bytes[at + 17],
        second: this.#bytes[at + 18],
        frame: (this.#view.getUint32(at + 8, true) + offset) >>> 0,
        heardMs: Number(this.#view.getBigUint64(at, true)) / 1e6 + offset * 1_000 / this.#sampleRateHz,
      };
    });
  }

  poll(): MidiState {
    this.#symbols.us_midi_poll(this.#input, this.#state);
    const [alive, connections, changed, lost, ignored, sampleRateHz, periodFrames] = this.#state;
    if (sampleRateHz > 0) this.#sampleRateHz = sampleRateHz;
    return {
      alive: alive === 1,
      connections,
      portsChanged: changed === 1,
      lost,
      ignored,
      sampleRateHz: this.#sampleRateHz,
      periodFrames,
    };
  }

  /** Connects all MIDI outputs that match; returns how many were not connected before, 0 where the server hangs. */
  async connect(pattern: string): Promise<number> {
    this.#pattern = cString(pattern);
    return await this.#ask(() => this.#symbols.us_midi_connect(this.#input, this.#pattern)) ?? 0;
  }

  /** Names of all MIDI outputs that could be connected. */
  async sources(): Promise<string[]> {
    const names = new Uint8Array(nameBytes);
    await this.#ask(() => this.#symbols.us_midi_ports(this.#input, names, names.length));
    return textOf(names).split("\n").filter((name) => name !== "");
  }

  /** Closes the client; false when the server did not answer in time, and a thread of it may stay. */
  async close(): Promise<boolean> {
    const closing = this.#asking.then(() => this.#symbols.us_midi_close(this.#input));
    return await within(closing, closeMs) !== undefined;
  }

  /** One question to the server at a time; undefined when it hangs. */
  #ask(question: () => Promise<number>): Promise<number | undefined> {
    const asked = this.#asking.then(question);
    this.#asking = asked;
    return within(asked, openMs);
  }
}

function pointerOf(handle: BigUint64Array): Deno.PointerObject {
  return Deno.UnsafePointer.create(handle[0])!;
}
