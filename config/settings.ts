/**
 * Every setting, by environment variable. One table is the whole truth: parsing, `--help`, and the error texts come
 * from it.
 */
import { z } from "zod";
import { logLevels } from "../foundation/logging.ts";
import { nearest } from "../foundation/nearest.ts";

/** Everything that is wrong with the environment, one line each. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

const prefix = "UNDERSTUDY_";

function whole(min: number, max: number, step = 1) {
  const inRange = (value: number) => value >= min && value <= max && value % step === 0;
  return z.string().regex(/^\d+$/).transform(Number).refine(inRange);
}

const text = z.string();
const onOff = z.enum(["on", "off"]).transform((value) => value === "on");

/** One setting: how it is read, what it is by default, and what people are told about it. */
interface Setting<T extends z.ZodType> {
  readonly key: string;
  readonly schema: T;
  /** Text as it would stand in the environment; undefined: not set. */
  readonly default: string | undefined;
  readonly expected: string;
  readonly meaning: string;
}

function setting<K extends string, T extends z.ZodType, D extends string | undefined>(
  key: K,
  schema: T,
  fallback: D,
  expected: string,
  meaning: string,
): Setting<T> & { readonly key: K; readonly default: D } {
  return { key, schema, default: fallback, expected, meaning };
}

const settings = {
  DRIVER: setting(
    "driver",
    z.enum(["auto", "portaudio", "clock"]),
    "auto",
    "auto, portaudio or clock",
    "what calls for sound: a device, or the clock (silent)",
  ),
  HOST_API: setting(
    "hostApi",
    text,
    undefined,
    "a name that `understudy devices` prints",
    "sound system to look for devices in, e.g. ALSA or JACK",
  ),
  DEVICE: setting(
    "device",
    text,
    undefined,
    "a name or an index that `understudy devices` prints",
    "output device; one that is missing is an error",
  ),
  INPUT_DEVICE: setting(
    "inputDevice",
    text,
    undefined,
    "a name or an index that `understudy devices` prints",
    "input device, by default the output device",
  ),
  SAMPLE_RATE: setting(
    "sampleRateHz",
    whole(8_000, 192_000),
    "48000",
    "a whole number of Hz from 8000 to 192000",
    "frames per second",
  ),
  BLOCK_FRAMES: setting(
    "blockFrames",
    whole(16, 4_096, 16),
    "128",
    "a multiple of 16 from 16 to 4096",
    "frames per block",
  ),
  LOOKAHEAD_BLOCKS: setting(
    "lookaheadBlocks",
    whole(2, 64),
    "4",
    "a whole number from 2 to 64",
    "blocks that renderers run ahead; latency is this times a block",
  ),
  CHANNELS: setting("channels", whole(1, 8), "2", "a whole number from 1 to 8", "output channels"),
  INPUT_CHANNELS: setting(
    "inputChannels",
    whole(0, 8),
    "0",
    "a whole number from 0 to 8",
    "input channels, 0 for none",
  ),
  PATCH: setting("patch", text, "sines", "the name or the file of a patch", "what is played"),
  DEMO: setting(
    "demo",
    onOff,
    "off",
    "on or off",
    "whether a short phrase is played as soon as all is ready, to hear that it sounds",
  ),
  TUNING: setting(
    "tuning",
    text,
    undefined,
    "the path of a Scala file (.scl)",
    "tuning of every instrument, by default equal temperament; A4 stays at 440 Hz",
  ),
  PATCH_MEMORY: setting(
    "patchMemoryMiB",
    whole(1, 1_024),
    "8",
    "a whole number of MiB from 1 to 1024",
    "room for the state of patches that are loaded while it plays; four times this is taken",
  ),
  PATCH_FOLDER: setting(
    "patchFolder",
    text,
    undefined,
    "a folder",
    "where /patch/load may find files; without it, only the patches that come with Understudy and the file of the start",
  ),
  SAMPLE_FOLDER: setting(
    "sampleFolder",
    text,
    undefined,
    "a folder",
    "where patches find their sound files; without it, in `samples` beside a patch file",
  ),
  SEED: setting(
    "seed",
    whole(0, 2 ** 32 - 1),
    "1",
    "a whole number from 0 to 4294967295",
    "seed of everything random",
  ),
  OSC_HOST: setting(
    "oscHost",
    text,
    "127.0.0.1",
    "an address of this machine",
    "where OSC is listened for, IPv4 or IPv6; 0.0.0.0 hears other machines, :: also by IPv6, if OSC_ALLOW lets them in",
  ),
  OSC_PORT: setting(
    "oscPort",
    whole(0, 65_535),
    "57130",
    "a whole number from 0 to 65535",
    "UDP port of OSC; 0 takes any free one",
  ),
  OSC_TCP_PORT: setting(
    "oscTcpPort",
    whole(0, 65_535),
    undefined,
    "a whole number from 0 to 65535",
    "TCP port of OSC beside UDP; 0 takes any free one, not set: no TCP",
  ),
  OSC_TCP_FRAMING: setting(
    "oscTcpFraming",
    z.enum(["slip", "length"]),
    "slip",
    "slip or length",
    "how packets are marked on TCP: as OSC 1.1 or as OSC 1.0 says",
  ),
  OSC_ALLOW: setting(
    "oscAllow",
    text,
    "127.0.0.0/8, ::1",
    "networks like 192.168.1.0/24, separated by commas",
    "who may send OSC; packets from elsewhere are dropped unread",
  ),
  OSC_READ_ONLY: setting(
    "oscReadOnly",
    text,
    undefined,
    "networks like 192.168.1.0/24, separated by commas",
    "who may ask and listen over OSC but not change the sound",
  ),
  OSC_SECRET: setting(
    "oscSecret",
    z.string().min(8),
    undefined,
    "at least 8 characters",
    "what OSC senders have to say with /login before they may change the sound",
  ),
  OSC_RATE: setting(
    "oscMessagesPerSecond",
    whole(0, 1_000_000),
    "20000",
    "a whole number from 0 to 1000000",
    "OSC messages that one sender may send in a second, and as many in one burst; 0: no limit",
  ),
  OSCQUERY_HOST: setting(
    "oscQueryHost",
    text,
    "127.0.0.1",
    "an address of this machine",
    "where OSCQuery is served over HTTP; 0.0.0.0 lets other machines in",
  ),
  OSCQUERY_PORT: setting(
    "oscQueryPort",
    z.union([z.literal("off"), whole(0, 65_535)]),
    "57131",
    "off, or a whole number from 0 to 65535",
    "TCP port of OSCQuery; 0 takes any free one, off serves none",
  ),
  OSCQUERY_ORIGINS: setting(
    "oscQueryOrigins",
    z.string().transform((value) => value.split(",").map((origin) => origin.trim()))
      .refine((origins) => origins.every((origin) => /^(https?:\/\/[^/\s]+|null)$/.test(origin))),
    undefined,
    "origins joined by commas, e.g. https://surface.example",
    "web pages from elsewhere that may use OSCQuery",
  ),
  MDNS: setting(
    "mdns",
    onOff,
    "off",
    "on or off",
    "whether OSC and OSCQuery are advertised on the local network",
  ),
  MIDI: setting(
    "midi",
    z.enum(["off", "jack", "auto"]),
    "off",
    "off, jack or auto",
    "MIDI input: from JACK, without which it does not start, or from JACK whenever it is there",
  ),
  MIDI_CONNECT: setting(
    "midiConnect",
    text,
    undefined,
    "a POSIX extended regular expression",
    "MIDI outputs that are connected to the input by themselves, by name, e.g. ^a2j: or Keystation",
  ),
  MIDI_PROGRAMS: setting(
    "midiPrograms",
    onOff,
    "off",
    "on or off",
    "whether MIDI program changes exchange the patch; off, because some devices send one by themselves",
  ),
  SNAPSHOT_MS: setting(
    "snapshotMs",
    whole(20, 2_000),
    "250",
    "a whole number of milliseconds from 20 to 2000",
    "time between snapshots of the musical state",
  ),
  SESSION: setting(
    "session",
    text,
    undefined,
    "a path that does not exist yet",
    "file to record the session to, for `understudy render`",
  ),
  FAULTS: setting(
    "faults",
    onOff,
    "off",
    "on or off",
    "whether /engine/fault may break renderers on purpose",
  ),
  LOG_LEVEL: setting(
    "logLevel",
    z.enum(logLevels),
    "info",
    logLevels.join(", "),
    "least important events that are logged",
  ),
  LOG_FORMAT: setting(
    "logFormat",
    z.enum(["pretty", "json"]),
    "pretty",
    "pretty or json",
    "lines for people, or JSON lines",
  ),
  PORTAUDIO: setting(
    "portAudioPath",
    text,
    undefined,
    "the path of a shared library",
    "PortAudio library to use instead of the system's",
  ),
  CACHE_DIR: setting(
    "cacheDirectory",
    text,
    undefined,
    "a path",
    "where the native part is kept once built, by default below the user's cache",
  ),
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

/** Variables that only the project's own tests and benchmarks read. */
const foreignPrefix = `${prefix}TEST_`;

/**
 * Reads the settings from an environment. An empty variable counts as not set.
 *
 * @throws {ConfigError} naming every wrong value with what was expected, and every unknown name with the nearest right one
 */
export function readConfig(environment: Readonly<Record<string, string>>): Config {
  const problems: string[] = [];
  for (const name of Object.keys(environment)) {
    if (!name.startsWith(prefix) || name.startsWith(foreignPrefix) || settingNames.includes(name)) continue;
    problems.push(`${name}: there is no such setting; did you mean ${nearest(name, settingNames)}?`);
  }
  const config: Record<string, unknown> = {};
  for (const [name, { key, schema, default: fallback, expected }] of Object.entries(settings)) {
    const given = environment[prefix + name]?.trim();
    const source = given === undefined || given === "" ? fallback : given;
    if (source === undefined) continue;
    const parsed = schema.safeParse(source);
    if (parsed.success) config[key] = parsed.data;
    else problems.push(`${prefix}${name}: expected ${expected}, found "${source}"`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return config as Config;
}

/** The settings as a text for `--help`: name, default, meaning, what is expected. */
export function describeConfig(): string {
  const width = Math.max(...settingNames.map((name) => name.length));
  return Object.entries(settings).map(([name, { default: fallback, meaning, expected }]) =>
    `  ${(prefix + name).padEnd(width)}  ${meaning}\n  ${"".padEnd(width)}  ${expected}; default: ${
      fallback ?? "not set"
    }`
  ).join("\n");
}
