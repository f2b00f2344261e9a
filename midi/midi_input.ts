/**
 * MIDI from JACK into the same log as everything else: takes messages every two milliseconds, gives each the frame at which
 * it is due, connects what should be connected, and comes back by itself when the server does. Main isolate.
 *
 * A message sounds a fixed time after it was meant ({@link MidiInput.delayMs}): at once would be up to a block and the
 * time between two looks earlier, but by another amount each time, and a chord would be torn.
 */
import { type MidiEvent, MidiInputPort, type MidiState, MidiUnavailableError } from "../ffi/midi_input.ts";
import type { NativeLibrary } from "../ffi/native_symbols.ts";
import { quietSoundLibraries } from "../ffi/quiet_sound_libraries.ts";
import type { Config } from "../config/settings.ts";
import { ConfigError } from "../config/config_error.ts";
import {
  type Command,
  CommandRefusedError,
  type EngineControl,
  type EngineStatus,
} from "../engine/control/control.ts";
import type { Log } from "../foundation/logging.ts";
import { HeldControls } from "./held_controls.ts";
import { readMidi } from "./messages.ts";
import { MidiClock } from "./midi_clock.ts";

/** Client and port; PortAudio's client is called `understudy`, and must not have to share its name. */
export const midiClientName = "understudy-midi";
export const midiPortName = "midi_in";

/** Time between two looks at the ring, and between two at cables and server. */
const takeMs = 2;
const lookMs = 100;

/** What the main isolate may be late by, with garbage collected and all, before a message sounds later than it should. */
const marginMs = 2;

const firstRetryMs = 500;
const maxRetryMs = 8_000;

/** The loss of an audio device on the same server is noticed within this, with room for a busy machine. */
const audioLossMs = 3_000;

/** Upper half of the status of a program change. */
const programChange = 12;

/** Kinds of messages that were refused are named once each, up to this many. */
const maxNotices = 32;

/** Numbers for `/status`. */
export type MidiCounts = {
  /** Whether there is a port: 1 or 0. */
  readonly open: number;
  /** Cables at the port. */
  readonly connections: number;
  /** Messages that became commands. */
  readonly messages: number;
  /** Messages that mean nothing to the patch, those that came too fast, and system messages. */
  readonly refused: number;
  readonly lost: number;
  readonly ignored: number;
  /** Messages that came too late for their frame and sounded at once. */
  readonly late: number;
};

export interface MidiInputOptions {
  readonly config: Pick<Config, "midi" | "midiConnect">;
  readonly native: NativeLibrary;
  readonly engine: EngineControl;
  readonly log: Log;
  /** Told the program 0 to 127 of a program change; omitted: those mean nothing. Throws {@link CommandRefusedError}. */
  readonly onProgram?: (program: number) => void;
}

/** MIDI input that is there whenever the server is; made by {@link MidiInput.start}, ended by {@link MidiInput.stop}. */
export class MidiInput {
  readonly #options: MidiInputOptions;
  readonly #held = new HeldControls();
  readonly #noticed = new Set<string>();
  #clock = new MidiClock();
  #port: MidiInputPort | undefined;
  #state: MidiState | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #nextLookMs = 0;
  #delayMs = 0;
  #retryMs = firstRetryMs;
  #nextRetryMs = 0;
  #mayRetry = true;
  #audioOnJack = false;
  #lostMs = -Infinity;
  #changing: Promise<void> | undefined;
  #stopped = false;
  #messages = 0;
  #refused = 0;
  #late = 0;
  /** Of ports that were closed. */
  #lostBefore = 0;
  #ignoredBefore = 0;

  private constructor(options: MidiInputOptions) {
    this.#options = options;
  }

  /**
   * Opens the input where the settings want one; undefined where they do not, or where `auto` finds no JACK library.
   *
   * @throws {MidiUnavailableError} when `jack` is wanted and not there, {@link ConfigError} for a pattern that is none
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
    try {
      await input.#open();
    } catch (error) {
      if (midi === "jack" || !(error instanceof MidiUnavailableError)) throw error;
      log.info(error.problem === "library" ? error.message : `${error.message}; looked for again until then`);
      if (error.problem === "library") return undefined;
      input.#waitForRetry();
    }
    input.#timer = setInterval(() => input.#tick(), takeMs);
    return input;
  }

  /** From the moment for which a message was meant to the frame that is handed to the device, in milliseconds. */
  get delayMs(): number {
    return this.#delayMs;
  }

