import type { Config } from "../config/settings.ts";
import { loadNative } from "../config/load_native.ts";
import { renderToWav, type RenderToWavOptions, stemsOf } from "../engine/render/render_session_to_wav.ts";
import { type ExitCode, exitCodes } from "../foundation/exit_codes.ts";
import type { RenderCommand } from "./command_line.ts";
import { interruptible } from "./interruptible.ts";
import { clearProgress, print, showProgress } from "./terminal.ts";

/** `understudy render SESSION`: a recorded session to a WAV file, every block compared with what the device received. */
export async function render(line: RenderCommand, config: Config): Promise<ExitCode> {
  const { native } = await loadNative(config, (text) => console.error(text));
  return await interruptible(async (signal) => {
    const options = {
      ...{ session: line.session, native, sampleFolder: config.sampleFolder, part: line.part, signal },
      onNotice: (text: string) => console.error(text),
      onProgress: showProgress,
    };
    const isIdentical = await renderFile({ ...options, out: line.out });
    if (line.stems) {
      for (const stem of [...await stemsOf(line.session), ""]) {
        await renderFile({ ...options, stem, out: line.out.replace(/(\.wav)?$/i, `-${stem || "rest"}.wav`) });
      }
    }
    return isIdentical ? exitCodes.ok : exitCodes.session;
  });
}

/** Renders one file and says so. Returns whether every block is what the device received. */
async function renderFile(options: RenderToWavOptions): Promise<boolean> {
  const { text, identical } = await renderToWav(options).finally(clearProgress);
  print(text + "\n");
  return identical;
}
