/**
 * Sources whose files are decoded in a process of its own, which may fall: a file made to exhaust its reader, or to hold it for
 * ever, costs that process and is named. It is started again, the files are opened again, and what was asked for is asked
 * again; because a frame has the same bits however it is reached, nobody hears it.
 *
 * Any thread; a process of this class belongs to one.
 */
import { endConfined } from "../../../foundation/confined_command.ts";
import type { Source, SourceOptions } from "./source.ts";
import { sourceCommand } from "./source_command.ts";
import { SourceError } from "./source_error.ts";
import { decodeAnswers, type SourceAnswer, type SourceFacts, type SourceRequest } from "./source_messages.ts";

/** Longest time for an answer. A disk may stall for seconds. */
const maxAnswerMs = 20_000;

/** How often a request may have had the process to itself when that ended. */
const maxFalls = 2;

export interface SourceProcessOptions {
  /** Longest time for an answer, in milliseconds. */
  readonly maxAnswerMs?: number;
  /** Is told when the process ended and is started again. */
  readonly onRestart?: (reason: string) => void;
}

type Request = SourceRequest extends infer Each ? Each extends unknown ? Omit<Each, "id"> : never : never;

interface Pending {
  readonly request: Request;
  readonly path: string;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  falls: number;
}

interface Answer {
  readonly facts: SourceFacts;
  readonly samples: Float32Array<ArrayBuffer>;
}

interface Running {
  readonly child: Deno.ChildProcess;
  readonly writer: WritableStreamDefaultWriter<Uint8Array>;
  /** Sources that are open in it. */
  readonly opened: Set<number>;
  readonly sent: Map<number, { readonly pending: Pending; readonly timer: ReturnType<typeof setTimeout> }>;
}

export class SourceProcess {
  readonly #options: SourceProcessOptions;
  readonly #sources = new Map<number, ProcessSource>();
  #waiting: Pending[] = [];
  #running: Running | undefined;
  #lastSource = 0;
  #lastId = 0;
  #isClosed = false;

  constructor(options: SourceProcessOptions = {}) {
    this.#options = options;
  }

  /** The process that decodes at present; undefined before the first request, and after a fall until the next one. */
  get processId(): number | undefined {
    return this.#running?.child.pid;
  }

  /** As `openSource`. */
  async open(path: string, { sampleRateHz, onWarning }: SourceOptions): Promise<Source> {
    const number = ++this.#lastSource;
    const source = new ProcessSource(
      { path, sampleRateHz, onWarning },
      (request) => this.#ask(path, request),
      number,
    );
    this.#sources.set(number, source);
    try {
      await source.begin();
    } catch (error) {
      this.#sources.delete(number);
      throw error;
    }
    return source;
  }

