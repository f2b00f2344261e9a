/**
 * The lamps above the meters. They go on by themselves and out only when the operator says so. `clip`: samples at full scale left the
 * engine; `limit`: the ceiling has bent samples that would have been louder than it.
 */
import type { ChannelMeter } from "../../protocol.ts";

export type Lamp = "off" | "limit" | "clip";

/** The lamps, and what the operator has seen already. */
export interface ClipLamps {
  readonly lamps: readonly Lamp[];
  /** Samples at full scale that were acknowledged, by channel. */
  readonly seenOvers: readonly number[];
  /** Until then the meters still hold a peak that was acknowledged. */
  readonly quietUntilMs: number;
}

/** No lamp is on. */
export const noLamps: ClipLamps = { lamps: [], seenOvers: [], quietUntilMs: 0 };

/** The ceiling begins to bend this far below itself, in dB. */
const kneeDb = 0.56;

/** Time for which a meter holds its peak, and a little more. */
const holdMs = 2_200;

/** The lamps after a message; the same object where nothing has changed. */
export function nextLamps(
  before: ClipLamps,
  meters: readonly ChannelMeter[],
  { ceilingDb, nowMs }: { readonly ceilingDb: number | "off"; readonly nowMs: number },
): ClipLamps {
  const bendsAboveDb = ceilingDb === "off" ? Infinity : ceilingDb - kneeDb;
  const lamps = meters.map(({ overs, holdDb }, channel): Lamp => {
    const was = before.lamps[channel] ?? "off";
    if (was === "clip" || overs > (before.seenOvers[channel] ?? 0)) return "clip";
    return nowMs >= before.quietUntilMs && holdDb > bendsAboveDb ? "limit" : was;
  });
  const isSame = lamps.length === before.lamps.length &&
    lamps.every((lamp, channel) => lamp === before.lamps[channel]);
  return isSame ? before : { ...before, lamps };
}

/** All lamps out. */
export function acknowledgedLamps(meters: readonly ChannelMeter[], nowMs: number): ClipLamps {
  return {
    lamps: meters.map(() => "off"),
    seenOvers: meters.map(({ overs }) => overs),
    quietUntilMs: nowMs + holdMs,
  };
}
