import type { PatchFormat } from "./compiled_patch.ts";
import type { PatchGraph } from "./graph.ts";

/** What may be meant, and more often is a mistake: channels that nobody hears, and parameters that change nothing. */
export function graphWarnings(graph: PatchGraph, { channels }: Pick<PatchFormat, "channels">): string[] {
  const unheard = Array.from(
    { length: Math.max(0, graph.channels - channels) },
    (_, index) => channels + 1 + index,
  );
  const lost = unheard.length === 0 ? [] : [
    `has ${graph.channels} channels, the output has ${channels}: ${
      unheard.length === 1 ? "channel" : "channels"
    } ${unheard.join(" and ")} ${
      unheard.length === 1 ? "is" : "are"
    } not heard; set UNDERSTUDY_CHANNELS=${graph.channels}`,
  ];
  const unused = unusedParameters(graph)
    .map((address) => `nothing uses the parameter ${address}; use it or remove it`);
  return [...lost, ...unused].map((warning) => `patch ${graph.name}: ${warning}`);
}

function unusedParameters({ parameters, instruments, main }: PatchGraph): string[] {
  const used = new Set(
    [main, ...instruments.map(({ voice }) => voice)].flatMap(({ nodes }) =>
      nodes.filter(({ op }) => op === "parameter").map(({ attribute }) => attribute)
    ),
  );
  return parameters.filter((_, index) => !used.has(index)).map(({ address }) => `/${address}`);
}
