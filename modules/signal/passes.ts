/**
 * Where the loop over a voice's frames is cut in several that follow each other through the same frames: loop distribution.
 *
 * A processor looks a few hundred instructions ahead. If a frame is a long chain of them, it waits for results most of the
 * time: the next frame, which could begin at once, is not in sight yet. Two phases of a frequency-modulated sine are such a
 * chain. Cut in short loops, many frames of a part of it are in sight at once, and constants stay in registers, of which
 * there are sixteen. The price is that values are handed on through memory, and some turns of a loop more.
 *
 * What feeds back into itself stays in one pass. Each frame's arithmetic is the same wherever it is cut, so no bit changes.
 *
 * The output and voices with delay lines are not cut: they wait for memory or for their own last frame, and a long frame
 * hides that best; measured, they lost up to a quarter. Nor are voices whose notes begin: their envelopes change stages, which
 * is a long chain from frame to frame.
 */
import { flushFrames, mostHandedOn } from "./arena.ts";
import type { Graph } from "./graph.ts";
import type { Schedule } from "./schedule.ts";

/** Bytes of a value that one group hands on. */
export const handedOnBytes = flushFrames * 16;

/** Which pass does what. */
export interface Passes {
  readonly count: number;
  /** Pass of each node that is computed in every frame. */
  readonly ofNode: readonly number[];
  /** Pass in which each state moves on. */
  readonly ofState: readonly number[];
  /** Place of each node that is handed on to later passes, below {@link mostHandedOn}. */
  readonly placeOf: ReadonlyMap<number, number>;
  /** Nodes that each pass takes from earlier ones. */
  readonly taken: readonly (readonly number[])[];
}

/**
 * The measure of what a pass costs, fitted to the ready patches and the voices of `bench/`: an operation costs
 * {@link shallow} if the pass is so wide that others run beside it, else the length of the chain that it stands in.
 */
const shallow = 8;
/** Operations of a frame that the processor sees at once; of more, chains cost nothing further. */
const operationsInSight = 80;
/** What an operation costs in a long chain that has to be over before the next frame begins: the rest of the pass is free. */
const costOfWaiting = 80;
/** What a pass costs by itself, and a value that is handed on at a cut. */
const [costOfPass, costOfValue] = [10, 15];

/** No pass of more operations is considered, unless they cannot be parted. */
const longestPass = 64;

/** All in one loop. */
export function onePass({ nodes, states }: Graph): Passes {
  return {
    count: 1,
    ofNode: nodes.map(() => 0),
    ofState: states.map(() => 0),
    placeOf: new Map(),
    taken: [[]],
  };
}

/** The cheapest way to cut a voice. */
export function cutIntoPasses(graph: Graph, { rateOf, usersOf }: Schedule): Passes {
  const { nodes, states, lines, outputs } = graph;
  if (lines.length > 0) return onePass(graph);
  const runs = nodes.map((_, index) => rateOf[index] === "sample" && usersOf[index] > 0);
  const parts = indivisibleParts(graph, runs);
  /** -1 for what stands still. */
  const partOf = new Int32Array(nodes.length).fill(-1);
  parts.forEach((part, order) => part.forEach((index) => partOf[index] = order));
  const last = Math.max(0, parts.length - 1);

  const partOfState = states.map(({ next }) => runs[next] ? partOf[next] : last);
  nodes.forEach(({ op, attribute }, index) => {
    if (runs[index] && op === "state") partOfState[attribute] = partOf[index];
  });
  /** Every use of a node that runs in each frame, and the part that uses it. */
  const uses: (readonly [number, number])[] = [
    ...nodes.flatMap(({ args }, index) =>
      runs[index] ? args.map((arg) => [arg, partOf[index]] as const) : []
    ),
    ...states.map(({ next }, index) => [next, partOfState[index]] as const),
    ...outputs.map((output) => [output, last] as const),
  ].filter(([index]) => runs[index]);
  const lastUse = [...partOf];
  for (const [index, part] of uses) lastUse[index] = Math.max(lastUse[index], part);

  const handedOnAt = new Array<number>(parts.length).fill(0);
  runs.forEach((is, index) => {
    for (let cut = partOf[index] + 1; is && cut <= lastUse[index]; cut++) handedOnAt[cut]++;
  });
  const cuts = cheapestCuts(graph, parts, partOf, handedOnAt);
  let pass = 0;
  const passOf = parts.map((_, part) => part === cuts[pass] ? ++pass : pass);
  const ofNode = Array.from(partOf, (part) => part < 0 ? 0 : passOf[part]);

  const taken = Array.from({ length: cuts.length + 1 }, () => new Set<number>());
  for (const [index, part] of uses) if (passOf[part] > ofNode[index]) taken[passOf[part]].add(index);
  return {
    count: taken.length,
    ofNode,
    ofState: partOfState.map((part) => passOf[part]),
    placeOf: placesOf(taken, ofNode),
    taken: taken.map((nodes) => [...nodes]),
  };
}

