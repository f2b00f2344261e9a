/** The engine's fixed sizes in one place, each with its reason; relations between them are asserted below. */
import { hostRegionBytes } from "../../compiler/graph/compiled_patch.ts";
import { invariant } from "../../foundation/invariant.ts";

/** Renderer incarnations that can exist at once: three in roles, two in reserve, and room for as many zombies. */
export const seatCount = 10;

/** Roles that the callback merges by block number: primary, standby and the following spare. */
export const roleCount = 3;

/**
 * Snapshots: the last two that were agreed, the one being written, and an older one that a joiner still reads or a stopped
 * thread still claims. While none is free, no snapshot is taken. Their pages are touched only when they are written.
 */
export const snapshotCount = 4;
invariant(snapshotCount > roleCount, "snapshots: expected two agreed, one being written, and one to spare");

/** Commands that can wait in the log, sealed or not: as many as the 16 bits of a seal can tell apart. */
export const logCapacity = 65_536;
invariant(logCapacity === 2 ** 16, "log: expected as many entries as a seal can tell apart");

/** Log entries are 8 words; see `CommandLog`. */
export const logEntryWords = 8;

/** Commands for later frames that an arena can hold; further ones are refused to their sender. */
export const pendingCapacity = 1_024;
invariant(isPowerOfTwo(pendingCapacity), "pending queue: expected a power of two");
invariant(pendingCapacity < logCapacity, "pending queue: expected fewer entries than the log has");

/** Seconds of sound that the seal table and the record of delivered blocks cover, at least. */
export const historySeconds = 12;

/** Least length of a ring in frames, so that the lookahead can follow a sound server with a period of 8,192 frames. */
export const ringFrames = 16_384;
invariant(isPowerOfTwo(ringFrames), "ring: expected a power of two of frames");

/** Share of a ring that the lookahead may take: the rest holds delivered blocks until they have been compared. */
export const lookaheadShareOfRing = 3 / 4;

/** Length in frames of the ramps at both sides of concealed sound: 1.3 ms at 48 kHz, too short to be heard as a fade. */
export const concealRampFrames = 64;

/**
 * Ended notes that a renderer reports: all that a patch keeps. The main isolate reads them every few milliseconds, long
 * before they wrap.
 */
export const reportedEndedNotes = 64;
invariant(isPowerOfTwo(reportedEndedNotes), "ended notes: expected a power of two");

/** Instruments of a patch whose sounding voices are counted; further ones play but are not counted. */
export const maxCountedInstruments = 64;

/** Fade at the end of a session, in seconds: long enough not to click, short against the 500 ms that a stop may take. */
export const stopFadeSeconds = 0.02;

/** Crossfade from one patch to the next, in seconds: long enough not to click, short enough to feel like a cut. */
export const exchangeFadeSeconds = 0.02;

/**
 * Most output channels: what a MADI interface has at 48 kHz, and what a sound server connects with ease. The callback keeps the last
 * sample of each; an engine with fewer pays for no more than it has.
 */
export const maximumChannels = 64;

/**
 * Most bytes of the blocks that are kept for recorders and listeners, where there are more channels than {@link fullHistoryChannels}:
 * the main isolate touches all of them when the first of these comes. 64 channels at 48 kHz have 5 s, 16 have 21 s.
 */
export const maxOutputRingBytes = 96 * 2 ** 20;

/** Up to as many channels, recorders and listeners may be as late as the seal table covers, whatever that takes. */
export const fullHistoryChannels = 8;

/**
 * Largest magnitude of a captured sample that is let in, 30 dB above full scale: what a converter or a mixer can mean. A larger
 * one is a defect of the sender, and would keep filters and reverbs at their limit for seconds.
 */
export const maxInputMagnitude = 32;

/** Shortest time between two checks of a whole arena, in seconds. */
export const stateCheckSeconds = 0.02;
invariant(stateCheckSeconds < historySeconds / 100, "state checks: expected many within the history");

/**
 * Bytes of an arena that a renderer checks in a second of sound, one region a block. A checksum reads 3 to 5 GB/s, so
 * this costs 2 to 3 % of a core; 256 MiB are swept in 2.7 s.
 */
export const checkBytesPerSecond = 96 * 2 ** 20;

/** Least and most bytes that are checked at one block; powers of two. */
export const checkRegionBytes = { min: 4_096, max: 8 * 2 ** 20 } as const;

/**
 * Bytes that a renderer copies at once, for each second of its lookahead. A copy with its checksum runs at 1 to 3 GB/s, so
 * one piece takes a tenth to a quarter of the lookahead. An arena of one piece is copied between two blocks.
 */
export const copyBytesPerSecond = 256 * 2 ** 20;

/** Least and most bytes of an arena that is copied at once; powers of two. */
export const snapshotPieceBytes = { min: 32_768, max: 2 * 2 ** 20 } as const;

/**
 * The part of that by which a larger arena is copied: 256 KiB take 0.1 ms, ten times as long where pages are new and the
 * machine has to find them, and the supervisor expects a sign of life within 15 ms.
 */
export const piecesOfLargeArenas = 8;

/**
 * State that a patch takes over from the one before it, in bytes: copied within one block by all renderers at once, at some
 * 5 GB/s. Part of what a session means: another value renders other sound.
 */
export const maxTakenOverBytes = 16 * 2 ** 20;

/** Players of streams: files that play at once. A seal has one bit for each, 16 a word. */
export const playerCount = 32;

/** Words of a player's state, of which the host region holds all; see `Player`. */
export const playerWords = 192;

/** First word of the players in the host region of an arena, at its end: the pending queue ends before. */
export const firstPlayerWord = hostRegionBytes / 4 - playerCount * playerWords;

/** Routes of a player, and slices of its file. */
export const maxRoutes = 32;
export const maxSlices = 16;

/** Words of a seat in which a renderer tells of a player; see `PlayerReport`. */
export const playerReportWords = 8;

/** Samples of a page of a stream: 85 ms of stereo at 48 kHz. Of all channels together, so a page of more has fewer frames. */
export const pageSamples = 8_192;
invariant(isPowerOfTwo(pageSamples), "streams: expected a power of two of samples in a page");

/** Most channels of a file that is streamed. */
export const maxFileChannels = 64;

/** Least and most of a player's rate: two octaves down and up. */
export const playerRates = { min: 0.25, max: 4 } as const;

/** Bytes kept per seat for the text of the error that ended its renderer. */
export const errorTextBytes = 512;
invariant(errorTextBytes % 4 === 0, "error text: expected whole words");

/** Room for each name in the orders of the stage, with its final zero. */
export const stageNameBytes = 256;
invariant(stageNameBytes % 4 === 0, "names of the stage: expected whole words");

/** Linear parts of each octave of the histograms: the widest is a quarter of its lower edge. */
export const histogramSubBuckets = 4;

/** All buckets of a histogram; with four an octave they reach 2^33 processor ticks, more than a second. */
export const histogramBuckets = 128;
invariant(isPowerOfTwo(histogramSubBuckets), "histogram: expected a power of two of buckets an octave");
invariant(histogramBuckets % histogramSubBuckets === 0, "histogram: expected whole octaves");

/**
 * Longest sleep of a renderer in native code, in nanoseconds; it bounds how long `terminate()` waits for the thread. A block of 128
 * frames at 44.1 or 48 kHz is shorter, so a renderer wakes once for each.
 */
export const maxWaitNanoseconds = 3_000_000;

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(value));
}
