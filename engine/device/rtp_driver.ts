import { findInterface, type FoundInterface, interfaceNames } from "../../ffi/network_interface.ts";
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { MediaSource, RtpSender, SenderFailure, type SenderState } from "../../ffi/rtp_sender.ts";
import type { RtpReceiver } from "../../ffi/rtp_receiver.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import { readSystemClock } from "../../ffi/system_clock.ts";
import type { Config } from "../../config/settings.ts";
import type { Log } from "../../foundation/logging.ts";
import { readTextFileSync } from "../../foundation/read_text_file.ts";
import { within } from "../../foundation/within.ts";
import type { RtpStatus } from "../control/control.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { announcedAt, announcement, announceMs } from "../rtp/announcement.ts";
import { openReceiver, readPlace } from "../rtp/open_receiver.ts";
import { chooseClock, clockText, type RtpClock } from "../rtp/rtp_clock.ts";
import { RtpError } from "../rtp/rtp_error.ts";
import { describeStream, maxDescriptionBytes, readDescription } from "../rtp/session_description.ts";
import { planStreams, type RtpPlan, type StreamPlan } from "../rtp/stream_plan.ts";
import { clockPriority } from "./clock_driver.ts";
import type { Driver } from "./driver.ts";

/** The thread ends within this, unless it has no processor. */
const stopMs = 1_000;

/** Time between two looks at the counters. */
const pollMs = 1_000;

export interface RtpDriverOptions {
  readonly native: NativeLibrary;
  readonly memory: SharedMemory;
  readonly config: Config;
  readonly log: Log;
}

interface RtpParts {
  readonly sender: RtpSender;
  readonly receiver: RtpReceiver | undefined;
  readonly plan: RtpPlan;
}

/**
 * Sends the sound as streams of RTP (AES67): a native thread calls the callback for each packet, when the common clock has come to its
 * first frame. What is sent follows from the settings and the frame.
 */
export class RtpDriver implements Driver {
  readonly kind = "rtp";
  readonly mayReturn = false;
  readonly device: string;
  readonly outputLatencySeconds: number;
  readonly descriptions: readonly string[];
  readonly #sender: RtpSender;
  readonly #receiver: RtpReceiver | undefined;
  readonly #plan: RtpPlan;
  readonly #config: Config;
  readonly #log: Log;
  readonly #sources: readonly string[];
  #nextPollMs = 0;
  #nextAnnounceMs = 0;
  #seen: SenderState;
  #stopping: Promise<void> | undefined;
  #ended = false;

  private constructor(
    { sender, receiver, plan }: RtpParts,
    { config, log }: RtpDriverOptions,
  ) {
    this.#sender = sender;
    this.#receiver = receiver;
    this.#plan = plan;
    this.#config = config;
    this.#log = log;
    this.#seen = sender.poll();
    this.#sources = plan.streams[0].legs.map((place, leg) => sender.sourceAddress(leg, place) ?? "0.0.0.0");
    this.device = `RTP: ${plan.streams.map(({ legs }) => legs.map(placeText).join(" and ")).join(", ")}`;
    this.outputLatencySeconds = plan.packetFrames / config.sampleRateHz;
    const version = Math.floor(Date.now() / 1_000);
    this.descriptions = plan.streams.map((stream) =>
      describeStream({
        ...stream,
        ...plan,
        sampleRateHz: config.sampleRateHz,
        payloadType: config.rtpPayloadType,
        ttl: config.rtpTtl,
        ptp: ptpText(config.rtpPtp),
        sources: this.#sources,
        version,
      })
    );
  }

