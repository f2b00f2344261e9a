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

/**
 * Where the two differ, or undefined. The input is another one in every frame and channel.
 *
 * @param change alters the module's text beforehand
 */
export function compareWithInterpreter(
  graph: PatchGraph,
  format: PatchFormat,
  { score, blockFrames, seed, samples }: Performance,
  change = (wat: string) => wat,
): string | undefined {
  const { channels, inputChannels } = format;
  const text = patchText(graph, format, samples);
  const player = new PatchPlayer(assemblePatch({ ...text, wat: change(text.wat) }, format), seed);
  const interpreter = new PatchInterpreter(text.patch, format, seed, samples);
  const inputOf = (frame: number) =>
    [0.25, -0.5, 0.125, 0.75].slice(0, inputChannels).map((level) => level * (frame % 61) / 64);
  let clock = 0;
  for (const [index, { event, frames }] of score.entries()) {
    playEvent(player, event);
    interpretEvent(interpreter, event);
    const expected = interpreter.render(frames, inputOf);
    for (let done = 0; done < frames;) {
      const count = Math.min(blockFrames, frames - done);
      for (let frame = 0; frame < count; frame++) player.feedFrame(frame, inputOf(clock + frame));
      const found = player.play(count, undefined, count);
      const wanted = expected.slice(done * channels, (done + count) * channels);
      if (!sameBits(found, wanted)) {
        const at = found.findIndex((sample, place) => !Object.is(sample, wanted[place]));
        return `event ${index} (${event.do}), frame ${done + Math.floor(at / channels)}, channel ${
          at % channels
        }: expected ${wanted[at]}, found ${found[at]}`;
      }
      clock += count;
      done += count;
    }
    if (player.poisonedVoices !== interpreter.poisoned) {
      return `event ${index}: expected ${interpreter.poisoned} poisoned voices, found ${player.poisonedVoices}`;
    }
  }
}
