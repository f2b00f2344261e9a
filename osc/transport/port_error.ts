import { exitCodes } from "../../foundation/exit_codes.ts";
import { ExitError } from "../../foundation/exit_error.ts";
import { PortInUseError } from "./port_in_use_error.ts";

/** The port cannot be opened at that address; the message names the setting and the remedy. */
export class PortError extends ExitError {
  override readonly name = "PortError";
  override readonly exitCode = exitCodes.port;
}

/** Where something was to listen, and the settings that say so. */
export interface ListeningPlace {
  readonly hostname: string;
  readonly port: number;
  /** As in an error, e.g. `OSC` or `OSC over TCP`. */
  readonly protocol: string;
  readonly hostSetting: string;
  readonly portSetting: string;
}

/** What to tell the user for an error of listening. Ports below 1024 need a right of their own on most systems. */
export function portError(cause: unknown, place: ListeningPlace): ExitError {
  const { hostname, port, protocol, hostSetting, portSetting } = place;
  if (cause instanceof Deno.errors.AddrInUse) {
    return new PortInUseError(
      `${protocol} port ${port} on ${hostname} is taken, perhaps by another engine; end that one or set ${portSetting}`,
      { cause },
    );
  }
  if (cause instanceof Deno.errors.PermissionDenied) {
    return new PortError(
      `${protocol} port ${port} may be opened by root only; set ${portSetting} to a port from 1024 on`,
      { cause },
    );
  }
  if (cause instanceof Deno.errors.AddrNotAvailable) {
    return new PortError(
      `${hostSetting}: ${hostname} is no address of this machine, or its network is not up yet; ` +
        "`ip address` shows those that there are, and 0.0.0.0 is all of them",
      { cause },
    );
  }
  return new PortError(
    `${hostSetting}: expected an IP address of this machine, found "${hostname}" (${
      (cause as Error).message
    })`,
    { cause },
  );
}
