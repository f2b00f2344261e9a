import { JackClient, type JackState } from "../../ffi/jack.ts";
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { quietSoundLibraries } from "../../ffi/quiet_sound_libraries.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import type { Config } from "../../config/settings.ts";
import type { Log } from "../../foundation/logging.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import type { Driver } from "./driver.ts";

/** Time between two looks at cables and ports. */
const pollMs = 100;

/** Cables count once they have been there for this long: a server that ends takes them off first. */
const settledMs = 500;

export interface JackDriverOptions {
  readonly native: NativeLibrary;
  readonly memory: SharedMemory;
  readonly config: Pick<Config, "device" | "inputDevice" | "jackName">;
  readonly log: Log;
  /** Cables that another client had, to be made in place of those to the device. */
  readonly connections?: string;
}

/**
 * A client of JACK or of PipeWire's JACK: the ports `out_0` … and `in_0` …, connected to the device. It remembers its cables, so that
 * its successor on a restarted server gets those that were made by hand.
 */
export class JackDriver implements Driver {
  readonly kind = "jack";
  readonly mayReturn = true;
  readonly device: string;
  readonly #client: JackClient;
  readonly #log: Log;
  readonly #sampleRateHz: number;
  #state: JackState;
  #nextPollMs = 0;
  #closing: Promise<boolean> | undefined;
  #asking = false;
  /** Cables that were seen last, and when they changed. */
  #seen: string | undefined;
  #seenMs = 0;
  #settled: string | undefined;
  #unpatched: readonly number[] = [];
  readonly #channels: number;
  /** Cables whose other port has not come back yet. */
  #missing: string;

  private constructor(client: JackClient, { config, memory, log, connections = "" }: JackDriverOptions) {
    this.#client = client;
    this.#log = log;
    this.#sampleRateHz = memory.geometry.sampleRateHz;
    this.#channels = memory.geometry.channels;
    this.#state = client.poll();
    this.#missing = connections;
    this.#settled = connections === "" ? undefined : connections;
    this.device = `JACK: ${config.device ?? client.name}`;
  }

  /** Opens a client that calls and is connected, and is not attached yet. Throws `JackError`. */
  static async open(options: JackDriverOptions): Promise<JackDriver> {
    const { native, memory, config, connections } = options;
    quietSoundLibraries(native.symbols.us_ignore_address());
    const client = await JackClient.open(native, {
      clientName: config.jackName,
      device: config.device,
      inputDevice: config.inputDevice ?? config.device,
      connections,
      sampleRateHz: memory.geometry.sampleRateHz,
      sharedMemory: sharedMemoryPointer(native, memory.bytes),
    });
    return new JackDriver(client, options);
  }

  get alive(): boolean {
    return this.#closing === undefined && this.#current().alive;
  }

  get periodFrames(): number {
    return this.#current().periodFrames;
  }

  get outputLatencySeconds(): number {
    return this.#state.latencyFrames / this.#sampleRateHz;
  }

  get calls(): number {
    return this.#closing === undefined ? this.#client.door.calls : 0;
  }

  get connections(): string | undefined {
    return this.#settled;
  }

  get unheard(): string | undefined {
    const isUnheard = this.#unpatched.length === this.#channels && this.#isSettled;
    return isUnheard ? unconnected(this.#client.name) : undefined;
  }

  get unpatchedOutputs(): readonly number[] {
    return this.#isSettled ? this.#unpatched : [];
  }

  get #isSettled(): boolean {
    return this.#seen !== undefined && performance.now() - this.#seenMs > settledMs;
  }

  attach(): void {
    this.#client.door.open();
  }

  detach(): boolean {
    return this.#closing !== undefined || this.#client.door.shut();
  }

  poll(): void {
    const nowMs = performance.now();
    if (this.#closing !== undefined || nowMs < this.#nextPollMs) return;
    this.#nextPollMs = nowMs + pollMs;
    const { alive, portsChanged, connectionsChanged } = this.#current();
    if (!alive || this.#asking) return;
    if (this.#seen !== undefined && nowMs - this.#seenMs > settledMs) {
      this.#settled = this.#seen + this.#missing;
    }
    if (connectionsChanged) this.#ask(() => this.#readConnections());
    else if (portsChanged && this.#missing !== "") this.#ask(() => this.#connectMissing());
  }

  stop(): Promise<boolean> {
    return this.#closing ??= this.#close();
  }

  /** A client that does not close is left behind; another may be opened beside it. */
  async #close(): Promise<boolean> {
    if (await this.#client.close()) return true;
    this.#log.warning("JACK: the server does not let go of the client; it is left behind");
    return true;
  }

  /** A client that is closing is not asked: it is freed at any moment. */
  #current(): JackState {
    return this.#closing === undefined ? this.#state = this.#client.poll() : this.#state;
  }

  #ask(question: () => Promise<void>): void {
    this.#asking = true;
    question().catch((error) => this.#log.warning(`JACK: ${(error as Error).message}`))
      .finally(() => this.#asking = false);
  }

  async #connectMissing(): Promise<void> {
    const before = this.#missing;
    await this.#client.connect(before);
    await this.#readConnections();
    if (this.#missing === "") {
      this.#log.info(
        `JACK: connected again: ${before.trim().replaceAll("\n", ", ").replaceAll("\t", " to ")}`,
      );
    }
  }

  async #readConnections(): Promise<void> {
    const cables = await this.#client.connections();
    if (cables === undefined) return;
    const present = new Set(lines(cables));
    this.#missing = lines(this.#missing).filter((line) => !present.has(line)).join("");
    this.#seen = cables;
    const patched = new Set(lines(cables).map((line) => line.slice(0, line.indexOf("\t"))));
    this.#unpatched = Array.from({ length: this.#channels }, (_, output) => output + 1)
      .filter((output) => !patched.has(`out_${output - 1}`));
    this.#seenMs = performance.now();
  }
}

/** Says that no cable leads from the output ports of a client to anywhere. */
export function unconnected(client: string): string {
  return `JACK: nothing is connected to ${client}: connect its ports, or name a client in UNDERSTUDY_DEVICE`;
}

/** Each with the line feed at its end. */
function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "").map((line) => `${line}\n`);
}
