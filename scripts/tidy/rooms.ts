/**
 * The plan of the house. A room is a file or a folder, seen from the folder that holds it; an arrow from A to B says that
 * a file in A needs a file in B. A room stands on the floor above the highest room that it needs; the ground is floor 1.
 * Rooms that need each other in a circle are put in the order in which the fewest arrows run back up, and these arrows
 * do not lift a room.
 */
import type { Source } from "./sources.ts";

/** One arrow, with the imports that draw it. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly imports: readonly { readonly file: string; readonly imported: string; readonly line: number }[];
  /** Nothing but types goes along it. */
  readonly typesOnly: boolean;
}

/** The rooms directly in one folder. */
export interface Plan {
  /** Path of the folder, "" for the whole house. */
  readonly folder: string;
  readonly rooms: readonly { readonly name: string; readonly floor: number; readonly lines: number }[];
  readonly arrows: readonly Arrow[];
  readonly floors: number;
  readonly arrowsBack: readonly Arrow[];
  /** Groups of rooms that need each other. */
  readonly circles: readonly (readonly string[])[];
}

/** Folders that are no rooms of the house: they hold no part of the program. */
const noRooms = /^(tests|docs|examples)\//;

/** The plan of `folder`, "" for the whole house, with its rooms from the top floor down. */
export function planOf(sources: readonly Source[], folder = ""): Plan {
  const inside = folder === "" ? "" : `${folder}/`;
  const lines = new Map<string, number>();
  for (const { path, text } of sources) {
    const room = roomIn(path, inside);
    if (room !== undefined) lines.set(room, (lines.get(room) ?? 0) + text.split("\n").length - 1);
  }
  const arrows = new Map<
    string,
    { -readonly [key in keyof Arrow]: Arrow[key] extends boolean ? boolean : any }
  >();
  for (const source of sources) {
    const from = roomIn(source.path, inside);
    if (from === undefined) continue;
    for (const { path, line, typesOnly } of source.imports) {
      const to = roomIn(path, inside);
      if (to === undefined || to === from || !lines.has(to)) continue;
      const key = `${from} ${to}`;
      const arrow = arrows.get(key) ?? { from, to, imports: [], typesOnly: true };
      arrow.imports.push({ file: source.path, imported: path, line });
      arrow.typesOnly &&= typesOnly;
      arrows.set(key, arrow);
    }
  }
  const drawn = [...arrows.values()] as Arrow[];
  const names = [...lines.keys()];
  const circles = circlesOf(names, drawn);
  const arrowsBack = circles.flatMap((circle) => arrowsBackIn(circle, drawn));
  const floors = floorsOf(names, drawn.filter((arrow) => !arrowsBack.includes(arrow)));
  const rooms = names.map((name) => ({ name, floor: floors.get(name)!, lines: lines.get(name)! }))
    .sort((a, b) => b.floor - a.floor || b.lines - a.lines);
  return { folder, rooms, arrows: drawn, floors: Math.max(0, ...floors.values()), arrowsBack, circles };
}

/** Every folder that has rooms, "" first. */
export function foldersOf(sources: readonly Source[]): string[] {
  const folders = new Set<string>([""]);
  for (const { path } of sources) {
    if (noRooms.test(path)) continue;
    const parts = path.split("/");
    for (let depth = 1; depth < parts.length; depth++) folders.add(parts.slice(0, depth).join("/"));
  }
  return [...folders].sort();
}

/** Groups of nodes that reach each other along `arrows`, each sorted. */
export function circlesOf(
  names: readonly string[],
  arrows: readonly { readonly from: string; readonly to: string }[],
): string[][] {
  const next = new Map<string, string[]>(names.map((name) => [name, []]));
  for (const { from, to } of arrows) next.get(from)?.push(to);
  // Tarjan's strongly connected components, 1972
  const circles: string[][] = [];
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const visit = (name: string) => {
    order.set(name, order.size);
    lowest.set(name, order.get(name)!);
    stack.push(name);
    onStack.add(name);
    for (const to of next.get(name) ?? []) {
      if (!order.has(to)) {
        visit(to);
        lowest.set(name, Math.min(lowest.get(name)!, lowest.get(to)!));
      } else if (onStack.has(to)) lowest.set(name, Math.min(lowest.get(name)!, order.get(to)!));
    }
    if (lowest.get(name) !== order.get(name)) return;
    const members = stack.splice(stack.indexOf(name));
    members.forEach((member) => onStack.delete(member));
    if (members.length > 1) circles.push(members.sort());
  };
  names.forEach((name) => order.has(name) || visit(name));
  return circles.sort();
}

function roomIn(path: string, inside: string): string | undefined {
  if (!path.startsWith(inside) || noRooms.test(path)) return undefined;
  return inside + path.slice(inside.length).split("/")[0];
}

/** Rooms in a circle up to which every order is tried; beyond it, the arrows are cut greedily. */
const maxExactRooms = 8;

/** The arrows of a circle that run back up in the order of its rooms with the fewest such arrows. */
function arrowsBackIn(circle: readonly string[], arrows: readonly Arrow[]): Arrow[] {
  const inside = arrows.filter(({ from, to }) => circle.includes(from) && circle.includes(to));
  const backIn = (order: readonly string[]) =>
    inside.filter(({ from, to }) => order.indexOf(from) > order.indexOf(to));
  if (circle.length > maxExactRooms) return backIn(greedyOrder(circle, inside));
  let best = backIn(circle);
  const tryAll = (order: string[], rest: readonly string[]) => {
    if (rest.length === 0) {
      const back = backIn(order);
      if (back.length < best.length) best = back;
      return;
    }
    for (const name of rest) tryAll([...order, name], rest.filter((other) => other !== name));
  };
  tryAll([], circle);
  return best;
}

/** First the rooms that need most of the others and are needed by fewest: Eades, Lin and Smyth 1993. */
function greedyOrder(circle: readonly string[], arrows: readonly Arrow[]): string[] {
  const rest = new Set(circle);
  const order: string[] = [];
  while (rest.size > 0) {
    const surplus = (name: string) =>
      arrows.reduce((sum, { from, to }) => {
        if (!rest.has(from) || !rest.has(to)) return sum;
        return sum + (from === name ? 1 : 0) - (to === name ? 1 : 0);
      }, 0);
    const first = [...rest].reduce((best, name) => surplus(name) > surplus(best) ? name : best);
    order.push(first);
    rest.delete(first);
  }
  return order;
}

function floorsOf(names: readonly string[], arrows: readonly Arrow[]): Map<string, number> {
  const floors = new Map<string, number>();
  const floorOf = (name: string): number => {
    const known = floors.get(name);
    if (known !== undefined) return known;
    const floor = 1 +
      arrows.reduce((highest, { from, to }) => from === name ? Math.max(highest, floorOf(to)) : highest, 0);
    floors.set(name, floor);
    return floor;
  };
  names.forEach(floorOf);
  return floors;
}
