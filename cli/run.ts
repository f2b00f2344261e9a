/** The command line: reads arguments and settings, runs the command, and turns an error into one sentence and a code. */
import manifest from "../deno.json" with { type: "json" };
import { readConfig } from "../config/settings.ts";
import { readSettingsFile } from "../config/settings_file.ts";
import { type ExitCode, exitCodes } from "../foundation/exit_codes.ts";
import { flushStderr } from "../foundation/logging.ts";
import { parseCommandLine } from "./command_line.ts";
import { explain } from "./explain.ts";
import { invocation } from "./invocation.ts";
import { paint } from "./paint.ts";
import { journalCheckRole } from "../engine/state/check_journal.ts";
import { decoderRole } from "../engine/samples/decoder_command.ts";
import { sourceRole } from "../engine/streams/source/source_command.ts";
import { rendererRole } from "../engine/supervisor/process_seating.ts";
import { print, stdinLines } from "./terminal.ts";

const { version } = manifest;

const patchSetting = "UNDERSTUDY_PATCH";

/** Runs one command to its end and returns the exit code. Never throws. */
export async function run(args: readonly string[]): Promise<ExitCode> {
  try {
    return await runCommand(args);
  } catch (error) {
    return explain(error);
  } finally {
    await flushStderr();
  }
}

async function runCommand(args: readonly string[]): Promise<ExitCode> {
  if (Deno.build.standalone && args[0] === rendererRole) {
    // a binary is its own renderer process; loaded on demand, no other command needs it
    const { playInProcess } = await import("../engine/renderer/process.ts");
    await playInProcess(args.slice(1));
    return exitCodes.ok;
  }
  if (Deno.build.standalone && args[0] === sourceRole) {
    const { readSourcesInProcess } = await import("../engine/streams/source/source_child.ts");
    await readSourcesInProcess();
    return exitCodes.ok;
  }
  if (Deno.build.standalone && args[0] === decoderRole) {
    const { decodeInProcess } = await import("../engine/samples/decode_child.ts");
    await decodeInProcess();
    return exitCodes.ok;
  }
  if (Deno.build.standalone && args[0] === journalCheckRole) {
    const { checkInProcess } = await import("../engine/state/check_child.ts");
    await checkInProcess();
    return exitCodes.ok;
  }
  const line = parseCommandLine(args);
  const say = (text: string): ExitCode => {
    print(text);
    return exitCodes.ok;
  };
  // each command loads what it needs: a start makes sound as soon as it can
  switch (line.command) {
    case "help": {
      const { helpText } = await import("./help_text.ts");
      return say(helpText(line.topic, invocation()));
    }
    case "version":
      return say(`understudy ${version} (deno ${Deno.version.deno})\n`);
    case "completions": {
      const { completions } = await import("./completions.ts");
      return say(completions(line.shell));
    }
  }
  const environment = Deno.env.toObject();
  const file = readSettingsFile(line.config);
  if (line.command === "config") {
    const { settingsJson, settingsText } = await import("./show_settings.ts");
    say(
      line.json
        ? settingsJson({ environment, file })
        : settingsText({ environment, file, painter: paint(Deno.stdout) }),
    );
    readConfig(environment, file); // says what is wrong
    return exitCodes.ok;
  }
  const config = readConfig(environment, file);
  switch (line.command) {
    case "send": {
      const { send } = await import("./send.ts");
      return await send(line, config, {
        lines: stdinLines(),
        print: (text) => print(text + "\n"),
        complain: (text) => console.error(paint(Deno.stderr).bad(text)),
      });
    }
    case "status": {
      const { showStatus } = await import("./show_status.ts");
      return await showStatus(line, config, say);
    }
    case "top": {
      const { top } = await import("./top.ts");
      return await top(line, config);
    }
    case "monitor": {
      const { monitor } = await import("./monitor.ts");
      return await monitor(line, config);
    }
    case "check": {
      const { checkFiles } = await import("./check_files.ts");
      return await checkFiles(line, config, (text) => print(text + "\n"));
    }
    case "start": {
      const {
        patch = config.patch,
        record = config.record,
        show = config.show,
        demo,
        port: oscPort = config.oscPort,
        watch,
        verbose,
      } = line;
      const { start } = await import("./start.ts");
      const isPatchGiven = line.patch !== undefined || patchSetting in environment ||
        file?.entries.has(patchSetting);
      const asked = { ...config, patch, record, show, oscPort, demo: demo || config.demo };
      const { configForShow } = await import("./show_config.ts");
      return await start(configForShow(asked, isPatchGiven === true), version, {
        watch,
        verbose,
      });
    }
    case "render": {
      const { render } = await import("./render.ts");
      return await render(line, config);
    }
    case "renderScore": {
      const { renderScore } = await import("./render_score.ts");
      return await renderScore(line, config);
    }
    case "patch": {
      const { showPatch } = await import("./show_patch.ts");
      return say(await showPatch(line, config));
    }
    case "service": {
      const { controlService } = await import("./service.ts");
      return await controlService(line, (text) => print(text + "\n"));
    }
    case "upgrade": {
      const { upgrade } = await import("./upgrade.ts");
      return await upgrade(config, line.pid, (text) => print(text + "\n"));
    }
    case "devices": {
      const { listDevices } = await import("./devices.ts");
      return say(await listDevices(config));
    }
    case "doctor": {
      const { diagnose } = await import("./doctor.ts");
      return await diagnose({ config, measureMs: line.measureMs, print: (text) => print(text + "\n") });
    }
  }
}
