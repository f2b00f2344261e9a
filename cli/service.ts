/** `understudy service`: the unit with which systemd starts the engine, and starts it again whenever it ends. */
import { type ExitCode, exitCodes } from "../foundation/exit_codes.ts";
import { ExitError } from "../foundation/exit_error.ts";
import type { ServiceCommand } from "./command_line.ts";

/** The unit cannot be installed or removed; the message names the remedy. */
export class ServiceError extends ExitError {
  override readonly name = "ServiceError";
  override readonly exitCode = exitCodes.service;
}

const unitName = "understudy.service";

/** Longest silence of the engine before systemd starts another one, in seconds. */
const watchdogSeconds = 5;

/** Where a unit comes from. */
export interface UnitOptions {
  readonly system: boolean;
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** Folder in which the program runs. */
  readonly workingDirectory: string;
  /** The user whose sound server a system unit plays on. */
  readonly user: string;
}

/** The text of the unit. */
export function unitText({ system, command, workingDirectory, user }: UnitOptions): string {
  const lines = [
    "[Unit]",
    "Description=Understudy, a fault-tolerant audio engine",
    "Documentation=man:systemd.service(5)",
    system ? "After=sound.target network.target" : "After=pipewire.service sound.target",
    "# it never gives up: a device may come later",
    "StartLimitIntervalSec=0",
    "",
    "[Service]",
    "Type=notify",
    "# in processes of their own, the control process speaks and ends the others",
    "NotifyAccess=all",
    "KillMode=mixed",
    ...(system ? [`User=${user}`, "SupplementaryGroups=audio"] : []),
    `WorkingDirectory=${workingDirectory}`,
    `ExecStart=${command.map(quoted).join(" ")}`,
    "ExecReload=kill -HUP $MAINPID",
    "# settings of one's own: UNDERSTUDY_DRIVER=portaudio and so on",
    `EnvironmentFile=-${system ? "/etc/understudy.conf" : "%E/understudy.conf"}`,
    "Environment=UNDERSTUDY_STATE=%S/understudy",
    "Environment=UNDERSTUDY_RECORDINGS=%S/understudy/recordings",
    "StateDirectory=understudy",
    "StateDirectoryMode=0700",
    "# the native part, once it is built, and the code of what starts later",
    "Environment=UNDERSTUDY_CACHE_DIR=%C/understudy",
    "CacheDirectory=understudy",
    `WatchdogSec=${watchdogSeconds}`,
    "TimeoutStartSec=120",
    "TimeoutStopSec=10",
    "Restart=always",
    "RestartSec=100ms",
    "",
    "# real time, and memory that is not swapped",
    "LimitRTPRIO=20",
    "LimitNICE=-20",
    "LimitMEMLOCK=infinity",
    "",
    "# hardening; memory must be writable and executable in turn, because patches are compiled while it runs",
    "NoNewPrivileges=yes",
    "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
    "LockPersonality=yes",
    "RestrictSUIDSGID=yes",
    "RestrictNamespaces=yes",
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallErrorNumber=EPERM",
    "UMask=0077",
    ...(system ? systemHardening : []),
    "",
    "[Install]",
    `WantedBy=${system ? "multi-user.target" : "default.target"}`,
    "",
  ];
  return lines.join("\n");
}

/** What only the manager of the machine can do. `/dev/shm` and the sound cards stay: JACK and ALSA need them. */
const systemHardening = [
  "ProtectSystem=strict",
  "ProtectHome=read-only",
  "PrivateTmp=yes",
  "ProtectKernelTunables=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelLogs=yes",
  "ProtectControlGroups=yes",
  "ProtectHostname=yes",
  "DevicePolicy=closed",
  "DeviceAllow=char-alsa rw",
  "CapabilityBoundingSet=",
];

function quoted(argument: string): string {
  const escaped = argument.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /[\s"'\\]/.test(escaped) ? `"${escaped.replaceAll(/["\\]/g, "\\$&")}"` : escaped;
}

/** How this program was started, to be started in the same way. */
function thisCommand(): readonly string[] {
  if (Deno.build.standalone) return [Deno.execPath(), "start"];
  const program = new URL(Deno.mainModule).pathname;
  const lock = `--lock=${program.slice(0, program.lastIndexOf("/"))}/play.lock`;
  return [
    ...[Deno.execPath(), "run", "-A", "--quiet", "--node-modules-dir=none", lock, "--frozen"],
    ...[program, "start"],
  ];
}

/** Installs, removes or shows the service. Prints what it did. Throws {@link ServiceError}. */
export async function controlService(
  { action, system }: ServiceCommand,
  print: (line: string) => void,
): Promise<ExitCode> {
  const folder = system ? "/etc/systemd/system" : userFolder();
  const path = `${folder}/${unitName}`;
  const control = (...args: string[]) => systemctl([...(system ? [] : ["--user"]), ...args]);
  switch (action) {
    case "install": {
      const text = unitText({
        system,
        command: thisCommand(),
        workingDirectory: Deno.build.standalone ? "/" : new URL(".", Deno.mainModule).pathname,
        user: Deno.env.get("SUDO_USER") ?? Deno.env.get("USER") ?? "root",
      });
      await writable(path, async () => {
        await Deno.mkdir(folder, { recursive: true });
        await Deno.writeTextFile(path, text);
      });
      print(`wrote ${path}`);
      await control("daemon-reload");
      await control("enable", "--now", unitName);
      print(`it runs, and starts again with ${system ? "the machine" : "your session"}`);
      return exitCodes.ok;
    }
    case "remove":
      if (!await exists(path)) throw new ServiceError(`${path}: it is not installed`);
      await control("disable", "--now", unitName).catch(() => print("it did not run"));
      await writable(path, () => Deno.remove(path));
      await control("daemon-reload");
      print(`removed ${path}; the state stays in the state folder`);
      return exitCodes.ok;
    case "status":
      if (!await exists(path)) throw new ServiceError(`${path}: it is not installed`);
      print(await control("show", "-p", "ActiveState,SubState,StatusText,NRestarts,Result", unitName));
      return exitCodes.ok;
  }
}

function userFolder(): string {
  const home = Deno.env.get("HOME");
  const config = Deno.env.get("XDG_CONFIG_HOME") || (home && `${home}/.config`);
  if (!config) throw new ServiceError("HOME is not set: set it, or install with --system");
  return `${config}/systemd/user`;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function writable(path: string, change: () => Promise<void>): Promise<void> {
  try {
    await change();
  } catch (cause) {
    const reason = cause instanceof Deno.errors.PermissionDenied
      ? "no permission; use sudo, or leave --system out"
      : (cause as Error).message;
    throw new ServiceError(`${path}: ${reason}`, { cause });
  }
}

async function systemctl(args: readonly string[]): Promise<string> {
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command("systemctl", { args: [...args], stdin: "null" }).output();
  } catch (cause) {
    throw new ServiceError("systemctl was not found: the service needs systemd", { cause });
  }
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (output.success) return text(output.stdout);
  const said = text(output.stderr);
  throw new ServiceError(`systemctl ${args.join(" ")}: ${said}${remedyFor(said)}`);
}

/** What to do when the manager cannot be asked: what was written stays, and it finds it at its next start. */
function remedyFor(said: string): string {
  if (/not been booted with systemd/.test(said)) {
    return "; the service needs a machine that systemd has started";
  }
  if (/connect to (the )?(user scope )?bus/.test(said)) {
    return "; log in as this user (not by su or sudo) so that its systemd runs, or use --system";
  }
  return "";
}
