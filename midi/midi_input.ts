/**
 * MIDI from JACK into the command log: drains the messages every two milliseconds, gives each the frame at which it is due,
 * connects the wanted outputs, and opens the input again when the server returns. Main isolate.
 *
 * A message sounds a fixed time after it was played ({@link MidiInput.delayMs}). Played at once, it would sound up to a block
 * and a poll earlier, but by another amount each time, which tears chords apart.
 */
import { type MidiEvent, MidiInputPort, type MidiState, MidiUnavailableError } from "../ffi/midi_input.ts";
import type { NativeLibrary } from "../ffi/native_symbols.ts";
import { quietSoundLibraries } from "../ffi/quiet_sound_libraries.ts";
import type { Config } from "../config/settings.ts";
import { ConfigError } from "../config/config_error.ts";
import { type Command, CommandRefusedError, type EngineControl } from "../engine/control/control.ts";
import { Backoff } from "../foundation/backoff.ts";
import type { Log } from "../foundation/logging.ts";
import { HeldControls } from "./held_controls.ts";
import { MidiClock } from "./midi_clock.ts";
import { MidiReceiver } from "./midi_receiver.ts";
import { SystemReader } from "./system_reader.ts";

/** Client and port; the audio ports belong to a client of their own. */
const midiClientName = "understudy-midi";
const midiPortName = "midi_in";

/** Time between two polls of the ring, and between two of connections and server. */
const drainMs = 2;
const pollMs = 100;

/** How late the main isolate may be, garbage collection included, before a message sounds late. */
const marginMs = 2;

/** Delay before the first attempt to open the input again, and the longest delay. */
const retryMs = { firstMs: 500, maxMs: 8_000 };

/** Upper half of the status of a program change. */
const programChange = 12;

/** Each reason for a refusal is logged once, up to this many. */
const maxNotices = 32;

/** Numbers for `/status`. */
export type MidiCounts = {
  /** Whether there is a port: 1 or 0. */
  readonly open: number;
  /** Cables at the port. */
  readonly connections: number;
  /** Messages that the patch understands. */
  readonly messages: number;
  /** Messages that mean nothing to the patch. */
  readonly refused: number;
  /** Messages that found the ring full. */
  readonly lost: number;
  /** System messages. */
  readonly ignored: number;
  /** Messages that came too late for their frame and sounded at once. */
  readonly late: number;
};

/** Takes messages that are not the patch's; moments are those at which they are heard, on the monotonic clock. */
export interface ShowListener {
  /** Returns whether the message is taken. */
  channelMessage(status: number, first: number, second: number, monotonicMs: number): boolean;
  systemMessage(bytes: readonly number[], monotonicMs: number): void;
}

export interface MidiInputOptions {
  readonly config: Pick<Config, "midi" | "midiConnect" | "midiMpe" | "midiMpeBend">;
  readonly native: NativeLibrary;
  readonly engine: EngineControl;
  readonly log: Log;
  /** Keeps what is held down for a process that follows this one; it releases what it finds. Omitted: nothing is kept. */
  readonly heldFile?: string;
  /** Takes what is meant for a show; omitted: everything is for the patch. */
  readonly show?: ShowListener;
  /** Receives the program, 0 to 127, of a program change; omitted: those are refused. May throw {@link CommandRefusedError}. */
  readonly onProgram?: (program: number) => void;
}

/** MIDI input that is open whenever the server runs; made by {@link MidiInput.start}, ended by {@link MidiInput.stop}. */
export class MidiInput {
  readonly #options: MidiInputOptions;
  readonly #held: HeldControls;
  readonly #receiver: MidiReceiver;
  readonly #noticed = new Set<string>();
  #clock = new MidiClock();
  #port: MidiInputPort | undefined;
  #state: MidiState | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #paceMs = 0;
  #nextPollMs = 0;
  #delayMs = 0;
  readonly #backoff = new Backoff(retryMs);
  #nextRetryMs = 0;
  #mayRetry = true;
  #changing: Promise<void> | undefined;
  readonly #system = new SystemReader();
  #stopped = false;
  #messages = 0;
  /** System messages that came in whole, and that nothing takes. */
  #ignored = 0;
  #refused = 0;
  #late = 0;
  /** Totals of the ports that were closed. */
  #lostBefore = 0;
  #ignoredBefore = 0;

  private constructor(options: MidiInputOptions) {
    this.#options = options;
    this.#receiver = new MidiReceiver(options.config);
    this.#held = new HeldControls(options.heldFile);
  }

