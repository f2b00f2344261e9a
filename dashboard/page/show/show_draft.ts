/**
 * Edits of a show's text. Only what changes is written: comments, order and layout of the rest stay. The library that reads the text is
 * handed in, because a page loads it only when somebody edits.
 */
import type * as Jsonc from "jsonc-parser";

/** What is used of `jsonc-parser`. */
export type JsonLibrary = Pick<
  typeof Jsonc,
  "parseTree" | "findNodeAtLocation" | "getNodeValue" | "modify" | "applyEdits"
>;

/** Longest message that the engine takes, in bytes, less what stands around the text. */
const maxSentBytes = 65_000;

/** Whether the engine takes a text of this length; a longer message ends the connection. */
export function canBeSent(text: string): boolean {
  return new TextEncoder().encode(JSON.stringify(text)).length <= maxSentBytes;
}

/** Where a cue is: `["cues", 3]`, `["cues", 3, "group", 0]`. */
export type CuePath = readonly (string | number)[];

export interface DraftCue {
  readonly path: CuePath;
  readonly cue: Readonly<Record<string, unknown>>;
}

const parsing = { allowTrailingComma: true };
const formattingOptions = { insertSpaces: true, tabSize: 2, eol: "\n" };

/** The cues in the order of the list: those of a group follow it. Undefined: the text is no show. */
export function draftCues(json: JsonLibrary, text: string): DraftCue[] | undefined {
  const root = json.parseTree(text, [], parsing);
  const list = root && json.findNodeAtLocation(root, ["cues"]);
  if (list?.type !== "array") return undefined;
  return cuesIn(json, list, ["cues"]);
}

function cuesIn(json: JsonLibrary, list: Jsonc.Node, at: CuePath): DraftCue[] {
  return (list.children ?? []).flatMap((node, index) => {
    if (node.type !== "object") return [];
    const path = [...at, index];
    const group = json.findNodeAtLocation(node, ["group"]);
    const inner = group?.type === "array" ? cuesIn(json, group, [...path, "group"]) : [];
    return [{ path, cue: json.getNodeValue(node) }, ...inner];
  });
}

/** The text with a field of a cue set; undefined: without it. */
export function withField(
  json: JsonLibrary,
  text: string,
  { path, name, value }: { readonly path: CuePath; readonly name: string; readonly value: unknown },
): string {
  return changed(json, text, [...path, name], value);
}

/** The text with a cue behind another one, or at the end of the list. */
export function withCue(
  json: JsonLibrary,
  text: string,
  { after, cue }: { readonly after: CuePath | undefined; readonly cue: Readonly<Record<string, unknown>> },
): string {
  const root = json.parseTree(text, [], parsing);
  const list = root && json.findNodeAtLocation(root, ["cues"]);
  if (list === undefined) return changed(json, text, ["cues"], [cue]);
  const path = after === undefined
    ? ["cues", list.children?.length ?? 0]
    : [...after.slice(0, -1), Number(after.at(-1)) + 1];
  return changed(json, text, path, cue, true);
}

/** The text without a cue. */
export function withoutCue(json: JsonLibrary, text: string, path: CuePath): string {
  return changed(json, text, path, undefined);
}

/** The text with a cue and its neighbour in the same list exchanged, each with the comments before it; undefined: it has none there. */
export function movedCue(json: JsonLibrary, text: string, path: CuePath, by: 1 | -1): string | undefined {
  const root = json.parseTree(text, [], parsing);
  const list = root && json.findNodeAtLocation(root, [...path.slice(0, -1)]);
  const index = Number(path.at(-1));
  const [upper, lower] = [Math.min(index, index + by), Math.max(index, index + by)];
  const nodes = list?.children ?? [];
  if (list === undefined || nodes[upper] === undefined || nodes[lower] === undefined) return undefined;
  const end = ({ offset, length }: Jsonc.Node) => offset + length;
  const begin = upper === 0 ? list.offset + 1 : commaBehind(text, end(nodes[upper - 1])) + 1;
  const comma = commaBehind(text, end(nodes[upper]));
  const [first, second] = [
    text.slice(begin, end(nodes[upper])),
    text.slice(comma + 1, end(nodes[lower])),
  ];
  const between = text.slice(end(nodes[upper]), comma + 1);
  return text.slice(0, begin) + second + between + first + text.slice(end(nodes[lower]));
}

/** The comma that separates two items; comments may hold others. */
function commaBehind(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text.startsWith("//", at)) at = text.indexOf("\n", at);
    else if (text.startsWith("/*", at)) at = text.indexOf("*/", at) + 1;
    else if (text[at] === ",") return at;
    if (at < from) break; // a comment without an end
  }
  return from - 1;
}

function changed(
  json: JsonLibrary,
  text: string,
  path: CuePath,
  value: unknown,
  isArrayInsertion = false,
): string {
  return json.applyEdits(text, json.modify(text, [...path], value, { formattingOptions, isArrayInsertion }));
}
