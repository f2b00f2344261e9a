/**
 * Follows a source of timecode: from single readings to a line of position over time. It locks when readings agree, goes on for a
 * while when they stop (flywheel), leaves a reading out that does not fit, and follows one that the next confirms. Pure: time is the
 * frame of the engine that it is given.
 */
import { framesPerDay, type TimecodeRate } from "./timecode.ts";

/** A place of the timecode and the moment at which it stood there. */
export interface TimecodeReading {
  /** Frames of timecode since midnight, with fraction. */
  readonly position: number;
  /** Frames of the engine, with fraction. */
  readonly at: number;
  /** Frames of timecode between two readings of the source. */
  readonly spacing: number;
  readonly isReverse: boolean;
}

/**
 * `none`: nothing is heard; `locking`: readings do not agree yet; `locked`; `flywheel`: readings are missing and the position goes on as
 * it went; `lost`: they have been missing for longer.
 */
export type ChaseState = "none" | "locking" | "locked" | "flywheel" | "lost";

export interface ChaseOptions {
  readonly rate: TimecodeRate;
  readonly sampleRateHz: number;
  /** How long the position goes on without readings. */
  readonly flywheelSeconds: number;
  /** Readings in a row that agree before it is locked. */
  readonly lockReadings: number;
  /** Part of a reading's difference by which the line is corrected: 1 for a source that is exact to the sample. */
  readonly correction: number;
  /** Largest difference between a reading and the line, in frames of timecode. */
  readonly tolerance: number;
}

/** Least and greatest speed at which places ahead are foreseen; 1 is that of the clock. */
const chasedSpeeds = { min: 0.9, max: 1.1 };

interface Line {
  position: number;
  at: number;
  /** Frames of timecode for each frame of the engine; negative: backward. */
  speed: number;
}

export class TimecodeChase {
  readonly #options: ChaseOptions;
  readonly #nominalSpeed: number;
  /** The position, once two readings agree. */
  #line: Line | undefined;
  /** The last reading, on the line or not. */
  #last: TimecodeReading | undefined;
  #agreeing = 0;
  #isLocked = false;
  #lockedFrom = 0;
  #jumps = 0;

  constructor(options: ChaseOptions) {
    this.#options = options;
    this.#nominalSpeed = options.rate.framesPerRealSecond / options.sampleRateHz;
  }

  /** Times that the source went on elsewhere, or began. */
  get jumps(): number {
    return this.#jumps;
  }

  /** The position of the first of the readings by which it locked. */
  get lockedFrom(): number {
    return this.#lockedFrom;
  }

  read(reading: TimecodeReading): void {
    const last = this.#last;
    this.#last = reading;
    if (last === undefined || reading.at <= last.at) return;
    const line = this.#line;
    if (line !== undefined && this.#agrees(line, reading)) {
      this.#follow(line, last, reading);
      return;
    }
    // it may be a single wrong one: the next must follow from it before the line is left
    const moved = this.#distance(last.position, reading.position);
    const speed = moved / (reading.at - last.at);
    const isNeighbour = Math.abs(Math.abs(moved) - reading.spacing) <= this.#options.tolerance &&
      last.isReverse === reading.isReverse && moved < 0 === reading.isReverse;
    if (!isNeighbour) {
      if (line === undefined || !this.#isLocked) this.#agreeing = 0;
      return;
    }
    this.#line = { position: reading.position, at: reading.at, speed: this.#firstSpeed(speed) };
    this.#agreeing = 2;
    this.#lockedFrom = last.position;
    this.#isLocked = this.#agreeing >= this.#options.lockReadings;
    this.#jumps++;
  }

  /** The source stands, or its cable was pulled: nothing goes on. */
  stop(): void {
    this.#line = this.#last = undefined;
    this.#isLocked = false;
    this.#agreeing = 0;
  }

  /** Of a source whose moments are not exact, two readings do not tell the speed. */
  #firstSpeed(speed: number): number {
    const nominal = speed / this.#nominalSpeed;
    const isNormal = nominal > chasedSpeeds.min && nominal < chasedSpeeds.max;
    return isNormal && this.#options.correction < 1 ? this.#nominalSpeed : speed;
  }

  stateAt(frame: number): ChaseState {
    const { sampleRateHz, flywheelSeconds, rate } = this.#options;
    if (this.#last === undefined) return "none";
    const since = (frame - this.#last.at) / sampleRateHz;
    // the reading that is due next may come a little late
    const due = this.#last.spacing / rate.framesPerRealSecond * 2;
    if (!this.#isLocked) return since > due + flywheelSeconds ? "none" : "locking";
    if (since <= due) return "locked";
    return since <= due + flywheelSeconds ? "flywheel" : "lost";
  }

  /** Speed, 1 is that of the clock; 0 while nothing is known. */
  get speed(): number {
    return this.#line === undefined ? 0 : this.#line.speed / this.#nominalSpeed;
  }

  /** The place of the timecode, in its frames since midnight, at a frame of the engine; undefined while it is not followed. */
  positionAt(frame: number): number | undefined {
    if (!this.#isFollowed(frame)) return undefined;
    const { position, at, speed } = this.#line!;
    const day = framesPerDay(this.#options.rate);
    return ((position + speed * (frame - at)) % day + day) % day;
  }

  /**
   * The frame of the engine, with fraction, at which a place ahead is reached; undefined while the source does not run forward at about
   * the speed of the clock.
   *
   * @param now the frame of the engine at which it is asked
   */
  frameAt(position: number, now: number): number | undefined {
    if (!this.#isFollowed(now) || this.speed < chasedSpeeds.min || this.speed > chasedSpeeds.max) {
      return undefined;
    }
    const line = this.#line!;
    return line.at + this.#distance(line.position, position) / line.speed;
  }

  #isFollowed(frame: number): boolean {
    const state = this.stateAt(frame);
    return state === "locked" || state === "flywheel";
  }

  #agrees({ position, at, speed }: Line, reading: TimecodeReading): boolean {
    if (speed < 0 !== reading.isReverse) return false;
    const foreseen = position + speed * (reading.at - at);
    return Math.abs(this.#distance(foreseen, reading.position)) <= this.#options.tolerance;
  }

  #follow(line: Line, last: TimecodeReading, reading: TimecodeReading): void {
    const { correction, lockReadings } = this.#options;
    const elapsed = reading.at - line.at;
    const foreseen = line.position + line.speed * elapsed;
    const error = this.#distance(foreseen, reading.position);
    line.position = foreseen + correction * error;
    line.at = reading.at;
    // one that was left out in between must not bend the speed
    line.speed += correction * correction / 2 * error / Math.max(elapsed, reading.at - last.at);
    if (++this.#agreeing >= lockReadings) this.#isLocked = true;
  }

  /** The shorter way around the day. */
  #distance(from: number, to: number): number {
    const day = framesPerDay(this.#options.rate);
    const forward = ((to - from) % day + day) % day;
    return forward > day / 2 ? forward - day : forward;
  }
}
