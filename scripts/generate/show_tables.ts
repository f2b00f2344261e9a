/** The tables of docs/shows.md: the fields of a show and of its cues, with units, defaults and ranges, from their declarations. */
import { z } from "zod";
import { fillTables } from "./fill_tables.ts";
import { cueKinds, cueSchemas, showSchema } from "../../show/file/show_file.ts";
import { showJsonSchema } from "../../show/file/show_json_schema.ts";

/** The document with its tables brought up to date; each stands between `<!-- generated: NAME -->` and `<!-- end: NAME -->`. */
export function showTables(current: string): string {
  const shared = Object.keys(cueSchemas.memo.shape).filter((name) => name !== "memo");
  const tables: Readonly<Record<string, string>> = {
    cues: table(
      ["cue", "what it does"],
      cueKinds.map((kind) => [`[\`${kind}\`](#${kind.toLowerCase()})`, cueSchemas[kind].description ?? ""]),
    ),
    "cue fields": fieldTable(cueSchemas.memo, shared),
    "fields by cue": cueKinds.map((kind) => {
      const names = Object.keys(cueSchemas[kind].shape).filter((name) => !shared.includes(name));
      return `### ${kind}\n\n${fieldTable(cueSchemas[kind], names)}`;
    }).join("\n\n"),
    "show fields": fieldTable(showSchema, Object.keys(showSchema.shape)),
  };
  return fillTables(current, "docs/shows.md", tables);
}

/** The schema as the text of its file. */
export function showSchemaText(): string {
  return JSON.stringify(showJsonSchema(), undefined, 2) + "\n";
}

function fieldTable(schema: z.ZodObject, names: readonly string[]): string {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input" });
  return table(
    ["field", "values", "default", "meaning"],
    names.map((name) => {
      const property = properties[name] as JsonSchema;
      const fallback = required.includes(name)
        ? "required"
        : property.default === undefined
        ? ""
        : code(property.default);
      return [`\`${name}\``, valuesOf(property), fallback, property.description ?? ""];
    }),
  );
}

interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
}

function valuesOf(schema: JsonSchema): string {
  const { type, anyOf, const: constant, enum: values, minimum, maximum, items, properties } = schema;
  if (anyOf) return [...new Set(anyOf.map(valuesOf))].join(" or ");
  if (constant !== undefined) return code(constant);
  if (values) return values.map(code).join(", ");
  switch (type) {
    case "number":
    case "integer": {
      const noun = type === "integer" ? "whole number" : "number";
      return minimum === undefined || Math.abs(minimum) > 2 ** 50
        ? noun
        : `${noun}, ${minimum} to ${maximum}`;
    }
    case "string":
      return "text";
    case "boolean":
      return "`true`, `false`";
    case "array":
      return items && Object.keys(items).length > 0 ? `list of ${valuesOf(items)}` : "list of cues";
    case "object":
      return properties
        ? `{ ${Object.keys(properties).join(", ")} }`
        : `object of ${valuesOf(schema.additionalProperties as JsonSchema)}`;
    default:
      return type ?? "";
  }
}

function code(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => [...row[column]].length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell + " ".repeat(widths[column] - [...cell].length)).join(" | ")} |`;
  const [first, ...others] = cells;
  return [line(first), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...others.map(line)]
    .join("\n");
}
