/**
 * Cuts the loop over a voice's frames into several loops that run through the same frames one after the other: loop
 * distribution.
 *
 * A processor looks a few hundred instructions ahead. When a frame is a long chain of operations, the processor waits for
 * results most of the time: the next frame, which could begin at once, lies too far ahead. Two phases of a
 * frequency-modulated sine are such a chain. In short loops the processor sees one part of many frames at once, and constants
 * stay in the sixteen registers. The price: values pass between the loops through memory, and there are more loop turns.
 *
 * A feedback stays in one pass. The arithmetic of a frame is the same wherever it is cut, so no bit changes.
 *
 * The output and voices with delay lines are not cut: they wait for memory or for their own last frame, which a long frame
 * hides best; cut, they lost up to a quarter. Voices whose notes begin are not cut either: their envelopes change stages,
 * which is a long chain from frame to frame.
 */
import { flushFrames, maxSpills } from "./arena.ts";
import type { Graph } from "../graph/graph.ts";
import type { Schedule } from "./schedule.ts";

/** Bytes of a spilled value of one group. */
export const spillBytes = flushFrames * 16;

/** The passes of a voice, and the part of the graph that each computes. */
export interface Passes {
  readonly count: number;
  /** Pass of each node that is computed in every frame. */
  readonly ofNode: readonly number[];
  /** Pass in which each state moves on. */
  readonly ofState: readonly number[];
  /** Place in the scratch memory of each node that later passes use, below {@link maxSpills}. */
  readonly placeOf: ReadonlyMap<number, number>;
  /** Nodes that each pass reads from earlier passes. */
  readonly taken: readonly (readonly number[])[];
}

/**
 * The cost model of a pass, fitted to the ready patches and the voices of `bench/`. An operation costs {@link shallow} in a
 * pass so wide that other operations run beside it, else the length of its chain.
 */
const shallow = 8;
/** Operations of a frame that the processor sees at once; chains beyond them cost nothing further. */
const operationsInSight = 80;
/** Cost of an operation in a long chain that must end before the next frame begins; the rest of the pass is free. */
const costOfWaiting = 80;
/** Cost of a pass itself, and of a value that is spilled at a cut. */
const [costOfPass, costOfValue] = [10, 15];

/** The search considers no pass with more operations, except where they cannot be parted. */
const maxPassOperations = 64;

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
  /** -1: not computed in every frame. */
  const partOf = new Int32Array(nodes.length).fill(-1);
  parts.forEach((part, order) => {
    for (const index of part) partOf[index] = order;
  });
  const last = Math.max(0, parts.length - 1);

  const partOfState = states.map(({ next }) => runs[next] ? partOf[next] : last);
  nodes.forEach(({ op, attribute }, index) => {
    if (runs[index] && op === "state") partOfState[attribute] = partOf[index];
  });
  /** Every use of a node that runs in each frame, and the part that uses it. */
  const eachUse = (use: (index: number, part: number) => void) => {
    nodes.forEach(({ args }, user) => {
      if (runs[user]) { for (const arg of args) if (runs[arg]) use(arg, partOf[user]); }
    });
    states.forEach(({ next }, state) => runs[next] && use(next, partOfState[state]));
    outputs.forEach((output) => runs[output] && use(output, last));
  };
  const lastUse = partOf.slice();
  eachUse((index, part) => {
    if (part > lastUse[index]) lastUse[index] = part;
  });
  const spillsAt = new Int32Array(parts.length);
  runs.forEach((is, index) => {
    for (let cut = partOf[index] + 1; is && cut <= lastUse[index]; cut++) spillsAt[cut]++;
  });
  const cuts = cheapestCuts(parts, stepsOf(graph, parts, partOf), spillsAt);
  let pass = 0;
  const passOf = parts.map((_, part) => part === cuts[pass] ? ++pass : pass);
  const ofNode = Array.from(partOf, (part) => part < 0 ? 0 : passOf[part]);

  const taken = Array.from({ length: cuts.length + 1 }, () => new Set<number>());
  eachUse((index, part) => {
    if (passOf[part] > ofNode[index]) taken[passOf[part]].add(index);
  });
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
  const freeFrom = new Array<number>(maxSpills).fill(0);
  for (let pass = 0; pass < taken.length; pass++) {
    for (const nodes of taken) {
      for (const index of nodes) {
        if (ofNode[index] !== pass || placeOf.has(index)) continue;
        const place = freeFrom.findIndex((from) => from <= pass);
        freeFrom[place] = taken.findLastIndex((nodes) => nodes.has(index));
        placeOf.set(index, place);
      }
    }
  }
  return placeOf;
}

/**
 * Nodes that must stay in one pass, in the order of their dependencies: the strongly connected components of the dependency
 * graph (R. Tarjan: Depth-first search and linear graph algorithms, SIAM J. Comput. 1, 1972).
 */