  /**
   * Opens the input if the settings ask for one; undefined if they do not, or if `auto` finds no JACK library.
   *
   * @throws {MidiUnavailableError} when `jack` is set and no server answers, {@link ConfigError} for an invalid pattern
   */
  static async start(options: MidiInputOptions): Promise<MidiInput | undefined> {
    const { config: { midi, midiConnect }, native, log } = options;
    if (midi === "off") return undefined;
    if (midiConnect !== undefined && !MidiInputPort.isPattern(native, midiConnect)) {
      throw new ConfigError([
        `UNDERSTUDY_MIDI_CONNECT: expected a POSIX extended regular expression, found "${midiConnect}"`,
      ]);
    }
    quietSoundLibraries(native.symbols.us_ignore_address());
    const input = new MidiInput(options);
    input.#releaseHeld();
    try {
      await input.#open();
    } catch (error) {
      if (midi === "jack" || !(error instanceof MidiUnavailableError)) throw error;
      log.info(error.problem === "library" ? error.message : `${error.message}; the search goes on`);
      if (error.problem === "library") return undefined;
      input.#waitForRetry();
    }
    input.#setPace();
    return input;
  }

  /** From the moment at which a message was played to the frame that is delivered to the device, in milliseconds. */
  get delayMs(): number {
    return this.#delayMs;
  }

  /** The port's full name; undefined while no port is open. */
  get portName(): string | undefined {
    return this.#port?.name;
  }

  get counts(): MidiCounts {
    return {
      open: this.#port ? 1 : 0,
      connections: this.#port ? this.#state?.connections ?? 0 : 0,
      messages: this.#messages,
      refused: this.#refused,
      lost: this.#lostBefore + (this.#port ? this.#state?.lost ?? 0 : 0),
      ignored: this.#ignored + this.#ignoredBefore + (this.#port ? this.#state?.ignored ?? 0 : 0),
      late: this.#late,
    };
  }

  /** Closes the client. Safe to repeat. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#changing;
    if (this.#port) await this.#close(this.#port);
  }

  /** Without a port there is nothing to drain: each look would wake the main isolate for nothing. */
  #setPace(): void {
    const paceMs = this.#port === undefined ? pollMs : drainMs;
    if (this.#stopped || this.#paceMs === paceMs) return;
    clearInterval(this.#timer);
    this.#paceMs = paceMs;
    this.#timer = setInterval(() => this.#tick(), paceMs);
  }

  #tick(): void {
    this.#setPace();
    const nowMs = performance.now();
    if (this.#port) this.#play(this.#port.drain());
    if (this.#changing) return;
    if (!this.#port) {
      if (this.#mayRetry && nowMs >= this.#nextRetryMs) this.#change(() => this.#retry());
      return;
    }
    if (nowMs < this.#nextPollMs) return;
    this.#nextPollMs = nowMs + pollMs;
    this.#poll(this.#port);
  }

  /** Submits the messages of one frame as one batch, so that they sound in the same block. */
  #play(events: readonly MidiEvent[]): void {
    for (let at = 0; at < events.length;) {
      const { frame, heardMs } = events[at];
      const playedMs = this.#clock.momentOf(frame, heardMs, this.#state?.sampleRateHz ?? 48_000);
      const commands: Command[] = [];
      let understood = 0;
      for (; at < events.length && events[at].frame === frame; at++) {
        const { status, first, second } = events[at];
        if (this.#takesForShow(events[at], playedMs)) continue;
        this.#countRefusals(1, () => {
          if (status >> 4 === programChange) return this.#changeProgram(first);
          commands.push(...this.#receiver.receive({ status, first, second }, this.#options.engine));
          understood++;
        });
      }
      if (commands.length > 0) this.#submit(commands, understood, playedMs + this.#delayMs);
      else this.#messages += understood;
    }
  }

  /**
   * Whether a message is none for the patch. Timecode stands for the moment at which it came; all else is heard as late as a note, so
   * that both stay together.
   */
  #takesForShow(event: MidiEvent, playedMs: number): boolean {
    const { show } = this.#options;
    const { status, first, second } = event;
    if (!SystemReader.isSystem(event)) {
      return show?.channelMessage(status, first, second, playedMs + this.#delayMs) ?? false;
    }
    const bytes = this.#system.read(event);
    if (bytes === undefined) return true;
    if (show === undefined) this.#ignored++;
    else show.systemMessage(bytes, bytes[0] === 0xF1 ? playedMs : playedMs + this.#delayMs);
    return true;
  }

  #submit(commands: readonly Command[], messages: number, monotonicMs: number): void {
    this.#countRefusals(messages, () => {
      const { lateMs } = this.#options.engine.submit(commands, { monotonicMs }, "MIDI");
      this.#messages += messages;
      if (lateMs > 0) this.#late += messages;
      this.#held.record(commands);
    });
  }

  #changeProgram(program: number): void {
    const { onProgram } = this.#options;
    if (!onProgram) {
      throw new CommandRefusedError(
        "program changes mean nothing; UNDERSTUDY_MIDI_PROGRAMS=on lets them load patches",
      );
    }
    onProgram(program);
    this.#messages++;
  }