  /** Opens sockets and starts the thread; it calls, and is not attached yet. Throws {@link RtpError}. */
  static open(options: RtpDriverOptions): RtpDriver {
    const { native, memory, config, log } = options;
    const plan = planStreams(config);
    const clock = chooseClock(config, readSystemClock(native));
    const interfaces = [config.rtpInterface, config.rtpSecondInterface].slice(0, plan.streams[0].legs.length)
      .map(interfaceOf);
    const { rtpOriginSeconds } = config;
    const receiver = openInput(options);
    let sender: RtpSender;
    try {
      sender = RtpSender.open(native, {
        ...plan,
        sharedMemory: sharedMemoryPointer(native, memory.bytes),
        input: receiver?.pointer,
        origin: rtpOriginSeconds === undefined
          ? undefined
          : BigInt(rtpOriginSeconds) * BigInt(config.sampleRateHz),
        leapSeconds: clock.kind === "system" ? clock.leapSeconds : 0,
        payloadType: config.rtpPayloadType,
        dscp: config.rtpDscp,
        ttl: config.rtpTtl,
        dither: config.rtpDither,
        clock: MediaSource[clock.kind],
        clockPath: clock.kind === "device" ? clock.path : "",
        priority: native.symbols.us_highest_priority(clockPriority) || clockPriority,
        interfaces,
      });
    } catch (error) {
      receiver?.close();
      if (!(error instanceof SenderFailure)) throw error;
      throw new RtpError(failureText(error, clock), { cause: error });
    }
    const driver = new RtpDriver({ sender, receiver, plan }, options);
    log.info(`RTP: sends by ${clockText(clock)}`);
    driver.#writeDescriptions();
    return driver;
  }

  get alive(): boolean {
    return this.#stopping === undefined;
  }

  get periodFrames(): number {
    return this.#stopping === undefined ? this.#sender.door.periodFrames : 0;
  }

  get calls(): number {
    return this.#stopping === undefined ? this.#sender.door.calls : 0;
  }

  get unheard(): string | undefined {
    if (this.#seen.withdrawn) {
      return "RTP: this machine sends nothing any more, because its packets would differ from those of the other one: " +
        "it came too late for UNDERSTUDY_RTP_ORIGIN, or stood still for longer than half the lookahead; start it again";
    }
    return undefined;
  }

  get rtp(): RtpStatus {
    const { packets, failedPackets, skippedFrames, latePackets, longestLateMs } = this.#current();
    const { clockErrorMs, clockSteps, jumps } = this.#seen;
    const input = this.#stopping === undefined ? this.#receiver?.poll() : undefined;
    return {
      ...{
        packets,
        failedPackets,
        skippedFrames,
        latePackets,
        longestLateMs,
        clockErrorMs,
        clockSteps,
        jumps,
      },
      inputPackets: input?.legs.reduce((sum, leg) => sum + leg.packets, 0) ?? 0,
      inputLostPackets: input?.lostPackets ?? 0,
    };
  }

  attach(): void {
    this.#sender.door.open();
  }

  detach(): boolean {
    return this.#ended || (this.#stopping === undefined && this.#sender.door.shut());
  }

  poll(): void {
    const nowMs = performance.now();
    if (this.#stopping !== undefined || nowMs < this.#nextPollMs) return;
    this.#nextPollMs = nowMs + pollMs;
    const before = this.#seen;
    this.#reportChanges(before, this.#current());
    if (this.#config.rtpSap && nowMs >= this.#nextAnnounceMs && !this.#seen.withdrawn) {
      this.#nextAnnounceMs = nowMs + announceMs;
      this.#announce(false);
    }
  }

  async stop(): Promise<boolean> {
    if (this.#stopping === undefined) {
      this.#current();
      if (this.#config.rtpSap) this.#announce(true);
      this.#stopping = this.#sender.close().then(() => this.#receiver?.close()).then(() => {
        this.#ended = true;
      });
    }
    await within(this.#stopping, stopMs);
    return this.#ended;
  }

  #current(): SenderState {
    return this.#stopping === undefined ? this.#seen = this.#sender.poll() : this.#seen;
  }

