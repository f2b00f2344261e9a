/** A compiled patch beside the interpreter, bit by bit. */
import type { PatchFormat } from "../../compiler/graph/compiled_patch.ts";
import { assemblePatch, patchText } from "../../compiler/compile.ts";
import type { SampleBank } from "../../compiler/graph/sample_bank.ts";
import type { PatchGraph } from "../../compiler/graph/graph.ts";
import { PatchPlayer, sameBits } from "../patch/patch_player.ts";
import { PatchInterpreter } from "./interpreter.ts";
import type { Event, Step } from "./random_patch.ts";

/** What is played, and into what pieces it is cut. */
export interface Performance {
  readonly score: readonly Step[];
  readonly blockFrames: number;
  readonly seed: number;
  /** Files that the patch plays. */
  readonly samples?: SampleBank;
}

/** Lets a compiled patch hear an event. */
export function playEvent({ exports }: PatchPlayer, event: Event): void {
  if (event.do === "on") exports.note_on(0, event.id, event.number, event.velocity);
  else if (event.do === "off") exports.note_off(0, event.id);
  else if (event.do === "pedal") exports.pedal(0, event.down ? 1 : 0);
  else if (event.do === "set") exports.set_parameter(event.index, event.value);
  else if (event.do === "express") exports.express(0, event.id, event.kind, event.value);
  else if (event.do === "expressAll") exports.express_all(0, event.kind, event.value);
  else exports.panic();
}

/** Plays an event, and what is heard until the next one. */
export function playStep(player: PatchPlayer, { event, frames }: Step): Float32Array<ArrayBuffer> {
  playEvent(player, event);
  return player.play(frames);
}

function interpretEvent(interpreter: PatchInterpreter, event: Event): void {
  const [one] = interpreter.instruments;
  if (event.do === "on") one.on(event.id, event.number, event.velocity);
  else if (event.do === "off") one.off(event.id);
  else if (event.do === "pedal") one.pedal(event.down);
  else if (event.do === "set") interpreter.parameters[event.index].set(event.value);
  else if (event.do === "express") one.express(event.id, event.kind, event.value);
  else if (event.do === "expressAll") one.expressAll(event.kind, event.value);
  else one.panic();
}

/** What the interpreter makes of a performance, found once, for any number of modules that are compared with it. */
export class Expectation {
  /** The text of the module that the compiler makes. */
  readonly wat: string;
  readonly #text: ReturnType<typeof patchText>;
  readonly #interpreter: PatchInterpreter;
  readonly #steps: { readonly samples: Float32Array<ArrayBuffer>; readonly poisoned: number }[] = [];

  /** The input is another one in every frame and channel. */
  constructor(
    graph: PatchGraph,
    readonly format: PatchFormat,
    readonly performance: Performance,
  ) {
    const { seed, samples } = performance;
    this.#text = patchText(graph, format, samples);
    this.wat = this.#text.wat;
    this.#interpreter = new PatchInterpreter(this.#text.patch, format, seed, samples);
  }

  /** Where the module of a text differs, that of the compiler unless another one is given, or undefined. */
  difference(wat = this.wat): string | undefined {
    const { channels } = this.format;
    const { score, blockFrames, seed } = this.performance;
    const player = new PatchPlayer(assemblePatch({ ...this.#text, wat }, this.format), seed);
    let clock = 0;
    for (const [index, { event, frames }] of score.entries()) {
      playEvent(player, event);
      const { samples, poisoned } = this.#step(index);
      for (let done = 0; done < frames;) {
        const count = Math.min(blockFrames, frames - done);
        for (let frame = 0; frame < count; frame++) player.feedFrame(frame, this.#inputOf(clock + frame));
        const found = player.play(count, undefined, count);
        const wanted = samples.slice(done * channels, (done + count) * channels);
        if (!sameBits(found, wanted)) {
          const at = found.findIndex((sample, place) => !Object.is(sample, wanted[place]));
          return `event ${index} (${event.do}), frame ${done + Math.floor(at / channels)}, channel ${
            at % channels
          }: expected ${wanted[at]}, found ${found[at]}`;
        }
        clock += count;
        done += count;
      }
      if (player.poisonedVoices !== poisoned) {
        return `event ${index}: expected ${poisoned} poisoned voices, found ${player.poisonedVoices}`;
      }
    }
  }

  /** A step of the score; steps are asked for one after the other, from the first on. */
  #step(index: number): { readonly samples: Float32Array<ArrayBuffer>; readonly poisoned: number } {
    if (index === this.#steps.length) {
      const { event, frames } = this.performance.score[index];
      interpretEvent(this.#interpreter, event);
      const samples = this.#interpreter.render(frames, (frame) => this.#inputOf(frame));
      this.#steps.push({ samples, poisoned: this.#interpreter.poisoned });
    }
    return this.#steps[index];
  }

  #inputOf(frame: number): number[] {
    return [0.25, -0.5, 0.125, 0.75].slice(0, this.format.inputChannels).map((level) =>
      level * (frame % 61) / 64
    );
  }
}

/**
 * Where the two differ, or undefined.
 *
 * @param change alters the module's text beforehand
 */
export function compareWithInterpreter(
  graph: PatchGraph,
  format: PatchFormat,
  performance: Performance,
  change = (wat: string) => wat,
): string | undefined {
  const expectation = new Expectation(graph, format, performance);
  return expectation.difference(change(expectation.wat));
}
