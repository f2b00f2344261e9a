/**
 * The one declaration of everything that isolates and the native callback share.
 *
 * A fixed part (sections below) is followed by regions whose size depends on the configuration; their offsets are in
 * `geometry`, so that C needs no constants of its own. `scripts/generate/layout_header.ts` writes the same declaration as
 * `ffi/native/layout.h`. Every section begins on its own pair of cache lines and has one writer: words of different
 * writers never share a line, also not through the adjacent-line prefetcher.
 */
import {
  checkBytesPerSecond,
  checkRegionBytes,
  concealRampFrames,
  copyBytesPerSecond,
  errorTextBytes,
  exchangeFadeSeconds,
  fullHistoryChannels,
  histogramBuckets,
  historySeconds,
  logCapacity,
  logEntryWords,
  maxCountedInstruments,
  maximumChannels,
  maxOutputRingBytes,
  pageSamples,
  pendingCapacity,
  playerCount,
  playerReportWords,
  reportedEndedNotes,
  ringFrames,
  roleCount,
  seatCount,
  snapshotCount,
  snapshotPieceBytes,
  stageNameBytes,
  stopFadeSeconds,
} from "./constants.ts";

export type FieldType = "u32" | "f32" | "u64";

export interface Field {
  readonly type: FieldType;
  readonly count: number;
  readonly doc: string;
}

export interface Placed extends Field {
  /** Byte offset from the start of its section. */
  readonly offset: number;
  /** Byte offset from the start of the shared memory; for repeated structures from the start of the structure. */
  readonly byte: number;
  /** Index of its first element in a view of its type. */
  readonly index: number;
}

export interface Section {
  readonly writer: string;
  readonly fields: Readonly<Record<string, Field>>;
}

const word = (doc: string, count = 1): Field => ({ type: "u32", count, doc });
const float = (doc: string, count = 1): Field => ({ type: "f32", count, doc });
const wide = (doc: string, count = 1): Field => ({ type: "u64", count, doc });

/** Bytes between the starts of sections written by different threads. */
export const lineBytes = 128;

/** The memory is a whole number of WebAssembly pages, so that a file can be mapped over it. */
const pageBytes = 65_536;

export const layoutMagic = 0x55534459;
export const layoutVersion = 6;

