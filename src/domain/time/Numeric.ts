/** Any number, infinite ones and NaN among them, as a schema: for what nobody has to read as JSON. */
import { Schema } from "effect"

// Made of its syntax tree, so that its use is not taken for an oversight: state keeps numbers as they are.
// @effect-diagnostics-next-line schemaNumber:off
export const Numeric: Schema.Codec<number> = Schema.make<Schema.Codec<number>>(Schema.Number.ast)
