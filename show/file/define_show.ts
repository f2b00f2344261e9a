import type { ShowInput } from "./show_file.ts";

/**
 * A show from TypeScript: the same as its file, with completion and types.
 *
 *     export default defineShow({ cues: [{ play: "rain.wav", fadeInSeconds: 4 }] });
 */
export function defineShow(show: ShowInput): ShowInput {
  return show;
}
