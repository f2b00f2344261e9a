import { Observers } from "./observers.ts";

/** A line of the log for those who look at it later. */
export interface RememberedLine {
  readonly unixMs: number;
  readonly level: "debug" | "info" | "warning" | "error";
  readonly text: string;
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

/** A record of the logger. */
interface LogRecord {
  readonly timestamp: number;
  readonly level: string;
  readonly rawMessage: unknown;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Characters of a line, and of a field, that are kept. */
const maxTextLength = 2_000;
const maxFieldLength = 200;

/** The last lines of the log, for a page that is opened after they were written. Main isolate. */
export class LogMemory {
  readonly #lines: RememberedLine[] = [];
  readonly #maxLines: number;
  readonly #observers = new Observers<RememberedLine>(() => {}); // to log what failed would lead here again

  constructor(maxLines: number) {
    this.#maxLines = maxLines;
  }

  /** Lines that are kept, oldest first. */
  get lines(): readonly RememberedLine[] {
    return this.#lines;
  }

  /** Gives every line from now on to the listener, which must not log. Returns a function that ends it. */
  observe(listener: (line: RememberedLine) => void): () => void {
    return this.#observers.add(listener);
  }

  record({ timestamp, level, rawMessage, properties }: LogRecord): void {
    const line: RememberedLine = {
      unixMs: timestamp,
      level: level as RememberedLine["level"],
      text: String(rawMessage).slice(0, maxTextLength),
      fields: fieldsOf(properties),
    };
    this.#lines.push(line);
    if (this.#lines.length > this.#maxLines) this.#lines.shift();
    this.#observers.notify(line);
  }
}

function fieldsOf(properties: Readonly<Record<string, unknown>>): RememberedLine["fields"] {
  return Object.fromEntries(
    Object.entries(properties).filter(([, value]) => value !== undefined).map(([name, value]) => [
      name,
      typeof value === "number" || typeof value === "boolean"
        ? value
        : String(value).slice(0, maxFieldLength),
    ]),
  );
}
