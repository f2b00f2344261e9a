/**
 * PortAudio for TypeScript: devices, streams with a native callback, errors that name the remedy. JavaScript callbacks are
 * not offered: a garbage collection would be heard. Main isolate only; calls are made one after the other.
 */
import { openPortAudioLibrary } from "./library_search.ts";
import { cString, textAt } from "./c_string.ts";
import { decodeStructure, HostApiType, type PortAudioLibrary, structureLayout } from "./portaudio_symbols.ts";
import { quietSoundLibraries } from "./quiet_sound_libraries.ts";
import { exitCodes } from "../foundation/exit_codes.ts";
import { ExitError } from "../foundation/exit_error.ts";

/** PortAudio keeps its address, so it lives as long as the program. */
const clientName = cString("understudy");

const floatFormat = 0x0000_0001n; // paFloat32, interleaved
/**
 * paDitherOff. Clipping stays on: without it PortAudio's conversion to integers turns a sample of full scale or more into its
 * opposite. Float devices get the samples as they are either way.
 */
const streamFlags = 0x0000_0002n;
const invalidSampleRate = -9997;
const hostError = -9999;

/** Names of PaErrorCode, from -10000 upwards. */
// deno-fmt-ignore
const errorNames = [
  "paNotInitialized", "paUnanticipatedHostError", "paInvalidChannelCount", "paInvalidSampleRate", "paInvalidDevice",
  "paInvalidFlag", "paSampleFormatNotSupported", "paBadIODeviceCombination", "paInsufficientMemory", "paBufferTooBig",
  "paBufferTooSmall", "paNullCallback", "paBadStreamPtr", "paTimedOut", "paInternalError", "paDeviceUnavailable",
  "paIncompatibleHostApiSpecificStreamInfo", "paStreamIsStopped", "paStreamIsNotStopped", "paInputOverflowed",
  "paOutputUnderflowed", "paHostApiNotFound", "paInvalidHostApi", "paCanNotReadFromACallbackStream",
  "paCanNotWriteToACallbackStream", "paCanNotReadFromAnOutputOnlyStream", "paCanNotWriteToAnInputOnlyStream",
  "paIncompatibleStreamHostApi", "paBadBufferPtr",
];

/** What was asked of PortAudio, its error code and text, and what the user can do. */
export interface PortAudioProblem {
  readonly action: string;
  readonly code: number;
  readonly text: string;
  readonly remedy?: string;
}

/** PortAudio refused something; `codeName` is its name in `portaudio.h`. */
export class PortAudioError extends ExitError {
  override readonly name = "PortAudioError";
  override readonly exitCode = exitCodes.device;
  readonly code: number;
  readonly codeName: string;

  constructor({ action, code, text, remedy = "" }: PortAudioProblem) {
    const codeName = errorNames[code + 10_000] ?? String(code);
    super(`${action}: ${text} (${codeName})${remedy && `; ${remedy}`}`);
    this.code = code;
    this.codeName = codeName;
  }
}

/** A device that was asked for is missing, or not the only one of that name. No other is taken instead. */
export class DeviceNotFoundError extends ExitError {
  override readonly name = "DeviceNotFoundError";
  override readonly exitCode = exitCodes.device;
}

export interface Device {
  readonly index: number;
  readonly name: string;
  readonly hostApi: string;
  /** `PaHostApiTypeId` of the host API, as in `HostApiType`; its name is only for people. */
  readonly hostApiType: number;
  readonly maxInputChannels: number;
  readonly maxOutputChannels: number;
  readonly defaultSampleRateHz: number;
  readonly lowInputLatencySeconds: number;
  readonly lowOutputLatencySeconds: number;
  readonly highInputLatencySeconds: number;
  readonly highOutputLatencySeconds: number;
  readonly isDefaultInput: boolean;
  readonly isDefaultOutput: boolean;
}

export interface DeviceQuery {
  readonly direction: "input" | "output";
  readonly minimumChannels: number;
  /** Name of a host API, case-insensitive; omitted: all, or the default device's. */
  readonly hostApi?: string;
  /** Index, exact name, or a part of the name that fits one device only; omitted: the default device. */
  readonly device?: string;
}

export interface StreamOptions {
  readonly outputDevice: Device;
  readonly inputDevice?: Device;
  readonly channels: number;
  readonly inputChannels: number;
  readonly sampleRateHz: number;
  /** Frames in each call of the callback; 0: what the host prefers. */
  readonly framesPerBuffer: number;
  /** Address of a `PaStreamCallback` in native code. */
  readonly callback: Deno.PointerValue;
  readonly userData: Deno.PointerValue;
  /** Asks for real time for the callback where the host does not give it by itself, and the system grants it. */
  readonly realTime: boolean;
}

