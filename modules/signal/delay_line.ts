import { maxLineFrames } from "../../compiler/graph/limits.ts";
import { floatSource, Integer, integerSource, Signal, type Unit } from "./signal.ts";
import { constantNode, type LineCell, makeNode } from "./source.ts";

/** A ring of past frames. Everything is read before the frame's own value is written. */
export class DelayLine {
  readonly #cell: LineCell;

  /**
   * @param frames longest delay that will be read, 1 or more
   * @param name by which another patch finds its content again; omitted: by its place
   */
  constructor(frames: number, name?: string) {
    if (!Number.isInteger(frames) || frames < 1 || frames > maxLineFrames) {
      throw new RangeError(`delay line: expected 1 to ${maxLineFrames} frames, found ${frames}`);
    }
    this.#cell = { kind: "line", frames, ...(name !== undefined && { name }) };
  }

  get frames(): number {
    return this.#cell.frames;
  }

  /** The value written this many frames ago; the distance is limited to 1 up to the length of the line. */
  read(framesAgo: Integer | number): Signal<"1"> {
    const last = this.#cell.frames;
    const asked = integerSource(framesAgo);
    const low = asked.op === "constant"
      ? constantNode("i32", Math.min(last, Math.max(1, asked.attribute)))
      : new Integer(asked).isBelow(1).selectInteger(
        1,
        new Integer(asked).isBelow(last).selectInteger(new Integer(asked), last),
      ).source;
    return new Signal(makeNode({ op: "read", type: "f32", args: [low], cell: this.#cell }));
  }

  /** Sets the value that the line stores at the end of each frame; once for each line. */
  write(value: Signal<Unit> | number): void {
    if (this.#cell.write) throw new TypeError("delay line: expected one write, found a second");
    this.#cell.write = floatSource(value);
  }
}
