import { textAt } from "./c_string.ts";

/**
 * PortAudio v19 as data: each symbol with its C declaration from `portaudio.h`. Calls that may wait for a sound server
 * run beside the isolate (`nonblocking`); the class that uses them never lets two run at once.
 */
export const portAudioSymbols = {
  /** `PaError Pa_Initialize(void)` */
  Pa_Initialize: { parameters: [], result: "i32", nonblocking: true },
  /** `PaError Pa_Terminate(void)` */
  Pa_Terminate: { parameters: [], result: "i32", nonblocking: true },
  /** `const char *Pa_GetVersionText(void)` */
  Pa_GetVersionText: { parameters: [], result: "pointer" },
  /** `const char *Pa_GetErrorText(PaError errorCode)` */
  Pa_GetErrorText: { parameters: ["i32"], result: "pointer" },
  /** `const PaHostErrorInfo *Pa_GetLastHostErrorInfo(void)` */
  Pa_GetLastHostErrorInfo: { parameters: [], result: "pointer" },
  /** `const PaHostApiInfo *Pa_GetHostApiInfo(PaHostApiIndex hostApi)` */
  Pa_GetHostApiInfo: { parameters: ["i32"], result: "pointer" },
  /** `PaDeviceIndex Pa_GetDeviceCount(void)` */
  Pa_GetDeviceCount: { parameters: [], result: "i32" },
  /** `PaDeviceIndex Pa_GetDefaultInputDevice(void)` */
  Pa_GetDefaultInputDevice: { parameters: [], result: "i32" },
  /** `PaDeviceIndex Pa_GetDefaultOutputDevice(void)` */
  Pa_GetDefaultOutputDevice: { parameters: [], result: "i32" },
  /** `const PaDeviceInfo *Pa_GetDeviceInfo(PaDeviceIndex device)` */
  Pa_GetDeviceInfo: { parameters: ["i32"], result: "pointer" },
  /** `PaError Pa_OpenStream(PaStream **, const PaStreamParameters *input, const PaStreamParameters *output, double sampleRate, unsigned long framesPerBuffer, PaStreamFlags, PaStreamCallback *, void *userData)` */
  Pa_OpenStream: {
    parameters: ["buffer", "buffer", "buffer", "f64", "u64", "u64", "pointer", "pointer"],
    result: "i32",
    nonblocking: true,
  },
  /** `PaError Pa_CloseStream(PaStream *stream)` */
  Pa_CloseStream: { parameters: ["pointer"], result: "i32", nonblocking: true },
  /** `PaError Pa_StartStream(PaStream *stream)` */
  Pa_StartStream: { parameters: ["pointer"], result: "i32", nonblocking: true },
  /** `PaError Pa_StopStream(PaStream *stream)` */
  Pa_StopStream: { parameters: ["pointer"], result: "i32", nonblocking: true },
  /** `PaError Pa_AbortStream(PaStream *stream)` */
  Pa_AbortStream: { parameters: ["pointer"], result: "i32", nonblocking: true },
  /** `PaError Pa_IsStreamActive(PaStream *stream)` */
  Pa_IsStreamActive: { parameters: ["pointer"], result: "i32" },
  /** `const PaStreamInfo *Pa_GetStreamInfo(PaStream *stream)` */
  Pa_GetStreamInfo: { parameters: ["pointer"], result: "pointer" },
  /** `PaTime Pa_GetStreamTime(PaStream *stream)` */
  Pa_GetStreamTime: { parameters: ["pointer"], result: "f64" },
  /** `PaError PaJack_SetClientName(const char *name)`; only where PortAudio was built with JACK */
  PaJack_SetClientName: { parameters: ["buffer"], result: "i32", optional: true },
  /** `void PaAlsa_EnableRealtimeScheduling(PaStream *s, int enable)`; only where PortAudio was built with ALSA */
  PaAlsa_EnableRealtimeScheduling: { parameters: ["pointer", "i32"], result: "void", optional: true },
} as const satisfies Deno.ForeignLibraryInterface;

export type PortAudioLibrary = Deno.DynamicLibrary<typeof portAudioSymbols>;

/** Values of `PaHostApiTypeId`. */
export const HostApiType = { alsa: 8, jack: 12 } as const;

type CType = "int" | "long" | "double" | "pointer";

/** Structures of `portaudio.h`, field by field. */
const portAudioStructures = {
  PaDeviceInfo: [
    ["structVersion", "int"],
    ["name", "pointer"],
    ["hostApi", "int"],
    ["maxInputChannels", "int"],
    ["maxOutputChannels", "int"],
    ["defaultLowInputLatency", "double"],
    ["defaultLowOutputLatency", "double"],
    ["defaultHighInputLatency", "double"],
    ["defaultHighOutputLatency", "double"],
    ["defaultSampleRate", "double"],
  ],
  PaHostApiInfo: [
    ["structVersion", "int"],
    ["type", "int"],
    ["name", "pointer"],
    ["deviceCount", "int"],
    ["defaultInputDevice", "int"],
    ["defaultOutputDevice", "int"],
  ],
  PaStreamParameters: [
    ["device", "int"],
    ["channelCount", "int"],
    ["sampleFormat", "long"],
    ["suggestedLatency", "double"],
    ["hostApiSpecificStreamInfo", "pointer"],
  ],
  PaStreamInfo: [["structVersion", "int"], ["inputLatency", "double"], ["outputLatency", "double"], [
    "sampleRate",
    "double",
  ]],
  PaHostErrorInfo: [["hostApiType", "int"], ["errorCode", "long"], ["errorText", "pointer"]],
} as const satisfies Readonly<Record<string, readonly (readonly [string, CType])[]>>;

type Structures = typeof portAudioStructures;

/** Size in bytes of each C type on the 64-bit Unix systems we run on (LP64); alignment equals size. */
const cTypeBytes: Readonly<Record<CType, number>> = { int: 4, long: 8, double: 8, pointer: 8 };

/** Offset of each field and the size of the whole, by the alignment rules of C. */
export function structureLayout<N extends keyof Structures>(
  name: N,
): { readonly offsets: Readonly<Record<Structures[N][number][0], number>>; readonly bytes: number } {
  const offsets: Record<string, number> = {};
  let end = 0;
  let alignment = 1;
  for (const [field, type] of portAudioStructures[name]) {
    const bytes = cTypeBytes[type];
    end = Math.ceil(end / bytes) * bytes;
    offsets[field] = end;
    end += bytes;
    alignment = Math.max(alignment, bytes);
  }
  return {
    offsets: offsets as Record<Structures[N][number][0], number>,
    bytes: Math.ceil(end / alignment) * alignment,
  };
}

/** A structure of the library as numbers and texts; null pointers become empty texts. */
export function decodeStructure<N extends keyof Structures>(
  name: N,
  pointer: NonNullable<Deno.PointerValue>,
): { readonly [F in Structures[N][number] as F[0]]: F[1] extends "pointer" ? string : number } {
  const view = new Deno.UnsafePointerView(pointer);
  const { offsets } = structureLayout(name);
  const decoded: Record<string, string | number> = {};
  for (const [field, type] of portAudioStructures[name]) {
    const offset = (offsets as Record<string, number>)[field];
    if (type === "int") decoded[field] = view.getInt32(offset);
    else if (type === "long") decoded[field] = Number(view.getBigInt64(offset));
    else if (type === "double") decoded[field] = view.getFloat64(offset);
    else decoded[field] = textAt(view.getPointer(offset));
  }
  return decoded as ReturnType<typeof decodeStructure<N>>;
}
