/**
 * The zones of MIDI Polyphonic Expression (MPE 1.1): the lower one has master channel 1 and members from 2 upwards, the upper
 * one master channel 16 and members from 15 downwards. Main isolate.
 */
import { midiChannels } from "../compiler/graph/limits.ts";

/** Bend range of a zone's members until it is set, in semitones. */
export const memberBendSemitones = 48;

/** Channels of the lower and of the upper master. */
export const lowerMaster = 1;
export const upperMaster = 16;

/** A zone takes all channels but the masters' at most. */
const maxMembers = midiChannels - 1;

/** Zones that exist before a controller announces any. */
export type StandingZones = "off" | "lower" | "upper" | "both";

/** Members of the lower and of the upper zone. */
const standingMembers: Readonly<Record<StandingZones, readonly [lower: number, upper: number]>> = {
  off: [0, 0],
  lower: [maxMembers, 0],
  upper: [0, maxMembers],
  both: [7, 7],
};

export class MpeZones {
  readonly #members = { [lowerMaster]: 0, [upperMaster]: 0 };

  /** Number of members of the zone with this master; 0: there is no such zone. */
  membersOf(master: number): number {
    return master === lowerMaster || master === upperMaster ? this.#members[master] : 0;
  }

  /** Gives both zones the members that they have before a controller announces any. */
  stand(zones: StandingZones): void {
    [this.#members[lowerMaster], this.#members[upperMaster]] = standingMembers[zones];
  }

  /** The master of a member channel; undefined for all other channels. */
  masterOf(channel: number): number | undefined {
    if (channel > lowerMaster && channel <= lowerMaster + this.#members[lowerMaster]) return lowerMaster;
    if (channel < upperMaster && channel >= upperMaster - this.#members[upperMaster]) return upperMaster;
    return undefined;
  }

  /** The channels of a zone, its master first; for all other channels the channel itself. */
  channelsOf(channel: number): number[] {
    const step = channel === lowerMaster ? 1 : -1;
    return Array.from({ length: 1 + this.membersOf(channel) }, (_, index) => channel + index * step);
  }

  /**
   * Sets the number of members of a zone; the newer zone takes channels from the other one, which ends without any.
   *
   * @param members 0 ends the zone
   */
  set(master: typeof lowerMaster | typeof upperMaster, members: number): void {
    const wanted = Math.min(members, maxMembers);
    const other = master === lowerMaster ? upperMaster : lowerMaster;
    this.#members[master] = wanted;
    if (wanted === maxMembers) this.#members[other] = 0;
    else this.#members[other] = Math.min(this.#members[other], midiChannels - 2 - wanted);
  }
}
