/** Messages between the main isolate and the telemetry thread. */
import type { Want } from "../dashboard/protocol.ts";

/** The data that the thread begins with. */
export interface TelemetryStart {
  readonly buffer: SharedArrayBuffer;
  /** Path of the shared object: it tells the time that threads have used, and lets this one run behind the others. */
  readonly nativeLibrary: string;
  /** Of the main isolate. */
  readonly pid: number;
}

/** A message to the thread. */
export type TelemetryRequest =
  /** What a page wants now; the first one of a page adds it. */
  | { readonly kind: "want"; readonly page: number; readonly want: TelemetryWant }
  | { readonly kind: "leave"; readonly page: number }
  /** Frames of the listen stream that were dropped on the way to a page. */
  | { readonly kind: "lost"; readonly page: number; readonly frames: number };

/** The wants that the thread serves. */
export type TelemetryWant = Pick<Want, "liveHz" | "histograms" | "scope" | "listen">;

/** Messages for pages, in order; a page that does not take them loses them. */
export interface TelemetryReport {
  readonly items: readonly TelemetryItem[];
}

export interface TelemetryItem {
  readonly pages: readonly number[];
  readonly isText: boolean;
  /** Of a text UTF-8. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** Frames of the listen stream in it; 0: none. */
  readonly listenFrames: number;
}
