/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** The browser's audio thread while one listens to the engine. Loaded as a worklet, alone. */
import { ListenBuffer } from "./listen_buffer.ts";
import {
  type ListenBlock,
  listenProcessorName,
  type ListenProcessorOptions,
  type ListenReport,
} from "./listen_messages.ts";

// what a worklet has and no list of types of this project declares
declare const AudioWorkletProcessor: new () => { readonly port: MessagePort };
declare const registerProcessor: (name: string, processor: unknown) => void;
declare const sampleRate: number;

class ListenProcessor extends AudioWorkletProcessor {
  readonly #buffer: ListenBuffer;
  #untilReport = 0;

  constructor({ processorOptions }: { readonly processorOptions: ListenProcessorOptions }) {
    super();
    this.#buffer = new ListenBuffer(processorOptions.channels, processorOptions.targetFrames);
    this.port.onmessage = ({ data }: MessageEvent<ListenBlock>) =>
      this.#buffer.push(data.firstFrame, data.samples);
  }

  process(_inputs: unknown, [output]: Float32Array[][]): boolean {
    this.#buffer.pull(output);
    this.#untilReport -= output[0]?.length ?? 0;
    if (this.#untilReport <= 0) {
      this.#untilReport = sampleRate / 4;
      const { heldFrames, gaps } = this.#buffer;
      this.port.postMessage({ heldFrames, gaps } satisfies ListenReport);
    }
    return true;
  }
}

registerProcessor(listenProcessorName, ListenProcessor);
