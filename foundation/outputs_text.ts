/**
 * Outputs for people: `output 3 (sub)`, `outputs 3 to 8 and 12`. Numbers count from 1.
 *
 * @param outputs ascending, at least one
 * @param names of all outputs in their order; where one of `outputs` has a name, each stands for itself
 */
export function outputsText(outputs: readonly number[], names: readonly string[] = []): string {
  const isNamed = outputs.some((output) => names[output - 1] !== undefined);
  const parts = isNamed
    ? outputs.map((output) =>
      names[output - 1] === undefined ? String(output) : `${output} (${names[output - 1]})`
    )
    : ranges(outputs);
  const list = parts.length === 1 ? parts[0] : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
  return `output${outputs.length === 1 ? "" : "s"} ${list}`;
}

function ranges(outputs: readonly number[]): string[] {
  const found: [first: number, last: number][] = [];
  for (const output of outputs) {
    const range = found.at(-1);
    if (range && output === range[1] + 1) range[1] = output;
    else found.push([output, output]);
  }
  return found.flatMap(([first, last]) =>
    first === last
      ? [String(first)]
      : last === first + 1
      ? [String(first), String(last)]
      : [`${first} to ${last}`]
  );
}
