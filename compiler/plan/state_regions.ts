/**
 * The parts of a patch's state that another version can take over when it replaces the patch while it plays: parameters with
 * the same address and range, instruments with the same name whose voices hold the same kinds of state, and the output's
 * memory likewise. A shape does not include the arithmetic, so a note rings on through a change of its filter.
 */
import { endedNotesKept, type StateRegion } from "../graph/compiled_patch.ts";
import {
  type ArenaPlan,
  instrumentWords,
  lanesOf,
  lineStride,
  parameterRecord,
  ringFrames,
} from "./arena.ts";
import type { Graph, PatchGraph } from "../graph/graph.ts";

/** All stretches of state, each with the shape that the other patch must have too. */
export function stateRegions(patch: PatchGraph, plan: ArenaPlan): StateRegion[] {
  const regions: StateRegion[] = [
    { name: "clock, seed, counters", shape: "", offset: plan.clock, bytes: 16 },
    {
      name: "notes that ended",
      shape: "",
      offset: plan.endedNotes,
      bytes: 16 + endedNotesKept * 8,
    },
    ...patch.parameters.map(({ address, unit, min, max, smoothingSeconds }, index) => ({
      name: `parameter ${address}`,
      shape: [unit, min, max, smoothingSeconds].join(" "),
      offset: plan.parameters + index * parameterRecord.bytes,
      bytes: parameterRecord.ramp, // all but the length of its ramps, which is the new patch's own
    })),
  ];
  patch.instruments.forEach(({ name, polyphony, voice }, index) => {
    const { words, groups, groupCount, groupBytes, lines, lineBytes } = plan.instruments[index];
    const { voices, mode, unison } = polyphony;
    const shape = [voices, mode, unison, shapeOf(voice)].join(" ");
    regions.push(
      { name: `${name}: pedal and keys`, shape, offset: words, bytes: instrumentWords.bytes },
      { name: `${name}: voices`, shape, offset: groups, bytes: groupCount * groupBytes },
      { name: `${name}: delay lines`, shape, offset: lines, bytes: groupCount * lineBytes, linesOf: index },
    );
  });
  const { main } = patch;
  const lanes = lanesOf(patch.channels);
  regions.push({
    name: "output: states",
    shape: shapeOf(main),
    offset: plan.mainStates,
    bytes: main.states.length * 16,
  });
  main.lines.forEach(({ frames, name }, index) =>
    regions.push({
      name: `output: delay line ${name ?? index}`,
      shape: `${frames} ${lanes}`,
      offset: plan.mainLines[index],
      bytes: ringFrames(frames) * lineStride(lanes),
    })
  );
  return regions.filter(({ bytes }) => bytes > 0);
}

function shapeOf({ states, lines }: Graph): string {
  const kinds = states.map(({ type, seeded }) => seeded ? "seeded" : type);
  return [...kinds, ...lines.map(({ frames }) => `line ${frames}`)].join(",");
}
