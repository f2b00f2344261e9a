/**
 * The engine's fixed sizes in one place, each with its reason. Relations between them are asserted in
 * `tests/engine/memory/constants_test.ts`.
 */

/** Renderer incarnations that can exist at once: three in roles, one reserve, and room for zombies being ended. */
export const seatCount = 8;

/** Roles that the callback merges by block number: primary, standby and the following spare. */
export const roleCount = 3;

/** Snapshots kept: the accepted one, the one being written, and one for each joiner that may be reading. */
export const snapshotCount = 4;

/** Commands that can wait in the log, sealed or not. Seals carry 16 bits of the log position, so this is the most. */
export const logCapacity = 65_536;

/** Log entries are 8 words; see `CommandLog`. */
export const logEntryWords = 8;

/** Commands for later frames that an arena can hold; further ones are refused to their sender. */
export const pendingCapacity = 1_024;

/** Entries of the seal table and of the record of handed-over blocks, at least this long in seconds of sound. */
export const historySeconds = 12;

/** Least length of a ring in frames, so that the lookahead can follow a sound server with a long period. */
export const ringFrames = 8_192;

/** Length in frames of the ramps at both sides of concealed sound: 1.3 ms at 48 kHz, too short to be heard as a fade. */
export const concealRampFrames = 64;

/** Notes that ended which a renderer reports, as many as a patch keeps. The main isolate looks every few milliseconds. */
export const reportedEndedNotes = 64;

/** Instruments of a patch whose sounding voices are counted; further ones play but are not counted. */
export const maxCountedInstruments = 16;

/** Fade at the end of a session, in seconds: long enough not to click, short against the 500 ms a stop may take. */
export const stopFadeSeconds = 0.02;

/** Crossfade from one patch to the next, in seconds: long enough not to click, short enough to feel like a cut. */
export const exchangeFadeSeconds = 0.02;

/** Channels that the callback can fade from their last sample. */
export const maximumChannels = 8;

/** State checksums of whole arenas are taken about this often, in seconds; at 128 KiB one costs some 25 µs. */
export const stateCheckSeconds = 0.02;

/** Bytes kept per seat for the text of the error that ended its renderer. */
export const errorTextBytes = 512;

/** Sub-buckets per octave of the histograms; 4 gives every bucket a width of at most 19 %. */
export const histogramBuckets = 128;

/** Longest that a renderer sleeps in native code, in nanoseconds; bounds how long `terminate()` waits for it. */
export const maxWaitNanoseconds = 2_000_000;