  /** Counts the messages that are refused, and logs each reason once. */
  #countRefusals(messages: number, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof CommandRefusedError)) throw error;
      this.#refused += messages;
      if (this.#noticed.has(error.message) || this.#noticed.size >= maxNotices) return;
      this.#noticed.add(error.message);
      this.#options.log.warning(`MIDI: ${error.message}`);
    }
  }

  #poll(port: MidiInputPort): void {
    const { log, config: { midiConnect } } = this.#options;
    const before = this.#state;
    const state = this.#state = port.poll();
    if (!state.alive) {
      log.error(
        "MIDI input lost: the JACK server is gone; held notes are released, and the server is looked for again",
      );
      return this.#change(() => this.#lose(port));
    }
    this.#delayMs = this.#delayFor(state);
    if (before && state.lost !== before.lost) {
      log.warning(
        `MIDI: ${
          (state.lost - before.lost) >>> 0
        } messages lost, they came faster than the engine reads them`,
      );
    }
    if (before && before.connections !== state.connections) {
      log.info(
        `MIDI input: ${state.connections} ${state.connections === 1 ? "cable" : "cables"} at ${port.name}`,
      );
      if (state.connections === 0) this.#releaseHeld();
    }
    if (state.portsChanged && midiConnect !== undefined) {
      this.#change(async () => void await port.connect(midiConnect));
    }
  }

  /** The renderers' lead, a period of the server, and the delays of polling and of a busy main isolate. */
  #delayFor({ periodFrames, sampleRateHz }: MidiState): number {
    const { lookaheadBlocks, blockFrames, sampleRateHz: rateHz } = this.#options.engine.status();
    const blockMs = blockFrames * 1_000 / rateHz;
    const periodMs = Math.max(blockMs, periodFrames * 1_000 / sampleRateHz);
    return lookaheadBlocks * blockMs + periodMs + drainMs + marginMs;
  }

  /** What was held is released, and bend, pedals and zones of the cable are forgotten. */
  #releaseHeld(): void {
    this.#receiver.reset();
    const commands = this.#held.release();
    if (commands.length > 0) this.#countRefusals(0, () => void this.#options.engine.submit(commands));
  }

  async #open(): Promise<void> {
    const { native, log, config: { midiConnect } } = this.#options;
    const port = await MidiInputPort.open(native, midiClientName, midiPortName);
    this.#port = port;
    this.#clock = new MidiClock();
    this.#state = port.poll();
    this.#delayMs = this.#delayFor(this.#state);
    this.#backoff.reset();
    log.info(
      `MIDI input: ${port.name} on JACK, notes sound ${this.#delayMs.toFixed(1)} ms after they are played`,
    );
    if (midiConnect !== undefined && await port.connect(midiConnect) === 0) {
      const sources = await port.sources();
      log.info(
        `MIDI input: no port matches "${midiConnect}" yet; ${
          sources.length > 0 ? `there are ${sources.join(", ")}` : "there are no MIDI outputs"
        }`,
      );
    }
  }

  async #retry(): Promise<void> {
    try {
      await this.#open();
    } catch (error) {
      if (!(error instanceof MidiUnavailableError)) throw error;
      const delayMs = this.#backoff.increase();
      this.#waitForRetry();
      this.#options.log.debug(`${error.message}; next attempt in ${delayMs} ms`);
    }
  }

  async #lose(port: MidiInputPort): Promise<void> {
    this.#releaseHeld();
    this.#waitForRetry();
    await this.#close(port);
  }

  #waitForRetry(): void {
    this.#nextRetryMs = performance.now() + this.#backoff.delayMs;
  }

  async #close(port: MidiInputPort): Promise<void> {
    const { lost, ignored } = port.poll();
    this.#lostBefore += lost;
    this.#ignoredBefore += ignored;
    this.#port = undefined;
    if (await port.close()) return;
    this.#mayRetry = false;
    this.#options.log.error(
      "MIDI input: the JACK server does not let go of its port: restart the engine when it is back",
    );
  }

  #change(work: () => Promise<void>): void {
    this.#changing = work().catch((error) =>
      this.#options.log.error(`MIDI input: ${(error as Error).message}`)
    )
      .finally(() => this.#changing = undefined);
  }
}
