/** Tells that outputs give no sound, and that they do again: by event, log, `/event/degraded` and status. Main isolate. */
import type { EngineEvent, OutputState, SilenceKind } from "../control/control.ts";
import type { SilenceChange, SilenceDetector } from "../delivery/silence_detector.ts";
import { outputsText } from "../../foundation/outputs_text.ts";
import type { Degradations } from "./degradations.ts";

/** What an operator reads. */
const kindTexts: Readonly<Record<SilenceKind, string>> = {
  digital: "digital silence: every sample is zero; does the patch play there, and is anything sent to it?",
  dc:
    "direct current: the level stands still; mend the patch, which needs a high-pass, or stopped within a waveform",
  level: "below UNDERSTUDY_SILENCE_DB; raise a gain, or lower the threshold",
};

export interface SilenceReportOptions {
  readonly detector: SilenceDetector;
  readonly degradations: Degradations;
  readonly emit: (event: EngineEvent) => void;
  /** Of the outputs in their order; omitted: they have none. */
  readonly names?: readonly string[];
}

export class SilenceReport {
  readonly #options: SilenceReportOptions;
  /** What each silent output gives, and for how long it had when it was told. */
  readonly #silent = new Map<number, { readonly kind: SilenceKind; readonly seconds: number }>();

  constructor(options: SilenceReportOptions) {
    this.#options = options;
  }

  /** Takes in what was handed over, and tells what has changed; cheap, for every tick. */
  poll(): void {
    const changes = this.#options.detector.poll();
    if (changes.length === 0) return;
    for (const change of changes) this.#tell(change);
    const { degradations } = this.#options;
    if (this.#silent.size === 0) degradations.restore("output");
    else degradations.degrade("output", this.#problem());
  }

  /** What each output gives, and since when it gives no sound, for the status. */
  get status(): {
    readonly outputs: Readonly<Record<string, OutputState>>;
    readonly silentSeconds: Readonly<Record<string, number>>;
  } {
    const { states, silentSeconds } = this.#options.detector;
    return { outputs: byOutput(states), silentSeconds: byOutput(silentSeconds) };
  }

  /** A sentence for each kind of silence. */
  #problem(): string {
    const silent = [...this.#silent].sort(([one], [other]) => one - other);
    const kinds = [...new Set(silent.map(([, { kind }]) => kind))];
    return kinds.map((kind) => {
      const same = silent.filter(([, each]) => each.kind === kind);
      const seconds = Math.round(Math.max(...same.map(([, each]) => each.seconds)));
      const subject = outputsText(same.map(([output]) => output), this.#options.names);
      return `${subject} ${same.length === 1 ? "gives" : "give"} no sound (${seconds} s): ${kindTexts[kind]}`;
    }).join("; ");
  }

  #tell({ output, kind, seconds }: SilenceChange): void {
    const { emit } = this.#options;
    if (kind === undefined) {
      this.#silent.delete(output);
      return emit({ event: "outputSound", output, seconds });
    }
    this.#silent.set(output, { kind, seconds });
    emit({ event: "outputSilent", output, kind, seconds });
  }
}

function byOutput<T>(values: readonly T[]): Readonly<Record<string, T>> {
  return Object.fromEntries(values.map((value, channel) => [channel + 1, value]));
}
