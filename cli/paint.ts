/** Colours of the terminal, for people only: a pipe, `NO_COLOR` and a terminal that has none get plain text. */
export interface Painter {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
}

const codes = { bold: "1", dim: "2", good: "32", warn: "33", bad: "31;1" } as const;

/** The colours of an output. */
export function paint(
  output: { isTerminal(): boolean },
  environment: (name: string) => string | undefined = (name) => Deno.env.get(name),
): Painter {
  const isColoured = output.isTerminal() && !environment("NO_COLOR") && environment("TERM") !== "dumb";
  const wrap = (code: string) => (text: string) =>
    isColoured && text !== "" ? `\x1b[${code}m${text}\x1b[0m` : text;
  return {
    bold: wrap(codes.bold),
    dim: wrap(codes.dim),
    good: wrap(codes.good),
    warn: wrap(codes.warn),
    bad: wrap(codes.bad),
  };
}
