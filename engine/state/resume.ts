/**
 * Makes the memory of an engine that goes on from a journal: one renderer plays again what was delivered after the last
 * snapshot, and its state at the block that the device would have taken next becomes the snapshot from which all renderers
 * join. What sounds then is what every renderer would have played from that block. Main isolate, before the engine starts.
 */
import type { CompiledPatch, PatchDescription, SampleList } from "../../compiler/graph/compiled_patch.ts";
import type { Config } from "../../config/settings.ts";
import type { Command } from "../control/control.ts";
import { decodeCommand } from "../log/command_encoding.ts";
import {
  CommandLog,
  EntryField,
  instrumentShift,
  type LogEntry,
  Opcode,
  opcodeMask,
} from "../log/command_log.ts";
import { SealTable } from "../log/seal_table.ts";
import { StreamSeals } from "../log/stream_seals.ts";
import { compileChecksum } from "../memory/checksum.ts";
import { logEntryWords } from "../memory/constants.ts";
import { dimensionsOf, type StreamStart } from "../memory/dimensions.ts";
import { DeliveredFlag, fixed, within } from "../memory/layout.ts";
import { reportedPlayers } from "../memory/player_reports.ts";
import { inputSamplesIndex, inputSlotIndex, slotIndex } from "../memory/places.ts";
import { blocksBetween, SharedMemory } from "../memory/shared_memory.ts";
import { Host, preparePatch } from "../renderer/patch_instance.ts";
import { pendingEntry } from "../renderer/pending_queue.ts";
import { Renderer } from "../renderer/renderer.ts";
import { SampleLoader } from "../samples/sample_loader.ts";
import { PageLoader } from "../streams/page_loader.ts";
import type { PlacedStream, StreamedFile } from "../streams/streamed_file.ts";
import { blockRecordWords, type RecordedSnapshot, type SessionMark } from "../session/session_format.ts";
import type { SavedShow } from "../show/saved_show.ts";
import { HeldNotes } from "./held_notes.ts";
import type { JournalContent } from "./read_journal.ts";

/** A patch of the journal, ready to play. */
interface PlayablePatch {
  readonly number: number;
  readonly patch: CompiledPatch;
}

/** A command that was not due yet. */
export interface LaterCommand {
  readonly command: Command;
  readonly unixMs: number;
}

/** A continuation, as the engine takes it, and what was found. */
export interface Resumed {
  readonly memory: SharedMemory;
  readonly patches: readonly [PlayablePatch, ...PlayablePatch[]];
  readonly parameters: readonly number[];
  readonly snapshot: RecordedSnapshot;
  /** Files that players may have. */
  readonly files: readonly StreamedFile[];
  /** Where players are in them. */
  readonly places: readonly PlacedStream[];
  /** The show that plays on. */
  readonly show: SavedShow | undefined;
  readonly held: Pick<SessionMark, "heldNotes" | "heldPedals">;
  /** Commands to submit once the engine plays: their time has not come. */
  readonly later: readonly LaterCommand[];
  /** Milliseconds since the device took its last block; 0 where the journal does not tell. */
  readonly gapMs: number;
  /** Blocks that were played again. */
  readonly replayedBlocks: number;
  /** Blocks that came out otherwise than they were delivered: anything but 0 is a defect. */
  readonly differingBlocks: number;
  /** Notes and pedals that are released because their senders are gone. */
  readonly released: number;
  /** Notes that were due while nothing played, and are left out. */
  readonly missedNotes: number;
}

export interface ResumeOptions {
  readonly content: JournalContent;
  readonly config: Config;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Not where the stream starts, but what is kept of it. */
  readonly capture?: Pick<StreamStart, "captureFrames">;
  /** Gives the memory of a patch's sound files; by default they are decoded. */
  readonly samplesOf?: (samples: SampleList) => Promise<WebAssembly.Memory>;
  /** Silence is in place of the files that are played from the disk: they may not be read here. */
  readonly withoutFiles?: boolean;
}

/** Flags of blocks whose samples the callback has changed on their way. */
const changedFlags = DeliveredFlag.concealed | DeliveredFlag.ramped | DeliveredFlag.faded |
  DeliveredFlag.nonFinite;

/**
 * Plays the end of a journal again. Undefined where it holds nothing to go on from.
 *
 * @throws {SampleError} when a sample is missing or is another one than it was
 */
