/**
 * OpenLineage run events, specification 2-0-2: what a job read and wrote, told when a run starts and when it ends.
 *
 * https://openlineage.io/spec/2-0-2/OpenLineage.json. A run gives one `START` and then one of `COMPLETE`, `FAIL` and `ABORT`, all with the
 * same run id.
 */
import { Schema } from "effect"
import { UtcTimeFromString } from "../time/UtcTime.ts"

/** RFC 3986: a scheme, a colon and no white space. */
const Uri = Schema.String.check(Schema.isPattern(/^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`]+$/))

const Name = Schema.String.check(Schema.isMinLength(1))

/** Facts about a run, a job or a dataset: anything, with who says it and the schema it keeps. */
export const Facet = Schema.StructWithRest(Schema.Struct({ _producer: Uri, _schemaURL: Uri }), [
  Schema.Record(Schema.String, Schema.Json)
])
export type Facet = typeof Facet.Type

const Facets = Schema.Record(Schema.String, Facet)

const dataset = { namespace: Name, name: Name, facets: Schema.optionalKey(Facets) }

export const InputDataset = Schema.Struct({ ...dataset, inputFacets: Schema.optionalKey(Facets) })
export type InputDataset = typeof InputDataset.Type

export const OutputDataset = Schema.Struct({ ...dataset, outputFacets: Schema.optionalKey(Facets) })
export type OutputDataset = typeof OutputDataset.Type

export const RunState = Schema.Literals(["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"])
export type RunState = typeof RunState.Type

export const RunEvent = Schema.Struct({
  eventType: RunState,
  eventTime: UtcTimeFromString,
  producer: Uri,
  schemaURL: Uri,
  run: Schema.Struct({ runId: Schema.String.check(Schema.isUUID()), facets: Schema.optionalKey(Facets) }),
  job: Schema.Struct({ namespace: Name, name: Name, facets: Schema.optionalKey(Facets) }),
  inputs: Schema.Array(InputDataset),
  outputs: Schema.Array(OutputDataset)
})
export type RunEvent = typeof RunEvent.Type

export const runEventSchemaUrl = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
