/** Prints rows as a table and keeps them as JSON in `build/bench/`, with the machine they were measured on. */
export async function report(
  name: string,
  rows: readonly Readonly<Record<string, string | number>>[],
): Promise<void> {
  console.table(rows);
  const folder = new URL("../build/bench/", import.meta.url);
  await Deno.mkdir(folder, { recursive: true });
  const cpu = /model name\s*: (.*)/.exec(await Deno.readTextFile("/proc/cpuinfo"))?.[1] ?? "unknown";
  const machine = { cpu, cores: navigator.hardwareConcurrency, deno: Deno.version.deno };
  await Deno.writeTextFile(
    new URL(`${name}.json`, folder),
    JSON.stringify({ name, machine, rows }, null, 2) + "\n",
  );
}