export async function resume(
  { content, config, nowMs, capture = {}, samplesOf = decodedSamples(config), withoutFiles = false }:
    ResumeOptions,
): Promise<Resumed | undefined> {
  const patches = await playablePatches(content, samplesOf);
  const candidates = [...content.snapshots].reverse();
  let fallback: Replayed | undefined;
  for (const snapshot of [...candidates, undefined]) {
    if (snapshot === undefined && candidates.length > 0) break; // the file does not begin with the initial state
    const replayed = await replay({ content, patches, snapshot, config, capture, withoutFiles });
    if (replayed === undefined) continue; // it lies behind the last recorded block
    if (replayed.differing === 0) return await complete(replayed, { content, config, nowMs });
    fallback ??= replayed;
  }
  return fallback && await complete(fallback, { content, config, nowMs });
}

function decodedSamples({ sampleFolder }: Config): NonNullable<ResumeOptions["samplesOf"]> {
  const loader = new SampleLoader();
  return async (samples) => (await loader.loadRecorded(samples, sampleFolder)).memory;
}

async function playablePatches(
  { patches }: JournalContent,
  samplesOf: NonNullable<ResumeOptions["samplesOf"]>,
): Promise<readonly PlayablePatch[]> {
  const playable: PlayablePatch[] = [];
  for (const { number, description, wasm } of patches) {
    const sampleMemory = description.samples && await samplesOf(description.samples);
    const module = new WebAssembly.Module(wasm);
    playable.push({ number, patch: { ...description, wasm, module, sampleMemory } });
  }
  return playable;
}

interface ReplayOptions extends Pick<ResumeOptions, "content" | "config"> {
  readonly patches: readonly PlayablePatch[];
  readonly snapshot: RecordedSnapshot | undefined;
  readonly capture: Pick<StreamStart, "captureFrames">;
  /** Blocks from here on are left out: a command traps in it. */
  readonly end?: number;
  readonly withoutFiles: boolean;
}

interface Replayed {
  readonly loader: PageLoader;
  readonly memory: SharedMemory;
  readonly renderer: Renderer;
  readonly patches: readonly PlayablePatch[];
  readonly blocks: number;
  readonly differing: number;
}

/** Plays everything that was delivered after a snapshot; undefined where the snapshot lies behind that. */
async function replay(options: ReplayOptions): Promise<Replayed | undefined> {
  const { content: { header, parts, quarantined, inputs, files, late }, config, snapshot, capture, end } =
    options;
  const patches = options.patches.filter(({ number }) => number >= (snapshot?.patch ?? 0));
  const first = snapshot?.block ?? header.startBlock | 0;
  const position = snapshot?.logPosition ?? header.startLogPosition | 0;
  const arenaBytes = Math.max(...patches.map(({ patch }) => patch.arena.bytes));
  const memory = SharedMemory.create({
    ...dimensionsOf(config, arenaBytes, {
      ...capture,
      // the input of the first blocks was captured before
      startBlock: (snapshot === undefined ? first : first - header.lookaheadBlocks) >>> 0,
      startLogPosition: position >>> 0,
    }),
    lookaheadBlocks: Math.max(header.lookaheadBlocks, config.lookaheadBlocks),
  });
  const { words, geometry } = memory;
  const log = new CommandLog(memory);
  const seals = new SealTable(memory);
  seals.reset(geometry.startBlock);
  const streamSeals = new StreamSeals(memory);
  streamSeals.reset(geometry.startBlock);
  const loader = new PageLoader(memory, options.withoutFiles ? undefined : files);
  const checksum = compileChecksum();
  const prepared = patches.map(({ number, patch }) => preparePatch(number, patch, checksum));
  const renderer = new Renderer({ memory, ring: 0, seed: config.seed, patch: prepared[0] });
  for (const patch of prepared.slice(1)) {
    renderer.prepare(patch);
    while (!renderer.prepareMore());
  }
  if (snapshot === undefined) {
    renderer.playing.words[renderer.playing.host + Host.lookahead] = header.lookaheadBlocks;
  } else {
    renderer.restore(snapshot);
    skipQuarantined(renderer, quarantined);
  }
  let differing = 0;
  let blocks = 0;
  for (const { type, words: recorded } of parts) {
    if (type === "CMDS") appendCommands(log, recorded, quarantined);
    else {
      for (
        let at = 1, block = recorded[0];
        at < recorded.length;
        at += blockRecordWords, block = (block + 1) | 0
      ) {
        if (block !== renderer.block || block === end) continue;
        const [sealAndFlags, low, high] = recorded.subarray(at, at + blockRecordWords);
        seals.restore(block, sealAndFlags & 0xFFFF);
        if (geometry.pageCount > 0) streamSeals.restore(block, late.get(block) ?? 0);
        captureInput(memory, (block - renderer.lookaheadBlocks) | 0, inputs);
        try {
          await renderer.renderBlockWith((pages) => loader.load(pages));
        } catch (error) {
          if (!(error instanceof WebAssembly.RuntimeError) || end !== undefined) throw error;
          return await replay({ ...options, end: block });
        }
        log.release(renderer.logPosition);
        blocks++;
        const slot = slotIndex(memory, 0, block);
        const isSame = words[slot + within.slot.checksumLow.index] === low &&
          words[slot + within.slot.checksumHigh.index] === high;
        if (!isSame && ((sealAndFlags >>> 16) & changedFlags) === 0) differing++;
      }
    }
  }
  if (blocks === 0 && snapshot === undefined) return undefined;
  return { memory, renderer, patches, loader, blocks, differing };
}

