/** Reads what renderers write into their rings while they play, in a thread of its own: the main isolate is too slow for that. */
import { seatCount } from "../engine/memory/constants.ts";
import { SeatState } from "../engine/memory/layout.ts";
import { slotSamplesIndex } from "../engine/memory/places.ts";
import { reportFieldIndex } from "../engine/memory/seats.ts";
import { blocksBetween, SharedMemory } from "../engine/memory/shared_memory.ts";

/** Samples of the first channel by block. */
export type Blocks = Map<number, Float32Array>;

/** Time between two looks. */
const lookMs = 1;

/** Main isolate. */
export class RingReader {
  readonly #worker = new Worker(import.meta.url, { type: "module" });
  readonly #rings: Promise<readonly Blocks[]>;

  constructor(buffer: SharedArrayBuffer) {
    this.#rings = new Promise((resolve, reject) => {
      this.#worker.onmessage = ({ data }) => resolve(data);
      this.#worker.onerror = (event) => reject(new Error(event.message));
    });
    this.#worker.postMessage(buffer);
  }

  /** Ends the thread and returns what it read, by seat. Safe to repeat. */
  async finish(): Promise<readonly Blocks[]> {
    this.#worker.postMessage("finish");
    try {
      return await this.#rings;
    } finally {
      this.#worker.terminate();
    }
  }
}

/** Copies what the renderers have published since the last call. */
function readRings(memory: SharedMemory, rings: readonly Blocks[], next: number[]): void {
  const { ringSlots, blockFrames, channels } = memory.geometry;
  for (let seat = 0; seat < seatCount; seat++) {
    if (memory.words[reportFieldIndex(memory, seat, "state")] !== SeatState.running) continue;
    const published = Atomics.load(memory.words, reportFieldIndex(memory, seat, "published"));
    // one that joins replays blocks that are over
    const oldest = rings[seat].size === 0 ? memory.consumed() : published - ringSlots / 2;
    const first = Math.max(next[seat], oldest);
    for (let block = first; block < published; block++) {
      const word = slotSamplesIndex(memory, seat, block);
      const samples = Float32Array.from(
        { length: blockFrames },
        (_, frame) => memory.floats[word + frame * channels],
      );
      // one that was overwritten meanwhile is not drawn
      const now = Atomics.load(memory.words, reportFieldIndex(memory, seat, "published"));
      if (blocksBetween(now, block) < ringSlots) rings[seat].set(block, samples);
    }
    next[seat] = Math.max(next[seat], published);
  }
}

function readUntilFinish(): void {
  const rings: Blocks[] = Array.from({ length: seatCount }, () => new Map());
  const next = new Array<number>(seatCount).fill(0);
  let timer: ReturnType<typeof setInterval> | undefined;
  self.onmessage = ({ data }: MessageEvent<SharedArrayBuffer | "finish">) => {
    if (data === "finish") {
      clearInterval(timer);
      return self.postMessage(rings);
    }
    const memory = SharedMemory.attach(data);
    timer = setInterval(() => readRings(memory, rings, next), lookMs);
  };
}

/** The scope of a thread, which Deno's type library for the main isolate does not declare. */
declare const self: {
  onmessage: (event: MessageEvent<SharedArrayBuffer | "finish">) => void;
  postMessage(message: unknown): void;
};

if ("WorkerGlobalScope" in globalThis) readUntilFinish();
