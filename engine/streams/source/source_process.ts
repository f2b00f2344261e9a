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

/** Processor time that the process may take without a word before it counts as stuck: decoding a piece takes a hundredth of it. */
const maxSilentProcessorMs = 1_000;

/** Time between two looks at a process that owes answers. */
const lookMs = 100;

/** Time without an answer after which others pass, and after a fall. */
const waitingMs = 50;
const trialMs = 1_000;

/** How often the process may end while it works on a request. */
const maxFalls = 2;

export interface SourceProcessOptions {
  /** Longest time for an answer, in milliseconds. */
  readonly maxAnswerMs?: number;
  /** The program that decodes; omitted: our own. Another one is for tests. */
  readonly command?: () => Deno.Command;
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
  readonly sent: Map<number, Sent>;
  /** It was heard since the last look. */
  isHeard: boolean;
  heardAtMs: number;
  /** Processor time of its thread at the first look after it was heard; undefined before. */
  heardAtProcessorMs: number | undefined;
  isOver: boolean;
}

interface Sent {
  readonly pending: Pending;
  readonly atMs: number;
  /** The process was heard since: it waits for the disk, and may do other work. */
  isWaiting: boolean;
}

export class SourceProcess {
  readonly #options: SourceProcessOptions;
  readonly #sources = new Map<number, ProcessSource>();
  #waiting: Pending[] = [];
  #look: ReturnType<typeof setInterval> | undefined;
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
    clearInterval(this.#look);
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

  /** Sends one request at a time, so that a fall names its cause; what waits for the disk lets others pass. */
  #send(): void {
    while (this.#waiting.length > 0 && !this.#isClosed) {
      const running = this.#running ??= this.#start();
      if ([...running.sent.values()].some(({ isWaiting }) => !isWaiting)) return;
      const pending = this.#waiting.shift()!;
      const { source: number, kind } = pending.request;
      const source = this.#sources.get(number);
      // the process may be another one than that which has opened it
      if (kind !== "open" && !running.opened.has(number) && source !== undefined) {
        this.#write(running, { ...source.openRequest, id: 0 });
      }
      running.opened.add(number);
      if (kind === "close") this.#sources.delete(number);
      const id = ++this.#lastId;
      running.sent.set(id, { pending, atMs: performance.now(), isWaiting: false });
      this.#write(running, { ...pending.request, id });
      this.#look ??= setInterval(() => this.#watch(), Math.min(lookMs, this.#maxAnswerMs));
    }
  }

