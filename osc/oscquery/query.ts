/** Answers to URLs: a whole node, some of its attributes, or a description of the host. Pure. */
import type { Namespace, NamespaceNode, ParameterDeclaration } from "./namespace.ts";

/** The HOST_INFO object of the proposal. */
export interface HostInfo {
  readonly NAME: string;
  readonly EXTENSIONS: Readonly<Record<string, boolean>>;
  /** Left out where OSC listens at all addresses: then the client uses the one that it has used for this query. */
  readonly OSC_IP?: string;
  readonly OSC_PORT: number;
  readonly OSC_TRANSPORT: "UDP" | "TCP";
  readonly WS_IP?: string;
  readonly WS_PORT: number;
}

export interface QueryContext {
  readonly namespace: Namespace;
  readonly hostInfo: HostInfo;
  readonly valueOf: (parameter: ParameterDeclaration) => number;
}

/** An HTTP status and the JSON text that goes with 200; a sentence for people with 400 and 404. */
export interface QueryAnswer {
  readonly status: 200 | 204 | 400 | 404;
  readonly body?: string;
}

/** Extensions that are offered beyond the required attributes. */
export const extensions = {
  ACCESS: true,
  VALUE: true,
  RANGE: true,
  DESCRIPTION: true,
  TAGS: true,
  UNIT: true,
  CLIPMODE: true,
  OVERLOADS: true,
  LISTEN: true,
  PATH_CHANGED: true,
} as const;

const answered = [
  "FULL_PATH",
  "CONTENTS",
  "TYPE",
  "ACCESS",
  "VALUE",
  "RANGE",
  "DESCRIPTION",
  "TAGS",
  "UNIT",
  "CLIPMODE",
  "OVERLOADS",
];

/** Attributes of the proposal that are not offered. */
const unsupported = ["EXTENDED_TYPE", "CRITICAL", "HTML"];

/**
 * Answers a query.
 *
 * @param pathname of the URL, percent-encoded
 * @param search of the URL with its question mark, or empty; several attributes are joined by `&`
 */
export function answerQuery(pathname: string, search: string, context: QueryContext): QueryAnswer {
  const names = search.replace(/^\?/, "").split("&").filter((name) => name !== "");
  const unknown = names.find((name) =>
    name !== "HOST_INFO" && !answered.includes(name) && !unsupported.includes(name)
  );
  if (unknown !== undefined) {
    return {
      status: 400,
      body: `expected HOST_INFO or attributes (${answered.join(", ")}), found "${unknown}"`,
    };
  }
  if (names.includes("HOST_INFO")) return json(context.hostInfo);
  let path: string;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return { status: 400, body: "expected a path in percent-encoded UTF-8" };
  }
  const node = context.namespace.find(path);
  if (!node) return { status: 404, body: `there is no container or method at ${path}` };
  if (names.length === 0) return json(describe(node, context));
  const suitable = names.filter((name) =>
    answered.includes(name) && (name !== "VALUE" || node.parameter !== undefined)
  );
  if (suitable.length === 0) return { status: 204 };
  const all = describe(node, context);
  return json(
    Object.fromEntries(suitable.filter((name) => all[name] !== undefined).map((name) => [name, all[name]])),
  );
}

/** The shortest decimal number that is the same 32-bit float; renderers compute with that float. */
export function shortestFloat(value: number): number {
  const single = Math.fround(value);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return short;
  }
  return single;
}

function describe(node: NamespaceNode, context: QueryContext): Record<string, unknown> {
  const { attributes, parameter, contents } = node;
  return {
    ...attributes,
    ...(parameter && { VALUE: [shortestFloat(context.valueOf(parameter))] }),
    ...(contents.size > 0 && {
      CONTENTS: Object.fromEntries(
        [...contents].map(([name, child]) => [name, describe(child, context)]),
      ),
    }),
  };
}

function json(value: unknown): QueryAnswer {
  return { status: 200, body: JSON.stringify(value) };
}
