/**
 * Exchanges the patch while it plays. One renderer after the other receives the new patch and instantiates it, while the others
 * play on. When all have it, one command in the sealed log asks for it, so that every renderer changes in the same frame,
 * and so does one that joins later and replays the log. An error before that command costs only an answer; if all renderers
 * break on the command, it is quarantined like any other, and the old patch plays on. Main isolate.
 */
import type { CompiledPatch, PatchFormat } from "../../compiler/graph/compiled_patch.ts";
import type { SampleBank } from "../../compiler/graph/sample_bank.ts";
import type { LoadedGraph } from "../../compiler/graph/checked_graph.ts";
import { seatCount } from "../memory/constants.ts";
import { CommandRefusedError } from "../control/control.ts";
import { type CommandLog, Opcode } from "../log/command_log.ts";
import { blocksBetween, type SharedMemory } from "../memory/shared_memory.ts";
import { until } from "../../foundation/until.ts";
import { AskedPatch } from "./asked_patch.ts";
import { rehearse } from "./rehearsal.ts";
import type { LoadedPatch, RendererPool } from "../supervisor/renderer_pool.ts";
import type { DeliveryLog } from "../delivery/delivery_log.ts";
import { encodePatch, recordedPatch } from "../session/session_format.ts";

export interface PatchSwapOptions {
  readonly memory: SharedMemory;
  readonly pool: RendererPool;
  readonly commands: CommandLog;
  readonly delivery: DeliveryLog;
  /** Number of the oldest patch that a joiner may need. */
  readonly oldestPatch: () => number;
  /** How far the furthest renderer in lockstep has played the log; undefined while there is none. */
  readonly playedPosition: () => number | undefined;
  readonly seed: number;
  readonly nativeLibrary: string;
  /** The patch that plays. */
  readonly playing: LoadedPatch;
  /** Voices of it that may sound; 0: all. */
  readonly maxVoices: number;
  /** Number of the newest patch that a renderer may have; omitted: the one that plays. */
  readonly newestPatch?: number;
  /** Records a patch, as the payload of a `PTCH` chunk, before the log asks for it. */
  readonly recordPatch: (payload: Uint8Array<ArrayBuffer>) => void;
  /** Called when the commands that follow address another patch. */
  readonly onChange: (patch: CompiledPatch) => void;
}

/** A renderer instantiates a patch in some milliseconds; the supervisor ends one that does not long before this time. */
const deliveryMs = 5_000;

const pollMs = 2;

/** Knows which patch plays, and brings in the next. */
export class PatchSwap {
  readonly #options: PatchSwapOptions;
  #current: CompiledPatch;
  /** Number of the current patch, and before the newest one of those was asked for. */
  #currentNumber: number;
  #numberBefore: number;
  /** Number of the newest patch; grows also when a patch was refused on its way. */
  #number: number;
  #loading = false;
  #stopped = false;
  readonly #asked = new AskedPatch<CompiledPatch>();
  /** Voices that may sound, for each patch; 0: all. */
  readonly #maxVoices = new WeakMap<CompiledPatch, number>();

  constructor(options: PatchSwapOptions) {
    this.#options = options;
    this.#current = options.playing.patch;
    this.#currentNumber = this.#numberBefore = options.playing.number;
    this.#number = Math.max(options.playing.number, options.newestPatch ?? 0);
    this.#maxVoices.set(this.#current, options.maxVoices);
  }

  /** Voices of the current patch that may sound on this machine; 0: all. */
  get maxVoices(): number {
    return this.#maxVoices.get(this.#current) ?? 0;
  }

  /** The patch that the next commands address. */
  get current(): CompiledPatch {
    return this.#current;
  }

  /** Its place in the order of loading; the first is 0. */
  get currentNumber(): number {
    return this.#currentNumber;
  }

  /**
   * Rehearses a patch and exchanges it for the current one. Resolves when the crossfade is over. Throws {@link CommandRefusedError}.
   *
   * @param samples the sound files that it names
   * @returns what its rehearsal found that may be meant, but is no good for loudspeakers
   */
  async load(graph: LoadedGraph, samples?: SampleBank): Promise<readonly string[]> {
    if (this.#loading) {
      throw new CommandRefusedError("another patch is being loaded; try again when it is done");
    }
    this.#loading = true;
    try {
      const { seed, nativeLibrary } = this.#options;
      const { ceiling } = this.#options.memory.geometry;
      const warnings: string[] = [];
      const onWarning = (warning: string) => void warnings.push(warning);
      const format = this.#format();
      let maxVoices = 0;
      const patch = await rehearse({
        ...{ graph, samples, format, seed, nativeLibrary, ceiling, onWarning },
        onVoiceLimit: (most, reason) => {
          maxVoices = most;
          warnings.push(reason);
        },
      });
      this.#maxVoices.set(patch, maxVoices);
      this.#checkSize(patch);
      await this.#deliver(patch);
      await this.#ask(patch);
      return warnings;
    } finally {
      this.#loading = false;
    }
  }

