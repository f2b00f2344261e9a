import { sampleIndex } from "./build_context.ts";
import { type SampleFact, sampleFacts, sampleFactType } from "../../compiler/graph/graph.ts";
import { Integer, Signal, type Unit } from "./signal.ts";
import { makeNode } from "./source.ts";
import type { TablePlaces } from "../../compiler/graph/sample_tables.ts";
import { isSampleName } from "../../compiler/graph/sample_name.ts";

/**
 * A sound file: WAV, AIFF, FLAC or Ogg Vorbis, of one channel or two, of any rate. The patch names it; its content is known when the
 * patch is compiled.
 */
export class SampleFile {
  readonly name: string;

  /** Use {@link sampleFile}. */
  constructor(name: string) {
    this.name = name;
  }

  /** Length in frames. */
  get frames(): Integer {
    return this.#integer("frames");
  }
  /**
   * First frame of the file's own loop; 0 where it has none. Where it stands unrolled behind the file, as one that alternates does, it
   * lies there; it equals {@link loopEnd} when it is played a number of times only.
   */
  get loopStart(): Integer {
    return this.#integer("loopStart");
  }
  /** Frame after the last of the file's own loop; the length where it has none. */
  get loopEnd(): Integer {
    return this.#integer("loopEnd");
  }
  /** Frames per second. */
  get sampleRateHz(): Signal<"Hz"> {
    return this.#float("sampleRateHz");
  }
  /** Note at which it sounds as recorded: the root note that the file states, else middle C. */
  get rootNote(): Signal<"semitones"> {
    return this.#float("rootNote");
  }

  /** One frame of a side; silence outside of the file. A file of one channel is the same on both. */
  read(side: "left" | "right", frame: Integer): Signal<"1"> {
    return this.#read(side === "right" ? 1 : 0, frame);
  }

  /** One frame of the tables of a side, which {@link place} finds. */
  readTables(side: "left" | "right", frame: Integer): Signal<"1"> {
    return this.#read(side === "right" ? 3 : 2, frame);
  }

  /** Where a stretch of the tables begins, or how many copies of the file they hold. */
  place(fact: keyof TablePlaces): Integer {
    return this.#integer(fact);
  }

  #read(part: number, frame: Integer): Signal<"1"> {
    const attribute = sampleIndex(this.name) * 4 + part;
    return new Signal(makeNode({ op: "sample", type: "f32", args: [frame.source], attribute }));
  }
  #fact(fact: SampleFact) {
    const attribute = sampleIndex(this.name) * sampleFacts.length + sampleFacts.indexOf(fact);
    return makeNode({ op: "sampleFact", type: sampleFactType(fact), attribute });
  }
  #integer(fact: SampleFact): Integer {
    return new Integer(this.#fact(fact));
  }
  #float<U extends Unit>(fact: SampleFact): Signal<U> {
    return new Signal<U>(this.#fact(fact));
  }
}

/**
 * Names a sound file of the folder of samples, e.g. `kick.wav` or `drums/kick.flac`. Throws TypeError for a name that is not
 * allowed.
 */
export function sampleFile(name: string): SampleFile {
  if (isSampleName(name)) return new SampleFile(name);
  throw new TypeError(
    `sampleFile: expected the name of a file below the folder of samples, e.g. "drums/kick.wav", found ${
      JSON.stringify(name)
    }`,
  );
}
