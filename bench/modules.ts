/**
 * What each module costs: nanoseconds of processor time per sample and voice, at its defaults and 48 kHz, what is around it
 * subtracted; for stereo effects per sample of both channels. Where scsynth has a unit that does the same, its cost in the
 * same run. Medians of several rounds, in turns. About three minutes.
 *
 *     deno task bench:modules [ROUNDS [VOICES [MODULE ...]]]
 */
import { developmentCommand } from "../testing/development_command.ts";
import { type Entry, libraryEntries } from "../testing/trial/library.ts";
import { median } from "./median.ts";
import { audioUnit, type Counterpart, counterparts } from "./module_counterparts.ts";
import { instancesInOutput, outputsOf, voicesOf } from "./module_voices.ts";
import { report } from "./report.ts";
import { inspectScsynth, ScsynthMissingError, scsynthSeconds, scsynthVersion } from "./scsynth.ts";
import type { Unit } from "./synthdef.ts";
import { benchFormat, frequenciesHz, play, type Playing } from "./voice_patches.ts";

const { numberAt, words } = developmentCommand(import.meta.url, { maxWords: Infinity });
const rounds = numberAt(0, 5);
const voices = numberAt(1, 64);
/** Modules that are measured; none named: all. */
const named = words.slice(2);
const { sampleRateHz } = benchFormat;

/** Seconds of sound in a round of ours; more of scsynth, whose processor time is told in steps of 10 ms. */
const [seconds, scsynthVoices, scsynthSecondsOfSound] = [1, 256, 4];

/** Less than this is not told from nothing, of ours and of scsynth. */
const [leastNs, leastScsynthNs] = [0.15, 0.4];

/** Two copies of one patch, with the module and without. */
interface Pair {
  readonly entry: Entry;
  readonly count: number;
  readonly present: Playing;
  readonly absent: Playing;
}

async function pairOf(entry: Entry): Promise<Pair> {
  const count = entry.module.outputOnly ? instancesInOutput : voices;
  const notes = entry.module.outputOnly ? 1 : voices;
  const [present, absent] = [true, false].map((isThere) =>
    play(entry.module.outputOnly ? outputsOf(entry, isThere) : voicesOf(entry, voices, isThere), notes)
  );
  for (const one of [present, absent]) {
    for (let turn = 0; turn < 3; turn++) {
      one.render(seconds); // until the optimising compiler is done, which works beside
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  return { entry, count, present, absent };
}

/** Of a voice and a sample, once. */
function nanoseconds({ count, present, absent }: Pair): number {
  const longer = seconds * (count === voices ? 1 : 4);
  return (present.render(longer) - absent.render(longer)) * 1e9 / (longer * sampleRateHz * count);
}

const control: Unit = { name: "Control", rate: "kr", inputs: [], outputs: 1 };
const sounding = audioUnit("LFSaw", [[control, 0], 0]);
const still = audioUnit("DC", [0.1]);

function loadOf(counterpart: Counterpart | undefined, fed: boolean) {
  const source = fed ? sounding : still;
  const added = counterpart?.units(source, control) ?? [];
  const heard = added.at(-1) ?? source;
  const before = fed || added.length === 0 ? [source] : [];
  const outputs = heard.outputs === 2 ? [[heard, 0], [heard, 1]] as const : [[heard, 0], [heard, 0]] as const;
  return {
    units: [control, ...before, ...added, audioUnit("Out", [0, ...outputs], 0)],
    seconds: scsynthSecondsOfSound,
    sampleRateHz,
    blockFrames: benchFormat.maximumBlockFrames,
    frequenciesHz: frequenciesHz(scsynthVoices),
  };
}

async function checkScsynth(name: string, counterpart: Counterpart): Promise<void> {
  const { synths, lastSecond } = await inspectScsynth({
    ...loadOf(counterpart, counterpart.fed),
    seconds: 1,
  });
  if (synths !== scsynthVoices || !lastSecond.some((sample) => sample !== 0)) {
    throw new Error(`${name}: expected ${scsynthVoices} synths that sound, found ${synths}`);
  }
}

/** Whether scsynth is there; says so when it is not. */
async function findScsynth(): Promise<string | undefined> {
  try {
    return await scsynthVersion();
  } catch (error) {
    if (!(error instanceof ScsynthMissingError)) throw error;
    console.error(`bench:modules: without comparison: ${error.message}`);
    return undefined;
  }
}

const version = await findScsynth();
const pairs: Pair[] = [];
for (const entry of libraryEntries()) {
  if (named.length === 0 || named.includes(entry.module.moduleName)) pairs.push(await pairOf(entry));
}

const own = new Map(pairs.map((pair) => [pair, [] as number[]]));
const theirs = new Map<string, number[]>();
for (let round = 0; round < rounds; round++) {
  for (const pair of pairs) own.get(pair)!.push(nanoseconds(pair));
}
if (version !== undefined) {
  const compared = pairs.map(({ entry }) => entry.module.moduleName).filter((name) => name in counterparts);
  for (const name of compared) await checkScsynth(name, counterparts[name]);
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    const bare = {
      fed: await scsynthSeconds(loadOf(undefined, true)),
      not: await scsynthSeconds(loadOf(undefined, false)),
    };
    for (const name of compared) {
      const { fed } = counterparts[name];
      const took = await scsynthSeconds(loadOf(counterparts[name], fed)) - (fed ? bare.fed : bare.not);
      const cost = took * 1e9 / (scsynthSecondsOfSound * sampleRateHz * scsynthVoices);
      theirs.set(name, [...theirs.get(name) ?? [], cost]);
    }
  }
}

const rows = pairs.map((pair) => {
  const { module } = pair.entry;
  const name = module.moduleName;
  const cost = Math.max(0, median(own.get(pair)!));
  const row = { module: name, per: module.outputOnly ? "stereo sample" : "voice sample", ns: rounded(cost) };
  const their = theirs.get(name);
  if (!their) return row;
  const scsynthNs = Math.max(0, median(their));
  const compared = { ...row, unit: counterparts[name].name, scsynthNs: rounded(scsynthNs) };
  if (cost < leastNs || scsynthNs < leastScsynthNs) return compared;
  return { ...compared, ratio: Number((scsynthNs / cost).toFixed(1)) };
});
console.log(
  `ns of processor time per sample, blocks of ${benchFormat.maximumBlockFrames}, scsynth ${
    version ?? "missing"
  }`,
);
await report(named.length === 0 ? "modules" : "modules-some", rows);

function rounded(nanoseconds: number): number {
  return Number(nanoseconds.toPrecision(3));
}
