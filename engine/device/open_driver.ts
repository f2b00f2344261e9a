import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { JackError } from "../../ffi/jack.ts";
import { PortAudioMissingError } from "../../ffi/library_search.ts";
import type { Config } from "../../config/settings.ts";
import type { Log } from "../../foundation/logging.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { ClockDriver } from "./clock_driver.ts";
import type { Driver } from "./driver.ts";
import { DriverError } from "./driver_error.ts";
import { JackDriver } from "./jack_driver.ts";
import { RtpDriver } from "./rtp_driver.ts";
import { PortAudioDriver } from "./portaudio_driver.ts";

/** What a driver needs. */
export interface DriverParts {
  readonly native: NativeLibrary;
  readonly memory: SharedMemory;
  readonly config: Config;
  readonly log: Log;
  /** The device that was lost and is opened again; omitted: at the start. */
  readonly lost?: Pick<Driver, "kind" | "connections">;
  /** Whether a device must be there: the clock does not take its place. */
  readonly needsDevice?: boolean;
}

/** Opens a driver that calls the native callback with this memory; {@link openDriver} outside of tests. */
export type OpenDriver = (parts: DriverParts) => Promise<Driver>;

/**
 * Opens the driver that the configuration asks for; it calls, and plays once it is attached. `auto` takes JACK where a server answers, then
 * the sound device of PortAudio, and the clock where there is none at all; a device that was named, or that refuses the format, is
 * an error and never replaced by another.
 *
 * @throws {DriverError} {@link JackError} or one of the PortAudio errors
 */
export async function openDriver(parts: DriverParts): Promise<Driver> {
  const { native, memory, config, log, lost, needsDevice = false } = parts;
  if (config.driver === "clock") {
    log.warning("clock driver: this engine makes no sound, it was asked to run without a device");
    return ClockDriver.start(native, memory);
  }
  if (config.driver === "rtp") return RtpDriver.open(parts);
  const mustBeJack = config.driver === "jack" || lost?.kind === "jack" || /jack/i.test(config.hostApi ?? "");
  if (mustBeJack) return await JackDriver.open({ ...parts, connections: lost?.connections });
  if (config.driver === "auto" && lost === undefined && config.hostApi === undefined) {
    const driver = await jackIfThere(parts);
    if (driver) return driver;
  }
  try {
    const opened = await PortAudioDriver.open(native, memory, config);
    if (opened instanceof PortAudioDriver) return opened;
    if (opened !== undefined) {
      const { jackDevice: device, jackInputDevice: inputDevice } = opened;
      return await JackDriver.open({ ...parts, config: { ...config, device, inputDevice } });
    }
    if (config.driver === "portaudio" || needsDevice) {
      throw new DriverError(
        "no sound device found; connect one, start a sound server, or set UNDERSTUDY_DRIVER=clock",
      );
    }
    return playUnheard(
      parts,
      "no sound device found; the clock keeps time, silently. Connect one or start a sound server, then start again; " +
        "UNDERSTUDY_WAIT_DEVICE=on waits for it instead",
    );
  } catch (error) {
    if (config.driver === "portaudio" || needsDevice || !(error instanceof PortAudioMissingError)) {
      throw error;
    }
    return playUnheard(parts, `${error.message}; the clock driver keeps time instead`);
  }
}

/** The clock in place of a device that was asked for. */
function playUnheard({ native, memory, log }: DriverParts, unheard: string): ClockDriver {
  log.warning(`NO SOUND: ${unheard}`);
  return ClockDriver.start(native, memory, { unheard });
}

/** Where JACK is used, PortAudio is not opened: it would open a client of its own to look around. */
async function jackIfThere(parts: DriverParts): Promise<Driver | undefined> {
  const { device } = parts.config;
  if (device !== undefined && /^\d+$/.test(device)) return undefined; // an index of PortAudio's devices
  try {
    return await JackDriver.open(parts);
  } catch (error) {
    if (!(error instanceof JackError) || !["library", "server", "device"].includes(error.problem)) {
      throw error;
    }
    return undefined;
  }
}
