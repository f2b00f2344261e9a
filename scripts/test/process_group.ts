import { within } from "../../foundation/within.ts";

/** A program and everything that it starts, ended together. */
export class ProcessGroup {
  readonly #process: Deno.ChildProcess;
  readonly #output: Promise<unknown>;
  #text = "";

  /** Starts a program as the leader of a session of its own, so that a signal reaches its children and no other process. */
  constructor(program: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#process = new Deno.Command(program, {
      args: [...args],
      env,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
    const { stdout, stderr } = this.#process;
    this.#output = Promise.all([stdout, stderr].map(async (stream) => {
      for await (const text of stream.pipeThrough(new TextDecoderStream())) this.#text += text;
    }));
  }

  get status(): Promise<Deno.CommandStatus> {
    return this.#process.status;
  }

  /** What the program and its children have printed so far, both streams in the order in which they arrived. */
  get text(): string {
    return this.#text;
  }

  /** Sends a signal to the program alone and gives it some time to end. */
  async askLeader(signal: Deno.Signal, timeoutMs: number): Promise<void> {
    kill(this.#process.pid, signal);
    await within(this.status, timeoutMs);
  }

  /** Sends a signal to the program and all its children that live. */
  signal(signal: Deno.Signal): void {
    kill(-this.#process.pid, signal);
  }

  /** Waits at most `timeoutMs` until no process of the group lives; returns those that still do. */
  async ended(timeoutMs: number): Promise<readonly LivingProcess[]> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const left = membersOf(this.#process.pid);
      if (left.length === 0 || performance.now() > deadline) return left;
      await delay(20);
    }
  }

  /** Ends what lives of the group: asks first, so that servers can leave the machine clean, and forces after `graceMs`. */
  async end(graceMs: number): Promise<void> {
    this.signal("SIGTERM");
    this.signal("SIGCONT"); // one that stands still would not hear it
    if ((await this.ended(graceMs)).length > 0) {
      this.signal("SIGKILL");
      await this.ended(graceMs);
    }
  }

  /** Waits for the rest of the output, at most `timeoutMs`: a process outside the group may hold it open. */
  async drained(timeoutMs: number): Promise<void> {
    await within(this.#output, timeoutMs);
  }
}

/** A process that runs. */
export interface LivingProcess {
  readonly pid: number;
  readonly name: string;
}

/** Processes of a group; those that have ended and wait for their parent to notice are left out. */
function membersOf(group: number): LivingProcess[] {
  const members: LivingProcess[] = [];
  for (const { name: pid } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    const stat = statOf(pid);
    // the name stands in parentheses and may hold some itself
    const [, name, state, , groupOf] = /\((.*)\) (\S) (\S+) (\S+)/s.exec(stat) ?? [];
    if (Number(groupOf) === group && state !== "Z" && state !== "X") members.push({ pid: Number(pid), name });
  }
  return members;
}

function statOf(pid: string): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/stat`);
  } catch {
    return ""; // it has ended since
  }
}

function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof TypeError)) throw error;
  }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
