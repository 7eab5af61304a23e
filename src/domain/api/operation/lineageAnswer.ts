/** What `/v1/lineage/:id` answers: what `perigee lineage --json` prints, in one shape for both directions. */
import { Schema } from "effect"

const node = {
  id: Schema.String,
  kind: Schema.String,
  sourceId: Schema.NullOr(Schema.String),
  sensorTimestamp: Schema.NullOr(Schema.String)
}

const reached = Schema.Array(Schema.Struct({ ...node, depth: Schema.Int }))

export const LineageJson = Schema.Struct({
  id: Schema.String,
  direction: Schema.Literals(["backward", "forward"]),
  matched: Schema.Array(Schema.Struct({ ...node, inputCount: Schema.Int })),
  /** Of a question backward. */
  inputs: Schema.optionalKey(reached),
  /** Of a question forward. */
  outputs: Schema.optionalKey(reached),
  steps: Schema.Array(Schema.Struct({
    id: Schema.String,
    operator: Schema.String,
    at: Schema.String,
    parents: Schema.Array(Schema.String),
    parentCount: Schema.Int
  })),
  edges: Schema.Array(Schema.Struct({
    child: Schema.String,
    parent: Schema.String,
    operator: Schema.String,
    at: Schema.String
  })),
  truncated: Schema.Boolean
})
export type LineageJson = typeof LineageJson.Type
