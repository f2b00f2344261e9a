/** `understudy receive`: plays a stream of RTP through a sound device, merged from all its legs, until a signal ends it. */
import { loadNative } from "../config/load_native.ts";
import type { Config } from "../config/settings.ts";
import { DeviceWatch } from "../engine/device/device_watch.ts";
import { leastDimensions } from "../engine/memory/dimensions.ts";
import { SharedMemory } from "../engine/memory/shared_memory.ts";
import { openReceiver, readPlace } from "../engine/rtp/open_receiver.ts";
import { RtpError } from "../engine/rtp/rtp_error.ts";
import {
  maxDescriptionBytes,
  readDescription,
  type ReceivedStream,
} from "../engine/rtp/session_description.ts";
import type { ReceiverState } from "../ffi/rtp_receiver.ts";
import { sharedMemoryPointer } from "../ffi/shared_memory_pointer.ts";
import { abortable } from "../foundation/abortable.ts";
import { type ExitCode, exitCodes } from "../foundation/exit_codes.ts";
import { createLog, type Log } from "../foundation/logging.ts";
import { readTextFile } from "../foundation/read_text_file.ts";
import type { ReceiveCommand } from "./command_line.ts";
import { InterruptedError } from "./interrupted_error.ts";
import { interruptible } from "./interruptible.ts";
import { print } from "./terminal.ts";
import { UsageError } from "./usage_error.ts";

/** Time between two looks at the device. */
const watchMs = 20;

/** Looks from one report to the next. */
const looksPerReport = 50;

/** Longest that a description may be waited for. */
const fetchMs = 5_000;

/** What `--json` prints each second, and once at the end. */
export interface ReceiveStatus extends ReceiverState {
  /** `waiting`: nothing comes; `waiting for device`: it comes, and no device plays it. */
  readonly state: "running" | "waiting" | "waiting for device" | "stopped";
  readonly device: string;
  /** From a packet to the device, without the device's own latency: the jitter buffer. */
  readonly latencyMs: number;
  readonly fillMs: number;
}

/** Plays until a signal. Throws {@link RtpError}, {@link UsageError} and the errors of the device. */
export async function receive(line: ReceiveCommand, config: Config): Promise<ExitCode> {
  if (config.driver === "rtp") {
    throw new UsageError("receive plays to a sound device: set UNDERSTUDY_DRIVER to auto, jack or portaudio");
  }
  const log = createLog({
    level: config.logLevel,
    format: config.logFormat === "json" ? "json" : "pretty",
    colour: Deno.stderr.isTerminal() && !Deno.env.get("NO_COLOR"),
  });
  const stream = await streamOf(line, config);
  const { native } = await loadNative(config, (text) => log.info(text));
  const forDevice: Config = {
    ...config,
    channels: stream.channels,
    sampleRateHz: stream.sampleRateHz,
    inputChannels: 0,
  };
  const memory = SharedMemory.create(leastDimensions(forDevice));
  const receiver = openReceiver({
    ...{ native, stream, latencyMs: line.latencyMs, match: line.match, interfaces: line.interfaces },
    sharedMemory: sharedMemoryPointer(native, memory.bytes),
  });
  const watch = new DeviceWatch({ native, memory, config: forDevice, log });
  const status = (): ReceiveStatus => statusOf(receiver.poll(), { line, stream, watch });
  try {
    return await interruptible(async (signal) => {
      await watch.start();
      log.info(
        `receives ${
          stream.name === "" ? line.places.join(" and ") : `"${stream.name}"`
        }: ${stream.channels} channels, ` +
          `${stream.sampleRateHz} Hz, jitter buffer ${line.latencyMs} ms, played on ${watch.device}`,
      );
      await follow({ signal, watch, log, line, status });
      return exitCodes.ok;
    });
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    log.info(`stopping: ${error.signal}`);
    return exitCodes.ok;
  } finally {
    const last = status();
    if (line.json) print(JSON.stringify({ ...last, state: "stopped" }) + "\n");
    else log.info(summaryOf(last));
    if (await watch.stop()) await receiver.close();
  }
}

interface Following {
  readonly signal: AbortSignal;
  readonly watch: DeviceWatch;
  readonly log: Log;
  readonly line: ReceiveCommand;
  readonly status: () => ReceiveStatus;
}

async function follow({ signal, watch, log, line, status }: Following): Promise<never> {
  let before: ReceiveStatus | undefined;
  for (let look = 0;; look++) {
    await abortable(new Promise((done) => setTimeout(done, watchMs)), signal);
    watch.watch();
    if (look % looksPerReport !== 0) continue;
    const now = status();
    if (line.json && !print(JSON.stringify(now) + "\n")) throw new InterruptedError("SIGTERM");
    for (const text of changes(before, now)) log.warning(text);
    if (now.state === "running" && before?.state !== "running") log.info(summaryOf(now));
    before = now;
  }
}

/** Packets come, and none is of this stream. */
const strangers =
  "packets come that are not of this stream: another payload type, other samples or another number of channels; " +
  "name its session description, or see --samples and --channels";