/** The library, initialised; made by {@link PortAudio.open}, ended by {@link PortAudio.close}. */
export class PortAudio {
  readonly #library: PortAudioLibrary;
  #closed = false;

  private constructor(library: PortAudioLibrary) {
    this.#library = library;
  }

  /**
   * Loads and initialises PortAudio, which probes all sound systems.
   *
   * @param ignoreMessages address of a C function that the sound libraries may report to instead of the terminal
   * @throws {PortAudioMissingError} {@link PortAudioError}
   */
  static async open(ignoreMessages: Deno.PointerValue, path?: string): Promise<PortAudio> {
    const library = openPortAudioLibrary(path);
    quietSoundLibraries(ignoreMessages);
    library.symbols.PaJack_SetClientName?.(clientName);
    const error = await library.symbols.Pa_Initialize();
    if (error < 0) {
      throw new PortAudioError({
        action: "PortAudio did not start",
        code: error,
        text: textAt(library.symbols.Pa_GetErrorText(error)),
      });
    }
    return new PortAudio(library);
  }

  get version(): string {
    return textAt(this.#library.symbols.Pa_GetVersionText());
  }

  /** All devices of all host APIs, as probed when PortAudio was opened. */
  devices(): Device[] {
    const { symbols } = this.#library;
    const [defaultInput, defaultOutput] = [
      symbols.Pa_GetDefaultInputDevice(),
      symbols.Pa_GetDefaultOutputDevice(),
    ];
    return Array.from({ length: Math.max(0, symbols.Pa_GetDeviceCount()) }, (_, index) => {
      const info = decodeStructure("PaDeviceInfo", symbols.Pa_GetDeviceInfo(index)!);
      const host = decodeStructure("PaHostApiInfo", symbols.Pa_GetHostApiInfo(info.hostApi)!);
      return {
        index,
        name: info.name,
        hostApi: host.name,
        hostApiType: host.type,
        maxInputChannels: info.maxInputChannels,
        maxOutputChannels: info.maxOutputChannels,
        defaultSampleRateHz: info.defaultSampleRate,
        lowInputLatencySeconds: info.defaultLowInputLatency,
        lowOutputLatencySeconds: info.defaultLowOutputLatency,
        highInputLatencySeconds: info.defaultHighInputLatency,
        highOutputLatencySeconds: info.defaultHighOutputLatency,
        isDefaultInput: index === defaultInput,
        isDefaultOutput: index === defaultOutput,
      };
    });
  }

  /** The one device that fits. Throws {@link DeviceNotFoundError} listing what there is. */
  findDevice(query: DeviceQuery): Device {
    return chooseDevice(this.devices(), query);
  }

  /** Opens a stream of 32-bit float frames; it stands still until started. Throws {@link PortAudioError}. */
  async openStream(options: StreamOptions): Promise<Stream> {
    const { symbols } = this.#library;
    const { outputDevice, inputDevice, sampleRateHz } = options;
    const handle = new BigUint64Array(1);
    const input = inputDevice &&
      streamParameters(inputDevice, options.inputChannels, inputDevice.lowInputLatencySeconds);
    const error = await symbols.Pa_OpenStream(
      handle,
      input ?? null,
      streamParameters(outputDevice, options.channels, outputDevice.lowOutputLatencySeconds),
      sampleRateHz,
      BigInt(options.framesPerBuffer),
      streamFlags,
      options.callback,
      options.userData,
    );
    if (error < 0) {
      const remedy = error === invalidSampleRate
        ? `it runs at ${outputDevice.defaultSampleRateHz} Hz, ${sampleRateHz} Hz was asked for`
        : "";
      throw this.#error(`cannot open ${outputDevice.hostApi}: ${outputDevice.name}`, error, remedy);
    }
    const stream = Deno.UnsafePointer.create(handle[0]);
    // without this, PortAudio's thread for ALSA is of the normal class; streams of other systems have no such switch
    if (options.realTime && outputDevice.hostApiType === HostApiType.alsa) {
      symbols.PaAlsa_EnableRealtimeScheduling?.(stream, 1);
    }
    return new Stream(
      this.#library,
      stream,
      (action, code) => this.#error(action, code),
    );
  }

  /** Ends PortAudio; all streams must be closed. Safe to repeat. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#library.symbols.Pa_Terminate();
    this.#library.close();
  }

  #error(action: string, code: number, remedy = ""): PortAudioError {
    const { symbols } = this.#library;
    const info = code === hostError ? symbols.Pa_GetLastHostErrorInfo() : null;
    const hostText = info === null ? "" : `: ${decodeStructure("PaHostErrorInfo", info).errorText}`;
    const text = textAt(symbols.Pa_GetErrorText(code)) + hostText;
    return new PortAudioError({ action, code, text, remedy });
  }
}

/** A stream between two devices and a native callback. */
export class Stream {
  readonly #library: PortAudioLibrary;
  readonly #handle: Deno.PointerValue;
  readonly #error: (action: string, code: number) => PortAudioError;
  #closed = false;

  constructor(
    library: PortAudioLibrary,
    handle: Deno.PointerValue,
    error: (action: string, code: number) => PortAudioError,
  ) {
    this.#library = library;
    this.#handle = handle;
    this.#error = error;
  }

  get isActive(): boolean {
    return !this.#closed && this.#library.symbols.Pa_IsStreamActive(this.#handle) === 1;
  }

  get info(): { inputLatencySeconds: number; outputLatencySeconds: number; sampleRateHz: number } {
    const info = decodeStructure("PaStreamInfo", this.#library.symbols.Pa_GetStreamInfo(this.#handle)!);
    return {
      inputLatencySeconds: info.inputLatency,
      outputLatencySeconds: info.outputLatency,
      sampleRateHz: info.sampleRate,
    };
  }

  get timeSeconds(): number {
    return this.#library.symbols.Pa_GetStreamTime(this.#handle);
  }

  async start(): Promise<void> {
    this.#check("start the stream", await this.#library.symbols.Pa_StartStream(this.#handle));
  }

  /** Stops when all delivered samples have sounded. */
  async stop(): Promise<void> {
    this.#check("stop the stream", await this.#library.symbols.Pa_StopStream(this.#handle));
  }

  /** Stops at once. */
  async abort(): Promise<void> {
    this.#check("abort the stream", await this.#library.symbols.Pa_AbortStream(this.#handle));
  }

  /** Closes the stream in any state and ignores the errors of a device that has gone. Safe to repeat. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#library.symbols.Pa_CloseStream(this.#handle);
  }

  #check(action: string, code: number): void {
    if (code < 0) throw this.#error(`cannot ${action}`, code);
  }
}

/** The one of `devices` that a query means. Throws {@link DeviceNotFoundError}. */
export function chooseDevice(devices: readonly Device[], query: DeviceQuery): Device {
  const channels = (device: Device) =>
    query.direction === "input" ? device.maxInputChannels : device.maxOutputChannels;
  const usable = devices.filter((device) =>
    channels(device) >= query.minimumChannels &&
    (query.hostApi === undefined || device.hostApi.toLowerCase().includes(query.hostApi.toLowerCase()))
  );
  const isDefault = (device: Device) =>
    query.direction === "input" ? device.isDefaultInput : device.isDefaultOutput;
  const wanted = query.device;
  const candidates = wanted === undefined
    ? [usable.find(isDefault) ?? usable[0]].filter((device) => device !== undefined)
    : [
      usable.filter((device) => /^\d+$/.test(wanted) && device.index === Number(wanted)),
      usable.filter((device) => device.name === wanted),
      usable.filter((device) => device.name.toLowerCase().includes(wanted.toLowerCase())),
    ].find((found) => found.length > 0) ?? [];
  if (candidates.length === 1) return candidates[0];
  const list =
    devices.map((device) =>
      `  ${device.index}: ${device.hostApi}: ${device.name} (${channels(device)} channels)`
    ).join("\n") || "  none";
  const most = Math.max(0, ...devices.map(channels));
  const remedy = candidates.length === 0 && most > 0 && most < query.minimumChannels
    ? `; set UNDERSTUDY_${query.direction === "input" ? "INPUT_" : ""}CHANNELS to ${most} or fewer`
    : "";
  const what =
    `${query.direction} device ${
      wanted === undefined ? "" : `"${wanted}" `
    }with ${query.minimumChannels} channels or more` +
    (query.hostApi === undefined ? "" : ` in "${query.hostApi}"`);
  throw new DeviceNotFoundError(
    `${
      candidates.length === 0 ? `there is no ${what}` : `more than one ${what}; give its index`
    }${remedy}. Devices here:\n${list}`,
  );
}

function streamParameters(device: Device, channels: number, latencySeconds: number): Uint8Array<ArrayBuffer> {
  const { offsets, bytes } = structureLayout("PaStreamParameters");
  const encoded = new Uint8Array(bytes);
  const view = new DataView(encoded.buffer);
  view.setInt32(offsets.device, device.index, true);
  view.setInt32(offsets.channelCount, channels, true);
  view.setBigUint64(offsets.sampleFormat, floatFormat, true);
  view.setFloat64(offsets.suggestedLatency, latencySeconds, true);
  return encoded;
}
