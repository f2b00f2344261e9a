/** `understudy doctor`: what the engine needs from this machine, whether it is there, and the command that installs it. */
import { JackError } from "../ffi/jack.ts";
import { PortAudio } from "../ffi/portaudio.ts";
import { MidiInputPort, MidiUnavailableError } from "../ffi/midi_input.ts";
import type { NativeLibrary } from "../ffi/native_symbols.ts";
import { quietSoundLibraries } from "../ffi/quiet_sound_libraries.ts";
import type { Config } from "../config/settings.ts";
import { jackServer } from "./jack_server.ts";
import { ClockDriver } from "../engine/device/clock_driver.ts";
import { type ExitCode, exitCodes } from "../foundation/exit_codes.ts";
import { Histogram } from "../engine/memory/histogram.ts";
import { leastDimensions } from "../engine/memory/dimensions.ts";
import { SharedMemory } from "../engine/memory/shared_memory.ts";
import { loadNative } from "../config/load_native.ts";
import { mainNice } from "../engine/scheduling/real_time.ts";
import { realTimeRemedy } from "../engine/scheduling/real_time_rights.ts";
import { Timeline } from "../engine/time/timeline.ts";

const testedDenoVersion = "2.9.6";
const measureMs = 2_000;

/** Above the usual priority of sound servers and their clients, JACK's 5 and 10. */
const wantedPriority = 20;

/** About as much as the engine locks with its default settings. */
const lockedMiB = 48;

/** Prints one line per finding, and at last whether `start` plays. Returns the exit code with which it would end, or 0. */
export async function diagnose(config: Config, print: (line: string) => void): Promise<ExitCode> {
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
  checkRights(native, report);
  await measureClock(config, native, report);
  const { problem, code } = startOf(config, { jack, hasDevice, hasMidi });
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
}

/** How a start with these settings would go: why it would not play, if so, and its exit code. */
export function startOf(
  { driver, isolation, waitDevice, midi }: Pick<Config, "driver" | "isolation" | "waitDevice" | "midi">,
  { jack, hasDevice, hasMidi }: FoundDevices,
): { readonly problem?: string; readonly code: ExitCode } {
  const remedy = "; see the line MISSING above, or set UNDERSTUDY_DRIVER=clock to play without a sound";
  if (midi !== "off" && !hasMidi) {
    return {
      problem: "MIDI input was asked for and is missing: see above, or set UNDERSTUDY_MIDI=off",
      code: exitCodes.device,
    };
  }
  if (driver === "clock") return { code: exitCodes.ok };
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
    report(true, `JACK: periods of ${periodFrames} frames; devices: ${devices.join("; ") || "none"}`);
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
    return devices.length > 0;
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
}

/** Runs the clock driver for a moment: its calls are as late as this machine makes those of any driver. */
async function measureClock(config: Config, native: NativeLibrary, report: Report): Promise<void> {
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
