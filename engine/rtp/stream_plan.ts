/**
 * Which streams of RTP carry the outputs, and where they go: up to eight outputs a stream, each stream to an address of its own. Follows
 * from the settings alone, so that two machines with the same settings send the same packets. Any thread.
 */
import type { Config } from "../../config/settings.ts";
import { RtpError } from "./rtp_error.ts";
import { ssrcOf } from "./ssrc.ts";

/** Largest payload: what fits into an Ethernet frame, as AES67 has it. */
const maxPayloadBytes = 1_440;

/** Frames a packet, by the setting's milliseconds, at 48 kHz; twice as many at 96 kHz. */
const packetFramesAt48kHz = { "0.125": 6, "0.25": 12, "0.333": 16, "1": 48, "4": 192 } as const;

/** Where packets go, or come from. */
export interface NetworkPlace {
  /** IPv4, with dots. */
  readonly address: string;
  readonly port: number;
}

export interface StreamPlan {
  /** Name of the stream for people. */
  readonly name: string;
  /** The first output that it carries, from 0 on. */
  readonly firstChannel: number;
  readonly channels: number;
  readonly ssrc: number;
  /** One or two: the second leg carries the same packets over another network. */
  readonly legs: readonly NetworkPlace[];
}

export interface RtpPlan {
  readonly streams: readonly StreamPlan[];
  readonly sampleBytes: 2 | 3;
  readonly packetFrames: number;
}

export type RtpSettings = Pick<
  Config,
  | "channels"
  | "sampleRateHz"
  | "rtpTo"
  | "rtpSecondTo"
  | "rtpFormat"
  | "rtpPacketMs"
  | "rtpStreamChannels"
  | "rtpName"
  | "rtpSsrc"
>;

/** Throws {@link RtpError} with what was expected and the setting that mends it. */
export function planStreams(config: RtpSettings): RtpPlan {
  const { channels, sampleRateHz, rtpPacketMs, rtpFormat, rtpStreamChannels, rtpName, rtpSsrc } = config;
  if (sampleRateHz !== 48_000 && sampleRateHz !== 96_000) {
    throw new RtpError(
      `streams have 48000 or 96000 frames a second, found ${sampleRateHz}; set UNDERSTUDY_SAMPLE_RATE=48000`,
    );
  }
  const packetFrames = packetFramesAt48kHz[rtpPacketMs] * (sampleRateHz / 48_000);
  const sampleBytes = rtpFormat === "L16" ? 2 : 3;
  const count = Math.ceil(channels / rtpStreamChannels);
  const payloadBytes = packetFrames * sampleBytes * Math.min(channels, rtpStreamChannels);
  if (payloadBytes > maxPayloadBytes) {
    const fits = Math.floor(maxPayloadBytes / packetFrames / sampleBytes);
    throw new RtpError(
      `packets of ${rtpPacketMs} ms with ${
        Math.min(channels, rtpStreamChannels)
      } outputs have ${payloadBytes} bytes, ` +
        `${maxPayloadBytes} fit into an Ethernet frame; ` +
        (fits === 0
          ? "set a shorter UNDERSTUDY_RTP_PACKET_MS"
          : `set UNDERSTUDY_RTP_STREAM_CHANNELS=${fits}, or a shorter UNDERSTUDY_RTP_PACKET_MS`),
    );
  }
  const legs = [legOf(config.rtpTo ?? [], count, "UNDERSTUDY_RTP_TO")];
  if (legs[0].length === 0) {
    throw new RtpError("no address to send to; set UNDERSTUDY_RTP_TO, e.g. 239.69.1.1:5004");
  }
  if (config.rtpSecondTo !== undefined) {
    legs.push(legOf(config.rtpSecondTo, count, "UNDERSTUDY_RTP_SECOND_TO"));
  }
  const streams = Array.from({ length: count }, (_, index): StreamPlan => {
    const firstChannel = index * rtpStreamChannels;
    const name = count === 1 ? rtpName : `${rtpName} ${index + 1}`;
    return {
      name,
      firstChannel,
      channels: Math.min(rtpStreamChannels, channels - firstChannel),
      ssrc: rtpSsrc === undefined ? ssrcOf(name) : (rtpSsrc + index) >>> 0,
      legs: legs.map((places) => places[index]),
    };
  });
  return { streams, sampleBytes, packetFrames };
}

/** An address for each stream: those that were named, and then one after the other from the last on. */
function legOf(named: readonly NetworkPlace[], count: number, setting: string): NetworkPlace[] {
  if (named.length > count) {
    throw new RtpError(
      `${setting} names ${named.length} addresses for ${count} streams; leave the others out`,
    );
  }
  const places = [...named];
  while (places.length > 0 && places.length < count) places.push(nextPlace(places.at(-1)!, setting));
  return places;
}

/** The next group, or the next pair of ports of one machine. */
function nextPlace({ address, port }: NetworkPlace, setting: string): NetworkPlace {
  if (!isMulticast(address)) {
    if (port > 65_533) {
      throw new RtpError(`${setting}: no port is left for the next stream; name a lower one`);
    }
    return { address, port: port + 2 };
  }
  const numbers = address.split(".").map(Number);
  if (numbers[3] === 255) {
    throw new RtpError(`${setting}: no group is left for the next stream; begin lower than ${address}`);
  }
  return { address: [...numbers.slice(0, 3), numbers[3] + 1].join("."), port };
}

/** Whether an IPv4 address is that of a group. */
export function isMulticast(address: string): boolean {
  const first = Number(address.split(".")[0]);
  return first >= 224 && first <= 239;
}
