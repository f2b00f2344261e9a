/** `understudy doctor`: what the engine needs from this machine, whether it is there, and the command that installs it. */
import { type JackDevice, JackError } from "../ffi/jack.ts";
import { PortAudio } from "../ffi/portaudio.ts";
import { MidiInputPort, MidiUnavailableError } from "../ffi/midi_input.ts";
import type { NativeLibrary } from "../ffi/native_symbols.ts";
import { findInterface, interfaceNames } from "../ffi/network_interface.ts";
import { readSystemClock } from "../ffi/system_clock.ts";
import { quietSoundLibraries } from "../ffi/quiet_sound_libraries.ts";
import type { Config } from "../config/settings.ts";
import { jackDeviceText, jackServer } from "./jack_server.ts";
import { ClockDriver } from "../engine/device/clock_driver.ts";
import { chooseClock, clockText } from "../engine/rtp/rtp_clock.ts";
import { RtpError } from "../engine/rtp/rtp_error.ts";
import { planStreams } from "../engine/rtp/stream_plan.ts";
import { type ExitCode, exitCodes } from "../foundation/exit_codes.ts";
import { outputsText } from "../foundation/outputs_text.ts";
import { Histogram } from "../engine/memory/histogram.ts";
import { leastDimensions } from "../engine/memory/dimensions.ts";
import { SharedMemory } from "../engine/memory/shared_memory.ts";
import { loadNative } from "../config/load_native.ts";
import { findMemoryWalkers, memoryWalkersText } from "./memory_walkers.ts";
import { mainNice } from "../engine/scheduling/real_time.ts";
import { realTimeRemedy } from "../engine/scheduling/real_time_rights.ts";
import { Timeline } from "../engine/time/timeline.ts";
import { timecodeProblem } from "./timecode_problem.ts";

const testedDenoVersion = "2.9.6";
const defaultMeasureMs = 2_000;

/** Above the usual priority of sound servers and their clients, JACK's 5 and 10. */
const wantedPriority = 20;

/** About as much as the engine locks with its default settings. */
const lockedMiB = 48;

export interface DiagnosisOptions {
  readonly config: Config;
  /** How long the callback's calls are measured; omitted: two seconds. */
  readonly measureMs?: number;
  readonly print: (line: string) => void;
}

/** Prints one line per finding, and at last whether `start` plays. Returns the exit code with which it would end, or 0. */
export async function diagnose(
  { config, measureMs = defaultMeasureMs, print }: DiagnosisOptions,
): Promise<ExitCode> {
  const report = (good: boolean, what: string, remedy = "") =>
    print(`${good ? "ok     " : "MISSING"}  ${what}${good ? "" : `\n         mend: ${remedy}`}`);
  report(
    Deno.version.deno === testedDenoVersion,
    `deno ${Deno.version.deno}`,
    `use deno ${testedDenoVersion}: ending a hung renderer is proven with it only`,
  );
  let native: NativeLibrary;
  try {
    const loaded = await loadNative(config, () => {});
    native = loaded.native;
    report(true, `native part: ${loaded.path}`);
  } catch (error) {
    report(false, "native part", (error as Error).message);
    return exitCodes.native;
  }
  const jack = await checkJack(config, native, report);
  const hasDevice = await checkPortAudio(config, native, report);
  const hasMidi = await checkMidi(config, native, report);
  const lacking = timecodeProblem(config);
  if (lacking !== undefined) report(false, "timecode", lacking);
  const canSend = config.driver !== "rtp" || checkRtp(config, native, report);
  checkRights(native, report);
  await measureClock(config, native, { measureMs, report });
  const { problem, code } = lacking === undefined
    ? startOf(config, { jack, hasDevice, hasMidi, canSend })
    : { problem: "timecode cannot be followed as it is set; see above", code: exitCodes.usage };
  if (problem === undefined) report(true, "start: plays with these settings");
  else {
    const outcome = code === exitCodes.ok ? "plays, but makes no sound" : `would end with exit code ${code}`;
    report(false, `start: ${outcome}`, problem);
  }
  return code;
}

/** What was found of a sound device; `refused`: a server is there, and does not take the engine as it is set. */
export interface FoundDevices {
  readonly jack: "there" | "absent" | "refused";
  /** PortAudio has a device with outputs. */
  readonly hasDevice: boolean;
  /** MIDI input works. */
  readonly hasMidi: boolean;
  /** RTP can be sent as it is set, where it is asked for; omitted: it can. */
  readonly canSend?: boolean;
}

