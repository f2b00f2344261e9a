/**
 * Timecode: how soon a chase locks, how far what it foresees lies from the truth, and what reading costs. `deno run -A bench/timecode.ts`.
 */
import { TimecodeChase } from "../timecode/chase.ts";
import { LtcDecoder } from "../timecode/ltc_decoder.ts";
import { LtcSignal } from "../timecode/ltc_signal.ts";
import { MtcDecoder, quarterFrames } from "../timecode/mtc.ts";
import { frameOfTimecode, timecodeOfFrame, type TimecodeRate, timecodeRates } from "../timecode/timecode.ts";
import { report } from "./report.ts";

const sampleRateHz = 48_000;
const seconds = 30;
const startFrame = 90_000;

interface Row extends Record<string, string | number> {
  readonly source: string;
  readonly "locks after, frames": number;
  readonly "worst, samples": number;
  readonly "time, % of real time": number;
}

function chaseOf(rate: TimecodeRate, correction: number, tolerance: number): TimecodeChase {
  return new TimecodeChase({
    rate,
    sampleRateHz,
    flywheelSeconds: 1,
    lockReadings: 2,
    correction,
    tolerance,
  });
}

/** Linear timecode at a rate, from its first sample on. */
function linear(rate: TimecodeRate): Row {
  const chase = chaseOf(rate, 1, 0.25);
  const decoder = new LtcDecoder(sampleRateHz);
  const signal = new LtcSignal({ start: timecodeOfFrame(startFrame, rate), rate, sampleRateHz, level: 0.25 });
  const block = new Float32Array(128);
  let [lockedAt, worst, spentMs] = [Infinity, 0, 0];
  for (let at = 0; at < seconds * sampleRateHz; at += block.length) {
    signal.write(at, block);
    const begin = performance.now();
    decoder.push(
      block,
      at,
      ({ timecode, endAt, isReverse }) =>
        chase.read({ position: frameOfTimecode(timecode, rate) + 1, at: endAt, spacing: 1, isReverse }),
    );
    spentMs += performance.now() - begin;
    if (chase.stateAt(at) !== "locked") continue;
    lockedAt = Math.min(lockedAt, at + block.length);
    worst = Math.max(worst, farOff(chase, rate, at));
  }
  return row(`LTC ${rate.name}`, { lockedAt, worst, spentMs, rate });
}

/** Quarter frames that come on their moments. */
function midi(rate: TimecodeRate): Row {
  const chase = chaseOf(rate, 0.06, 0.5);
  const decoder = new MtcDecoder();
  const perQuarter = sampleRateHz / rate.framesPerRealSecond / 4;
  let [lockedAt, worst, spentMs] = [Infinity, 0, 0];
  for (let quarter = 0; quarter * perQuarter < seconds * sampleRateHz; quarter++) {
    const frame = startFrame + 2 * Math.floor(quarter / 8);
    const at = Math.round(quarter * perQuarter);
    const data = quarterFrames(timecodeOfFrame(frame, rate), rate)[quarter % 8][1];
    const begin = performance.now();
    const time = decoder.quarterFrame(data);
    if (time !== undefined) {
      const position = frameOfTimecode(time.timecode, rate) + time.framesSince;
      chase.read({ position, at, spacing: 2, isReverse: time.isReverse });
    }
    spentMs += performance.now() - begin;
    if (chase.stateAt(at) !== "locked") continue;
    lockedAt = Math.min(lockedAt, at);
    worst = Math.max(worst, farOff(chase, rate, at));
  }
  return row(`MTC ${rate.name}`, { lockedAt, worst, spentMs, rate });
}

/** Samples by which a frame ahead is foreseen wrongly. */
function farOff(chase: TimecodeChase, rate: TimecodeRate, now: number): number {
  const ahead = Math.ceil(chase.positionAt(now)!) + 1;
  const truth = (ahead - startFrame) * sampleRateHz / rate.framesPerRealSecond;
  return Math.abs(chase.frameAt(ahead, now)! - truth);
}

function row(
  source: string,
  { lockedAt, worst, spentMs, rate }: {
    readonly lockedAt: number;
    readonly worst: number;
    readonly spentMs: number;
    readonly rate: TimecodeRate;
  },
): Row {
  return {
    source,
    "locks after, frames": Math.round(lockedAt * rate.framesPerRealSecond / sampleRateHz * 100) / 100,
    "worst, samples": Math.round(worst * 100) / 100,
    "time, % of real time": Math.round(spentMs / seconds * 100) / 1_000,
  };
}

const rates = [timecodeRates["24"], timecodeRates["25"], timecodeRates["29.97df"], timecodeRates["30"]];
await report("timecode", [...rates.map(linear), ...rates.map(midi)]);
