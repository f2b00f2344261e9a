import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { PortAudioMissingError } from "../../ffi/library_search.ts";
import type { Config } from "../../config/settings.ts";
import type { Log } from "../../foundation/logging.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import { ClockDriver } from "./clock_driver.ts";
import type { Driver } from "./driver.ts";
import { DriverError } from "./driver_error.ts";
import { PortAudioDriver } from "./portaudio_driver.ts";

/** What a driver needs. */
export interface DriverParts {
  readonly native: NativeLibrary;
  readonly memory: SharedMemory;
  readonly config: Config;
  readonly log: Log;
}

/** Opens a driver that calls the native callback with this memory; {@link openDriver} outside of tests. */
export type OpenDriver = typeof openDriver;

/**
 * Opens the driver that the configuration asks for. `auto` takes the sound device, and the clock where there is none at all; a
 * device that was named, or that refuses the format, is an error and never replaced by another.
 *
 * @throws {DriverError} or one of the PortAudio errors
 */
export async function openDriver({ native, memory, config, log }: DriverParts): Promise<Driver> {
  if (config.driver === "clock") {
    log.warning("clock driver: this engine makes no sound, it was asked to run without a device");
    return ClockDriver.start(native, memory);
  }
  try {
    const driver = await PortAudioDriver.start(native, memory, config);
    if (driver) return driver;
    if (config.driver === "portaudio") {
      throw new DriverError(
        "no sound device found; connect one, start a sound server, or set UNDERSTUDY_DRIVER=clock",
      );
    }
    log.warning(
      "NO SOUND: no sound device found; the clock driver keeps time until one is named and the engine restarted",
    );
  } catch (error) {
    if (config.driver === "portaudio" || !(error instanceof PortAudioMissingError)) throw error;
    log.warning(`NO SOUND: ${error.message}; the clock driver keeps time instead`);
  }
  return ClockDriver.start(native, memory);
}
