import type { NativeLibrary } from "./native_symbols.ts";

/** The system's clock as the kernel knows it. */
export interface SystemClock {
  /** TAI less UTC; 0: nobody told the kernel. */
  readonly taiOffsetSeconds: number;
  /** Whether a program keeps it to another clock, as chrony, ptp4l or phc2sys do. */
  readonly isKept: boolean;
  /** Largest error that the kernel assumes. */
  readonly maxErrorMs: number;
}

/** Any thread. */
export function readSystemClock({ symbols }: NativeLibrary): SystemClock {
  const words = new Int32Array(4);
  symbols.us_media_system_clock(words);
  const [taiOffsetSeconds, isKept, maxErrorUs] = words;
  return { taiOffsetSeconds, isKept: isKept !== 0, maxErrorMs: maxErrorUs / 1_000 };
}
