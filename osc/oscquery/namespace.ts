/**
 * The tree that OSCQuery serves: one node for each part of an address, with the attributes that the patch's declarations
 * and the server's methods give it. Built once for each patch; only VALUE is read at each query.
 */
import type { EngineControl } from "../../engine/control/control.ts";
import type { MethodDescription } from "../methods/method_description.ts";
import type { ArgumentRange } from "../packet/argument_range.ts";

/** A parameter as the patch declares it. */
export type ParameterDeclaration = EngineControl["parameters"][number];

/** One JSON object of OSCQuery, without CONTENTS and VALUE. */
export interface Attributes {
  readonly DESCRIPTION?: string;
  readonly FULL_PATH: string;
  /** 0 nothing, 2 may be set, 3 may be read and set. */
  readonly ACCESS: 0 | 2 | 3;
  readonly TYPE?: string;
  readonly RANGE?: readonly (ArgumentRange | null)[];
  readonly UNIT?: readonly (string | null)[];
  readonly CLIPMODE?: readonly string[];
  readonly TAGS?: readonly string[];
  readonly OVERLOADS?: readonly Overload[];
}

/** Another form of the same method. */
export interface Overload {
  readonly TYPE: string;
  readonly RANGE?: readonly (ArgumentRange | null)[];
}

/** A part of an address; a method may have parts below it. */
export interface NamespaceNode {
  readonly attributes: Attributes;
  /** The parameter at this address; only parameters have a value. */
  readonly parameter: ParameterDeclaration | undefined;
  readonly contents: ReadonlyMap<string, NamespaceNode>;
}

/** Declarations that the tree is made from. */
export interface NamespaceSource extends Pick<EngineControl, "parameters" | "instruments"> {
  readonly methods: readonly MethodDescription[];
}

/** Units by their names in the proposal; `time.semitones` is ours, beside its `time.cents`. Other units have none. */
const units: Readonly<Record<string, string>> = {
  dB: "gain.db",
  s: "time.second",
  Hz: "time.hz",
  semitones: "time.semitones",
};

interface GrowingNode extends NamespaceNode {
  attributes: Attributes;
  parameter: ParameterDeclaration | undefined;
  readonly contents: Map<string, GrowingNode>;
}

/** The whole tree. The attributes of a parameter replace those of a method at the same address. */
export class Namespace {
  readonly root: NamespaceNode;

  constructor({ parameters, instruments, methods }: NamespaceSource) {
    const root = container("/", "all messages that this engine understands");
    for (const method of methods) nodeAt(root, method.address).attributes = methodAttributes(method);
    for (const parameter of parameters) {
      const node = nodeAt(root, `/${parameter.address}`);
      node.attributes = parameterAttributes(parameter);
      node.parameter = parameter;
    }
    for (const name of instruments) {
      const node = root.contents.get(name);
      if (node && node.attributes.TYPE === undefined) {
        node.attributes = { DESCRIPTION: "instrument", ...node.attributes, TAGS: ["instrument"] };
      }
    }
    this.root = root;
  }

  /** The node of an OSC address, with or without a slash at the end. */
  find(path: string): NamespaceNode | undefined {
    let node: NamespaceNode | undefined = this.root;
    for (const part of partsOf(path)) node = node?.contents.get(part);
    return node;
  }

  /** The deepest path below which everything differs from `other`; undefined when nothing does. */
  changedPath(other: Namespace): string | undefined {
    const [ours, theirs] = [this.#texts(), other.#texts()];
    const changed = [...new Set([...ours.keys(), ...theirs.keys()])]
      .filter((path) => ours.get(path) !== theirs.get(path)).map(partsOf);
    if (changed.length === 0) return undefined;
    const common = changed.reduce((shared, parts) => {
      const end = shared.findIndex((part, index) => part !== parts[index]);
      return end < 0 ? shared : shared.slice(0, end);
    });
    return `/${common.join("/")}`;
  }

  #texts(node: NamespaceNode = this.root, texts = new Map<string, string>()): Map<string, string> {
    texts.set(node.attributes.FULL_PATH, JSON.stringify(node.attributes));
    for (const child of node.contents.values()) this.#texts(child, texts);
    return texts;
  }
}

function partsOf(path: string): string[] {
  const parts = path.split("/").slice(1);
  if (parts.at(-1) === "") parts.pop();
  return parts;
}

function container(path: string, description?: string): GrowingNode {
  return {
    attributes: { ...(description && { DESCRIPTION: description }), FULL_PATH: path, ACCESS: 0 },
    parameter: undefined,
    contents: new Map(),
  };
}

function nodeAt(root: GrowingNode, address: string): GrowingNode {
  let node = root;
  let path = "";
  for (const part of partsOf(address)) {
    path += `/${part}`;
    let child = node.contents.get(part);
    if (!child) node.contents.set(part, child = container(path));
    node = child;
  }
  return node;
}

function parameterAttributes(parameter: ParameterDeclaration): Attributes {
  const { address, unit, min, max, curve, description } = parameter;
  return {
    DESCRIPTION: description,
    FULL_PATH: `/${address}`,
    ACCESS: 3,
    TYPE: "f",
    RANGE: [{ MIN: min, MAX: max }],
    UNIT: [units[unit] ?? null],
    CLIPMODE: ["none"],
    TAGS: ["parameter", curve],
  };
}

function methodAttributes({ address, types, description, ranges }: MethodDescription): Attributes {
  const [first, ...others] = types.split("|").map((form): Overload => {
    const type = /^[ifsbhtdScrmTFNI[\]]*/.exec(form)![0];
    return { TYPE: type, ...(ranges?.[form] && { RANGE: ranges[form] }) };
  });
  return {
    DESCRIPTION: description,
    FULL_PATH: address,
    ACCESS: 2,
    ...first,
    ...(first.RANGE && { CLIPMODE: first.RANGE.map(() => "none") }),
    TAGS: ["method"],
    ...(others.length > 0 && { OVERLOADS: others }),
  };
}
