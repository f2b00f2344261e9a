/**
 * Arguments in front of a program that take from it the right to real time, to a higher priority and to locked memory: as an
 * ordinary user has it. Root has capabilities besides its limits. Needs `util-linux`.
 */
export const withoutRights: readonly string[] = [
  ...["prlimit", "--rtprio=0:0", "--nice=0:0", "--memlock=65536:65536"],
  ...(Deno.uid() === 0 ? ["setpriv", "--bounding-set=-sys_nice,-ipc_lock,-sys_resource"] : []),
];