/** Commands that wait in the arena and were quarantined afterwards: the log that says so does not reach back to them. */
function skipQuarantined({ playing }: Renderer, quarantined: ReadonlySet<number>): void {
  const { words, host } = playing;
  for (let at = 0; at < words[host + Host.pending]; at++) {
    const entry = pendingEntry(playing, at);
    if (quarantined.has(words[entry + EntryField.position])) words[entry + EntryField.opcode] = Opcode.none;
  }
}

/** Appends what the log does not have yet. */
function appendCommands(log: CommandLog, recorded: Int32Array, quarantined: ReadonlySet<number>): void {
  for (let at = 1; at < recorded.length; at += logEntryWords) {
    const entry = recorded.slice(at, at + logEntryWords);
    if (entry[EntryField.position] !== log.head) continue;
    if (quarantined.has(entry[EntryField.position])) entry[EntryField.opcode] = Opcode.none;
    log.appendRaw(entry);
  }
}

/** Puts the captured samples of a block where a renderer reads them; silence where there are none. */
function captureInput(memory: SharedMemory, block: number, inputs: JournalContent["inputs"]): void {
  const { blockFrames, inputChannels } = memory.geometry;
  if (inputChannels === 0) return;
  const first = inputSamplesIndex(memory, block);
  const samples = inputs.get(block);
  if (samples) memory.floats.set(samples, first);
  else memory.floats.fill(0, first, first + blockFrames * inputChannels);
  memory.words[inputSlotIndex(memory, block) + within.inputSlot.tag.index] = block;
}

