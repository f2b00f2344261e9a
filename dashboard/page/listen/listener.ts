/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * Plays the engine's output in the browser, as a monitor: later than the device, and never needed by it. The page's thread feeds an
 * AudioWorklet. Browsers give one only to pages from their own machine or over HTTPS.
 */
import { decodeSamples } from "./sample_message.ts";
import { listenProcessorName, type ListenReport } from "./listen_messages.ts";

export interface ListenerOptions {
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Gets what it takes from the engine's output to the ear, about, and the gaps so far. */
  readonly onReport: (report: { readonly latencyMs: number; readonly gaps: number }) => void;
}

/** Held before it is heard: the jitter of a wireless network. */
const bufferSeconds = 0.12;

/** Where the worklet is, as the server has it beside this file. */
const workletUrl = new URL("./listen_worklet.ts", import.meta.url);

/** One browser that listens. */
export class Listener {
  readonly #context: AudioContext;
  readonly #node: AudioWorkletNode;

  private constructor(context: AudioContext, node: AudioWorkletNode) {
    this.#context = context;
    this.#node = node;
  }

  /** Opens the browser's output. Must be called from a click. Throws a sentence for people. */
  static async open({ sampleRateHz, channels, onReport }: ListenerOptions): Promise<Listener> {
    if (!globalThis.isSecureContext) {
      throw new Error(
        "this browser plays sound only on pages from its own machine or over HTTPS; use an SSH tunnel to the engine's port, or a proxy with a certificate",
      );
    }
    const context = new AudioContext({ sampleRate: sampleRateHz, latencyHint: "interactive" });
    await context.audioWorklet.addModule(workletUrl);
    const outputs = Math.min(channels, 2);
    const node = new AudioWorkletNode(context, listenProcessorName, {
      numberOfInputs: 0,
      outputChannelCount: [outputs],
      processorOptions: { channels, targetFrames: Math.round(bufferSeconds * sampleRateHz) },
    });
    node.port.onmessage = ({ data }: MessageEvent<ListenReport>) =>
      onReport({
        latencyMs: (data.heldFrames / sampleRateHz + (context.outputLatency || context.baseLatency || 0)) *
          1_000,
        gaps: data.gaps,
      });
    node.connect(context.destination);
    await context.resume();
    return new Listener(context, node);
  }

  /** Takes a binary message of the kind `listen`. */
  take(data: ArrayBuffer): void {
    const { firstFrame, samples } = decodeSamples(data);
    this.#node.port.postMessage({ firstFrame, samples }, [samples.buffer]);
  }

  /** Ends it. */
  async close(): Promise<void> {
    this.#node.disconnect();
    await this.#context.close();
  }
}