export const sections = {
  geometry: {
    writer: "main isolate, once, before any other thread reads it",
    fields: {
      magic: word("layoutMagic"),
      version: word("layoutVersion"),
      totalBytes: word("size of the whole shared memory"),
      sampleRateHz: word("frames per second"),
      blockFrames: word("frames per block"),
      channels: word("output channels, interleaved"),
      inputChannels: word("input channels, interleaved; 0 without input"),
      lookaheadBlocks: word("how far renderers run ahead of consumed at the first block"),
      startBlock: word("number of the first block"),
      startLogPosition: word("position of the first log entry"),
      stateCheckBlocks: word("blocks of the shortest sweep: so often at most is a whole arena checked"),
      snapshotBlocks: word("a snapshot begins at a multiple of this"),
      concealRampFrames: word("frames of the ramps beside concealed sound"),
      stopFadeFrames: word("frames of the fade at the end"),
      exchangeFadeFrames: word("frames of the crossfade from one patch to the next"),
      seatCount: word("renderer incarnations, and so rings"),
      seatOffset: word("first seat"),
      seatBytes: word("distance between seats"),
      ringOffset: word("first slot of the first ring"),
      ringBytes: word("distance between rings"),
      ringSlots: word("slots of a ring, a power of two"),
      slotBytes: word("distance between slots"),
      sealOffset: word("seal table"),
      sealCount: word("seals, a power of two"),
      logOffset: word("command log"),
      logCapacity: word("entries of the log, a power of two"),
      inputOffset: word("captured input"),
      inputSlots: word("blocks of captured input, a power of two"),
      inputSlotBytes: word("distance between captured blocks"),
      deliveredOffset: word("record of delivered blocks"),
      deliveredCount: word("entries of that record, a power of two"),
      workOffset: word("the callback's copy of the current block"),
      snapshotOffset: word("first snapshot"),
      snapshotBytes: word("distance between snapshots"),
      snapshotCount: word("snapshots"),
      arenaBytes: word("room for a renderer's arena in a snapshot"),
      captureOffset: word("output kept by the clock driver"),
      captureFrames: word("its size in frames, a power of two; 0: nothing is kept"),
      ceiling: float("largest magnitude that the device gets, 1 at full scale; 0: no ceiling"),
      checkRegionBytes: word("bytes of an arena that are checked at one block"),
      snapshotPieceBytes: word("bytes of an arena that is copied at once; a larger one is copied in pieces"),
      outputOffset: word("blocks that the device got, while something records or listens"),
      outputSlots: word("blocks that are kept, a power of two"),
      outputSlotBytes: word("distance between them"),
      deliveredBytes: word("distance between entries of the record of delivered blocks"),
      pageOffset: word("first page of the streams"),
      streamPageBytes: word("distance between pages"),
      pageCount: word("pages; 0: nothing is streamed"),
      pageBucketOffset: word("first bucket of the directory of the pages"),
      pageBucketCount: word("buckets, a power of two"),
      streamSealOffset: word("seals of the streams, two words a block"),
    },
  },
  control: {
    writer: "main isolate",
    fields: {
      roleRing: word("ring + 1 of primary, standby and spare; 0: no renderer", roleCount),
      play: word("0: silence, and consumed does not advance; 1: blocks are played"),
      stop: word("1: fade out from the next block, then silence"),
      snapshotTarget: word(
        "which renderer writes the next snapshot, and into which slot; see `snapshotOrder`",
      ),
      rendererPriority: word("SCHED_FIFO priority of a renderer that has caught up; 0: the normal class"),
      acceptedSnapshot: word("snapshot + 1 that was agreed last; 0: none"),
      previousSnapshot: word("snapshot + 1 that was agreed before it; 0: none"),
      anchorPatch: word("patch + 1 of the last anchor, where joiners begin without a snapshot; 0: the start"),
      anchorBlock: word("block at which the last anchor takes effect"),
      anchorPosition: word("position of the last anchor in the log"),
      stoppedCount: word("commands ever put into the table below, wraps; stored after them"),
      stoppedCommands: word(
        "positions of commands that do nothing and are in the log no more, but may still wait for their time",
        pendingCapacity,
      ),
      lookaheadBlocks: word(
        "how far renderers are to run ahead of consumed; the log has it too, for what can be heard",
      ),
      searchOrigin: word("block of the state from which renderers replay while log entries are suspended"),
      searchBlock: word("block in which renderers broke, for which they are"),
      keepOutput: word("readers of the output ring; 0: the callback keeps nothing"),
    },
  },
  log: {
    writer: "main isolate",
    fields: { head: word("entries ever appended, wraps; stored after the entries themselves") },
  },
  callback: {
    writer: "audio callback",
    fields: {
      consumed: word("number of the block that the device takes next: the only clock"),
      ended: word("1: the fade at the end is over"),
      largestFrameCount: word("most frames that the host ever asked for in one call"),
      stampSequence: word("odd while the stamp is being written"),
      stampBlock: word("consumed at the start of the last call"),
      stampFrame: word("frames of that block already handed over"),
      stampTicks: wide("processor ticks at that moment"),
    },
  },
  callbackState: {
    writer: "audio callback, which alone reads it",
    fields: {
      pieceFrames: word("frames of the current block already handed over"),
      flags: word("flags of the current block"),
      ring: word("ring + 1 of the current block"),
      checksumLow: word("checksum of the current block"),
      checksumHigh: word("checksum of the current block"),
      rampOutLeft: word("frames until the held frame has faded out"),
      rampInLeft: word("frames of the ramp back still to come; 0: nothing was concealed"),
      fadePosition: word("frames since the fade at the end began"),
      previousTicks: wide("start of the call before"),
      concealing: word("1: the block before was concealed"),
      loudest: float("largest magnitude of the current block before the ceiling"),
      lastFrame: float("last samples of the block before, without fade and ceiling", maximumChannels),
      heldFrame: float("last samples before concealment, which fade out", maximumChannels),
      levels: float(
        "levels of the current block, as the record of delivered blocks has them",
        3 * maximumChannels,
      ),
    },
  },
  counters: {
    writer: "audio callback",
    fields: {
      callbacks: wide("calls"),
      frames: wide("frames handed over while playing"),
      rescuedBlocks: wide("blocks taken from another ring than the primary's"),
      concealedBlocks: wide("blocks that no ring had"),
      concealedFrames: wide("their frames"),
      nonFiniteSamples: wide("samples replaced by zero"),
      tornBlocks: wide("slots whose samples did not match their checksum"),
      outvotedBlocks: wide("blocks in which the primary's checksum lost the vote"),
      undecidedBlocks: wide("blocks whose checksums differed without a majority"),
      outputUnderflows: wide("reported by the host"),
      outputOverflows: wide("reported by the host"),
      inputUnderflows: wide("reported by the host"),
      inputOverflows: wide("reported by the host"),
      busyTicks: wide("time in calls while playing"),
      longestTicks: wide("longest call"),
      longestIntervalTicks: wide("longest time between two calls"),
      overSamples: wide("samples beyond full scale, before the ceiling"),
      limitedSamples: wide("samples that the ceiling made smaller"),
      refusedInputSamples: wide("captured samples that were not finite or far too large, replaced by zero"),
      durationTicks: wide("time in all calls, as the histogram of durations counts them"),
      intervalTicks: wide("time between all calls, as the histogram of intervals counts it"),
    },
  },
  durations: {
    writer: "audio callback",
    fields: {
      buckets: wide(
        "calls by duration in ticks; the rule of the buckets is in `Histogram`",
        histogramBuckets,
      ),
    },
  },
  intervals: {
    writer: "audio callback",
    fields: { buckets: wide("time between calls in ticks", histogramBuckets) },
  },
  clock: {
    writer: "clock thread",
    fields: {
      captureHead: word("frames ever written into the capture, wraps"),
      captureLostFrames: word("frames that found the capture full"),
      lostCycles: word("periods skipped because the machine stood still; wraps"),
      realTime: word("1: the thread has real-time priority"),
    },
  },
  captureReader: {
    writer: "main isolate",
    fields: { captureTail: word("frames taken out of the capture, wraps") },
  },
  controlProcess: {
    writer: "main isolate",
    fields: {
      pid: word(
        "process of the main isolate, where renderers have processes of their own; 0: they are threads",
      ),
      epoch: word("number of this control process; the first has 1"),
      heartbeat: word("turns of the supervision loop, wraps"),
      phase: word("see `ControlPhase`"),
      sessionBytes: wide("place in the session file from which on a recording can be gone on with; 0: none"),
    },
  },
  launcher: {
    writer: "launcher",
    fields: {
      pid: word("process that restarts the control process; 0: none does"),
      epoch: word("number of the control process that may write; stored once the one before is gone"),
    },
  },
  stageOrders: {
    writer: "main isolate",
    fields: {
      sequence: word("grows with every order; stored last, and the stage sleeps on it"),
      driver: word("see `StageDriver`"),
      periodFrames: word("frames that the clock asks for in each call"),
      priority: word("real-time priority of the clock thread"),
      clientName: word("name of the client of JACK, UTF-8 with a final zero", stageNameBytes / 4),
      device: word("client that it plays to; empty: the physical ports", stageNameBytes / 4),
      inputDevice: word("client that it records from", stageNameBytes / 4),
      mayWait: word("1: where JACK is not there at the start, the clock keeps time until it is"),
    },
  },
  stageReport: {
    writer: "stage process",
    fields: {
      pid: word("process of the stage; 0: there was none yet"),
      sequence: word("the order that is carried out"),
      error: word("errno, or problem of JACK, of the last order; 0: carried out"),
      heartbeat: word("rounds of its main thread, wraps"),
      starts: word("stage processes ever started on this memory"),
      unconnected: word("1: no cable leads from JACK's output ports to anywhere"),
      lostFrames: wide("frames that passed between the last call of a lost stage and the first of the next"),
      calibrationTicks: wide("processor ticks when the first stage started"),
      calibrationNs: wide("monotonic clock at that moment"),
      deviceLost: word("1: JACK is not there, and the clock keeps time until it is"),
      deviceLosses: word("how often that happened"),
      periodFrames: word("of JACK's server, as it said last"),
      latencyFrames: word("from JACK's ports to the loudspeaker"),
      xruns: word("since the client was opened, wraps"),
      serverRateHz: word("sample rate of JACK's server, as it said last"),
      processStart: word("when that process began, low 32 bits of `us_process_start`"),
      deviceAttempts: word("attempts to open JACK since it was lost; 0 while it plays"),
      unheardFrames: wide("frames that the clock took while JACK was lost"),
      deviceProblem: word(
        "problem of JACK at the last of these attempts; 0: it stands still, or none was made",
      ),
      unpatchedOutputs: word(
        "a bit for each output from which no cable leads to anywhere",
        maximumChannels / 32,
      ),
    },
  },
  watchdog: {
    writer: "watchdog thread",
    fields: {
      threadId: word("kernel thread id"),
      realTime: word("SCHED_FIFO priority that it holds; 0: the normal class"),
      demotions: word("renderers that it returned to the normal class, wraps"),
    },
  },
  recorder: {
    writer: "recorder thread",
    fields: {
      writtenFrames: wide("frames of the recording that are in its file; a pair, see `newest`", 2),
      writtenBytes: wide("bytes of the file that hold them, without what is written when it is closed", 2),
      newest: word("which of each pair counts; stored after them"),
      lostFrames: wide("frames that the disk was too slow for: silence in the file"),
      waitingBytes: wide("bytes that wait for the disk"),
    },
  },
  streamReader: {
    writer: "stream reader thread",
    fields: {
      version: word("odd while the directory of the pages is being changed, wraps"),
      heartbeat: word("rounds of the thread, wraps"),
    },
  },
} as const satisfies Readonly<Record<string, Section>>;

