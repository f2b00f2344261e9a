/** A process with its children, as a benchmark looks at it from outside. */

/** A process and all that come from it. */
export function family(pid: number): number[] {
  const threads = [...Deno.readDirSync(`/proc/${pid}/task`)];
  const children = threads.flatMap(({ name }) =>
    Deno.readTextFileSync(`/proc/${pid}/task/${name}/children`).split(" ").filter(Boolean).map(Number)
  );
  return [pid, ...children.flatMap(family)];
}

/** Memory of some processes, each shared page counted once, in MiB. */
export function memoryMiB(pids: readonly number[]): number {
  return pids.map((pid) =>
    Number(/^Pss: +(\d+)/m.exec(Deno.readTextFileSync(`/proc/${pid}/smaps_rollup`))![1])
  )
    .reduce((sum, kib) => sum + kib, 0) / 1_024;
}