  /** The port's whole name; undefined while there is none. */
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
      ignored: this.#ignoredBefore + (this.#port ? this.#state?.ignored ?? 0 : 0),
      late: this.#late,
    };
  }

  /** Closes the client; what is held is let go of. Safe to repeat. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#changing;
    if (this.#port) await this.#close(this.#port);
  }

  #tick(): void {
    const nowMs = performance.now();
    if (this.#port) this.#play(this.#port.take());
    if (this.#changing) return;
    if (!this.#port) {
      if (this.#mayRetry && nowMs >= this.#nextRetryMs && this.#isSafe(nowMs)) {
        this.#change(() => this.#retry());
      }
      return;
    }
    if (nowMs < this.#nextLookMs) return;
    this.#nextLookMs = nowMs + lookMs;
    this.#look(this.#port);
  }

  /** Messages of one frame become one batch, so that one block hears them together. */
  #play(events: readonly MidiEvent[]): void {
    for (let at = 0; at < events.length;) {
      const { frame, heardMs } = events[at];
      const commands: Command[] = [];
      for (; at < events.length && events[at].frame === frame; at++) {
        const { status, first, second } = events[at];
        this.#trying(1, () => {
          if (status >> 4 === programChange) this.#changeProgram(first);
          else commands.push(readMidi(status, first, second, this.#options.engine));
        });
      }
      const meantMs = this.#clock.momentOf(frame, heardMs, this.#state?.sampleRateHz ?? 48_000);
      if (commands.length > 0) this.#submit(commands, meantMs + this.#delayMs);
    }
  }

  #submit(commands: readonly Command[], monotonicMs?: number): void {
    this.#trying(commands.length, () => {
      const time = monotonicMs === undefined ? undefined : { monotonicMs };
      const { lateMs } = this.#options.engine.submit(commands, time);
      this.#messages += commands.length;
      if (lateMs > 0) this.#late += commands.length;
      commands.forEach((command) => this.#held.take(command));
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

  /** What cannot be done is counted, and named once. */
  #trying(messages: number, work: () => void): void {
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

  #look(port: MidiInputPort): void {
    const { log, config: { midiConnect } } = this.#options;
    const before = this.#state;
    const state = this.#state = port.look();
    if (!state.alive) {
      this.#lostMs = performance.now();
      const until = this.#audioOnJack ? " once the audio device is back" : "";
      log.error(
        `MIDI input lost: the JACK server is gone; held notes are released, looked for again${until}`,
      );
      return this.#change(() => this.#lose(port));
    }
    this.#delayMs = this.#delayFor(state);
    if (before && state.lost !== before.lost) {
      log.warning(
        `MIDI: ${(state.lost - before.lost) >>> 0} messages lost, they came faster than they are taken`,
      );
    }
    if (before && before.connections !== state.connections) {
      log.info(
        `MIDI input: ${state.connections} ${state.connections === 1 ? "cable" : "cables"} at ${port.name}`,
      );
      if (state.connections === 0) this.#letGo();
    }
    if (state.portsChanged && midiConnect !== undefined) {
      this.#change(async () => void await port.connect(midiConnect));
    }
  }

  /**
   * Whether a client can be opened again. libjack shares memory between the clients of a process: where one of a dead
   * server is still open, PortAudio's, and one of the next server is opened beside it, closing them ends the process
   * (measured with 1.9.21). So the audio device goes first, or must have shown that it was not lost.
   */
  #isSafe(nowMs: number): boolean {
    const state = this.#lookAtAudio();
    return !this.#audioOnJack || (state === "running" && nowMs - this.#lostMs > audioLossMs);
  }

  #lookAtAudio(): EngineStatus["state"] {
    const { driver, device, state } = this.#options.engine.status();
    if (driver === "portaudio") this.#audioOnJack = /jack/i.test(device);
    return state;
  }

  /** The renderers' lead, a period of the server, and what two looks and a busy main isolate may add. */
  #delayFor({ periodFrames, sampleRateHz }: MidiState): number {
    const { lookaheadBlocks, blockFrames, sampleRateHz: rateHz } = this.#options.engine.status();
    const blockMs = blockFrames * 1_000 / rateHz;
    const periodMs = Math.max(blockMs, periodFrames * 1_000 / sampleRateHz);
    return lookaheadBlocks * blockMs + periodMs + takeMs + marginMs;
  }

  #letGo(): void {
    const commands = this.#held.release();
    if (commands.length > 0) this.#trying(0, () => void this.#options.engine.submit(commands));
  }

  async #open(): Promise<void> {
    const { native, log, config: { midiConnect } } = this.#options;
    const port = await MidiInputPort.open(native, midiClientName, midiPortName);
    this.#port = port;
    this.#clock = new MidiClock();
    this.#state = port.look();
    this.#lookAtAudio();
    this.#delayMs = this.#delayFor(this.#state);
    this.#retryMs = firstRetryMs;
    log.info(`MIDI input: ${port.name} on JACK, sounds ${this.#delayMs.toFixed(1)} ms after it is played`);
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
      this.#retryMs = Math.min(maxRetryMs, this.#retryMs * 2);
      this.#waitForRetry();
      this.#options.log.debug(`${error.message}; next try in ${this.#retryMs} ms`);
    }
  }

  async #lose(port: MidiInputPort): Promise<void> {
    this.#letGo();
    this.#waitForRetry();
    await this.#close(port);
  }

  #waitForRetry(): void {
    this.#nextRetryMs = performance.now() + this.#retryMs;
  }

  async #close(port: MidiInputPort): Promise<void> {
    const { lost, ignored } = port.look();
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
