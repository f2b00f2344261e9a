/** The command line: reads arguments and settings, runs the command, and turns an error into one sentence and a code. */
import manifest from "../deno.json" with { type: "json" };
import { readConfig } from "../config/settings.ts";
import { type ExitCode, exitCodes } from "../foundation/exit_codes.ts";
import { parseCommandLine } from "./command_line.ts";
import { listDevices } from "./devices.ts";
import { diagnose } from "./doctor.ts";
import { explain } from "./explain.ts";
import { helpText } from "./help_text.ts";
import { render } from "./render.ts";
import { renderScore } from "./render_score.ts";
import { controlService } from "./service.ts";
import { rendererRole } from "../engine/supervisor/process_seating.ts";
import { start } from "./start.ts";
import { print } from "./terminal.ts";

const { version } = manifest;

/** Runs one command to its end and returns the exit code. Never throws. */
export async function run(args: readonly string[]): Promise<ExitCode> {
  try {
    return await runCommand(args);
  } catch (error) {
    return explain(error);
  }
}

async function runCommand(args: readonly string[]): Promise<ExitCode> {
  if (Deno.build.standalone && args[0] === rendererRole) {
    // a binary is its own renderer process; loaded on demand, no other command needs it
    const { playInProcess } = await import("../engine/renderer/process.ts");
    await playInProcess(args.slice(1));
    return exitCodes.ok;
  }
  const line = parseCommandLine(args);
  const say = (text: string): ExitCode => {
    print(text);
    return exitCodes.ok;
  };
  if (line.command === "help") return say(helpText());
  if (line.command === "version") return say(`understudy ${version} (deno ${Deno.version.deno})\n`);
  const config = readConfig(Deno.env.toObject());
  switch (line.command) {
    case "start": {
      const { patch = config.patch, demo } = line;
      return await start({ ...config, patch, demo: demo || config.demo }, version);
    }
    case "render":
      return await render(line, config);
    case "renderScore":
      return await renderScore(line, config);
    case "patch": {
      // loaded on demand: what draws is large, and only this command needs it
      const { showPatch } = await import("./show_patch.ts");
      return say(await showPatch(line, config));
    }
    case "service":
      return await controlService(line, (text) => print(text + "\n"));
    case "devices":
      return say(await listDevices(config));
    case "doctor":
      return await diagnose(config, (text) => print(text + "\n"));
  }
}
