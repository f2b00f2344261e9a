import { z } from "zod";
import { cueKinds, cueSchemas, showSchema } from "./show_file.ts";

type JsonSchema = Record<string, unknown>;

/** The JSON Schema of a show, for editors: `"$schema": "./show.schema.json"` gives completion, descriptions and mistakes. */
export function showJsonSchema(): JsonSchema {
  const definitions: Record<string, JsonSchema> = {
    cue: { anyOf: cueKinds.map((kind) => ({ $ref: `#/$defs/${kind}` })) },
  };
  for (const kind of cueKinds) {
    definitions[kind] = plain(cueSchemas[kind]);
    if (kind === "group") field(definitions[kind], "group").items = { $ref: "#/$defs/cue" };
  }
  const show = plain(showSchema);
  field(show, "cues").items = { $ref: "#/$defs/cue" };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "A show of Understudy",
    ...show,
    // comments and commas at the end are for editors that know them
    allowTrailingCommas: true,
    $defs: definitions,
  };
}

function plain(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return rest;
}

function field(schema: JsonSchema, name: string): JsonSchema {
  return (schema.properties as Record<string, JsonSchema>)[name];
}
