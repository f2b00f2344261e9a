/**
 * The device, as the callback meets it: a host with periods of any length, which it changes while it plays, behind the
 * engine's own door. Now and then it is away and the clock calls in its place, or the guard keeps all calls out.
 */
import type { SharedMemory } from "../../engine/memory/shared_memory.ts";
import { DeviceDoor } from "../../ffi/device_door.ts";
import type { NativeLibrary } from "../../ffi/native_symbols.ts";
import { sharedMemoryPointer } from "../../ffi/shared_memory_pointer.ts";
import type { SeededRandom } from "../../testing/seeded_random.ts";

export interface SimulatedDeviceOptions {
  readonly native: NativeLibrary;
  readonly memory: SharedMemory;
  readonly random: SeededRandom;
  /** Simulated time that a block lasts. */
  readonly blockMs: number;
}

/** What one call asks for. */
export interface DeviceCall {
  readonly frames: number;
  /** Captured samples, interleaved; omitted: the host gives none. */
  readonly input?: Float32Array<ArrayBuffer>;
  /** Whether the call may reach the callback; if not, it gets silence and touches nothing. */
  readonly isLetIn: boolean;
}

/** Frames that a host asks for at once, where it does not take blocks: fewer than a block, odd, several blocks. */
const periods = [1, 7, 16, 23, 32, 61, 80];

const callDefinition = {
  parameters: ["buffer", "buffer", "u64", "pointer", "u64", "pointer"],
  result: "i32",
} as const;

type Host = "device" | "clock" | "nobody";

export class SimulatedDevice {
  readonly #options: SimulatedDeviceOptions;
  readonly #base: Deno.PointerObject;
  readonly #door: DeviceDoor;
  readonly #callDoor: Deno.UnsafeFnPointer<typeof callDefinition>;
  readonly #hasPeriods: boolean;
  readonly #goesAway: boolean;
  #periodFrames: number;
  /** Which of them may call the callback, and until when. */
  #host: Host = "device";
  #hostUntilMs = Infinity;
  #nextCallMs = 1;
  /** The device calls too while it is away. */
  #isDevicesTurn = false;

  constructor(options: SimulatedDeviceOptions) {
    const { native, memory, random } = options;
    this.#options = options;
    this.#base = sharedMemoryPointer(native, memory.bytes);
    native.symbols.us_guard_set(this.#base, 0); // memory of a run before may have lain here
    this.#door = DeviceDoor.create(native, this.#base);
    this.#door.open();
    this.#callDoor = new Deno.UnsafeFnPointer(
      DeviceDoor.callAddress(native) as Deno.PointerObject<typeof callDefinition>,
      callDefinition,
    );
    this.#hasPeriods = random.chance(0.4);
    this.#goesAway = random.chance(0.3);
    this.#periodFrames = this.#hasPeriods ? random.pick(periods) : memory.geometry.blockFrames;
  }

  /** Time of the next call. */
  get nextCallMs(): number {
    return this.#nextCallMs;
  }

  /** Frames that are taken at once now; the lookahead has to follow. */
  get periodFrames(): number {
    return this.#host === "clock" ? this.#options.memory.geometry.blockFrames : this.#periodFrames;
  }

  /** Draws what the call that is due asks for. Returns whether somebody else calls, or with another period, from now on. */
  change(nowMs: number): boolean {
    const { random } = this.#options;
    if (nowMs >= this.#hostUntilMs) {
      this.#letIn("device", Infinity);
      return true;
    }
    if (this.#goesAway && this.#host === "device" && random.chance(0.01)) {
      this.#letIn(random.chance(0.5) ? "clock" : "nobody", nowMs + random.next() * 60);
      return true;
    }
    if (!this.#hasPeriods || !random.chance(0.02)) return false;
    this.#periodFrames = random.pick(periods);
    return true;
  }

  next(nowMs: number): DeviceCall {
    const { memory: { geometry: { blockFrames, inputChannels } }, random, blockMs } = this.#options;
    this.#isDevicesTurn = this.#host === "clock" && random.chance(0.3);
    const frames = this.#hasPeriods && random.chance(0.05) ? 0 : this.periodFrames;
    const isExtra = this.#isDevicesTurn || frames === 0;
    this.#nextCallMs = nowMs +
      (isExtra ? 0.02 : blockMs * frames / blockFrames * (0.8 + 0.4 * random.next()));
    const hasInput = inputChannels > 0 && !random.chance(0.02);
    return {
      frames,
      input: hasInput ? this.#samples(frames * inputChannels) : undefined,
      isLetIn: this.#host === "device" || (this.#host === "clock" && !this.#isDevicesTurn),
    };
  }

  /** Carries the call out. */
  call(
    { frames, input = null }: { frames: number; input?: DeviceCall["input"] | null },
  ): Float32Array<ArrayBuffer> {
    const { native, memory } = this.#options;
    const output = new Float32Array(frames * memory.geometry.channels).fill(NaN);
    if (this.#host === "clock" && !this.#isDevicesTurn) {
      native.symbols.us_callback(input, output, BigInt(frames), null, 0n, this.#base);
    } else this.#callDoor.call(input, output, BigInt(frames), null, 0n, this.#door.pointer);
    return output;
  }

  /** The run is over. */
  close(): void {
    this.#options.native.symbols.us_guard_set(this.#base, 0);
    this.#door.shut();
    this.#door.free();
  }

  #letIn(host: Host, untilMs: number): void {
    this.#host = host;
    this.#hostUntilMs = untilMs;
    if (host === "clock") this.#door.shut();
    else this.#door.open();
    this.#options.native.symbols.us_guard_set(this.#base, host === "nobody" ? 1 : 0);
  }

  #samples(count: number): Float32Array<ArrayBuffer> {
    const { random } = this.#options;
    const level = random.next();
    const unfit = random.chance(0.02) ? random.pick([NaN, Infinity, 1e9]) : undefined;
    const samples = Float32Array.from(
      { length: count },
      (_, index) => level * ((index * 7 + 3) % 11 - 5) / 5,
    );
    if (unfit !== undefined) samples[0] = unfit;
    return samples;
  }
}
