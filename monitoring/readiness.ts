/** Whether sound goes out now, and whether the engine looks after itself, with the reason where not. */
import type { EngineStatus } from "../engine/control/control.ts";

/** The answer to a probe. */
export interface Verdict {
  readonly ok: boolean;
  /** One line for people. */
  readonly reason: string;
}

/** What is looked at. */
export type ReadinessSource = Pick<
  EngineStatus,
  | "state"
  | "unheard"
  | "driver"
  | "device"
  | "periodFrames"
  | "sampleRateHz"
  | "callbackAgeMs"
  | "renderersInLockstep"
>;

/** A device that has not called for this long, and for so many of its periods, takes no sound. */
const maxCallbackAgeMs = 250;
const maxMissedPeriods = 4;

/** A supervisor that has not looked for this long is held up. */
const maxSupervisionAgeMs = 1_000;

const stateReasons: Readonly<Partial<Record<EngineStatus["state"], string>>> = {
  starting: "it still starts",
  stopping: "it is stopping",
  stopped: "it has stopped",
  silent: "silent: no renderer has a block for the device",
  "waiting for device": "the sound device is not there; the music goes on by the clock, unheard",
};

/** Whether what plays reaches a device now. An output on which nothing is played is ready as well. */
export function readiness(status: ReadinessSource): Verdict {
  const { state, unheard, driver, device, periodFrames, sampleRateHz, callbackAgeMs } = status;
  const reason = stateReasons[state];
  if (reason !== undefined) return { ok: false, reason };
  if (state === "unheard") return { ok: false, reason: `nobody can hear it: ${unheard}` };
  if (driver === "clock") {
    return { ok: false, reason: "the clock driver was asked for: there is no sound device" };
  }
  const maxAgeMs = Math.max(maxCallbackAgeMs, maxMissedPeriods * periodFrames / sampleRateHz * 1_000);
  if (!(callbackAgeMs <= maxAgeMs)) {
    return { ok: false, reason: `${device} has asked for no sound for ${Math.round(callbackAgeMs)} ms` };
  }
  if (status.renderersInLockstep === 0) return { ok: false, reason: "no renderer is in lockstep" };
  return { ok: true, reason: `sound goes out on ${device}` };
}

/** Whether the supervisor watches over the renderers, whatever the device does: a restart would help where it does not. */
export function health(
  { state, supervisionAgeMs }: Pick<EngineStatus, "state" | "supervisionAgeMs">,
): Verdict {
  if (state === "stopping" || state === "stopped") return { ok: false, reason: stateReasons[state]! };
  return supervisionAgeMs <= maxSupervisionAgeMs
    ? { ok: true, reason: "the supervisor watches over the renderers" }
    : {
      ok: false,
      reason: `the supervisor has not looked at the renderers for ${Math.round(supervisionAgeMs)} ms`,
    };
}
