import { defineModule } from "../signal/module.ts";
import { constant, type Integer, type Signal } from "../signal/signal.ts";
import { table } from "../signal/table.ts";
import { oscillatorFrequency, phaseOf, playable } from "./phase.ts";
import { classicWaves, type Wave } from "./wave.ts";
import { levels, levelsOf, samplesOfWave, shortestLevel } from "./wave_levels.ts";
import { unity } from "../signal/unity.ts";

/** Most waves: they fill the numbers that a patch may have in tables. */
const maxWaves = 32;

/** Above it nothing is heard, so harmonics may fold into that range. */
const highestHeardHz = 20_000;

/** The level for each pitch: the last whose harmonics stay below `limitHz`, counted in half octaves from its square. */
function levelFor(frequencyHz: Signal<"Hz">, limitHz: number): Integer {
  const harmonics = constant<"Hz">(limitHz).ratio(frequencyHz);
  const level = harmonics.squared().bits().shiftRight(23).minus(127);
  return level.isBelow(levels).selectInteger(level, levels - 1);
}

/**
 * Waves from tables, and all between them. The harmonics that would be folded below 20 kHz are left out, no others: at 48 kHz
 * the waves are whole up to there, at 44.1 kHz to 17 kHz, and when the pitch slides nothing audible comes or goes.
 */
export const wavetable = defineModule({
  name: "wavetable",
  summary: "a row of waves, band-limited, with a position that moves through it",
  source:
    "W. Palm (1979); band-limited tables by half octaves, straight lines between samples and between waves",
  inputs: {},
  parameters: {
    frequencyHz: oscillatorFrequency,
    position: {
      ...unity,
      default: 0,
      why: "place in the row of waves: 0 the first, 1 the last, between two a mixture of both",
    },
  },
  options: {
    /** From one to 32; `waveOf` makes one of a formula. */
    waves: classicWaves,
  },
  process: ({ frequencyHz, position }, { waves }, { sampleRateHz, reject }) => {
    if (!Array.isArray(waves) || waves.length < 1 || waves.length > maxWaves) {
      reject(
        "waves",
        `expected 1 to ${maxWaves} waves, found ${Array.isArray(waves) ? waves.length : waves}`,
      );
    }
    const playing = playable(frequencyHz, sampleRateHz);
    const { phase } = phaseOf(playing, sampleRateHz);
    const level = levelFor(playing, Math.max(sampleRateHz - highestHeardHz, sampleRateHz / 2));
    // the length of a level as the bits of a float, and where it begins: see wave_levels.ts
    const length = level.shiftRight(2).plus(127 + Math.log2(shortestLevel)).shiftLeft(23).asFloatBits();
    const start = level.and(3).plus(4).toFloat().times(length).minus(4 * shortestLevel).toInteger();
    const place = phase.shiftRightUnsigned(8).toFloat().times(length.times(2 ** -24));
    const before = place.floor();
    const sample = before.toInteger();
    const next = sample.plus(1).and(length.toInteger().minus(1));
    const part = place.minus(before);
    const look = lookUp(waves, (index, problem) => reject("waves", `wave ${index + 1}: ${problem}`));
    const waveAt = (first: Integer | number) => {
      const [from, to] = [sample, next].map((one) => look(one.plus(start.plus(first))));
      return from.plus(to.minus(from).times(part));
    };
    if (waves.length === 1) return waveAt(0);
    const row = position.times(waves.length - 1);
    const lower = row.floor().atMost(waves.length - 2);
    const first = lower.toInteger().times(samplesOfWave);
    const [one, other] = [waveAt(first), waveAt(first.plus(samplesOfWave))];
    return one.plus(other.minus(one).times(row.minus(lower)));
  },
});

/** Tables by their waves, so that all oscillators with the same waves share one. */
const tables = new WeakMap<readonly Wave[], ReturnType<typeof table>>();

/** The samples of all waves in one table, filled up to a power of two. */
function lookUp(
  waves: readonly Wave[],
  reject: (index: number, problem: string) => never,
): ReturnType<typeof table> {
  const known = tables.get(waves);
  if (known) return known;
  const row = new Array<number>(samplesOfWave * 2 ** Math.ceil(Math.log2(waves.length))).fill(0);
  waves.forEach((wave, index) => {
    if (typeof wave !== "function") reject(index, `expected a function of the harmonic, found ${wave}`);
    levelsOf(wave).forEach((sample, place) => {
      if (!Number.isFinite(sample)) reject(index, `expected finite numbers, found ${sample}`);
      row[index * samplesOfWave + place] = sample;
    });
  });
  const made = table(row);
  tables.set(waves, made);
  return made;
}