function indivisibleParts({ nodes, states, outputs }: Graph, runs: readonly boolean[]): number[][] {
  const readersOf = readersOfStates(nodes, states.length, runs);
  const parts: number[][] = [];
  /** When each node was entered; 0 before. */
  const entered = new Int32Array(nodes.length);
  const placed = new Uint8Array(nodes.length);
  const open: number[] = [];
  let count = 0;
  const visit = (index: number): number => {
    const own = entered[index] = ++count;
    open.push(index);
    const { op, args, attribute } = nodes[index];
    let earliest = own;
    // a state moves on once in a frame, so all that read it stay together
    const needs = op === "state" ? [states[attribute].next, ...readersOf[attribute]] : args;
    for (const needed of needs) {
      if (runs[needed] && !placed[needed]) {
        const reached = entered[needed] || visit(needed);
        if (reached < earliest) earliest = reached;
      }
    }
    if (earliest === own) {
      const part = open.splice(open.lastIndexOf(index)).sort((one, other) => one - other);
      for (const member of part) placed[member] = 1;
      parts.push(part);
    }
    return earliest;
  };
  for (const root of [...outputs, ...states.map(({ next }) => next)]) {
    if (runs[root] && !entered[root]) visit(root);
  }
  return parts;
}

/** Nodes that read each state in every frame. */
function readersOfStates(nodes: Graph["nodes"], states: number, runs: readonly boolean[]): number[][] {
  const readers = Array.from({ length: states }, (): number[] => []);
  nodes.forEach(({ op, attribute }, index) => {
    if (runs[index] && op === "state") readers[attribute].push(index);
  });
  return readers;
}

/**
 * The dependencies of the nodes that run, in the order of the parts and packed into arrays: the search for the cheapest cuts
 * reads them once for each place where a pass can begin.
 */
interface Steps {
  /** Place of the first node of each part, and the end. */
  readonly firstOf: Int32Array;
  /** Where the needs of each node begin in {@link needs}, and the end. */
  readonly needsFrom: Int32Array;
  /** Places of nodes. */
  readonly needs: readonly number[];
  /** By place: operations in the longest chain that ends there, as {@link deepestOf} found it last. */
  readonly depths: Int32Array;
}

function stepsOf({ nodes }: Graph, parts: readonly (readonly number[])[], partOf: Int32Array): Steps {
  const firstOf = new Int32Array(parts.length + 1);
  const needsFrom = new Int32Array(nodes.length + 1);
  const needs: number[] = [];
  const placeOf = new Int32Array(nodes.length);
  let place = 0;
  parts.forEach((part, order) => {
    for (const index of part) {
      placeOf[index] = place++;
      for (const arg of nodes[index].args) if (partOf[arg] >= 0) needs.push(placeOf[arg]);
      needsFrom[place] = needs.length;
    }
    firstOf[order + 1] = place;
  });
  return { firstOf, needsFrom, needs, depths: new Int32Array(nodes.length) };
}

/**
 * Operations in the longest chain that ends in a part and begins at a place or after it; values from before are ready. Leaves
 * the length of the chain to each node in `steps.depths`, and finds those of earlier parts there.
 */
function deepestOf({ firstOf, needsFrom, needs, depths }: Steps, part: number, from: number): number {
  let deepest = 0;
  for (let place = firstOf[part]; place < firstOf[part + 1]; place++) {
    let depth = 0;
    for (let need = needsFrom[place]; need < needsFrom[place + 1]; need++) {
      const needed = needs[need];
      if (needed >= from && depths[needed] > depth) depth = depths[needed];
    }
    depths[place] = ++depth;
    if (depth > deepest) deepest = depth;
  }
  return deepest;
}

/** The first part of every pass but the first: the shortest way from the first part to the last. */
function cheapestCuts(
  parts: readonly (readonly number[])[],
  steps: Steps,
  spillsAt: Int32Array,
): number[] {
  const { firstOf } = steps;
  /** Operations in the chain of each part that has to be over before the next frame can begin, after its first one. */
  const waits = parts.map(({ length }, part) => length === 1 ? 0 : deepestOf(steps, part, firstOf[part]) - 1);
  const least = new Float64Array(parts.length + 1).fill(Infinity, 1);
  const cutBefore = new Int32Array(parts.length + 1);
  for (let begin = 0; begin < parts.length; begin++) {
    if (spillsAt[begin] > maxSpills) continue;
    const before = least[begin] + (begin === 0 ? 0 : costOfPass + costOfValue * spillsAt[begin]);
    let operations = 0;
    let deepest = 0;
    let longestWait = 0;
    for (
      let end = begin + 1;
      end <= parts.length && (operations < maxPassOperations || least[end] === Infinity);
      end++
    ) {
      const part = end - 1;
      longestWait = Math.max(longestWait, waits[part]);
      deepest = Math.max(deepest, deepestOf(steps, part, firstOf[begin]));
      operations = firstOf[end] - firstOf[begin];
      const cost = before + Math.max(
        operations * shallow,
        Math.min(operations, operationsInSight) * deepest,
        longestWait > shallow ? longestWait * costOfWaiting : 0,
      );
      if (cost < least[end]) {
        least[end] = cost;
        cutBefore[end] = begin;
      }
    }
  }
  const cuts: number[] = [];
  for (let end = cutBefore[parts.length]; end > 0; end = cutBefore[end]) cuts.unshift(end);
  return cuts;
}
