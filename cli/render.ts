import type { Config } from "../config/settings.ts";
import { loadNative } from "../config/load_native.ts";
import { renderToWav } from "../engine/render/render_session_to_wav.ts";
import { type ExitCode, exitCodes } from "../foundation/exit_codes.ts";
import type { RenderCommand } from "./command_line.ts";
import { interruptible } from "./interruptible.ts";
import { clearProgress, print, showProgress } from "./terminal.ts";

/** `understudy render SESSION`: a recorded session to a WAV file, every block compared with what the device received. */
export async function render(line: RenderCommand, config: Config): Promise<ExitCode> {
  const { native } = await loadNative(config, (text) => console.error(text));
  const { text, identical } = await interruptible((signal) =>
    renderToWav({
      session: line.session,
      out: line.out,
      native,
      sampleFolder: config.sampleFolder,
      part: line.part,
      onNotice: (text) => console.error(text),
      onProgress: showProgress,
      signal,
    })
  ).finally(clearProgress);
  print(text + "\n");
  return identical ? exitCodes.ok : exitCodes.session;
}
