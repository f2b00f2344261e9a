/**
 * What a stream is and where it is found, as a session description (SDP, RFC 8866) with the lines of AES67: format, packet time, clock
 * (RFC 7273), and the two legs of one stream (`a=group:DUP`, RFC 7104). Any thread.
 */
import { printable } from "../../foundation/printable.ts";
import { RtpError } from "./rtp_error.ts";
import { isMulticast, type NetworkPlace, type StreamPlan } from "./stream_plan.ts";

/** Largest description that is read. */
export const maxDescriptionBytes = 65_536;

/** Most channels of a stream that is received, and longest name of one. */
const [maxChannels, maxNameLength] = [64, 200];

export interface DescribedStream
  extends Pick<StreamPlan, "name" | "channels" | "ssrc" | "legs" | "firstChannel"> {
  readonly sampleBytes: 2 | 3;
  readonly sampleRateHz: number;
  readonly packetFrames: number;
  readonly payloadType: number;
  readonly ttl: number;
  /** Identity of the PTP grandmaster and its domain, e.g. `00-1D-C1-FF-FE-00-00-01:0`; omitted: a clock of the machine. */
  readonly ptp?: string;
  /** Address that each leg is sent from. */
  readonly sources: readonly string[];
  /** Grows when the description changes. */
  readonly version: number;
}

/** Writes a description, its lines ended as the standard has it. */
export function describeStream(stream: DescribedStream): string {
  const { name, channels, ssrc, legs, sources, version, firstChannel } = stream;
  const isDouble = legs.length > 1;
  const last = firstChannel + channels;
  const outputs = channels === 1 ? `output ${last}` : `outputs ${firstChannel + 1} to ${last}`;
  return [
    "v=0",
    `o=- ${ssrc} ${version} IN IP4 ${sources[0]}`,
    `s=${name}`,
    `i=${outputs}`,
    ...(isDouble ? [] : [connectionOf(stream, 0)]),
    "t=0 0",
    ...(isDouble ? [`a=group:DUP ${legs.map((_, leg) => midOf(leg)).join(" ")}`] : []),
    ...legs.flatMap((_, leg) => mediaLines(stream, leg)),
  ].map((line) => `${line}\r\n`).join("");
}

function mediaLines(stream: DescribedStream, leg: number): string[] {
  const { legs, payloadType, sampleBytes, sampleRateHz, channels, packetFrames, ptp } = stream;
  return [
    `m=audio ${legs[leg].port} RTP/AVP ${payloadType}`,
    ...(legs.length > 1 ? [connectionOf(stream, leg)] : []),
    `a=rtpmap:${payloadType} L${sampleBytes * 8}/${sampleRateHz}/${channels}`,
    `a=ptime:${Number((packetFrames / sampleRateHz * 1_000).toFixed(3))}`,
    "a=recvonly",
    `a=ts-refclk:${ptp === undefined ? "local" : `ptp=IEEE1588-2008:${ptp}`}`,
    "a=mediaclk:direct=0",
    ...(legs.length > 1 ? [`a=mid:${midOf(leg)}`] : []),
  ];
}

const midOf = (leg: number) => leg === 0 ? "primary" : "secondary";

function connectionOf({ legs, ttl }: DescribedStream, leg: number): string {
  const { address } = legs[leg];
  return `c=IN IP4 ${address}${isMulticast(address) ? `/${ttl}` : ""}`;
}

/** A stream as a receiver needs to know it. */
export interface ReceivedStream {
  readonly name: string;
  readonly legs: readonly NetworkPlace[];
  readonly sampleBytes: 2 | 3;
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly payloadType: number;
  /** Milliseconds; undefined: not stated. */
  readonly packetMs: number | undefined;
}

interface Media extends NetworkPlace {
  readonly payloadType: number;
  readonly format: string;
  readonly packetMs: number | undefined;
}

/**
 * Reads a description: the first stream of linear samples, with its legs.
 *
 * @throws {RtpError} with the line that is missing or not understood
 */
