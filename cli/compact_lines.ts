/**
 * The log as a person at a terminal reads it: one short line for each event, cut at the edge of the screen. While the engine starts
 * only what is wrong is shown; the rest is on request (`--verbose`). Main isolate.
 */
import type { LogRecord } from "@logtape/logtape";
import type { LogFields } from "../foundation/logging.ts";
import { printable } from "../foundation/printable.ts";
import type { Painter } from "./paint.ts";

export interface CompactLinesOptions {
  readonly painter: Painter;
  /** Columns of the terminal, asked for each line; undefined: not known, nothing is cut. */
  readonly columns: () => number | undefined;
}

export class CompactLines {
  readonly #options: CompactLinesOptions;
  /** Whether events that are no trouble are shown. */
  #isOpen = false;
  #hasProgress = false;

  constructor(options: CompactLinesOptions) {
    this.#options = options;
  }

  /** A text that stands on the screen until the next line takes its place. */
  progress(text: string): string {
    this.#hasProgress = true;
    return this.#options.painter.dim(text);
  }

  /** Whole lines, in place of a progress. */
  text(lines: string): string {
    const before = this.#hasProgress ? "\r\x1b[K" : "";
    this.#hasProgress = false;
    return before + lines;
  }

  /** From here on every event is shown: the start is over. */
  open(): void {
    this.#isOpen = true;
  }

  /** The line of an event; empty: it is not shown. */
  line({ level, properties, rawMessage, timestamp }: LogRecord): string {
    const isTrouble = level === "warning" || level === "error" || level === "fatal";
    if (!isTrouble && !this.#isOpen) return "";
    const { painter, columns } = this.#options;
    const { role, rendererId } = properties as LogFields;
    const subject = role === undefined ? "" : `${role}#${rendererId ?? "?"}: `;
    const mark = level === "warning" ? "! " : isTrouble ? "error: " : "";
    const whole = `${mark}${subject}${printable(String(rawMessage))}`;
    const stamp = new Date(timestamp).toTimeString().slice(0, 8);
    const room = (columns() ?? Infinity) - stamp.length - 2;
    const text = shortened(whole, room);
    const colour = level === "warning" ? painter.warn : isTrouble ? painter.bad : (same: string) => same;
    return this.text(`${painter.dim(stamp)}  ${colour(text)}\n`);
  }
}

/** A text that fits into a number of columns; what is left out shows as an ellipsis. */
export function shortened(text: string, columns: number): string {
  const characters = [...text];
  if (characters.length <= columns) return text;
  return `${characters.slice(0, Math.max(0, columns - 1)).join("")}…`;
}
