/**
 * Every setting, by environment variable. Parsing, error messages, `--help` and the README's table all derive from this one
 * table. The variables may also stand in a file; the environment wins.
 */
import { z } from "zod";
import { logLevels } from "../foundation/logging.ts";
import { nearest } from "../foundation/nearest.ts";
import { ConfigError } from "./config_error.ts";
import type { SettingsFile } from "./settings_file.ts";

const prefix = "UNDERSTUDY_";

/** As `outputParts` of the compiler, which the settings do not know. */
const outputParts = ["gain", "delay", "equaliser", "limiter", "identify"] as const;

/** As `maximumChannels` of the engine, which the settings do not know. */
const maxOutputs = 64;

function whole(min: number, max: number, step = 1) {
  const inRange = (value: number) => value >= min && value <= max && value % step === 0;
  return z.string().regex(/^\d+$/).transform(Number).refine(inRange);
}

const text = z.string();

/** A level below full scale in dB, as a factor. Rounded to a 32-bit float that every implementation of powers agrees on. */
function factorOfDb(lowest: number) {
  return z.string().regex(/^-?\d+(\.\d+)?$/).transform(Number)
    .refine((level) => level >= lowest && level <= 0)
    .transform((level) => Math.round(10 ** (level / 20) * 2 ** 20) / 2 ** 20);
}

/** A value for all outputs, or one for each, separated by commas. */
function perOutput<T extends z.ZodType<unknown, string>>(value: T) {
  return z.string().transform((list) => list.split(",").map((item) => item.trim())).pipe(
    z.array(value).min(1).max(maxOutputs),
  );
}

/** IPv4 addresses, each with a port or without, separated by commas. */
const networkPlaces = z.string().transform((list) =>
  list.split(",").map((item) => item.trim()).filter((item) => item !== "")
).pipe(z.array(
  z.string().regex(/^\d{1,3}(\.\d{1,3}){3}(:\d{1,5})?$/).transform((item) => {
    const [address, port = "5004"] = item.split(":");
    return { address, port: Number(port) };
  }).refine(({ address, port }) =>
    address.split(".").every((part) => Number(part) <= 255) && port >= 1 && port <= 65_535
  ),
));

/** Classes of service by their names. */
const dscps: Readonly<Record<string, number>> = { EF: 46, AF41: 34, AF31: 26, CS0: 0 };

const onOff = z.enum(["on", "off"]).transform((value) => value === "on");

/** One setting: its name in {@link Config}, how it is parsed, its default, and its documentation. */
interface Setting<K extends string, T extends z.ZodType, D extends string | undefined> {
  readonly key: K;
  readonly schema: T;
  /** Text as in the environment; undefined: not set. */
  readonly default: D;
  /** The values that are accepted. */
  readonly expected: string;
  /** Nothing repeats its value. */
  readonly isSecret?: boolean;
  readonly meaning: string;
  /** What `--help` says of it on its one line; omitted: it is among all settings only. */
  readonly brief?: string;
}

/** Keeps the literal types of a declaration. */
function setting<K extends string, T extends z.ZodType, D extends string | undefined>(
  declaration: Setting<K, T, D>,
): Setting<K, T, D> {
  return declaration;
}