export function readDescription(text: string): ReceivedStream {
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line !== "");
  if (lines[0] !== "v=0") {
    throw new RtpError(`a session description begins with v=0, found "${shown(lines[0])}"`);
  }
  const starts = lines.flatMap((line, index) => line.startsWith("m=") ? [index] : []);
  const session = lines.slice(0, starts[0] ?? lines.length);
  const sections = starts.map((start, index) => lines.slice(start, starts[index + 1]));
  const audio = sections.filter(([media]) => media.startsWith("m=audio "));
  if (audio.length === 0) {
    throw new RtpError("the session description has no audio: a line m=audio is missing");
  }
  const isDouble = session.some((line) => /^a=group:DUP\b/.test(line));
  const media = (isDouble ? audio : audio.slice(0, 1)).map((section) => readMedia(section, session));
  const [{ format, payloadType, packetMs }] = media;
  const differing = media.find((other) => other.format !== format || other.payloadType !== payloadType);
  if (differing) {
    throw new RtpError(
      `the legs differ: ${format} and ${differing.format}; they must carry the same packets`,
    );
  }
  const [, bits, rate, channels = "1"] = /^L(16|24)\/(\d+)(?:\/(\d+))?$/i.exec(format) ?? [];
  if (bits === undefined) throw new RtpError(`expected samples L16 or L24, found "${shown(format)}"`);
  return {
    name: printable(valueOf(session, "s=") ?? "").slice(0, maxNameLength),
    legs: media.map(({ address, port }) => ({ address, port })),
    sampleBytes: bits === "16" ? 2 : 3,
    sampleRateHz: within(rate, { what: "frames a second", least: 8_000, most: 192_000, line: format }),
    channels: within(channels, { what: "channels", least: 1, most: maxChannels, line: format }),
    payloadType,
    packetMs,
  };
}

function readMedia(section: readonly string[], session: readonly string[]): Media {
  const [, port, type] = /^m=audio (\d+)(?:\/\d+)? RTP\/AVP (\d+)/.exec(section[0]) ?? [];
  if (port === undefined) {
    throw new RtpError(`expected m=audio PORT RTP/AVP TYPE, found "${shown(section[0])}"`);
  }
  within(port, { what: "a port", least: 1, most: 65_535, line: section[0] });
  within(type, { what: "a payload type", least: 0, most: 127, line: section[0] });
  const connection = valueOf(section, "c=") ?? valueOf(session, "c=");
  const [, address] = /^IN IP4 (\d{1,3}(?:\.\d{1,3}){3})(?:\/|$)/.exec(connection ?? "") ?? [];
  if (address === undefined || address.split(".").some((part) => Number(part) > 255)) {
    throw new RtpError(`expected c=IN IP4 ADDRESS, found "${shown(connection ?? "no such line")}"`);
  }
  const format = valueOf(section, `a=rtpmap:${type} `) ?? staticFormats[type];
  if (format === undefined) throw new RtpError(`the line a=rtpmap:${type} is missing: it has the format`);
  const packetMs = valueOf(section, "a=ptime:");
  return {
    address,
    port: Number(port),
    payloadType: Number(type),
    format,
    packetMs: packetMs === undefined ? undefined : Number(packetMs),
  };
}

/** Types that have a meaning without a line (RFC 3551). */
const staticFormats: Readonly<Record<string, string>> = { "10": "L16/44100/2", "11": "L16/44100/1" };

function valueOf(lines: readonly string[], start: string): string | undefined {
  return lines.find((line) => line.startsWith(start))?.slice(start.length).trim();
}

/** A whole number of a line, within its range. */
function within(
  text: string,
  { what, least, most, line }: {
    readonly what: string;
    readonly least: number;
    readonly most: number;
    readonly line: string;
  },
): number {
  const value = Number(text);
  if (value >= least && value <= most) return value;
  throw new RtpError(`expected ${what} from ${least} to ${most}, found "${shown(line)}"`);
}

const shown = (text: string | undefined) => printable((text ?? "nothing").slice(0, 60));
