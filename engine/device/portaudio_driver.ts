import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { type Device, PortAudio, type Stream } from "../../ffi/portaudio.ts";
import { HostApiType } from "../../ffi/portaudio_symbols.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import type { Config } from "../../config/settings.ts";
import type { SharedMemory } from "../memory/shared_memory.ts";
import type { Driver } from "./driver.ts";

/** A sound device through PortAudio; its callback is the native one, with the shared memory as user data. */
export class PortAudioDriver implements Driver {
  readonly kind = "portaudio";
  readonly device: string;
  readonly outputLatencySeconds: number;
  readonly usesJack: boolean;
  readonly stopsWhenLost: boolean;
  readonly #portAudio: PortAudio;
  readonly #stream: Stream;
  #running = true;

  private constructor(portAudio: PortAudio, stream: Stream, device: Device) {
    this.#portAudio = portAudio;
    this.#stream = stream;
    this.device = `${device.hostApi}: ${device.name}`;
    this.usesJack = device.hostApiType === HostApiType.jack;
    // when a JACK server is gone, PortAudio 19.6 waits ten minutes in Pa_CloseStream, or ends the process by an assertion
    this.stopsWhenLost = !this.usesJack;
    this.outputLatencySeconds = stream.info.outputLatencySeconds;
  }

  /**
   * Opens and starts the configured device, full duplex where input channels are configured.
   *
   * @returns undefined when no device was named and the machine has none that could play
   * @throws the errors of `ffi/portaudio.ts`
   */
  static async start(
    native: NativeLibrary,
    memory: SharedMemory,
    config: Config,
  ): Promise<PortAudioDriver | undefined> {
    const portAudio = await PortAudio.open(native.symbols.us_ignore_address(), config.portAudioPath);
    try {
      const named = config.device !== undefined || config.hostApi !== undefined;
      if (!named && !portAudio.devices().some((device) => device.maxOutputChannels >= config.channels)) {
        await portAudio.close();
        return undefined;
      }
      const find = (direction: "input" | "output", device: string | undefined, minimumChannels: number) =>
        portAudio.findDevice({ hostApi: config.hostApi, device, direction, minimumChannels });
      const outputDevice = find("output", config.device, config.channels);
      const inputDevice = config.inputChannels === 0
        ? undefined
        : find("input", config.inputDevice ?? config.device, config.inputChannels);
      const stream = await portAudio.openStream({
        outputDevice,
        inputDevice,
        channels: config.channels,
        inputChannels: config.inputChannels,
        sampleRateHz: config.sampleRateHz,
        framesPerBuffer: 0,
        callback: native.symbols.us_callback_address(),
        userData: sharedMemoryPointer(native, memory.bytes),
      });
      await stream.start();
      return new PortAudioDriver(portAudio, stream, outputDevice);
    } catch (error) {
      await portAudio.close();
      throw error;
    }
  }

  get alive(): boolean {
    return this.#running && this.#stream.isActive;
  }

  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    if (!this.stopsWhenLost && !this.#stream.isActive) return; // its server has just ended
    await this.#stream.close();
    await this.#portAudio.close();
  }
}
