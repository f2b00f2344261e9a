/** The fields of a cue, as the schema of shows declares them, and their values as text that can be typed. */

/** A part of the JSON Schema of shows; see show/show.schema.json. */
export interface SchemaPart {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly anyOf?: readonly SchemaPart[];
  readonly properties?: Readonly<Record<string, SchemaPart>>;
  readonly required?: readonly string[];
}

export interface ShowSchema {
  readonly $defs: Readonly<Record<string, SchemaPart>>;
}

export interface CueField {
  readonly name: string;
  /** `word`: text or a number; `json`: everything that has parts. */
  readonly kind: "text" | "lines" | "number" | "flag" | "choice" | "word" | "json";
  readonly description: string;
  readonly choices: readonly string[];
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly isWhole: boolean;
  readonly isRequired: boolean;
  /** Text alone is a value as well. */
  readonly takesText: boolean;
}

/** Fields that stand before all others. */
const first = ["number", "name"];

/** Fields with room for several lines. */
const withLines = ["notes", "memo"];

/** The kinds of cues. */
export function cueKindsOf({ $defs }: ShowSchema): { readonly kind: string; readonly description: string }[] {
  return ($defs.cue.anyOf ?? []).map((form) => {
    const kind = ((form as { readonly $ref?: string }).$ref ?? "").split("/").at(-1) ?? "";
    return { kind, description: $defs[kind]?.description ?? "" };
  });
}

/** The kind of a cue: the one name of a kind that it has; undefined: it has none. */
export function kindOf(schema: ShowSchema, cue: Readonly<Record<string, unknown>>): string | undefined {
  return cueKindsOf(schema).find(({ kind }) => Object.hasOwn(cue, kind))?.kind;
}

/** The fields of a kind of cue, in the order of the form. The cues of a group are edited in the list. */
export function cueFieldsOf({ $defs }: ShowSchema, kind: string): CueField[] {
  const { properties = {}, required = [] } = $defs[kind] ?? {};
  const names = Object.keys(properties).filter((name) => name !== "group");
  const ordered = [
    ...first.filter((name) => names.includes(name)),
    ...names.filter((name) => !first.includes(name)),
  ];
  return ordered.map((name) => {
    const part = properties[name];
    const kind = fieldKind(name, part);
    return {
      name,
      kind,
      description: part.description ?? "",
      choices: (part.enum ?? []).map(String),
      default: part.default,
      ...bounds(part),
      isWhole: part.type === "integer",
      isRequired: required.includes(name) && part.default === undefined,
      takesText: formsOf(part).some(({ type }) => type === "string"),
    };
  });
}

/** Bounds that are of use to a person: none of a number that may be anything. */
function bounds({ minimum, maximum }: SchemaPart): Pick<CueField, "minimum" | "maximum"> {
  const isWide = Math.abs(minimum ?? 0) > 1e12 || Math.abs(maximum ?? 0) > 1e12;
  return isWide ? {} : { minimum, maximum };
}

function fieldKind(name: string, part: SchemaPart): CueField["kind"] {
  if (withLines.includes(name)) return "lines";
  if (part.enum) return "choice";
  if (part.anyOf) return formsOf(part).every(isScalar) ? "word" : "json";
  switch (part.type) {
    case "string":
      return "text";
    case "number":
    case "integer":
      return "number";
    case "boolean":
      return "flag";
    default:
      return "json";
  }
}

/** Forms of a value, those within forms as well. */
function formsOf(part: SchemaPart): readonly SchemaPart[] {
  return part.anyOf?.flatMap(formsOf) ?? [part];
}

function isScalar({ type, const: only }: SchemaPart): boolean {
  return only !== undefined || type === "string" || type === "number" || type === "integer";
}

/** A value as it is typed; empty: the field is not there. */
export function fieldText({ kind, takesText }: CueField, value: unknown): string {
  if (value === undefined) return "";
  if (typeof value === "string" && (kind !== "json" || takesText)) return value;
  return JSON.stringify(value);
}

/** What was typed, as a value; undefined: the field goes. A sentence under `problem` says why it is none. */
export function fieldValue(
  field: CueField,
  typed: string,
): { readonly value: unknown } | { readonly problem: string } {
  const { name, kind, isRequired, isWhole, minimum = -Infinity, maximum = Infinity, takesText } = field;
  const text = kind === "lines" ? typed.trimEnd() : typed.trim();
  if (text === "") {
    return isRequired && kind !== "lines"
      ? { problem: `${name} cannot be empty` }
      : { value: isRequired ? "" : undefined };
  }
  switch (kind) {
    case "number": {
      const number = Number(text.replace(",", "."));
      if (!Number.isFinite(number)) return { problem: `${name}: expected a number` };
      if (isWhole && !Number.isInteger(number)) return { problem: `${name}: expected a whole number` };
      if (number < minimum || number > maximum) {
        return { problem: `${name}: expected a number from ${minimum} to ${maximum}` };
      }
      return { value: number };
    }
    case "flag":
      return { value: text === "true" };
    case "word":
      return { value: isPlainNumber(text) ? Number(text) : text };
    case "json":
      try {
        return { value: JSON.parse(text) };
      } catch {
        return takesText && !/^[[{"]/.test(text)
          ? { value: text }
          : { problem: `${name}: expected JSON, such as ["foh", "rear"]` };
      }
    default:
      return { value: text };
  }
}

/** A number that is written as JSON would write it: "007" and "1.50" are names. */
function isPlainNumber(text: string): boolean {
  return String(Number(text)) === text && Number.isFinite(Number(text));
}
