/**
 * Threads of the kernel that walk through the memory of programs. Each holds locks of it meanwhile, so a program of a lower nice
 * value that takes all processors stops such a thread and with it whatever takes or gives back memory.
 */

/** DAMON's monitors, reclaim, compaction, huge pages, merging of equal pages. */
const names = /^(kdamond\.\d+|kswapd\d+|kcompactd\d+|khugepaged|ksmd)$/;

export interface MemoryWalker {
  readonly id: number;
  readonly name: string;
  readonly nice: number;
}

/** Those of this machine; none where a container hides the kernel's threads, or where the system is not Linux. */
export function findMemoryWalkers(): readonly MemoryWalker[] {
  try {
    return [...Deno.readDirSync("/proc")].filter(({ name }) => /^\d+$/.test(name)).flatMap(({ name }) => {
      try {
        return parseMemoryWalker(Deno.readTextFileSync(`/proc/${name}/stat`));
      } catch {
        return []; // it has just ended
      }
    });
  } catch {
    return [];
  }
}

/** One line of `/proc/PID/stat`; nothing where it is another process. A process of users may have such a name too. */
export function parseMemoryWalker(stat: string): readonly MemoryWalker[] {
  const [, id, name, rest] = /^(\d+) \((.*)\) (.*)/.exec(stat) ?? [];
  const fields = rest?.split(" ") ?? [];
  const parent = fields[1];
  const isOfKernel = parent === "2";
  return isOfKernel && names.test(name) ? [{ id: Number(id), name, nice: Number(fields[16]) }] : [];
}

/** What `doctor` says of them; undefined: all stand as low as a nice value can be, or there are none. */
export function memoryWalkersText(walkers: readonly MemoryWalker[]): string | undefined {
  const raised = walkers.filter(({ nice }) => nice > -20);
  if (raised.length === 0) return undefined;
  const found = raised.map(({ name, nice }) => `${name} (nice ${nice})`).join(", ");
  return `threads of the kernel that walk memory: ${found}; where programs at a lower nice value take all processors: ` +
    `sudo renice -n -20 -p ${raised.map(({ id }) => id).join(" ")}`;
}