/** Makes the state after a replay the one that an engine goes on from. */
async function complete(
  { memory, renderer, patches, loader, blocks, differing }: Replayed,
  { content, config, nowMs }: Pick<ResumeOptions, "content" | "config" | "nowMs">,
): Promise<Resumed> {
  const { words } = memory;
  const seals = new SealTable(memory);
  // entries that no delivered block has heard are forgotten: their senders were not answered
  const position = renderer.logPosition;
  Atomics.store(words, fixed.log.head.index, position);
  while (renderer.isExchanging) {
    captureInput(memory, (renderer.block - renderer.lookaheadBlocks) | 0, new Map());
    await renderer.renderBlockWith((pages) => loader.load(pages));
  }
  await loader.close();
  const { block, playing } = renderer;
  // a lookahead that grew while it played goes on; a longer one that is asked for now is an entry of the log, as always
  const lookaheadBlocks = Math.max(renderer.lookaheadBlocks, config.lookaheadBlocks);
  Atomics.store(words, fixed.control.lookaheadBlocks.index, lookaheadBlocks);
  words[fixed.callback.consumed.index] = block;
  seals.restore((block - 1) | 0, position);
  for (let before = memory.geometry.inputSlots && lookaheadBlocks; before > 0; before--) {
    captureInput(memory, (block - before) | 0, new Map());
  }
  renderer.beginWriting(0);
  while (!renderer.writePiece());
  words[fixed.control.acceptedSnapshot.index] = 1;

  const gapMs = Math.max(0, nowMs - unixMsAt(memory, content.mark, block, 0, nowMs));
  const waiting = pendingEntries(renderer);
  // a show goes on by frames, whatever the clock says
  const ofShow = waiting.filter(({ isOfShow }) => isOfShow);
  const pending = waiting.filter(({ isOfShow }) => !isOfShow).map((entry) => ({
    entry,
    unixMs: unixMsAt(memory, content.mark, entry.at!.block, entry.at!.frame, nowMs),
  }));
  const missed = pending.filter(({ unixMs }) => unixMs <= nowMs).map(({ entry: { at: _, ...entry } }) =>
    entry
  );
  const atOnce = missed.filter(({ opcode }) => opcode !== Opcode.noteOn);
  const held = heldAtEnd(content);
  const releases = config.stateNotes === "release" ? releasesOf(held, content, playing.description) : [];
  const log = new CommandLog(memory);
  log.release(position);
  log.append([
    ...(lookaheadBlocks === renderer.lookaheadBlocks
      ? []
      : [{ opcode: Opcode.lookahead, target: lookaheadBlocks, value: 0, extra: 0 }]),
    ...(pending.length > 0 ? [{ opcode: Opcode.clear, target: 0, value: 0, extra: 0 }, ...ofShow] : []),
    ...atOnce,
    ...releases,
  ]);
  const values = playing.description.parameters.map((_, index) => playing.exports.get_parameter(index));
  atOnce.forEach(({ opcode, target, value }) => {
    if (opcode === Opcode.set) values[target] = value;
  });
  const current = patches.filter(({ number }) => number >= playing.number);
  return {
    memory,
    patches: current as unknown as Resumed["patches"],
    parameters: values,
    snapshot: { block, logPosition: position, patch: playing.number, arena: playing.bytes.slice() },
    files: [...content.files.values()],
    show: content.show,
    places: reportedPlayers(memory, 0).filter(({ state }) => state !== "empty")
      .map(({ file, frame }) => ({ file, frame })),
    held: releases.length > 0 ? { heldNotes: [], heldPedals: [] } : held,
    later: pending.flatMap(({ entry, unixMs }) => {
      const command = unixMs > nowMs ? decodeCommand(entry) : undefined;
      return command === undefined ? [] : [{ command, unixMs }];
    }),
    gapMs,
    replayedBlocks: blocks,
    differingBlocks: differing,
    released: config.stateNotes === "release" ? held.heldNotes.length + held.heldPedals.length : 0,
    missedNotes: missed.length - atOnce.length,
  };
}

/** When a frame would have sounded; now, where the journal does not tell. */
function unixMsAt(
  { geometry }: SharedMemory,
  mark: SessionMark | undefined,
  block: number,
  frame: number,
  nowMs: number,
): number {
  if (mark === undefined) return nowMs;
  const frames = blocksBetween(block, mark.block | 0) * geometry.blockFrames + frame;
  return mark.unixMs + frames / geometry.sampleRateHz * 1_000;
}

/** The commands that wait for their time in the renderer, the next first. */
function pendingEntries({ playing }: Renderer): LogEntry[] {
  const { words, floats, host } = playing;
  const entries = Array.from({ length: words[host + Host.pending] }, (_, at) => {
    const entry = pendingEntry(playing, at);
    const code = words[entry + EntryField.opcode];
    return {
      opcode: code & opcodeMask,
      instrument: code >>> instrumentShift,
      target: words[entry + EntryField.target],
      value: floats[entry + EntryField.value],
      extra: floats[entry + EntryField.extra],
      at: { block: words[entry + EntryField.block], frame: words[entry + EntryField.frame] },
      ...(words[entry + EntryField.when] === 2 && { isOfShow: true }),
    };
  });
  return entries.filter(({ opcode }) => opcode !== Opcode.none);
}

function heldAtEnd({ mark, afterMark }: JournalContent): Resumed["held"] {
  const held = new HeldNotes();
  if (mark) held.restore(mark);
  afterMark.forEach((entries) => held.record(entries));
  return { heldNotes: held.notes, heldPedals: held.pedals };
}

/** After an exchange of the patch a note may be on an instrument of another index: then all instruments release it. */
function releasesOf(
  { heldNotes, heldPedals }: Resumed["held"],
  { patches }: JournalContent,
  { instruments }: PatchDescription,
): LogEntry[] {
  const all = [...instruments.keys()];
  const notes = patches.length < 2
    ? heldNotes
    : [...new Set(heldNotes.map(([, id]) => id))].flatMap((id) => all.map((index) => [index, id] as const));
  const pedals = patches.length < 2 || heldPedals.length === 0 ? heldPedals : all;
  return [
    ...notes.map(([instrument, id]) => ({
      opcode: Opcode.noteOff,
      instrument,
      target: id,
      value: 0,
      extra: 0,
    })),
    ...pedals.map((instrument) => ({ opcode: Opcode.pedal, instrument, target: 0, value: 0, extra: 0 })),
  ];
}