  #reportChanges(before: SenderState, now: SenderState): void {
    if (now.failedPackets > before.failedPackets) {
      this.#log.warning(
        `RTP: the system refused ${
          now.failedPackets - before.failedPackets
        } packets (errno ${now.lastError}); ` +
          "check the network interface, its route and its cable",
      );
    }
    if (now.skippedFrames > before.skippedFrames) {
      this.#log.warning(
        `RTP: ${
          now.skippedFrames - before.skippedFrames
        } frames were due longer ago than half the lookahead and were not sent; ` +
          "the sound goes on after them",
      );
    }
    if (now.clockSteps > before.clockSteps) {
      this.#log.warning(
        `RTP: the common clock was stepped; the sound goes on by the monotonic clock` +
          (this.#config.rtpOriginSeconds === undefined
            ? ", and the times of packets follow the step if it lasts"
            : ", and the times of packets do not follow it"),
      );
    }
    if (now.jumps > before.jumps) {
      this.#log.warning(
        "RTP: the times of packets followed the step of the clock; receivers may have dropped out",
      );
    }
    if (now.clockUnreadable && !before.clockUnreadable) {
      this.#log.warning(
        "RTP: the common clock cannot be read any more; the sound goes on by the monotonic clock",
      );
    }
    if (now.withdrawn && !before.withdrawn) this.#log.error(this.unheard!);
  }

  #announce(isDeletion: boolean): void {
    this.#plan.streams.forEach(({ legs }, index) => {
      legs.forEach(({ address }, leg) => {
        const packet = announcement(this.descriptions[index], { source: this.#sources[0], isDeletion });
        const failed = this.#sender.announce(leg, announcedAt(address), packet);
        if (failed) this.#log.debug(`RTP: the announcement was not sent (errno ${failed})`);
      });
    });
  }

  #writeDescriptions(): void {
    const { rtpSdp } = this.#config;
    if (rtpSdp === undefined) return;
    this.descriptions.forEach((text, index) => {
      const path = this.descriptions.length === 1 ? rtpSdp : numbered(rtpSdp, index + 1);
      try {
        Deno.writeTextFileSync(`${path}.part`, text);
        Deno.renameSync(`${path}.part`, path);
      } catch (error) {
        this.#log.warning(
          `RTP: cannot write the session description to ${path} (${(error as Error).message}); ` +
            "name another file in UNDERSTUDY_RTP_SDP",
        );
      }
    });
  }
}

/** The path with a number before its extension. */
function numbered(path: string, number: number): string {
  const [, stem, extension = ""] = /^(.*?)(\.[^./]+)?$/.exec(path)!;
  return `${stem}-${number}${extension}`;
}

/** The stream that is the input; undefined: none was asked for. */
function openInput({ native, config, log }: RtpDriverOptions): RtpReceiver | undefined {
  const { rtpInput, inputChannels: channels, sampleRateHz, rtpFormat, rtpInterface } = config;
  if (rtpInput === undefined) {
    if (channels > 0) log.warning("RTP: the input is silent; name its stream in UNDERSTUDY_RTP_INPUT");
    return undefined;
  }
  const legs = rtpInput.split(",").map((place) => readPlace(place.trim()));
  const stream = legs.every((leg) => leg !== undefined)
    ? { legs, channels, sampleRateHz, sampleBytes: rtpFormat === "L16" ? 2 as const : 3 as const }
    : readDescription(readFile(rtpInput));
  if (stream.channels !== channels || stream.sampleRateHz !== sampleRateHz) {
    throw new RtpError(
      `${rtpInput} has ${stream.channels} channels at ${stream.sampleRateHz} Hz; ` +
        `set UNDERSTUDY_INPUT_CHANNELS=${stream.channels} and UNDERSTUDY_SAMPLE_RATE=${stream.sampleRateHz}`,
    );
  }
  const interfaces = rtpInterface === undefined ? [] : [rtpInterface];
  return openReceiver({ native, stream, latencyMs: config.rtpInputLatencyMs, match: true, interfaces });
}

function readFile(path: string): string {
  try {
    return readTextFileSync(path, maxDescriptionBytes);
  } catch (cause) {
    throw new RtpError(
      `cannot read the session description ${path} (${(cause as Error).message}); set UNDERSTUDY_RTP_INPUT`,
      { cause },
    );
  }
}

const placeText = ({ address, port }: StreamPlan["legs"][number]) => `${address}:${port}`;

const ptpText = (ptp: string | undefined) =>
  ptp === undefined || ptp.includes(":") ? ptp?.toUpperCase() : `${ptp.toUpperCase()}:0`;

function interfaceOf(named: string | undefined): FoundInterface | undefined {
  if (named === undefined) return undefined;
  const found = findInterface(named);
  if (found) return found;
  throw new RtpError(
    `there is no network interface "${named}" with an IPv4 address; there are ${interfaceNames().join(", ")}`,
  );
}

function failureText({ part, errno }: SenderFailure, clock: RtpClock): string {
  switch (part) {
    case "clock":
      return `cannot read ${
        clockText(clock)
      } (errno ${errno}); set UNDERSTUDY_RTP_CLOCK=system, or give this user the right to read it`;
    case "interface":
      return `the network interface cannot be used (errno ${errno}); see \`ip address\`, and set UNDERSTUDY_RTP_INTERFACE`;
    case "socket":
      return `the system gives no socket (errno ${errno})`;
    case "thread":
      return `the sending thread did not start (errno ${errno})`;
  }
}