/** Structures that are repeated: offsets count from the start of each. */
export const structures = {
  seatOrders: {
    writer: "main isolate",
    fields: {
      command: word("what the renderer is to do; see `SeatCommand`"),
      incarnation: word("renderer id; never used twice"),
      snapshot: word("snapshot + 1 to join from; 0: the initial state"),
      fault: word("fault to commit on itself; see `faultKinds`; 0: none"),
      patch: word("number of the newest patch that waits in its port to be prepared"),
      patchFile: word(
        "number of the newest patch whose files wait to be prepared; of renderers in processes",
      ),
      trial: word("1: it runs the code of another version, which has not been accepted yet"),
    },
  },
  seatReport: {
    writer: "renderer",
    fields: {
      state: word("see `SeatState`"),
      threadId: word(
        "kernel id of its thread, or of its process; all ones: the seat was given up before it started",
      ),
      heartbeat: word("rounds of the loop, wraps"),
      published: word("next block to be published: all before it are in the ring"),
      logPosition: word("log entries taken in"),
      poisonedVoices: word("voices silenced because they gave numbers that are not finite, wraps"),
      patch: word("number of the newest patch that it has prepared"),
      voices: word("voices that sound, by instrument, at the last count", maxCountedInstruments),
      endedNotes: word("notes that ended since the beginning, wraps; stored after the notes themselves"),
      lastEndedNotes: word("the last of them: instrument and id", reportedEndedNotes * 2),
      errorBytes: word("length of the error text"),
      errorText: word("the error that ended the renderer, UTF-8", errorTextBytes / 4),
      realTime: word("SCHED_FIFO priority that its thread holds since its last wait; 0: the normal class"),
      lockError: word("errno of the last attempt to lock an arena in memory; 0: it is locked"),
      snapshotSlot: word("snapshot + 1 that it may be writing; 0: none"),
      away: word("1: copies a large arena and then catches up; it is late on purpose"),
      arenaBytes: word("size of the arena that plays"),
      processStart: word(
        "when its process began, low 32 bits of `us_process_start`; 0: a thread, or not said yet",
      ),
      players: word("players of streams, see `PlayerReport`", playerCount * playerReportWords),
    },
  },
  slot: {
    writer: "renderer",
    fields: {
      tag: word("block number; stored after everything else"),
      checksumLow: word("checksum of the samples"),
      checksumHigh: word("checksum of the samples"),
      stateLow: word("checksum of the arena's region that is due at the start of the block; 0: none is"),
      stateHigh: word("checksum of that region"),
      regions: word("regions of the arena; 0: nothing is checked during an exchange"),
      reserved: word("keeps the samples on a 16-byte boundary", 2),
    },
  },
  inputSlot: {
    writer: "audio callback",
    fields: {
      tag: word("block number; stored after the samples"),
      reserved: word("keeps the samples on a 16-byte boundary", 3),
    },
  },
  outputSlot: {
    writer: "audio callback",
    fields: {
      tag: word("block number; stored after the samples"),
      reserved: word("keeps the samples on a 16-byte boundary", 3),
    },
  },
  /**
   * Levels follow, for as many channels as there are: the largest magnitude of each, then the smallest sample of each, then the
   * largest of each (f32). So an entry of two channels is one cache line.
   */
  delivered: {
    writer: "audio callback",
    fields: {
      block: word("block number; stored after everything else"),
      flags: word("see `DeliveredFlag`"),
      checksumLow: word("checksum of the samples that the device got"),
      checksumHigh: word("checksum of the samples that the device got"),
      ring: word("ring + 1 it came from; 0: concealed"),
      loudest: float("largest magnitude before the ceiling"),
      ticks: wide("processor ticks when its last frame was handed over"),
    },
  },
  snapshot: {
    writer: "renderer, the one that `control.snapshotTarget` names",
    fields: {
      block: word("block at whose start it was taken"),
      logPosition: word("log entries it has taken in"),
      checksumLow: word("checksum of the checksums of its pieces"),
      checksumHigh: word("the same of their high words"),
      sequence: word("grows with every snapshot; stored last"),
      patch: word("number of the patch whose arena it is"),
      reserved: word("keeps the arena on a 64-byte boundary", 10),
    },
  },
  page: {
    writer: "stream reader thread",
    fields: {
      file: word("number of the file; 0: the page is empty. Taken away first and stored last"),
      page: word("number of the page in its file"),
      next: word("next page + 1 in the same bucket of the directory; 0: none"),
      reserved: word("keeps the samples on a 64-byte boundary", 13),
    },
  },
} as const satisfies Readonly<Record<string, Section>>;