/** What a person should know of that has happened since. */
export function changes(before: ReceiveStatus | undefined, now: ReceiveStatus): string[] {
  const isStrange = now.state === "waiting" && now.foreignPackets > 0;
  if (before === undefined) {
    return isStrange ? [strangers] : now.state === "waiting" ? ["nothing comes yet"] : [];
  }
  const texts: string[] = [];
  if (isStrange && before.foreignPackets === 0) texts.push(strangers);
  if (now.state !== before.state && now.state !== "running") {
    texts.push(now.state === "waiting" ? "nothing comes any more: silence" : now.state);
  }
  const grown = (name: "lostPackets" | "resyncs" | "restarts") => now[name] - before[name];
  if (grown("lostPackets") > 0) {
    texts.push(`${grown("lostPackets")} packets came by no leg in time; raise --latency if they were late`);
  }
  if (grown("resyncs") > 0) texts.push("the buffer ran empty or over, and was begun again");
  if (grown("restarts") > 0) texts.push("the stream began again with other numbers");
  for (const leg of now.legs) {
    const { from, to } = leg;
    const old = before.legs.find((other) => other.from === from && other.to === to);
    if (old && leg.differing > old.differing) {
      texts.push(
        `the leg from ${from} to ${to} has other samples under the same numbers: it is not the same stream`,
      );
    }
    const isGone = (of: { readonly sinceMs: number }) => of.sinceMs > 1_000;
    if (old && isGone(leg) && !isGone(old)) texts.push(`the leg from ${from} to ${to} is gone`);
    if (old && !isGone(leg) && isGone(old)) texts.push(`the leg from ${from} to ${to} is back`);
  }
  return texts;
}

/** One line: what is played, and what came from which leg. */
export function summaryOf(status: ReceiveStatus): string {
  const legs = status.legs.map(({ from, to, first, duplicates, late, longestBehindMs }) =>
    `${from} to ${to}: ${first} first, ${duplicates} again, ${late} late, at most ${
      longestBehindMs.toFixed(1)
    } ms behind`
  );
  return `${status.state}; ${status.lostPackets} packets lost, clock ${
    status.matchPpm.toFixed(1)
  } ppm, buffer ${status.fillMs.toFixed(1)} ms; ${legs.length === 0 ? "no leg" : legs.join("; ")}`;
}

interface StatusParts {
  readonly line: Pick<ReceiveCommand, "latencyMs">;
  readonly stream: Pick<ReceivedStream, "sampleRateHz">;
  readonly watch: Pick<DeviceWatch, "waiting" | "device">;
}

function statusOf(state: ReceiverState, { line, stream, watch }: StatusParts): ReceiveStatus {
  return {
    state: !state.isPlaying ? "waiting" : watch.waiting ? "waiting for device" : "running",
    device: watch.device,
    latencyMs: line.latencyMs,
    fillMs: state.fillFrames / stream.sampleRateHz * 1_000,
    ...state,
  };
}

type NamedStream = Omit<ReceivedStream, "payloadType" | "packetMs"> & { readonly payloadType?: number };

/** The stream that was asked for: a description, or the addresses of its legs. */
async function streamOf(line: ReceiveCommand, config: Pick<Config, "sampleRateHz">): Promise<NamedStream> {
  const legs = line.places.map(readPlace);
  if (legs.every((leg) => leg !== undefined)) {
    const { channels, samples } = line;
    return {
      name: "",
      legs,
      channels,
      sampleBytes: samples === "L16" ? 2 : 3,
      sampleRateHz: config.sampleRateHz,
    };
  }
  const wrong = line.places.find((place, index) =>
    legs[index] === undefined && /^[\d.]+(:\d*)?$/.test(place)
  );
  if (wrong !== undefined) {
    throw new UsageError(
      `receive: expected ADDRESS:PORT, an IPv4 address and a port from 1 to 65535, found "${wrong}"`,
    );
  }
  const [place, ...others] = line.places;
  if (others.length > 0) {
    throw new UsageError("receive: expected one session description, or only ADDRESS:PORT, one for each leg");
  }
  return readDescription(await descriptionAt(place));
}

async function descriptionAt(place: string): Promise<string> {
  try {
    if (!/^https?:\/\//.test(place)) return await readTextFile(place, maxDescriptionBytes);
    const answer = await fetch(place, { signal: AbortSignal.timeout(fetchMs) });
    if (!answer.ok) {
      await answer.body?.cancel();
      throw new Error(`it answers ${answer.status}`);
    }
    return await bodyOf(answer);
  } catch (cause) {
    throw new RtpError(
      `cannot read the session description ${place} (${(cause as Error).message}); ` +
        "name a file, an http:// address, or ADDRESS:PORT",
      { cause },
    );
  }
}

/** The text of an answer, which a stranger may make endless. */
async function bodyOf(answer: Response): Promise<string> {
  let text = "";
  for await (const piece of (answer.body ?? new Blob([]).stream()).pipeThrough(new TextDecoderStream())) {
    text += piece;
    if (text.length > maxDescriptionBytes) {
      throw new Error(`it has more than ${maxDescriptionBytes} characters`);
    }
  }
  return text;
}
