/** The findings of the schemas in the words of a show: the field, what was expected, what was found, and what was meant. */
import { z } from "zod";
import { nearest } from "../../foundation/nearest.ts";

type Issue = z.core.$ZodIssue;

/** One mistake in a value. */
export interface ExplainedIssue {
  readonly path: readonly PropertyKey[];
  readonly text: string;
  /** Whether the name of the field is wrong, and not its value. */
  readonly atName: boolean;
}

/** Longest found value that a message repeats, in characters. */
const maxFoundLength = 60;

/** The mistakes that an issue stands for; one for each unknown field. */
export function explainIssue(issue: Issue, value: unknown, schema: z.ZodType): ExplainedIssue[] {
  if (issue.code === "invalid_union") return explainUnion(issue, value, schema);
  const field = fieldName(issue.path);
  if (issue.code === "unrecognized_keys") {
    const known = namesAt(schema, issue.path);
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      text: `${field}there is no field ${quote(key)}${
        known.length === 0 ? "" : `; did you mean ${quote(nearest(key, known))}?`
      }`,
      atName: true,
    }));
  }
  const found = foundAt(value, issue.path);
  const isMissing = found === undefined && issue.path.length > 0;
  const text = isMissing
    ? `${field}expected ${expectation(issue)}, found no such field; add it`
    : `${field}expected ${expectation(issue)}, found ${describe(found)}${guess(issue, found)}`;
  return [{ path: issue.path, text, atName: false }];
}

/** Of several forms, the one that was most likely meant: the first whose kind of value fits; else all that are possible. */
function explainUnion(
  issue: Extract<Issue, { code: "invalid_union" }>,
  value: unknown,
  schema: z.ZodType,
): ExplainedIssue[] {
  const within = (inner: Issue): Issue => ({ ...inner, path: [...issue.path, ...inner.path] });
  const fits = issue.errors.filter((errors) =>
    errors.every((inner) => inner.path.length > 0 || !["invalid_type", "invalid_value"].includes(inner.code))
  );
  const meant = fits.toSorted((a, b) => a.length - b.length)[0];
  if (meant !== undefined) return meant.flatMap((inner) => explainIssue(within(inner), value, schema));
  const forms = [...new Set(issue.errors.flatMap((errors) => errors.slice(0, 1).map(expectation)))];
  const text = `${fieldName(issue.path)}expected ${forms.join(" or ")}, found ${
    describe(foundAt(value, issue.path))
  }`;
  return [{ path: issue.path, text, atName: false }];
}

const types: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

function expectation(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return types[issue.expected] ?? issue.expected;
    case "too_small":
      return `${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}${unit(issue.origin)}`;
    case "too_big":
      return `${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}${unit(issue.origin)}`;
    case "invalid_value":
      return issue.values.map((known) => quote(String(known))).join(", ");
    case "invalid_format":
      return issue.message;
    case "invalid_key":
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
}

function unit(origin: string): string {
  return origin === "string" ? " characters" : origin === "array" ? " items" : "";
}

function guess(issue: Issue, found: unknown): string {
  if (issue.code === "invalid_value" && typeof found === "string" && issue.values.length > 1) {
    return `; did you mean ${quote(nearest(found, issue.values.map(String)))}?`;
  }
  if (
    issue.code === "invalid_type" && issue.expected === "number" && typeof found === "string" &&
    isNumeric(found)
  ) {
    return "; write it without quotes";
  }
  return "";
}

function isNumeric(text: string): boolean {
  return text.trim() !== "" && Number.isFinite(Number(text));
}

function describe(found: unknown): string {
  if (found === undefined) return "nothing";
  if (found === null) return "null";
  if (Array.isArray(found)) return `a list of ${found.length}`;
  if (typeof found === "object") return "an object";
  if (typeof found === "string") return `the text ${quote(found)}`;
  return String(found);
}

/** In double quotes, without control characters and not too long. */
export function quote(text: string): string {
  const short = text.length > maxFoundLength ? `${text.slice(0, maxFoundLength)}...` : text;
  return JSON.stringify(short);
}

function fieldName(path: readonly PropertyKey[]): string {
  if (path.length === 0) return "";
  const name = path.map((step, index) =>
    typeof step === "number" ? `[${step + 1}]` : index === 0 ? String(step) : `.${String(step)}`
  );
  return `${name.join("")}: `;
}

function foundAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, step) =>
      typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[step] : undefined,
    value,
  );
}

/** Names of the fields that an object at a path may have. */
function namesAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let at: unknown = schema;
  for (const step of path) {
    const inner = unwrapped(at);
    if (inner instanceof z.ZodObject) at = inner.shape[step as string];
    else if (inner instanceof z.ZodArray) at = inner.element;
    else if (inner instanceof z.ZodRecord) at = inner.valueType;
  }
  const inner = unwrapped(at);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** Without defaults, and of several forms the one that is an object. */
function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional) return unwrapped(schema.unwrap());
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in);
  if (schema instanceof z.ZodUnion) {
    const forms = schema.options.map(unwrapped);
    return forms.find((form) => form instanceof z.ZodObject) ??
      forms.find((form) => form instanceof z.ZodArray);
  }
  return schema;
}