/** How a start with these settings would go: why it would not play, if so, and its exit code. */
export function startOf(
  { driver, isolation, waitDevice, midi }: Pick<Config, "driver" | "isolation" | "waitDevice" | "midi">,
  { jack, hasDevice, hasMidi, canSend = true }: FoundDevices,
): { readonly problem?: string; readonly code: ExitCode } {
  const remedy = "; see the line MISSING above, or set UNDERSTUDY_DRIVER=clock to play without a sound";
  if (midi !== "off" && !hasMidi) {
    return {
      problem: "MIDI input was asked for and is missing: see above, or set UNDERSTUDY_MIDI=off",
      code: exitCodes.device,
    };
  }
  if (driver === "clock") return { code: exitCodes.ok };
  if (driver === "rtp") {
    if (isolation === "processes") {
      return { problem: "RTP needs UNDERSTUDY_ISOLATION=threads", code: exitCodes.device };
    }
    return canSend
      ? { code: exitCodes.ok }
      : { problem: `RTP cannot be sent as it is set${remedy}`, code: exitCodes.device };
  }
  if (jack === "there" && driver !== "portaudio") return { code: exitCodes.ok };
  if (jack === "refused" && driver !== "portaudio") {
    return { problem: `JACK refuses these settings${remedy}`, code: exitCodes.device };
  }
  const mustBeJack = driver === "jack" || isolation === "processes";
  if (hasDevice && !mustBeJack) return { code: exitCodes.ok };
  const absent = mustBeJack ? "there is no server of JACK" : "there is no sound device";
  if (waitDevice) return { problem: `${absent} yet; it waits for one`, code: exitCodes.ok };
  const code = driver === "auto" && !mustBeJack ? exitCodes.ok : exitCodes.device;
  return { problem: `${absent}${remedy}`, code };
}

type Report = (good: boolean, what: string, remedy?: string) => void;

/** Reports the server that the sound would go to; without one it is missing only where the settings ask for it. */
async function checkJack(
  config: Config,
  native: NativeLibrary,
  report: Report,
): Promise<FoundDevices["jack"]> {
  try {
    const { periodFrames, devices } = await jackServer(config, native);
    const names = devices.map(jackDeviceText).join("; ") || "none";
    report(true, `JACK: periods of ${periodFrames} frames; devices: ${names}`);
    if (config.driver !== "portaudio") {
      const lacking = missingOutputs(config, devices);
      if (lacking) report(false, lacking.what, lacking.remedy);
    }
    return "there";
  } catch (error) {
    if (!(error instanceof JackError)) throw error;
    const { message, problem } = error;
    const isAbsent = problem === "library" || problem === "server";
    if (isAbsent && config.driver !== "jack") report(true, `${message.split(";")[0]} (not needed)`);
    else report(false, "JACK", message);
    return isAbsent ? "absent" : "refused";
  }
}

/** Outputs for which the device that would be played to has no channel; undefined: it has all, or is not there. */
export function missingOutputs(
  { channels, device, outputNames }: Pick<Config, "channels" | "device" | "outputNames">,
  devices: readonly JackDevice[],
): { readonly what: string; readonly remedy: string } | undefined {
  const isMeant = ({ name }: JackDevice) => name.toLowerCase().includes(device!.toLowerCase());
  const found = device === undefined
    ? devices[0]
    : devices.find(({ name }) => name === device) ?? devices.find(isMeant);
  if (found === undefined || found.channels >= channels) return undefined;
  const outputs = Array.from({ length: channels - found.channels }, (_, index) => found.channels + 1 + index);
  return {
    what: `${outputsText(outputs, outputNames)}: ${jackDeviceText(found)} has no channel for ${
      outputs.length === 1 ? "it" : "them"
    }`,
    remedy:
      `set UNDERSTUDY_CHANNELS=${found.channels}, name another client in UNDERSTUDY_DEVICE, or connect the ports by hand`,
  };
}

async function checkPortAudio(config: Config, native: NativeLibrary, report: Report): Promise<boolean> {
  try {
    const portAudio = await PortAudio.open(native.symbols.us_ignore_address(), config.portAudioPath);
    const devices = portAudio.devices().filter((device) => device.maxOutputChannels > 0);
    report(true, portAudio.version);
    const names = devices.map((device) => `${device.hostApi}: ${device.name}`).join("; ");
    report(
      devices.length > 0,
      devices.length > 0 ? `output devices: ${names}` : "output device",
      "connect a sound card, or start a sound server (jackd, pipewire-jack); until then the clock keeps time, silently",
    );
    await portAudio.close();
    const most = Math.max(0, ...devices.map(({ maxOutputChannels }) => maxOutputChannels));
    if (devices.length > 0 && most < config.channels && config.driver !== "clock") {
      report(
        false,
        `a device with ${config.channels} outputs: the largest has ${most}`,
        `set UNDERSTUDY_CHANNELS=${most}; JACK plays as many as a device has, and says which are missing`,
      );
    }
    return most >= config.channels;
  } catch (error) {
    report(false, "PortAudio", (error as Error).message);
    return false;
  }
}