  /** Ends the process. What was asked for fails. */
  close(): void {
    this.#isClosed = true;
    const running = this.#running;
    if (running !== undefined) endConfined(running.child);
    this.#waiting.splice(0).forEach(({ path, reject }) =>
      reject(new SourceError(path, "its reader was closed"))
    );
  }

  #ask(path: string, request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) return reject(new SourceError(path, "its reader was closed"));
      this.#waiting.push({ request, path, resolve, reject, falls: 0 });
      this.#send();
    });
  }

  #send(): void {
    while (this.#waiting.length > 0 && !this.#isClosed) {
      const running = this.#running ??= this.#start();
      // after a fall requests go one by one, until those that were under way are answered: then the next fall names its cause
      const others = [...running.sent.values()].map(({ pending }) => pending);
      if (others.length > 0 && [...others, ...this.#waiting].some(({ falls }) => falls > 0)) return;
      const pending = this.#waiting.shift()!;
      const { source: number, kind } = pending.request;
      const source = this.#sources.get(number);
      // the process may be another one than that which has opened it
      if (kind !== "open" && !running.opened.has(number) && source !== undefined) {
        this.#write(running, { ...source.openRequest, id: 0 });
      }
      running.opened.add(number);
      if (kind === "close") this.#sources.delete(number);
      this.#post(running, pending);
    }
  }

  #post(running: Running, pending: Pending): void {
    const id = ++this.#lastId;
    const timer = setTimeout(() => endConfined(running.child), this.#options.maxAnswerMs ?? maxAnswerMs);
    running.sent.set(id, { pending, timer });
    this.#write(running, { ...pending.request, id });
  }

  /** A process that has fallen does not read; its output tells. */
  #write(running: Running, request: Request & { readonly id: number }): void {
    running.writer.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`)).catch(() => {});
  }

  #start(): Running {
    const child = sourceCommand().spawn();
    const running: Running = {
      child,
      writer: child.stdin.getWriter(),
      opened: new Set(),
      sent: new Map(),
    };
    const complaint = new Response(child.stderr).text();
    void this.#listen(running).catch(() => {}).then(async () => {
      endConfined(child);
      const { code, signal } = await child.status;
      await complaint;
      running.writer.close().catch(() => {});
      this.#fell(running, signal === null ? `code ${code}` : signal);
    });
    return running;
  }

  async #listen(running: Running): Promise<void> {
    for await (const { answer, samples } of decodeAnswers(running.child.stdout)) {
      if ("warning" in answer) this.#sources.get(answer.source)?.warn(answer.warning);
      else this.#answered(running, answer, samples);
    }
  }

  #answered(
    running: Running,
    answer: Exclude<SourceAnswer, { readonly warning: string }>,
    samples: Float32Array<ArrayBuffer>,
  ): void {
    const sent = running.sent.get(answer.id);
    if (sent === undefined) return;
    running.sent.delete(answer.id);
    clearTimeout(sent.timer);
    const { pending } = sent;
    if ("facts" in answer) pending.resolve({ facts: answer.facts, samples });
    else {pending.reject(
        answer.isExpected ? new ToldError(pending.path, answer.error) : new Error(answer.error),
      );}
    this.#send();
  }

  #fell(running: Running, reason: string): void {
    this.#running = undefined;
    const sent = [...running.sent.values()];
    sent.forEach(({ timer }) => clearTimeout(timer));
    if (this.#isClosed) {
      sent.forEach(({ pending: { path, reject } }) => reject(new SourceError(path, "its reader was closed")));
      return;
    }
    this.#options.onRestart?.(`the process that decodes sound files ended (${reason}) and was started again`);
    const again: Pending[] = [];
    for (const { pending } of sent) {
      pending.falls++;
      if (pending.falls < maxFalls) again.push(pending);
      else {
        pending.reject(
          new SourceError(
            pending.path,
            `the process that decodes it ended ${maxFalls} times (${reason}); it is damaged or made to do harm: export it again`,
          ),
        );
      }
    }
    this.#waiting.unshift(...again);
    this.#send();
  }
}

/** An error of the other process, whose text names the file already. */
class ToldError extends SourceError {
  constructor(path: string, text: string) {
    super(path, "");
    this.message = text;
  }
}

interface ProcessSourceOptions extends SourceOptions {
  readonly path: string;
}

class ProcessSource implements Source {
  readonly path: string;
  readonly warnings: string[] = [];
  readonly openRequest: Request;
  readonly #number: number;
  readonly #onWarning: ((text: string) => void) | undefined;
  readonly #ask: (request: Request) => Promise<Answer>;
  #facts: SourceFacts | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    { path, sampleRateHz, onWarning }: ProcessSourceOptions,
    ask: (request: Request) => Promise<Answer>,
    number: number,
  ) {
    this.path = path;
    this.openRequest = { kind: "open", source: number, path, sampleRateHz };
    this.#number = number;
    this.#onWarning = onWarning;
    this.#ask = ask;
  }

  get kind(): string {
    return this.#facts!.kind;
  }

  get channels(): number {
    return this.#facts!.channels;
  }

  get fileRateHz(): number {
    return this.#facts!.fileRateHz;
  }

  get frames(): number | undefined {
    return this.#facts!.frames ?? undefined;
  }

  async begin(): Promise<void> {
    this.#facts = (await this.#ask(this.openRequest)).facts;
  }

  warn(text: string): void {
    // a process that was started again says it again
    if (this.warnings.includes(text)) return;
    this.warnings.push(text);
    this.#onWarning?.(text);
  }

  async read(firstFrame: number, frames: number): Promise<Float32Array<ArrayBuffer>> {
    const { samples } = await this.#inOrder({
      kind: "read",
      source: this.#number,
      first: firstFrame,
      frames,
    });
    return samples;
  }

  async measure(): Promise<number> {
    await this.#inOrder({ kind: "measure", source: this.#number });
    return this.frames!;
  }

  async close(): Promise<void> {
    await this.#inOrder({ kind: "close", source: this.#number });
  }

  #inOrder(request: Request): Promise<Answer> {
    const result = this.#last.then(async () => {
      const answer = await this.#ask(request);
      this.#facts = { ...answer.facts, frames: answer.facts.frames ?? this.#facts!.frames };
      return answer;
    });
    this.#last = result.catch(() => {});
    return result;
  }
}
