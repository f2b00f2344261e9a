import { defineModule } from "../signal/module.ts";
import { table } from "../signal/table.ts";
import { bendOfNumber, curveRange, playStages } from "./stages.ts";

/** One stage of {@link multiStage}. */
export interface EnvelopeStage {
  /** Level at its end, -1 to 1. */
  readonly level: number;
  /** Duration, 0.001 to 600 s; whole frames, rounded up. */
  readonly seconds: number;
  /** 0: a straight line; above, up to 10: quick first; below, down to -10: slow first. */
  readonly curve?: number;
}

const maxStages = 8;

/** A rise, a fall to half, and silence when the note is let go. */
const defaultStages: readonly EnvelopeStage[] = [
  { level: 1, seconds: 0.01 },
  { level: 0.5, seconds: 0.3, curve: 4 },
  { level: 0, seconds: 0.5, curve: 4 },
];

/** Any number of levels up to eight, each with time and curve. Ends in exact zero. */
export const multiStage = defineModule({
  name: "multiStage",
  summary: "an envelope of up to eight stages, some of which may be repeated while the note is held",
  source: "C. Schlick: Fast alternatives to Perlin's bias and gain functions, Graphics Gems IV (1994)",
  inputs: {
    gate: { kind: "condition", why: "held: all stages but those of the release; let go: those" },
    trigger: { kind: "condition", why: "begins the first stage, from the level there is" },
  },
  parameters: {
    speed: {
      unit: "1",
      min: 0.05,
      max: 20,
      default: 1,
      curve: "exponential",
      smoothingSeconds: 0,
      why: "factor by which all stages are quicker",
    },
  },
  options: {
    /** One to eight; the last one goes to level 0. */
    stages: defaultStages,
    /** Number of last stages that play when the note is released; 0: the envelope runs through, held or not. */
    releaseStages: 1,
    /** Stage, from 0, that follows the last one before the release while the note is held; -1: its level is held. */
    loopFrom: -1,
  },
  process: ({ gate, trigger, speed }, { stages, releaseStages, loopFrom }, { sampleRateHz, reject }) => {
    checkStages(stages, (problem) => reject("stages", problem));
    if (!(Number.isInteger(releaseStages) && releaseStages >= 0 && releaseStages <= stages.length)) {
      reject("releaseStages", `expected 0 to ${stages.length}, the number of stages, found ${releaseStages}`);
    }
    const released = stages.length - releaseStages;
    const maxLoopFrom = releaseStages === 0 ? -1 : released - 1;
    if (!(Number.isInteger(loopFrom) && loopFrom >= -1 && loopFrom <= maxLoopFrom)) {
      reject(
        "loopFrom",
        `expected -1 to ${maxLoopFrom}, the last stage before the release, found ${loopFrom}`,
      );
    }
    const last = stages.length - 1;
    const lookUp = (valueOf: (stage: EnvelopeStage) => number) =>
      table(Array.from({ length: maxStages }, (_, index) => valueOf(stages[Math.min(index, last)])));
    const pace = lookUp(({ seconds }) => 1 / Math.max(1, seconds * sampleRateHz));
    return playStages({
      trigger,
      gate,
      pace: (stage) => pace(stage).times(speed),
      target: lookUp(({ level }) => level),
      bend: lookUp(({ curve = 0 }) => bendOfNumber(curve)),
      after: (stage) => {
        const next = stage.equals(last).selectInteger(last, stage.plus(1));
        if (releaseStages === 0) return next;
        const held = released - 1;
        return stage.equals(held).selectInteger(loopFrom < 0 ? held : loopFrom, next);
      },
      released: releaseStages === 0 ? undefined : released,
      last,
    });
  },
});

function checkStages(stages: readonly EnvelopeStage[], reject: (problem: string) => never): void {
  if (!Array.isArray(stages) || stages.length < 1 || stages.length > maxStages) {
    reject(`expected a list of 1 to ${maxStages}, found ${Array.isArray(stages) ? stages.length : stages}`);
  }
  stages.forEach(({ level, seconds, curve = 0 }, index) => {
    const check = (key: string, value: number, { min, max }: { min: number; max: number }) => {
      if (!(value >= min && value <= max)) {
        reject(`stage ${index + 1}: ${key}: expected ${min} to ${max}, found ${value}`);
      }
    };
    check("level", level, { min: -1, max: 1 });
    check("seconds", seconds, { min: 0.001, max: 600 });
    check("curve", curve, curveRange);
  });
  const { level } = stages[stages.length - 1];
  if (level !== 0) reject(`expected level 0 at the end, where the voice can end, found ${level}`);
}
