/**
 * Exchanges the patch while it plays. One renderer after the other gets the new patch and makes it ready, while the others
 * play on; when all have it, one command in the sealed log asks for it, so that every renderer changes in the same frame,
 * and so does one that joins later and replays the log. What goes wrong before that command costs nothing but an answer; if
 * all renderers break on it, it is quarantined like any other command, and the old patch plays on. Main isolate.
 */
import type { CompiledPatch, PatchFormat } from "../../compiler/graph/compiled_patch.ts";
import type { SampleBank } from "../../compiler/graph/sample_bank.ts";
import type { PatchGraph } from "../../compiler/graph/graph.ts";
import { seatCount } from "../memory/constants.ts";
import { CommandRefusedError } from "../control/control.ts";
import { type CommandLog, Opcode } from "../log/command_log.ts";
import { blocksBetween, type SharedMemory } from "../memory/shared_memory.ts";
import { AskedPatch } from "./asked_patch.ts";
import { rehearse } from "./rehearsal.ts";
import type { RendererPool } from "../supervisor/renderer_pool.ts";
import type { DeliveryLog } from "../delivery/delivery_log.ts";
import { encodePatch, recordedPatch } from "../session/session_format.ts";
import type { SessionWriter } from "../session/session_writer.ts";

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
  readonly patch: CompiledPatch;
  /** The session that is being recorded, if any. */
  readonly writer: () => SessionWriter | undefined;
  /** Told when commands mean another patch from now on. */
  readonly onChange: (patch: CompiledPatch) => void;
}

/** A renderer gets a patch ready in some milliseconds; one that does not is ended by the supervisor long before. */
const deliveryMs = 5_000;

const pollMs = 2;

/** Knows which patch plays, and brings in the next. */
export class PatchSwap {
  readonly #options: PatchSwapOptions;
  #current: CompiledPatch;
  /** Number of the newest patch; grows also when a patch was refused on its way. */
  #number = 0;
  #loading = false;
  #stopped = false;
  readonly #asked = new AskedPatch<CompiledPatch>();

  constructor(options: PatchSwapOptions) {
    this.#options = options;
    this.#current = options.patch;
  }

  /** The patch that commands mean from now on. */
  get current(): CompiledPatch {
    return this.#current;
  }

  /**
   * Rehearses a patch and lets it play. Resolves when it is heard alone. Throws {@link CommandRefusedError}.
   *
   * @param samples the sound files that it names
   */
  async load(graph: PatchGraph, samples?: SampleBank): Promise<void> {
    if (this.#loading) {
      throw new CommandRefusedError("another patch is being loaded; try again when it is done");
    }
    this.#loading = true;
    try {
      const { seed, nativeLibrary } = this.#options;
      const patch = await rehearse({ graph, samples, format: this.#format(), seed, nativeLibrary });
      this.#checkSize(patch);
      await this.#deliver(patch);
      await this.#ask(patch);
    } finally {
      this.#loading = false;
    }
  }

  /** The engine ends: nothing more is brought in. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * These commands were made to do nothing. If one asked for the current patch, the one before plays on.
   *
   * @returns positions of further commands that have to do nothing: they were meant for the patch that is not played
   */
  quarantined(positions: readonly number[]): readonly number[] {
    const reverted = this.#asked.quarantined(positions, this.#options.commands.head);
    if (!reverted) return [];
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
    pool.addPatch(number, patch); // who starts from now on has it from the beginning
    try {
      for (let seat = 0; seat < seatCount; seat++) {
        if (pool.hasPatch(seat, number)) continue;
        pool.deliver(seat);
        await this.#until(`renderer on seat ${seat} has the patch`, () => pool.hasPatch(seat, number));
      }
    } catch (error) {
      pool.removePatch(number);
      throw error;
    }
  }

  async #ask(patch: CompiledPatch): Promise<void> {
    const { commands, delivery, memory, playedPosition, writer } = this.#options;
    if (commands.room < 1) throw new CommandRefusedError("the command log is full; try again in a moment");
    writer()?.write("PTCH", encodePatch(recordedPatch(this.#number, patch)));
    this.#asked.ask(commands.head, this.#current);
    commands.append([{ opcode: Opcode.exchange, target: this.#number, value: 0, extra: 0 }]);
    this.#change(patch);
    await delivery.reached(commands.head);
    const { exchangeFadeFrames, blockFrames } = memory.geometry;
    const fadeBlocks = Math.ceil(exchangeFadeFrames / blockFrames);
    const heardBlock = memory.consumed() + fadeBlocks;
    await this.#until("a renderer plays the patch, or all have broken on it", () => {
      const position = playedPosition();
      if (position !== undefined) this.#asked.played(position);
      return !this.#asked.isPending;
    });
    if (this.#current !== patch) {
      throw new CommandRefusedError(
        `patch ${patch.name}: every renderer broke on it; the patch before plays on`,
      );
    }
    await this.#until("the crossfade is over", () => blocksBetween(memory.consumed(), heardBlock) >= 0);
  }

  async #until(what: string, holds: () => boolean): Promise<void> {
    const deadline = performance.now() + deliveryMs;
    while (!holds()) {
      if (this.#stopped) throw new CommandRefusedError("the engine is stopping");
      if (performance.now() > deadline) {
        throw new CommandRefusedError(`gave up after ${deliveryMs} ms waiting until ${what}`);
      }
      await new Promise((done) => setTimeout(done, pollMs));
    }
  }
}
