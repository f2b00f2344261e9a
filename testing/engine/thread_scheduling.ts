/** How the kernel schedules a thread of this process, as it says itself. */
export interface ThreadScheduling {
  /** Real-time priority; 0: the normal class. */
  readonly priority: number;
  readonly nice: number;
}

/** Numbers of the kernel's scheduling classes. */
const normal = 0;

/** Reads `/proc/self/task`; undefined where the thread has gone. Linux only. */
export function threadScheduling(threadId: number): ThreadScheduling | undefined {
  let stat: string;
  try {
    stat = Deno.readTextFileSync(`/proc/self/task/${threadId}/stat`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  // fields from the third on: the second is the name, which may hold spaces
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [nice, priority, policy] = [16, 37, 38].map((index) => Number(fields[index]));
  return { priority: policy === normal ? 0 : priority, nice };
}