/** Reports whether MIDI input works now, and its possible sources; it is not missing when the settings do not ask for it. */
async function checkMidi({ midi }: Config, native: NativeLibrary, report: Report): Promise<boolean> {
  quietSoundLibraries(native.symbols.us_ignore_address());
  try {
    const port = await MidiInputPort.open(native, "understudy-doctor", "midi_in");
    const sources = await port.sources();
    await port.close();
    const outputs = sources.length > 0 ? sources.join("; ") : "no MIDI outputs yet";
    report(true, `MIDI input by JACK: ${outputs}${midi === "off" ? " (off; UNDERSTUDY_MIDI=jack)" : ""}`);
    return true;
  } catch (error) {
    if (!(error instanceof MidiUnavailableError)) throw error;
    const missing = error.message.replace(/^MIDI input: /, "");
    if (midi === "off") report(true, `MIDI input: off (${missing})`);
    else report(false, "MIDI input by JACK", missing);
    return false;
  }
}

/** Largest error of a common clock with which receivers at 1 ms packets play: half of what a short link offset leaves. */
const maxClockErrorMs = 10;

/** Reports where RTP would go, and how good the clock is that it is sent by. Returns whether it can be sent. */
function checkRtp(config: Config, native: NativeLibrary, report: Report): boolean {
  const system = readSystemClock(native);
  const clock = chooseClock(config, system);
  const isGood = clock.kind === "device" || (system.isKept && system.maxErrorMs <= maxClockErrorMs);
  report(
    isGood,
    `RTP's clock: ${clockText(clock)}` +
      (clock.kind === "device"
        ? "; ptp4l keeps it, or nothing does"
        : system.isKept
        ? `, kept by another clock, at most ${system.maxErrorMs.toFixed(1)} ms off`
        : ", which is kept by no other clock"),
    "run ptp4l and phc2sys (Debian: apt-get install linuxptp), or chrony; a single machine plays without it, " +
      "receivers that follow PTP may not",
  );
  try {
    const { streams } = planStreams(config);
    const places = streams.flatMap(({ legs }) => legs).map(({ address, port }) => `${address}:${port}`);
    for (const name of [config.rtpInterface, config.rtpSecondInterface]) {
      if (name === undefined || findInterface(name)) continue;
      throw new RtpError(`there is no network interface "${name}"; there are ${interfaceNames().join(", ")}`);
    }
    report(
      true,
      `RTP: ${streams.length} ${streams.length === 1 ? "stream" : "streams"} to ${places.join(", ")}`,
    );
    return true;
  } catch (error) {
    if (!(error instanceof RtpError)) throw error;
    report(false, "RTP", error.message);
    return false;
  }
}

/** Tries each right that keeps the sound going beside other programs. RealtimeKit is not asked: it would need D-Bus. */
function checkRights({ symbols }: NativeLibrary, report: Report): void {
  const priority = symbols.us_highest_priority(wantedPriority);
  report(
    priority >= wantedPriority,
    priority > 0
      ? `real-time priority up to ${priority}`
      : "real-time priority (the engine does not use RealtimeKit)",
    realTimeRemedy(["rtprio"]),
  );
  report(
    symbols.us_lowest_nice(mainNice) === mainNice,
    `priority over other programs (nice ${mainNice})`,
    realTimeRemedy(["nice"]),
  );
  const probe = new Uint8Array(lockedMiB * 2 ** 20);
  const refused = symbols.us_lock_memory(Deno.UnsafePointer.of(probe), BigInt(probe.length));
  report(
    refused === 0,
    `memory that is never swapped out (${lockedMiB} MiB tried${refused === 0 ? "" : `, errno ${refused}`})`,
    realTimeRemedy(["memlock"]),
  );
  const walkers = memoryWalkersText(findMemoryWalkers());
  if (walkers !== undefined) report(true, walkers);
}

/** Runs the clock driver for a while: its calls are as late as this machine makes those of any driver. */
async function measureClock(
  config: Config,
  native: NativeLibrary,
  { measureMs, report }: { readonly measureMs: number; readonly report: Report },
): Promise<void> {
  const memory = SharedMemory.create(leastDimensions(config));
  const timeline = new Timeline(memory, native);
  const driver = ClockDriver.start(native, memory);
  await new Promise((done) => setTimeout(done, measureMs));
  timeline.follow();
  await driver.stop();
  const periodMs = config.blockFrames / config.sampleRateHz * 1_000;
  const intervals = Histogram.read(memory, "intervals", timeline.ticksPerMs);
  const durations = Histogram.read(memory, "durations", timeline.ticksPerMs);
  const worstLateMs = memory.counter("longestIntervalTicks") / timeline.ticksPerMs - periodMs;
  report(
    worstLateMs < periodMs * (config.lookaheadBlocks - 1),
    `callback every ${periodMs.toFixed(2)} ms: 99.9 % within ${intervals.quantileMs(0.999).toFixed(2)} ms, ` +
      `worst ${worstLateMs.toFixed(2)} ms late; a call takes ${
        (durations.quantileMs(0.999) * 1_000).toFixed(1)
      } µs (99.9 %)`,
    "raise UNDERSTUDY_LOOKAHEAD_BLOCKS or UNDERSTUDY_BLOCK_FRAMES, or give the machine less other work",
  );
}
