/** Renderers that play streams from memory, for tests: the file is a straight line, so that a sample says which frame it is. */
import type { PlayerAction } from "../../engine/control/control.ts";
import { CommandLog, Opcode } from "../../engine/log/command_log.ts";
import { encodePlayerCommand } from "../../engine/log/player_encoding.ts";
import { SealTable } from "../../engine/log/seal_table.ts";
import { StreamSeals } from "../../engine/log/stream_seals.ts";
import { compileChecksum } from "../../engine/memory/checksum.ts";
import { slotSamplesIndex } from "../../engine/memory/places.ts";
import type { SharedMemory } from "../../engine/memory/shared_memory.ts";
import { pageFrames } from "../../engine/memory/stream_pages.ts";
import { preparePatch } from "../../engine/renderer/patch_instance.ts";
import { Renderer } from "../../engine/renderer/renderer.ts";
import { PagePool } from "../../engine/streams/page_pool.ts";
import { busPatch } from "../patch/bus_patch.ts";
import { testMemory } from "./test_memory.ts";

const blockFrames = 32;
const channels = 2;

/** Number of the file that is in memory, and its length. */
export const lineFile = 7;
export const lineFrames = 10_000;

/** The sample of a frame of the file; its second channel has it negated. */
export function lineSample(frame: number): number {
  return (frame + 1) / 2 ** 16;
}

/** The samples of a page of the file. */
export function linePage(page: number): Float32Array {
  const frames = pageFrames(channels);
  return Float32Array.from({ length: frames * channels }, (_, index) => {
    const sample = lineSample(page * frames + index % frames);
    return index < frames ? sample : -sample;
  });
}

const checksum = compileChecksum();
const patch = busPatch({ sampleRateHz: 8_000, channels, inputChannels: 0, maximumBlockFrames: blockFrames });

/** A memory with the pages of the file, and what writes its log. */
export class StreamStage {
  readonly memory: SharedMemory = testMemory({ pageCount: 8, blockFrames });
  readonly pool = new PagePool(this.memory);
  readonly #log: CommandLog;

  constructor() {
    new SealTable(this.memory).reset(0);
    new StreamSeals(this.memory).reset(0);
    this.#log = new CommandLog(this.memory);
  }

  /** Puts a page of the file into memory. */
  loadPage(page: number): void {
    this.pool.put(lineFile, page, linePage(page));
  }

  /** Puts the whole file into memory. */
  loadAll(): void {
    for (let page = 0; page * pageFrames(channels) < lineFrames; page++) this.loadPage(page);
  }

  renderer(ring: number): Renderer {
    return new Renderer({ memory: this.memory, ring, seed: 1, patch: preparePatch(0, patch, checksum) });
  }

  /** Actions of the first player, at a frame counted from the first block, or at once. */
  send(actions: readonly PlayerAction[], frame?: number): void {
    const at = frame === undefined
      ? undefined
      : { block: Math.floor(frame / blockFrames), frame: frame % blockFrames };
    this.#log.append(
      actions.map((action) => encodePlayerCommand({ kind: "player", player: 0, ...action }, at)),
    );
  }

  panic(frame: number): void {
    const at = { block: Math.floor(frame / blockFrames), frame: frame % blockFrames };
    this.#log.append([{ opcode: Opcode.panic, target: 0, value: 0, extra: 0, at }]);
  }

  /** Renders blocks, and returns the first channel of the output. */
  play(renderer: Renderer, ring: number, blocks: number): number[] {
    return Array.from({ length: blocks }, () => {
      const { block } = renderer;
      renderer.renderBlock();
      const first = slotSamplesIndex(this.memory, ring, block);
      const samples = this.memory.floats.slice(first, first + blockFrames * channels);
      return [...samples].filter((_, index) => index % channels === 0);
    }).flat();
  }
}

/** Puts the file on the player, with its first channel on the first bus. */
export function loadLine(...slices: readonly (readonly [endFrame: number, count: number])[]): PlayerAction[] {
  const all = slices.length === 0 ? [[lineFrames, 1] as const] : slices;
  return [
    { what: "open", file: lineFile, channels },
    ...all.map(([endFrame, count]): PlayerAction => ({ what: "slice", endFrame, count })),
    { what: "route", channel: 0, bus: 0, gain: 1, frames: 0 },
  ];
}

/** Lets the player play at once. */
export const play: PlayerAction = { what: "gate", open: true, frames: 0 };