const typeBytes: Readonly<Record<FieldType, number>> = { u32: 4, f32: 4, u64: 8 };

/** Changes to a block on its way to the device. */
export const DeliveredFlag = {
  concealed: 1,
  ramped: 2,
  faded: 4,
  nonFinite: 8,
  rescued: 16,
  limited: 32,
} as const;

/** What the control process is about. A launcher does not restart one that has ended on purpose. */
export const ControlPhase = { starting: 0, running: 1, ended: 2, handingOver: 3 } as const;

/** What calls the callback in the stage process. */
export const StageDriver = { none: 0, clock: 1, jack: 2 } as const;

export const SeatCommand = { wait: 1, run: 2, stop: 3 } as const;

export const SeatState = {
  empty: 0,
  starting: 1,
  ready: 2,
  running: 3,
  stopped: 4,
  failed: 5,
  stale: 6,
  /** Failed by a trap of WebAssembly. */
  trapped: 7,
  /** Stale because the snapshot that it was given is damaged. */
  damaged: 8,
} as const;

type Positions<S extends Readonly<Record<string, Section>>> = {
  readonly [N in keyof S]: { readonly [F in keyof S[N]["fields"]]: Placed };
};

/** Places the fields of a section in order of declaration, each aligned to its size. */
function place(section: Section, start: number): { placed: Record<string, Placed>; bytes: number } {
  const placed: Record<string, Placed> = {};
  let offset = 0;
  for (const [name, field] of Object.entries(section.fields)) {
    const bytes = typeBytes[field.type];
    offset = roundUp(offset, bytes);
    placed[name] = { ...field, offset, byte: start + offset, index: (start + offset) / bytes };
    offset += bytes * field.count;
  }
  return { placed, bytes: offset };
}

