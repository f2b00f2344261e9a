import { compileGraph } from "../../compiler/compile.ts";
import type { CompiledPatch, PatchFormat } from "../../compiler/graph/compiled_patch.ts";
import { definePatch } from "../../modules/patch.ts";
import { channels } from "../../modules/signal/channels.ts";
import { bus } from "../../modules/utility/bus.ts";

/** The first two buses of the streams, one on each output, and nothing else. */
export function busPatch(format: PatchFormat): CompiledPatch {
  const patch = definePatch({
    name: "buses",
    instruments: {},
    parameters: {},
    output: () => channels(bus({ number: 1 }), bus({ number: 2 })),
  });
  return compileGraph(patch.build(format), format);
}
