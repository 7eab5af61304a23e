/** Writes the optical archive's published JSON Schema, made from the Effect Schema that reads it: `node scripts/opticalArchiveSchema.ts`. */
import { Schema } from "effect"
import { writeFileSync } from "node:fs"
import { OpticalPage } from "../src/domain/observation/formats/opticalArchive.ts"

export const opticalArchiveSchemaPath = "docs/schemas/optical-archive.schema.json"

/** The JSON Schema (draft 2020-12) of one page, as the file's text. */
export const opticalArchiveSchemaText = (): string => {
  const document = Schema.toJsonSchemaDocument(OpticalPage)
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    ...document.schema,
    ...(Object.keys(document.definitions).length > 0 && { $defs: document.definitions })
  }
  return `${JSON.stringify(schema, undefined, 2)}\n`
}

if (import.meta.main) writeFileSync(opticalArchiveSchemaPath, opticalArchiveSchemaText())