const settings = {
  DRIVER: setting({
    key: "driver",
    schema: z.enum(["auto", "jack", "portaudio", "rtp", "clock"]),
    default: "auto",
    expected: "auto, jack, portaudio, rtp or clock",
    brief: "jack, portaudio, rtp, clock (silent) or auto",
    meaning:
      "what calls for sound: a client of JACK, a device of PortAudio, the network by RTP (see UNDERSTUDY_RTP_TO), or the clock (silent); auto takes JACK where a server answers, then a device, then the clock",
  }),
  HOST_API: setting({
    key: "hostApi",
    schema: text,
    default: undefined,
    expected: "a name that `understudy devices` prints",
    meaning: "sound system whose devices are used, e.g. ALSA or JACK",
  }),
  DEVICE: setting({
    key: "device",
    schema: text,
    default: undefined,
    expected: "a name or an index that `understudy devices` prints",
    brief: "output device, as `devices` names it",
    meaning:
      "output device, for JACK the client to play to; a missing one is an error, never replaced by another",
  }),
  INPUT_DEVICE: setting({
    key: "inputDevice",
    schema: text,
    default: undefined,
    expected: "a name or an index that `understudy devices` prints",
    meaning: "input device, by default the output device",
  }),
  WAIT_DEVICE: setting({
    key: "waitDevice",
    schema: onOff,
    default: "off",
    expected: "on or off",
    meaning:
      "whether a start without the device waits for it while the clock plays, silently; off: a start without the device that was named is an error, and without any device the clock plays until the next start",
  }),
  JACK_NAME: setting({
    key: "jackName",
    schema: z.string().regex(/^[^:\s][^:\n\t]{0,30}$/),
    default: "understudy",
    expected: "at most 31 characters without a colon",
    meaning: "name of the client of JACK; its ports are out_0, out_1 and so on, and in_0, in_1 and so on",
  }),
  RTP_TO: setting({
    key: "rtpTo",
    schema: networkPlaces,
    default: undefined,
    expected: "IPv4 addresses with or without a port, separated by commas, e.g. 239.69.1.1:5004",
    meaning:
      "where UNDERSTUDY_DRIVER=rtp sends: a group or a machine for each stream; streams beyond the list take the next group, or the next even port; the port is 5004 by default",
  }),
  RTP_SECOND_TO: setting({
    key: "rtpSecondTo",
    schema: networkPlaces,
    default: undefined,
    expected: "as UNDERSTUDY_RTP_TO",
    meaning: "where the same packets go a second time, over another network (ST 2022-7)",
  }),
  RTP_INTERFACE: setting({
    key: "rtpInterface",
    schema: text,
    default: undefined,
    expected: "the name or IPv4 address of a network interface",
    meaning: "interface that RTP uses, by default as the system routes",
  }),
  RTP_SECOND_INTERFACE: setting({
    key: "rtpSecondInterface",
    schema: text,
    default: undefined,
    expected: "the name or IPv4 address of a network interface",
    meaning: "interface of the second leg, by default as the system routes",
  }),
  RTP_FORMAT: setting({
    key: "rtpFormat",
    schema: z.enum(["L24", "L16"]),
    default: "L24",
    expected: "L24 or L16",
    meaning: "samples of RTP: whole numbers of 24 or 16 bits, rounded to the nearest",
  }),
  RTP_DITHER: setting({
    key: "rtpDither",
    schema: onOff,
    default: "off",
    expected: "on or off",
    meaning:
      "triangular noise before samples are rounded for RTP; it follows from the frame, so machines agree",
  }),
  RTP_PACKET_MS: setting({
    key: "rtpPacketMs",
    schema: z.enum(["0.125", "0.25", "0.333", "1", "4"]),
    default: "1",
    expected: "0.125, 0.25, 0.333, 1 or 4",
    meaning: "time that a packet of RTP holds, in milliseconds",
  }),
  RTP_STREAM_CHANNELS: setting({
    key: "rtpStreamChannels",
    schema: whole(1, 8),
    default: "8",
    expected: "a whole number from 1 to 8",
    meaning: "outputs that one stream of RTP carries; further outputs go into further streams",
  }),
  RTP_PAYLOAD_TYPE: setting({
    key: "rtpPayloadType",
    schema: whole(96, 127),
    default: "97",
    expected: "a whole number from 96 to 127",
    meaning: "payload type in the packets of RTP",
  }),
  RTP_NAME: setting({
    key: "rtpName",
    schema: z.string().regex(/^[^\r\n\0]{1,60}$/),
    default: "Understudy",
    expected: "at most 60 characters",
    meaning: "name of the RTP stream; of several, a number follows it",
  }),
  RTP_SSRC: setting({
    key: "rtpSsrc",
    schema: whole(0, 2 ** 32 - 1),
    default: undefined,
    expected: "a whole number below 4294967296",
    meaning: "number of the first RTP stream (SSRC), the next ones follow it; by default a hash of its name",
  }),
  RTP_TTL: setting({
    key: "rtpTtl",
    schema: whole(1, 255),
    default: "15",
    expected: "a whole number from 1 to 255",
    meaning: "routers that packets of RTP may pass",
  }),
  RTP_DSCP: setting({
    key: "rtpDscp",
    schema: z.string().transform((name) => String(dscps[name.toUpperCase()] ?? name)).pipe(whole(0, 63)),
    default: "AF41",
    expected: "EF, AF41, AF31, CS0 or a whole number from 0 to 63",
    meaning: "class of service of RTP's packets (DSCP); AES67 has AF41",
  }),
  RTP_CLOCK: setting({
    key: "rtpClock",
    schema: z.string().regex(/^(auto|system|tai|\/dev\/ptp\d+)$/),
    default: "auto",
    expected: "auto, system, tai or the clock of a network interface, e.g. /dev/ptp0",
    meaning:
      "common clock by which RTP is sent: auto takes the system's TAI where the kernel knows it, else the system's time and UNDERSTUDY_RTP_TAI_OFFSET",
  }),
  RTP_TAI_OFFSET: setting({
    key: "rtpTaiOffsetSeconds",
    schema: whole(0, 100),
    default: "37",
    expected: "a whole number of seconds from 0 to 100",
    meaning: "TAI less UTC, where the kernel does not know it",
  }),
  RTP_PTP: setting({
    key: "rtpPtp",
    schema: z.string().regex(/^([0-9A-Fa-f]{2}-){7}[0-9A-Fa-f]{2}(:\d{1,3})?$/),
    default: undefined,
    expected: "an identity of eight bytes and a domain, e.g. 00-1D-C1-FF-FE-00-00-01:0",
    meaning: "PTP grandmaster that the session description of RTP names; by default it names a local clock",
  }),
  RTP_ORIGIN: setting({
    key: "rtpOriginSeconds",
    schema: whole(0, 2 ** 40),
    default: undefined,
    expected: "a whole number of seconds since 1970 in TAI",
    meaning:
      "moment of the first frame: machines with the same settings then send the same packets; by default it plays as soon as it can",
  }),
  RTP_SDP: setting({
    key: "rtpSdp",
    schema: text,
    default: undefined,
    expected: "a path",
    meaning:
      "file that gets the session description of RTP; of several streams, a number is put before its extension",
  }),
  RTP_SAP: setting({
    key: "rtpSap",
    schema: onOff,
    default: "off",
    expected: "on or off",
    meaning: "whether streams of RTP are announced by SAP, so that AES67 gear lists them",
  }),
  RTP_INPUT: setting({
    key: "rtpInput",
    schema: text,
    default: undefined,
    expected:
      "a session description, or ADDRESS:PORT of a group or of this machine; two legs are separated by a comma",
    meaning:
      "stream of RTP that is the input of UNDERSTUDY_DRIVER=rtp, with UNDERSTUDY_INPUT_CHANNELS channels; without a description it is of UNDERSTUDY_RTP_FORMAT",
  }),
  RTP_INPUT_LATENCY_MS: setting({
    key: "rtpInputLatencyMs",
    schema: whole(1, 500),
    default: "10",
    expected: "a whole number of ms from 1 to 500",
    meaning: "how long the input by RTP waits for late packets",
  }),
  SAMPLE_RATE: setting({
    key: "sampleRateHz",
    schema: whole(8_000, 192_000),
    default: "48000",
    expected: "a whole number of Hz from 8000 to 192000",
    meaning: "frames per second",
  }),
  BLOCK_FRAMES: setting({
    key: "blockFrames",
    schema: whole(16, 4_096, 16),
    default: "128",
    expected: "a multiple of 16 from 16 to 4096",
    brief: "frames a block: fewer, less latency",
    meaning: "frames per block",
  }),
  LOOKAHEAD_BLOCKS: setting({
    key: "lookaheadBlocks",
    schema: whole(2, 64),
    default: "4",
    expected: "a whole number from 2 to 64",
    brief: "blocks of lead: more, safer and later",
    meaning: "blocks that renderers run ahead; latency is this times a block",
  }),
  CHANNELS: setting({
    key: "channels",
    schema: whole(1, maxOutputs),
    default: "2",
    expected: `a whole number from 1 to ${maxOutputs}`,
    meaning: "output channels",
  }),
  OUTPUT_NAMES: setting({
    key: "outputNames",
    schema: z.string().transform((list) => list.split(",").map((name) => name.trim())).pipe(
      z.array(z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N} ._()+-]{0,31}$/u)).max(maxOutputs)
        .refine((names) => new Set(names.map((name) => name.toLowerCase())).size === names.length),
    ),
    default: undefined,
    expected: "different names of 1 to 32 letters, digits, spaces and ._()+-, separated by commas",
    meaning:
      "names of the outputs in their order, e.g. front left, front right, sub; the page, the log and /status show them; outputs beyond the list are called by their number",
  }),
  OUTPUT_STAGE: setting({
    key: "outputParts",
    schema: z.union([
      z.literal("off").transform((): (typeof outputParts[number])[] => []),
      z.literal("all").transform(() => [...outputParts]),
      z.string().transform((list) => list.split(",").map((part) => part.trim())).pipe(
        z.array(z.enum(outputParts)).min(1),
      ),
    ]),
    default: "off",
    expected: `off, all, or some of ${outputParts.join(", ")}, separated by commas`,
    meaning:
      "what stands behind the patch at each output, with parameters like /output3/gainDb; the limiter makes all outputs 2 ms later",
  }),
  OUTPUT_DELAY_MS: setting({
    key: "outputDelayMs",
    schema: whole(1, 2_000),
    default: "100",
    expected: "a whole number of milliseconds from 1 to 2000",
    meaning: "longest delay of an output, where OUTPUT_STAGE has delays; its memory is kept for every output",
  }),
  INPUT_CHANNELS: setting({
    key: "inputChannels",
    schema: whole(0, 8),
    default: "0",
    expected: "a whole number from 0 to 8",
    meaning: "input channels, 0 for none",
  }),
  CEILING_DB: setting({
    key: "ceiling",
    schema: z.union([z.literal("off").transform(() => 0), factorOfDb(-40)]),
    default: "-0.3",
    expected: "off, or a number of dB from -40 to 0",
    meaning:
      "level that no sample of the output exceeds, 0 is full scale; louder samples are bent below it, those 0.56 dB below it and softer stay bit for bit as they are",
  }),
  SILENCE_SECONDS: setting({
    key: "silenceSeconds",
    schema: perOutput(z.union([z.literal("off").transform(() => undefined), whole(1, 86_400)])),
    default: "off",
    expected: "off, or whole numbers of seconds from 1 to 86400, one for all outputs or one for each",
    meaning:
      "an output that gives no sound for this long is reported, e.g. 30 or 30,30,off; outputs beyond the list have its last value",
  }),
  SILENCE_DB: setting({
    key: "silenceThresholds",
    schema: perOutput(factorOfDb(-90)),
    default: "-60",
    expected: "numbers of dB from -90 to 0, one for all outputs or one for each",
    meaning: "level below which an output counts as silent for SILENCE_SECONDS, 0 is full scale",
  }),
  PATCH: setting({
    key: "patch",
    schema: text,
    default: "sines",
    expected: "the name or the file of a patch",
    brief: "name or file of the patch",
    meaning: "the patch that plays",
  }),
  DEMO: setting({
    key: "demo",
    schema: onOff,
    default: "off",
    expected: "on or off",
    meaning: "whether a short phrase plays as soon as the engine is ready, to test the sound",
  }),
  TUNING: setting({
    key: "tuning",
    schema: text,
    default: undefined,
    expected: "the path of a Scala file (.scl)",
    meaning:
      "tuning of every instrument, by default equal temperament; the scale begins on middle C, which stays at 261.63 Hz",
  }),
  TUNING_MAP: setting({
    key: "tuningMap",
    schema: text,
    default: undefined,
    expected: "the path of a keyboard mapping of Scala (.kbm)",
    meaning: "which key plays which degree of TUNING, and which key has which frequency",
  }),
  PATCH_MEMORY: setting({
    key: "patchMemoryMiB",
    schema: whole(1, 256),
    default: "8",
    expected: "a whole number of MiB from 1 to 256",
    meaning:
      "room for the state of patches that are loaded while the engine plays: the largest that can be loaded",
  }),
  PATCH_FOLDER: setting({
    key: "patchFolder",
    schema: text,
    default: undefined,
    expected: "a folder",
    meaning:
      "folder whose files /patch/load may load; without it, only the ready patches and the file of the start",
  }),
  SAMPLE_FOLDER: setting({
    key: "sampleFolder",
    schema: text,
    default: undefined,
    expected: "a folder",
    meaning: "folder of the sound files that patches play; without it, `samples` beside the patch file",
  }),
  SHOW: setting({
    key: "show",
    schema: text,
    default: undefined,
    expected: "the path of a show, JSON",
    brief: "show that is played",
    meaning:
      "show that is played from its beginning; its sound files lie beside it, STREAM_MIB is 64 then unless it is set, and PATCH is that of the show, or `stage`",
  }),
  STREAM_FOLDER: setting({
    key: "streamFolder",
    schema: text,
    default: "sounds",
    expected: "a folder",
    meaning: "folder of the sound files that /stream/arm opens, to be played from the disk",
  }),
  STREAM_MIB: setting({
    key: "streamMiB",
    schema: whole(0, 1_024),
    default: "0",
    expected: "a whole number of MiB from 0 to 1024",
    meaning:
      "memory for sound files that are played from the disk, which holds seconds of each; 64 are enough for 32 stereo files at once; 0: none can be played",
  }),
  SEED: setting({
    key: "seed",
    schema: whole(0, 2 ** 32 - 1),
    default: "1",
    expected: "a whole number from 0 to 4294967295",
    meaning: "seed of all random numbers",
  }),
  OSC_HOST: setting({
    key: "oscHost",
    schema: text,
    default: "127.0.0.1",
    expected: "an address of this machine",
    brief: "0.0.0.0 listens to other machines",
    meaning:
      "address on which OSC listens, IPv4 or IPv6; 0.0.0.0 listens to other machines, :: to IPv6 as well, if OSC_ALLOW admits them",
  }),
  OSC_PORT: setting({
    key: "oscPort",
    schema: whole(0, 65_535),
    default: "57130",
    expected: "a whole number from 0 to 65535",
    brief: "UDP port of OSC",
    meaning: "UDP port of OSC; 0 takes any free one",
  }),
  OSC_TCP_PORT: setting({
    key: "oscTcpPort",
    schema: whole(0, 65_535),
    default: undefined,
    expected: "a whole number from 0 to 65535",
    meaning: "TCP port of OSC beside UDP; 0 takes any free one, not set: no TCP",
  }),
  OSC_TCP_FRAMING: setting({
    key: "oscTcpFraming",
    schema: z.enum(["auto", "slip", "length"]),
    default: "auto",
    expected: "auto, slip or length",
    meaning:
      "how packets are delimited on TCP: as OSC 1.1 (slip) or OSC 1.0 (length) specifies; auto takes what the first byte of each connection tells",
  }),
  OSC_REPLY_PORT: setting({
    key: "oscReplyPort",
    schema: whole(1_024, 65_535),
    default: undefined,
    expected: "a whole number from 1024 to 65535",
    meaning:
      "UDP port of each sender's machine to which answers, values and meters go, for surfaces that listen on another port than they send from; a sender may choose its own with /reply/port; not set: the port that sent",
  }),
  OSC_ALLOW: setting({
    key: "oscAllow",
    schema: text,
    default: "127.0.0.0/8, ::1",
    expected: "networks like 192.168.1.0/24, separated by commas",
    brief: "networks that may send",
    meaning: "networks that may send OSC; packets from others are dropped unread",
  }),
  OSC_READ_ONLY: setting({
    key: "oscReadOnly",
    schema: text,
    default: undefined,
    expected: "networks like 192.168.1.0/24, separated by commas",
    meaning: "networks that may query and listen over OSC but not change the sound",
  }),
  OSC_SECRET: setting({
    key: "oscSecret",
    schema: z.string().min(8),
    default: undefined,
    expected: "at least 8 characters",
    isSecret: true,
    meaning: "what an OSC sender must send with /login before it may change the sound",
  }),
  OSC_RATE: setting({
    key: "oscMessagesPerSecond",
    schema: whole(0, 1_000_000),
    default: "20000",
    expected: "a whole number from 0 to 1000000",
    meaning: "OSC messages that one sender may send in a second, and in one burst; 0: no limit",
  }),
  QLAB_PORT: setting({
    key: "qlabPort",
    schema: z.union([z.literal("off"), whole(0, 65_535)]),
    default: "off",
    expected: "off, or a whole number from 0 to 65535; clients of QLab expect 53000",
    meaning:
      "port of OSC_HOST, UDP and TCP, for programs that speak to QLab, such as Bitfocus Companion: QLab's words and replies for the show that plays",
  }),
  QLAB_REPLY_PORT: setting({
    key: "qlabReplyPort",
    schema: z.union([z.literal("sender"), whole(1_024, 65_535)]),
    default: "53001",
    expected: "sender, or a whole number from 1024 to 65535",
    meaning:
      "UDP port of each sender's machine to which answers of QLAB_PORT go; sender: the port that it sent from; a sender may choose its own with /udpReplyPort",
  }),
  OSCQUERY_HOST: setting({
    key: "oscQueryHost",
    schema: text,
    default: "127.0.0.1",
    expected: "an address of this machine",
    meaning: "address on which OSCQuery is served over HTTP; 0.0.0.0 admits other machines",
  }),
  OSCQUERY_PORT: setting({
    key: "oscQueryPort",
    schema: z.union([z.literal("off"), whole(0, 65_535)]),
    default: "57131",
    expected: "off, or a whole number from 0 to 65535",
    meaning: "TCP port of OSCQuery; 0 takes any free one, off serves none",
  }),
  OSCQUERY_ORIGINS: setting({
    key: "oscQueryOrigins",
    schema: z.string().transform((value) => value.split(",").map((origin) => origin.trim()))
      .refine((origins) => origins.every((origin) => /^(https?:\/\/[^/\s]+|null)$/.test(origin))),
    default: undefined,
    expected: "origins joined by commas, e.g. https://surface.example",
    meaning: "origins of web pages from elsewhere that may use OSCQuery",
  }),
  PAGE: setting({
    key: "page",
    schema: z.enum(["on", "off", "read"]),
    default: "on",
    expected: "on, off or read",
    meaning: "the operator's page at the port of OSCQuery; read: pages show everything and change nothing",
  }),
  MDNS: setting({
    key: "mdns",
    schema: onOff,
    default: "off",
    expected: "on or off",
    meaning: "whether OSC and OSCQuery are advertised on the local network",
  }),
  MIDI: setting({
    key: "midi",
    schema: z.enum(["off", "jack", "auto"]),
    default: "off",
    expected: "off, jack or auto",
    brief: "MIDI input: off, jack or auto",
    meaning: "MIDI input: jack requires JACK, auto uses JACK whenever it is there",
  }),
  MIDI_CONNECT: setting({
    key: "midiConnect",
    schema: text,
    default: undefined,
    expected: "a POSIX extended regular expression",
    meaning:
      "names of the MIDI outputs that are connected to the input automatically, e.g. ^a2j: or Keystation",
  }),
  MIDI_PROGRAMS: setting({
    key: "midiPrograms",
    schema: onOff,
    default: "off",
    expected: "on or off",
    meaning:
      "whether MIDI program changes load another patch; off by default because some devices send them unasked",
  }),
  MIDI_MPE: setting({
    key: "midiMpe",
    schema: z.enum(["off", "lower", "upper", "both"]),
    default: "off",
    expected: "off, lower, upper or both",
    meaning:
      "MPE zones from the start, for controllers that do not announce theirs: lower has master channel 1 and members 2 to 16, " +
      "upper master 16 and members 15 to 1, both seven members each",
  }),
  MIDI_MPE_BEND: setting({
    key: "midiMpeBend",
    schema: whole(1, 96),
    default: "48",
    expected: "a whole number of semitones from 1 to 96",
    meaning:
      "bend range of the members of an MPE zone until a controller sets its own: as it is set in the controller",
  }),
  MSC: setting({
    key: "mscDevice",
    schema: z.union([z.literal("off").transform(() => undefined), whole(0, 126)]),
    default: "off",
    expected: "off, or a device id from 0 to 126",
    meaning:
      "device id under which the show obeys MIDI Show Control of the MIDI input; messages to all devices are obeyed as well",
  }),
  SHOW_KEYS: setting({
    key: "showKeys",
    schema: text.regex(
      /^\s*(go|stop|pause|resume|panic|back|next)=p?\d{1,3}(\s*,\s*(go|stop|pause|resume|panic|back|next)=p?\d{1,3})*\s*$/,
    ),
    default: undefined,
    expected: "e.g. go=60, panic=61, back=p3: what to do, and a note or, after p, a program, each 0 to 127",
    meaning:
      "keys and programs of the MIDI input that stand for GO and the like of the show; the patch does not get them",
  }),
  TIMECODE: setting({
    key: "timecode",
    schema: z.enum(["off", "mtc", "ltc"]),
    default: "off",
    expected: "off, mtc or ltc",
    meaning:
      "timecode that is chased for the triggers of a show: mtc is that of the MIDI input, ltc linear timecode on the audio input TIMECODE_INPUT",
  }),
  TIMECODE_INPUT: setting({
    key: "timecodeInput",
    schema: whole(1, 8),
    default: "1",
    expected: "a whole number from 1 to 8",
    meaning: "input channel that carries linear timecode, at most INPUT_CHANNELS",
  }),
  TIMECODE_RATE: setting({
    key: "timecodeRate",
    schema: z.enum(["23.976", "24", "25", "29.97", "29.97df", "30"]),
    default: "25",
    expected: "23.976, 24, 25, 29.97, 29.97df or 30",
    meaning: "frames a second of the timecode; df: drop-frame",
  }),
  TIMECODE_OFFSET: setting({
    key: "timecodeOffset",
    schema: text.regex(/^([01]\d|2[0-3]):[0-5]\d:[0-5]\d[:;.]\d{2}$/),
    default: "00:00:00:00",
    expected: "a timecode such as 01:00:00:00",
    meaning: "timecode that is added to what is chased, e.g. 23:00:00:00 to take an hour away",
  }),
  TIMECODE_FLYWHEEL_SECONDS: setting({
    key: "flywheelSeconds",
    schema: whole(0, 60),
    default: "1",
    expected: "a whole number of seconds from 0 to 60",
    meaning: "how long timecode goes on by itself when its source falls silent",
  }),
  REAL_TIME: setting({
    key: "realTime",
    schema: z.enum(["auto", "off"]).transform((value) => value === "auto"),
    default: "auto",
    expected: "auto or off",
    meaning:
      "auto takes the priority over other programs that the system grants; off stays a program like any other",
  }),
  SNAPSHOT_MS: setting({
    key: "snapshotMs",
    schema: whole(20, 2_000),
    default: "250",
    expected: "a whole number of milliseconds from 20 to 2000",
    meaning: "time between snapshots of the musical state",
  }),
  SESSION: setting({
    key: "session",
    schema: text,
    default: undefined,
    expected: "a path that does not exist yet, one with %t for the time, or a folder",
    brief: "file to record the session to",
    meaning:
      "file to record the session to, for `understudy render`; in a folder, each start records to a file named by its time",
  }),
  SESSION_KEEP: setting({
    key: "sessionKeep",
    schema: whole(1, 100_000),
    default: undefined,
    expected: "a whole number from 1 to 100000",
    meaning:
      "recordings that the folder of SESSION keeps, the new one included; a start removes older ones; by default all stay",
  }),
  SESSION_ROTATE_MINUTES: setting({
    key: "sessionRotateMinutes",
    schema: whole(1, 10_000),
    default: undefined,
    expected: "a whole number from 1 to 10000",
    meaning:
      "minutes after which the next file of SESSION begins, without a gap; by default a start records to one file",
  }),
  SESSION_ROTATE_MIB: setting({
    key: "sessionRotateMiB",
    schema: whole(1, 1_000_000),
    default: undefined,
    expected: "a whole number from 1 to 1000000",
    meaning: "size in MiB from which on the next file of SESSION begins, without a gap",
  }),
  RECORDINGS: setting({
    key: "recordingFolder",
    schema: text,
    default: "recordings",
    expected: "a folder; it is created where it is missing",
    meaning: "folder to which /rec/start records what the device gets, as sound files",
  }),
  RECORD: setting({
    key: "record",
    schema: text,
    default: undefined,
    expected: "a path that ends in .wav or .flac, one with %t for the time, or a folder",
    meaning: "sound file to record to from the first block on; an existing one is never written over",
  }),
  RECORD_FORMAT: setting({
    key: "recordFormat",
    schema: z.enum(["wav32f", "wav24", "wav16", "flac24", "flac16"]),
    default: "wav32f",
    expected: "wav32f, wav24, wav16, flac24 or flac16",
    meaning:
      "sound files of recordings: wav32f keeps every bit, 24 bits are rounded, 16 bits are dithered; a name that ends in .wav or .flac chooses between those two",
  }),
  RECORD_MIN_FREE: setting({
    key: "recordMinFreeMiB",
    schema: whole(0, 16_777_216),
    default: "256",
    expected: "a whole number of MiB from 0 to 16777216",
    meaning: "a recording of the sound ends before less than this is free on its disk",
  }),
  STATE: setting({
    key: "stateFolder",
    schema: text,
    default: undefined,
    expected: "a folder; it is created where it is missing",
    brief: "folder that keeps the state over a restart",
    meaning:
      "folder that keeps the musical state, so that the next start goes on from it, also after a crash; not set: none is kept",
  }),
  STATE_NOTES: setting({
    key: "stateNotes",
    schema: z.enum(["release", "hold"]),
    default: "release",
    expected: "release or hold",
    meaning:
      "whether a start that goes on from STATE releases the notes and pedals that senders held when the engine ended, or lets them sound on",
  }),
  FAULTS: setting({
    key: "faults",
    schema: onOff,
    default: "off",
    expected: "on or off",
    meaning: "whether /engine/fault may break renderers on purpose",
  }),
  LOG_LEVEL: setting({
    key: "logLevel",
    schema: z.enum(logLevels),
    default: "info",
    expected: logLevels.join(", "),
    meaning: "least severe events that are logged",
  }),
  LOG_FORMAT: setting({
    key: "logFormat",
    schema: z.enum(["auto", "compact", "pretty", "json"]),
    default: "auto",
    expected: "auto, compact, pretty or json",
    meaning:
      "compact: a few short lines; pretty: every line with its time; json: the same for programs; auto: compact at a terminal, else pretty",
  }),
  PORTAUDIO: setting({
    key: "portAudioPath",
    schema: text,
    default: undefined,
    expected: "the path of a shared library",
    meaning: "PortAudio library to use instead of the system's",
  }),
  ISOLATION: setting({
    key: "isolation",
    schema: z.enum(["threads", "processes"]),
    default: "threads",
    expected: "threads or processes",
    meaning:
      "threads: renderers, sound and control share one process; processes: each has one of its own and can be lost without the others, through JACK, PipeWire's JACK or the clock only",
  }),
  CACHE_DIR: setting({
    key: "cacheDirectory",
    schema: text,
    default: undefined,
    expected: "a path",
    meaning: "folder that keeps the native part once it is built, by default in the user's cache",
  }),
} as const;