  /** Ends an exchange that is under way; the engine stops. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * Records that these commands were quarantined. If one of them asked for the current patch, the patch before plays on.
   *
   * @returns positions of further commands to quarantine: they address the patch that does not play
   */
  quarantined(positions: readonly number[]): readonly number[] {
    const reverted = this.#asked.quarantined(positions, this.#options.commands.head);
    if (!reverted) return [];
    this.#currentNumber = this.#numberBefore;
    this.#change(reverted.before);
    return reverted.orphans;
  }

  #change(patch: CompiledPatch): void {
    this.#current = patch;
    this.#options.onChange(patch);
  }

  #format(): PatchFormat {
    const { sampleRateHz, channels, inputChannels, blockFrames } = this.#options.memory.geometry;
    return { sampleRateHz, channels, inputChannels, maximumBlockFrames: blockFrames };
  }

  #checkSize({ name, arena }: CompiledPatch): void {
    const { arenaBytes } = this.#options.memory.geometry;
    if (arena.bytes <= arenaBytes) return;
    const mebibytes = (bytes: number) => Math.ceil(bytes / 2 ** 20);
    throw new CommandRefusedError(
      `patch ${name}: its state takes ${mebibytes(arena.bytes)} MiB, room was kept for ${
        mebibytes(arenaBytes)
      }; start with UNDERSTUDY_PATCH_MEMORY=${mebibytes(arena.bytes)} or more`,
    );
  }

  async #deliver(patch: CompiledPatch): Promise<void> {
    const { pool, oldestPatch } = this.#options;
    const number = ++this.#number;
    pool.forgetPatchesBefore(oldestPatch());
    await pool.addPatch(number, patch); // renderers that start from now on have it from the beginning
    try {
      for (let seat = 0; seat < seatCount; seat++) {
        if (pool.hasPatch(seat, number)) continue;
        pool.deliver(seat);
        await this.#waitFor(
          `the renderer on seat ${seat} to have the patch`,
          () => pool.hasPatch(seat, number),
        );
      }
    } catch (error) {
      pool.removePatch(number);
      throw error;
    }
  }

  async #ask(patch: CompiledPatch): Promise<void> {
    const { commands, delivery, memory, playedPosition, recordPatch } = this.#options;
    if (commands.room < 1) throw new CommandRefusedError("the command log is full; try again in a moment");
    recordPatch(encodePatch(recordedPatch(this.#number, patch)));
    this.#asked.ask(commands.head, this.#current);
    commands.append([{ opcode: Opcode.exchange, target: this.#number, value: 0, extra: 0 }]);
    this.#numberBefore = this.#currentNumber;
    this.#currentNumber = this.#number;
    this.#change(patch);
    await delivery.reached(commands.head);
    const { exchangeFadeFrames, blockFrames } = memory.geometry;
    const fadeBlocks = Math.ceil(exchangeFadeFrames / blockFrames);
    const heardBlock = memory.consumed() + fadeBlocks;
    await this.#waitFor("a renderer to play the patch, or all to break on it", () => {
      const position = playedPosition();
      if (position !== undefined) this.#asked.played(position);
      return !this.#asked.isPending;
    });
    if (this.#current !== patch) {
      throw new CommandRefusedError(
        `patch ${patch.name}: every renderer broke on it; the patch before plays on`,
      );
    }
    await this.#waitFor("the crossfade to end", () => blocksBetween(memory.consumed(), heardBlock) >= 0);
  }

  async #waitFor(event: string, hasHappened: () => boolean): Promise<void> {
    const inTime = await until(() => this.#stopped || hasHappened(), { timeoutMs: deliveryMs, pollMs });
    if (!inTime) throw new CommandRefusedError(`gave up after ${deliveryMs} ms waiting for ${event}`);
    if (!hasHappened()) throw new CommandRefusedError("the engine is stopping");
  }
}