function placeSections() {
  const positions: Record<string, Record<string, Placed>> = {};
  let start = 0;
  for (const [name, section] of Object.entries(sections)) {
    const { placed, bytes } = place(section, start);
    positions[name] = placed;
    start = roundUp(start + bytes, lineBytes);
  }
  return { positions: positions as Positions<typeof sections>, bytes: start };
}

function placeStructures() {
  const positions: Record<string, Record<string, Placed>> = {};
  const bytes: Record<string, number> = {};
  for (const [name, section] of Object.entries(structures)) {
    const result = place(section, 0);
    positions[name] = result.placed;
    bytes[name] = result.bytes;
  }
  return {
    positions: positions as Positions<typeof structures>,
    bytes: bytes as Readonly<Record<keyof typeof structures, number>>,
  };
}

const fixedPart = placeSections();
const structurePart = placeStructures();

/** Where each field of the fixed part is. */
export const fixed = fixedPart.positions;
export const fixedBytes = fixedPart.bytes;
/** Where each field of a repeated structure is, from the start of the structure. */
export const within = structurePart.positions;
export const structureBytes = structurePart.bytes;

/** Distance from the start of a seat, where the orders are, to the report of its renderer. */
export const seatReportOffset = lineBytes;

/** The settings that decide the size of the shared memory. */
export interface Dimensions {
  readonly sampleRateHz: number;
  readonly blockFrames: number;
  readonly channels: number;
  readonly inputChannels: number;
  readonly lookaheadBlocks: number;
  readonly startBlock: number;
  readonly startLogPosition: number;
  readonly stateCheckBlocks: number;
  readonly snapshotBlocks: number;
  readonly arenaBytes: number;
  /** Frames of output that the clock driver keeps; 0 outside of tests and recordings. */
  readonly captureFrames: number;
  /** Largest magnitude that the device gets, 1 at full scale; 0: no ceiling. A 32-bit float. */
  readonly ceiling: number;
  /** Pages of the streams, 0 by default: nothing is streamed. */
  readonly pageCount?: number;
  /** Length of the crossfade from one patch to the next; the simulator has no time for the usual one. */
  readonly exchangeFadeSeconds?: number;
  /** Bytes of an arena that are checked at one block; by default what costs a few percent of the block. */
  readonly checkRegionBytes?: number;
  /** Bytes of an arena that is copied at once; by default what fits into a part of the lookahead. */
  readonly snapshotPieceBytes?: number;
}