type SettingTable = typeof settings;

/** All settings, typed; names are the table's keys. */
export type Config = {
  readonly [N in keyof SettingTable as SettingTable[N]["key"]]: SettingTable[N]["default"] extends string
    ? z.output<SettingTable[N]["schema"]>
    : z.output<SettingTable[N]["schema"]> | undefined;
};

/** Names of all environment variables. */
export const settingNames: readonly string[] = Object.keys(settings).map((name) => prefix + name);

/** Start of the variables that only the project's own tests and benchmarks read. */
const foreignPrefix = `${prefix}TEST_`;

/** A setting as it is in force. */
export interface SettingValue {
  /** Name of the environment variable. */
  readonly name: string;
  /** As it was written; undefined: not set. */
  readonly value: string | undefined;
  /** `default`, `environment`, or the file with the line. */
  readonly from: string;
  readonly isSecret: boolean;
}

/**
 * Each setting with its value and where that comes from, in the order of the table. An empty variable counts as not set. Values
 * and unknown names are not checked.
 */
export function settingValues(
  environment: Readonly<Record<string, string>>,
  file?: SettingsFile,
): SettingValue[] {
  return Object.entries<Setting<string, z.ZodType, string | undefined>>(settings).map(
    ([key, { default: fallback, isSecret = false }]): SettingValue => {
      const name = prefix + key;
      const given = environment[name]?.trim();
      if (given) return { name, value: given, from: "environment", isSecret };
      const entry = file?.entries.get(name);
      if (entry?.value) return { name, value: entry.value, from: `${file!.path}:${entry.line}`, isSecret };
      return { name, value: fallback, from: "default", isSecret };
    },
  );
}