  get #maxAnswerMs(): number {
    return this.#options.maxAnswerMs ?? maxAnswerMs;
  }

  /** Ends a process that is stuck, and gives up what no disk answers. */
  #watch(): void {
    const running = this.#running;
    if (running === undefined || running.sent.size === 0) {
      clearInterval(this.#look);
      this.#look = undefined;
      return;
    }
    const nowMs = performance.now();
    const usedMs = processorMs(running.child.pid);
    if (running.isHeard) running.heardAtProcessorMs = usedMs;
    running.isHeard = false;
    const { heardAtMs, heardAtProcessorMs = Infinity } = running;
    const firstMs = Math.min(...[...running.sent.values()].map(({ atMs }) => atMs));
    if (usedMs !== undefined && usedMs - heardAtProcessorMs > maxSilentProcessorMs) {
      return this.#end(running, "it was stuck", running.sent.size === 1);
    }
    if (nowMs - Math.max(heardAtMs, firstMs) > this.#maxAnswerMs) {
      return this.#end(running, `it said nothing for ${this.#maxAnswerMs} ms`, false);
    }
    for (const [id, { pending, atMs }] of running.sent) {
      // to find the end of a long file takes its time
      if (pending.request.kind === "measure" || nowMs - atMs <= this.#maxAnswerMs) continue;
      running.sent.delete(id);
      const problem =
        `it was not read within ${this.#maxAnswerMs} ms: look after the disk or the network that it is on`;
      pending.reject(new SourceError(pending.path, problem));
    }
    this.#send();
  }

  /** Does not wait for its end: a disk that stands still can hold it. */
  #end(running: Running, reason: string, isCertain: boolean): void {
    endConfined(running.child);
    this.#fell(running, reason, isCertain);
  }

  /** A process that has fallen does not read; its output tells. */
  #write(running: Running, request: Request & { readonly id: number }): void {
    running.writer.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`)).catch(() => {});
  }

  #start(): Running {
    const child = (this.#options.command ?? sourceCommand)().spawn();
    const running: Running = {
      child,
      writer: child.stdin.getWriter(),
      opened: new Set(),
      sent: new Map(),
      isHeard: false,
      heardAtMs: performance.now(),
      heardAtProcessorMs: undefined,
      isOver: false,
    };
    const complaint = new Response(child.stderr).text();
    void this.#listen(running).catch(() => {}).then(async () => {
      endConfined(child);
      const { code, signal } = await child.status;
      await complaint;
      running.writer.close().catch(() => {});
      this.#fell(running, signal === null ? `code ${code}` : signal, false);
    });
    return running;
  }

  async #listen(running: Running): Promise<void> {
    for await (const { answer, samples } of decodeAnswers(running.child.stdout)) {
      if (running.isOver) return;
      running.isHeard = true;
      running.heardAtMs = performance.now();
      if ("alive" in answer) this.#waits(running);
      else if ("warning" in answer) this.#sources.get(answer.source)?.warn(answer.warning);
      else this.#answered(running, answer, samples);
    }
  }

  /** It has time for other work: what it owes for long waits for the disk. After a fall that takes longer, so that causes stay alone. */
  #waits(running: Running): void {
    const nowMs = performance.now();
    for (const sent of running.sent.values()) {
      if (nowMs - sent.atMs >= (sent.pending.falls > 0 ? trialMs : waitingMs)) sent.isWaiting = true;
    }
    this.#send();
  }

  #answered(
    running: Running,
    answer: Exclude<SourceAnswer, { readonly warning: string } | { readonly alive: true }>,
    samples: Float32Array<ArrayBuffer>,
  ): void {
    const sent = running.sent.get(answer.id);
    if (sent === undefined) return;
    running.sent.delete(answer.id);
    const { pending } = sent;
    if ("facts" in answer) pending.resolve({ facts: answer.facts, samples });
    else {
      pending.reject(
        answer.isExpected ? new ToldError(pending.path, answer.error) : new Error(answer.error),
      );
    }
    this.#send();
  }

  /** A request that was alone in a process that was stuck is its cause for certain; any other is tried again. */
  #fell(running: Running, reason: string, isCertain: boolean): void {
    if (running.isOver) return;
    running.isOver = true;
    this.#running = undefined;
    const sent = [...running.sent.values()];
    running.sent.clear();
    if (this.#isClosed) {
      sent.forEach(({ pending: { path, reject } }) => reject(new SourceError(path, "its reader was closed")));
      return;
    }
    this.#options.onRestart?.(`the process that decodes sound files ended (${reason}) and was started again`);
    // one that waited for the disk is hardly the cause, but may be
    for (const { pending, isWaiting } of sent) pending.falls += isWaiting ? 0.25 : 1;
    const causes = sent.filter(({ pending }) => isCertain || pending.falls >= maxFalls);
    for (const { pending: { path, reject } } of causes) {
      const times = isCertain ? "" : ` ${maxFalls} times`;
      const problem =
        `the process that decodes it ended${times} (${reason}); it is damaged or made to do harm: export it again`;
      reject(new SourceError(path, problem));
    }
    const again = sent.filter((each) => !causes.includes(each)).map(({ pending }) => pending);
    if (causes.length > 0) again.forEach((pending) => pending.falls = 0);
    this.#waiting.unshift(...again);
    this.#send();
  }
}

/** Processor time of the first thread of a process so far, in steps of 10 ms; undefined where it has ended, and off Linux. */
function processorMs(id: number): number | undefined {
  let stat: string;
  try {
    stat = Deno.readTextFileSync(`/proc/${id}/task/${id}/stat`);
  } catch {
    return undefined;
  }
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
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