/** A place for each value, from the pass that gives it to the last that takes it. */
function placesOf(taken: readonly ReadonlySet<number>[], ofNode: readonly number[]): Map<number, number> {
  const placeOf = new Map<number, number>();
  const freeFrom = new Array<number>(mostHandedOn).fill(0);
  taken.forEach((_, pass) => {
    const given = new Set(taken.flatMap((nodes) => [...nodes].filter((index) => ofNode[index] === pass)));
    for (const index of given) {
      const place = freeFrom.findIndex((from) => from <= pass);
      freeFrom[place] = taken.findLastIndex((nodes) => nodes.has(index));
      placeOf.set(index, place);
    }
  });
  return placeOf;
}

/**
 * Nodes that have to stay in one pass, each part after all that it depends on: the strongly connected components of what
 * depends on what (R. Tarjan: Depth-first search and linear graph algorithms, SIAM J. Comput. 1, 1972).
 */
function indivisibleParts({ nodes, states, outputs }: Graph, runs: readonly boolean[]): number[][] {
  const readers = readersOfOne(nodes, runs);
  const parts: number[][] = [];
  const entered = new Map<number, number>();
  const placed = new Set<number>();
  const open: number[] = [];
  const visit = (index: number): number => {
    const own = entered.size;
    entered.set(index, own);
    open.push(index);
    const { op, args, attribute } = nodes[index];
    let earliest = own;
    const needs = op === "state" ? [states[attribute].next, ...readers.get(index)!] : args;
    for (const needed of needs) {
      if (runs[needed] && !placed.has(needed)) {
        earliest = Math.min(earliest, entered.get(needed) ?? visit(needed));
      }
    }
    if (earliest === own) {
      const part = open.splice(open.lastIndexOf(index)).sort((one, other) => one - other);
      part.forEach((member) => placed.add(member));
      parts.push(part);
    }
    return earliest;
  };
  for (const root of [...outputs, ...states.map(({ next }) => next)]) {
    if (runs[root] && !entered.has(root)) visit(root);
  }
  return parts;
}

/** Nodes that read the same state, where a graph has several: it moves on once in a frame. */
function readersOfOne(nodes: Graph["nodes"], runs: readonly boolean[]): Map<number, number[]> {
  const readers = Map.groupBy(
    [...nodes.keys()].filter((index) => runs[index] && nodes[index].op === "state"),
    (index) => nodes[index].attribute,
  );
  return new Map([...readers.values()].flatMap((group) => group.map((index) => [index, group] as const)));
}

/** Operations in the longest chain of each part that has to be over before the next frame can begin. */
function recurrences({ nodes }: Graph, parts: readonly (readonly number[])[], partOf: Int32Array): number[] {
  const depths = new Int32Array(nodes.length);
  return parts.map((part, order) => {
    if (part.length === 1) return 0;
    for (const index of part) {
      const inside = nodes[index].args.filter((arg) => partOf[arg] === order);
      depths[index] = inside.length === 0 ? 0 : 1 + Math.max(...inside.map((arg) => depths[arg]));
    }
    return Math.max(...part.map((index) => depths[index]));
  });
}

/** The first part of every pass but the first: the shortest way from the first part to the last. */
function cheapestCuts(
  graph: Graph,
  parts: readonly (readonly number[])[],
  partOf: Int32Array,
  handedOnAt: readonly number[],
): number[] {
  const { nodes } = graph;
  const waits = recurrences(graph, parts, partOf);
  const least = [0];
  const cutBefore = [0];
  const depths = new Int32Array(nodes.length);
  for (let begin = 0; begin < parts.length; begin++) {
    if (handedOnAt[begin] > mostHandedOn) continue;
    const before = least[begin] + (begin === 0 ? 0 : costOfPass + costOfValue * handedOnAt[begin]);
    let operations = 0;
    let deepest = 0;
    let longestWait = 0;
    for (
      let end = begin + 1;
      end <= parts.length && (operations < longestPass || least[end] === undefined);
      end++
    ) {
      longestWait = Math.max(longestWait, waits[end - 1]);
      for (const index of parts[end - 1]) {
        let depth = 0;
        // what is not in this pass is there from the beginning
        for (const arg of nodes[index].args) if (partOf[arg] >= begin) depth = Math.max(depth, depths[arg]);
        depths[index] = depth + 1;
        deepest = Math.max(deepest, depth + 1);
        operations++;
      }
      const cost = before + Math.max(
        operations * shallow,
        Math.min(operations, operationsInSight) * deepest,
        longestWait > shallow ? longestWait * costOfWaiting : 0,
      );
      if (!(least[end] <= cost)) [least[end], cutBefore[end]] = [cost, begin];
    }
  }
  const cuts: number[] = [];
  for (let end = cutBefore[parts.length] ?? 0; end > 0; end = cutBefore[end]) cuts.unshift(end);
  return cuts;
}