export type Geometry = Readonly<Record<keyof typeof sections.geometry.fields, number>>;

/** The whole layout for one configuration: every word of `geometry`. */
export function geometryOf(dimensions: Dimensions): Geometry {
  const { blockFrames, channels, inputChannels, sampleRateHz } = dimensions;

  const blockSeconds = blockFrames / sampleRateHz;
  const blockBytes = roundUp(blockFrames * channels * 4, 16);
  const historyBlocks = powerOfTwoAtLeast(historySeconds * sampleRateHz / blockFrames);
  const ringSlots = ringSlotsOf(blockFrames, dimensions.lookaheadBlocks);
  const slotBytes = roundUp(structureBytes.slot + blockBytes, lineBytes);
  const inputSlotBytes = roundUp(structureBytes.inputSlot + blockFrames * inputChannels * 4, lineBytes);
  const outputSlotBytes = roundUp(structureBytes.outputSlot + blockBytes, 64);
  const streamPageBytes = structureBytes.page + pageSamples * 4;
  const { pageCount = 0 } = dimensions;
  const pageBucketCount = pageCount === 0 ? 0 : powerOfTwoAtLeast(2 * pageCount);
  const outputSlots = channels <= fullHistoryChannels
    ? historyBlocks
    : Math.min(historyBlocks, 2 ** Math.floor(Math.log2(maxOutputRingBytes / outputSlotBytes)));
  const deliveredBytes = roundUp(structureBytes.delivered + 3 * channels * 4, 64);
  const captureFrames = dimensions.captureFrames === 0 ? 0 : powerOfTwoAtLeast(dimensions.captureFrames);

  let end = fixedBytes;
  const region = (bytes: number): number => {
    const start = roundUp(end, lineBytes);
    end = start + bytes;
    return start;
  };
  const seatBytes = roundUp(seatReportOffset + structureBytes.seatReport, lineBytes);
  const snapshotBytes = roundUp(structureBytes.snapshot + dimensions.arenaBytes, lineBytes);
  const offsets = {
    seatOffset: region(seatBytes * seatCount),
    ringOffset: region(slotBytes * ringSlots * seatCount),
    sealOffset: region(historyBlocks * 4),
    logOffset: region(logCapacity * logEntryWords * 4),
    inputOffset: region(inputChannels === 0 ? 0 : historyBlocks * inputSlotBytes),
    deliveredOffset: region(historyBlocks * deliveredBytes),
    workOffset: region(blockBytes),
    snapshotOffset: region(snapshotBytes * snapshotCount),
    captureOffset: region(captureFrames * channels * 4),
    outputOffset: region(outputSlots * outputSlotBytes),
    pageOffset: region(pageCount * streamPageBytes),
    pageBucketOffset: region(pageBucketCount * 4),
    streamSealOffset: region(pageCount === 0 ? 0 : historyBlocks * 8),
  };
  return {
    magic: layoutMagic,
    version: layoutVersion,
    totalBytes: roundUp(end, pageBytes),
    sampleRateHz,
    blockFrames,
    channels,
    inputChannels,
    lookaheadBlocks: dimensions.lookaheadBlocks,
    startBlock: dimensions.startBlock >>> 0,
    startLogPosition: dimensions.startLogPosition >>> 0,
    stateCheckBlocks: dimensions.stateCheckBlocks,
    snapshotBlocks: dimensions.snapshotBlocks,
    concealRampFrames,
    stopFadeFrames: Math.max(1, Math.round(stopFadeSeconds * sampleRateHz)),
    exchangeFadeFrames: Math.max(
      1,
      Math.round((dimensions.exchangeFadeSeconds ?? exchangeFadeSeconds) * sampleRateHz),
    ),
    seatCount,
    seatBytes,
    ringBytes: slotBytes * ringSlots,
    ringSlots,
    slotBytes,
    sealCount: historyBlocks,
    logCapacity,
    inputSlots: inputChannels === 0 ? 0 : historyBlocks,
    inputSlotBytes,
    deliveredCount: historyBlocks,
    snapshotBytes,
    snapshotCount,
    arenaBytes: dimensions.arenaBytes,
    captureFrames,
    outputSlots,
    outputSlotBytes,
    streamPageBytes,
    pageCount,
    pageBucketCount,
    deliveredBytes,
    ceiling: dimensions.ceiling,
    checkRegionBytes: dimensions.checkRegionBytes ?? bytesWithin(
      blockSeconds * checkBytesPerSecond,
      checkRegionBytes,
    ),
    snapshotPieceBytes: dimensions.snapshotPieceBytes ?? bytesWithin(
      blockSeconds * dimensions.lookaheadBlocks * copyBytesPerSecond,
      snapshotPieceBytes,
    ),
    ...offsets,
  };
}

/** Slots of a ring: twice the lookahead that is configured, and a length in frames that follows long periods of a host. */
export function ringSlotsOf(blockFrames: number, lookaheadBlocks = 0): number {
  return powerOfTwoAtLeast(Math.max(2 * lookaheadBlocks, 16, ringFrames / blockFrames));
}

/** The largest power of two of bytes that is not above `bytes`, within a range of powers of two. */
function bytesWithin(bytes: number, { min, max }: { readonly min: number; readonly max: number }): number {
  return Math.min(max, Math.max(min, 2 ** Math.floor(Math.log2(bytes))));
}

/** The smallest multiple of `step` that is not below `value`. */
export function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}

/** The smallest power of two that is not below `value`. */
export function powerOfTwoAtLeast(value: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, value)));
}
