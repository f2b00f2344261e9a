import { DeviceDoor } from "../../ffi/device_door.ts";
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { type Device, PortAudio, type Stream } from "../../ffi/portaudio.ts";
import { HostApiType } from "../../ffi/portaudio_symbols.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import type { Config } from "../../config/settings.ts";
import { within } from "../../foundation/within.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import type { Driver } from "./driver.ts";
import { DriverError } from "./driver_error.ts";

/** Longest time for one call of PortAudio: it probes every sound system, and some cards take seconds. */
const openMs = 15_000;

/** Longest time in which a device must close. */
const closeMs = 2_000;

/** Devices of JACK that PortAudio found: the engine opens them itself. */
export interface JackChoice {
  readonly jackDevice: string;
  readonly jackInputDevice: string | undefined;
}

/** A sound device through PortAudio; its callback is the native one, with a door of its own as user data. */
export class PortAudioDriver implements Driver {
  readonly kind = "portaudio";
  readonly mayReturn = false;
  readonly device: string;
  readonly outputLatencySeconds: number;
  readonly #portAudio: PortAudio;
  readonly #stream: Stream;
  readonly #door: DeviceDoor;
  #closing: Promise<boolean> | undefined;

  private constructor(portAudio: PortAudio, stream: Stream, door: DeviceDoor, device: Device) {
    this.#portAudio = portAudio;
    this.#stream = stream;
    this.#door = door;
    this.device = `${device.hostApi}: ${device.name}`;
    this.outputLatencySeconds = stream.info.outputLatencySeconds;
  }

  /**
   * Opens and starts the configured device, full duplex where input channels are configured. It calls and is not attached yet.
   *
   * @returns undefined when no device was named and the machine has none that could play; {@link JackChoice} when it is one of JACK
   * @throws {DriverError} when a sound system does not answer; the errors of `ffi/portaudio.ts`
   */
  static async open(
    native: NativeLibrary,
    memory: SharedMemory,
    config: Config,
  ): Promise<PortAudioDriver | JackChoice | undefined> {
    const portAudio = await inTime(
      PortAudio.open(native.symbols.us_ignore_address(), config.portAudioPath),
      (late) => late.close(),
    );
    try {
      const named = config.device !== undefined || config.hostApi !== undefined;
      if (!named && !portAudio.devices().some((device) => device.maxOutputChannels > 0)) {
        await portAudio.close();
        return undefined;
      }
      const find = (direction: "input" | "output", device: string | undefined, minimumChannels: number) =>
        portAudio.findDevice({ hostApi: config.hostApi, device, direction, minimumChannels });
      const outputDevice = find("output", config.device, config.channels);
      const inputDevice = config.inputChannels === 0
        ? undefined
        : find("input", config.inputDevice ?? config.device, config.inputChannels);
      if (outputDevice.hostApiType === HostApiType.jack) {
        await within(portAudio.close(), closeMs);
        return { jackDevice: outputDevice.name, jackInputDevice: inputDevice?.name };
      }
      const door = DeviceDoor.create(native, sharedMemoryPointer(native, memory.bytes));
      const stream = await inTime(
        portAudio.openStream({
          outputDevice,
          inputDevice,
          channels: config.channels,
          inputChannels: config.inputChannels,
          sampleRateHz: config.sampleRateHz,
          framesPerBuffer: 0,
          realTime: config.realTime,
          callback: DeviceDoor.callAddress(native),
          userData: door.pointer,
        }),
        (late) => late.close(),
      );
      await inTime(stream.start(), () => {});
      return new PortAudioDriver(portAudio, stream, door, outputDevice);
    } catch (error) {
      await within(portAudio.close(), closeMs);
      throw error;
    }
  }

  get alive(): boolean {
    return this.#closing === undefined && this.#stream.isActive;
  }

  get periodFrames(): number {
    return this.#closing === undefined ? this.#door.periodFrames : 0;
  }

  get calls(): number {
    return this.#closing === undefined ? this.#door.calls : 0;
  }

  attach(): void {
    this.#door.open();
  }

  detach(): boolean {
    return this.#closing !== undefined || this.#door.shut();
  }

  async stop(): Promise<boolean> {
    this.#closing ??= this.#close();
    return await within(this.#closing, closeMs) ?? false;
  }

  async #close(): Promise<boolean> {
    this.#door.shut();
    await this.#stream.close();
    await this.#portAudio.close();
    this.#door.free();
    return true;
  }
}

/** The result of a call of PortAudio, which may hang with its sound system; then `whenLate` gets what comes after all. */
async function inTime<T>(work: Promise<T>, whenLate: (late: T) => unknown): Promise<T> {
  const outcome = await within(work.then((value) => ({ value })), openMs);
  if (outcome !== undefined) return outcome.value;
  work.then(whenLate, () => {});
  throw new DriverError(
    `a sound system did not answer for ${
      openMs / 1_000
    } s; restart it, or name another in UNDERSTUDY_HOST_API`,
  );
}
