/**
 * Frames of the engine between two of its messages. A message is late by its way through the network, so the one that shows the largest
 * frame is the truest; one that is far behind says that the device stood still or that another engine answers.
 */

/** A frame that was true at a moment. Times are of `performance.now()`. */
export interface FrameClock {
  readonly frame: number;
  readonly atMs: number;
  /** When the engine was last heard. */
  readonly heardMs: number;
  readonly sampleRateHz: number;
}

/** A message later than this is no late message: the device stood still. */
const maxLateSeconds = 0.15;

/** Part of its lateness by which a message sets the clock back: clocks of two machines drift. */
const slew = 0.05;

/** The clock runs on this long without a message; then it stands, as does what the page knows. */
const maxAheadMs = 1_000;

/** The clock after a message that says a frame. */
export function followedClock(
  clock: FrameClock | undefined,
  heard: { readonly frame: number; readonly heardMs: number; readonly sampleRateHz: number },
): FrameClock {
  const { frame, heardMs, sampleRateHz } = heard;
  const told: FrameClock = { frame, atMs: heardMs, heardMs, sampleRateHz };
  if (clock === undefined || clock.sampleRateHz !== sampleRateHz) return told;
  const expected = frameAt(clock, heardMs);
  const lateFrames = expected - frame;
  if (lateFrames <= 0 || lateFrames > maxLateSeconds * sampleRateHz) return told;
  return { ...told, frame: expected - slew * lateFrames };
}

/** The frame that the device takes at a moment. */
export function frameAt({ frame, atMs, heardMs, sampleRateHz }: FrameClock, nowMs: number): number {
  const untilMs = Math.min(nowMs, heardMs + maxAheadMs);
  return frame + Math.max(0, untilMs - atMs) * sampleRateHz / 1_000;
}
