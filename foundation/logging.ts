/**
 * One line per event, to stderr: time, level, renderer (`primary#3`), block, message. Pretty for people, JSON lines for
 * machines. The audio path never logs, a closed terminal never throws, and one that stands still holds nothing up.
 */
import { configureSync, getLogger, type LogRecord, type Sink } from "@logtape/logtape";
import { LineWriter } from "./line_writer.ts";
import type { LogMemory } from "./log_memory.ts";
import { printable } from "./printable.ts";

export const logLevels = ["debug", "info", "warning", "error"] as const;
export type LogLevel = typeof logLevels[number];

/** The renderer that the event is about; shown as `role#rendererId`. */
export interface LogFields {
  readonly role?: string;
  readonly rendererId?: number;
  readonly block?: number;
  readonly [name: string]: unknown;
}

export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warning(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** How a record is written, with its end of line; a function may leave it out by an empty text. */
  readonly format: "pretty" | "json" | ((record: LogRecord) => string);
  readonly colour: boolean;
  /** Where lines go; stderr by default. */
  readonly write?: (line: string) => void;
  /** Remembers the last lines; omitted: nothing does. */
  readonly memory?: LogMemory;
}

const colours: Readonly<Record<string, string>> = {
  debug: "\x1b[2m",
  warning: "\x1b[33m",
  error: "\x1b[31;1m",
};

/** Creates the process's log. Another call replaces it. */
export function createLog(options: LogOptions): Log {
  const write = options.write ?? writeToStderr;
  const format = typeof options.format === "function"
    ? options.format
    : options.format === "json"
    ? jsonLine
    : (record: LogRecord) => prettyLine(record, options.colour);
  if (options.write === undefined) formatLost = format;
  const sink: Sink = (record) => {
    write(format(record));
    options.memory?.record(record);
  };
  configureSync({
    reset: true,
    sinks: { lines: sink },
    loggers: [
      { category: "understudy", lowestLevel: options.level, sinks: ["lines"] },
      { category: ["logtape", "meta"], sinks: [] },
    ],
  });
  const logger = getLogger("understudy");
  return {
    debug: (message, fields = {}) => logger.debug(message, { ...fields }),
    info: (message, fields = {}) => logger.info(message, { ...fields }),
    warning: (message, fields = {}) => logger.warn(message, { ...fields }),
    error: (message, fields = {}) => logger.error(message, { ...fields }),
  };
}

function prettyLine(record: LogRecord, colour: boolean): string {
  const { role, rendererId, block } = record.properties as LogFields;
  const time = new Date(record.timestamp).toISOString().slice(11, 23);
  const subject = role === undefined && rendererId === undefined
    ? "engine"
    : `${role ?? "renderer"}#${rendererId ?? "?"}`;
  const where = block === undefined ? "" : ` @${block}`;
  const line = `${time} ${record.level.padEnd(7)} ${(subject + where).padEnd(20)} ${
    printable(String(record.rawMessage))
  }`;
  const start = colours[record.level];
  return colour && start ? `${start}${line}\x1b[0m\n` : `${line}\n`;
}

function jsonLine(record: LogRecord): string {
  const { timestamp, level, rawMessage, properties } = record;
  // the line's own names come last, so that no field can replace them
  const line = { ...properties, time: new Date(timestamp).toISOString(), level, message: rawMessage };
  return JSON.stringify(line, (_, value) => typeof value === "bigint" ? Number(value) : value) + "\n";
}

/** How a line about lost lines is written: as the others. */
let formatLost: (record: LogRecord) => string = (record) => prettyLine(record, false);

const stderr = new LineWriter({
  // a write that waits does so in a thread of the runtime
  target: { write: (bytes) => Deno.stderr.write(bytes) },
  lostLine: (count) => {
    const text = `${count} lines lost: the log was not read`;
    return formatLost({
      ...{ category: ["understudy"], level: "warning", timestamp: Date.now(), properties: {} },
      ...{ message: [text], rawMessage: text },
    });
  },
});

/** Longest wait at the end of the program for somebody who reads its last lines. */
const flushMs = 1_000;

/** Writes a line to standard error without waiting for it. */
export function writeToStderr(line: string): void {
  if (line !== "") stderr.write(line);
}

/** Waits until standard error has everything, as long as that makes sense. Before the end of the process. */
export function flushStderr(): Promise<void> {
  return stderr.flush(flushMs);
}
