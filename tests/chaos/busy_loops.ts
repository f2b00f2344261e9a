import { getPriority, setPriority } from "node:os";

/** Programs that take all the processor time that they get. */
export interface BusyLoops {
  /** Nice value that they have, as the system granted it. */
  readonly nice: number;
  /** Ends them, each by its id. */
  stop(): Promise<void>;
}

/** A shell that counts; it ends by itself when the program that started it has gone. */
const loop = "while kill -0 $PPID; do i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; done";

/** Nice values between loops above normal and the thread that breaks things beside them: it would get no processor. */
const levelsAboveLoops = 5;

/**
 * Starts loops beside what runs; the calling thread goes above those that are above normal, until they are stopped. Throws when the
 * system does not grant the nice value: then they would prove nothing.
 */
export async function startBusyLoops(count: number, nice: number): Promise<BusyLoops> {
  const own = getPriority();
  const loops = Array.from({ length: count }, () =>
    new Deno.Command("nice", {
      args: ["-n", String(nice - own), "sh", "-c", loop], // it counts from the value that it inherits
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn());
  const stop = async () => {
    setPriority(own);
    for (const each of loops) {
      each.kill("SIGKILL");
      await each.status;
    }
  };
  const held = loops.map(({ pid }) => niceOfShell(pid));
  const wrong = held.find((value) => value !== nice);
  if (wrong !== undefined) {
    await stop();
    throw new Error(
      `busy loops: expected nice ${nice}, found ${wrong}; a negative one needs the right to it`,
    );
  }
  if (nice < 0) setPriority(Math.max(-20, nice - levelsAboveLoops));
  return { nice, stop };
}

/** Waits until `nice` has become the shell: before that, its value is ours. */
function niceOfShell(pid: number): number {
  for (;;) if (!/^(nice|deno)$/m.test(Deno.readTextFileSync(`/proc/${pid}/comm`))) return getPriority(pid);
}