/** Names that look like settings and are none, with the nearest right one. */
function unknownNames(
  environment: Readonly<Record<string, string>>,
  file: SettingsFile | undefined,
): string[] {
  const problem = (name: string) => {
    const whole = name.startsWith(prefix) ? name : prefix + name;
    return `${name}: there is no such setting; did you mean ${nearest(whole, settingNames)}?`;
  };
  const isUnknown = (name: string) => !settingNames.includes(name);
  return [
    ...Object.keys(environment)
      .filter((name) => name.startsWith(prefix) && !name.startsWith(foreignPrefix) && isUnknown(name))
      .map(problem),
    ...[...file?.entries.entries() ?? []].filter(([name]) => isUnknown(name))
      .map(([name, { line }]) => `${file!.path}:${line}: ${problem(name)}`),
  ];
}

/**
 * Reads the settings from an environment, and from a file what is not set there.
 *
 * @throws {ConfigError} naming every wrong value with what was expected and where it stands, and every unknown name with the
 *   nearest right one
 */
export function readConfig(environment: Readonly<Record<string, string>>, file?: SettingsFile): Config {
  const problems = unknownNames(environment, file);
  const config: Record<string, unknown> = {};
  for (const { name, value, from } of settingValues(environment, file)) {
    if (value === undefined) continue;
    const { key, schema, expected, isSecret }: Setting<string, z.ZodType, string | undefined> =
      settings[name.slice(prefix.length) as keyof SettingTable];
    const parsed = schema.safeParse(value);
    const place = from === "environment" || from === "default" ? "" : `${from}: `;
    if (parsed.success) config[key] = parsed.data;
    else problems.push(`${place}${name}: expected ${expected}, found ${isSecret ? "less" : `"${value}"`}`);
  }
  if (problems.length === 0) {
    problems.push(...excessValues(config as Config), ...formatProblems(config as Config));
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return config as Config;
}

/** Lists of values for each output that have more values than there are outputs. */
function excessValues({ channels, silenceSeconds, silenceThresholds, outputNames = [] }: Config): string[] {
  return Object.entries({
    SILENCE_SECONDS: silenceSeconds,
    SILENCE_DB: silenceThresholds,
    OUTPUT_NAMES: outputNames,
  })
    .filter(([, { length }]) => length > channels)
    .map(([name, { length }]) =>
      `${prefix}${name}: expected at most ${channels} values, one for each output of ${prefix}CHANNELS, found ${length}`
    );
}

/** Most channels of a FLAC file. */
const maxFlacChannels = 8;

/** Files that cannot hold the outputs. */
function formatProblems({ channels, recordFormat, record }: Config): string[] {
  if (channels <= maxFlacChannels) return [];
  const problem = (name: string, remedy: string) =>
    `${prefix}${name}: FLAC holds ${maxFlacChannels} channels at most, ${prefix}CHANNELS is ${channels}; ${remedy}`;
  return [
    ...(recordFormat.startsWith("flac") ? [problem("RECORD_FORMAT", "set wav24 or wav32f")] : []),
    ...(record && /\.flac$/i.test(record) ? [problem("RECORD", "take a name that ends in .wav")] : []),
  ];
}

/** What `--help` and the README say about one setting. */
export interface SettingDescription {
  /** Name of the environment variable. */
  readonly name: string;
  readonly default: string | undefined;
  readonly expected: string;
  readonly meaning: string;
  /** A few words, of the settings that are needed most. */
  readonly brief: string | undefined;
}

/** The documentation of every setting, in the order of the table. */
export const settingDescriptions: readonly SettingDescription[] = Object.entries<
  Setting<string, z.ZodType, string | undefined>
>(settings).map((
  [name, { default: fallback, expected, meaning, brief }],
) => ({ name: prefix + name, default: fallback, expected, meaning, brief }));

/** The settings as `--help` shows them: name, meaning, accepted values, default. */
export function describeSettings(): string {
  const width = Math.max(...settingNames.map((name) => name.length));
  return settingDescriptions.map(({ name, default: fallback, meaning, expected }) =>
    `  ${name.padEnd(width)}  ${meaning}\n  ${"".padEnd(width)}  ${expected}; default: ${
      fallback ?? "not set"
    }`
  ).join("\n");
}
