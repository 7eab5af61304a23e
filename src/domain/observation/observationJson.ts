/**
 * JSON lines of {@link Observation}: one object a line, UTF-8, no newline inside.
 *
 * A line may leave out `observationId` and `ingestTimestamp`; then they come from the raw record: its id, and when it was received.
 */
import { Result, Schema, Struct } from "effect"
import type { UtcTime } from "../UtcTime.ts"
import { Observation, type ObservationId } from "./Observation.ts"

const ObservationLine = Schema.Struct({
  ...Struct.omit(Observation.fields, ["observationId", "ingestTimestamp"]),
  observationId: Schema.optionalKey(Observation.fields.observationId),
  ingestTimestamp: Schema.optionalKey(Observation.fields.ingestTimestamp)
})

const decode = Schema.decodeUnknownResult(ObservationLine)

/** Reads an observation's JSON value. `absent` is used for what the line leaves out. The failure says what is wrong and where. */
export const decodeObservationJson = (
  json: unknown,
  absent: { readonly observationId: ObservationId; readonly ingestTimestamp: UtcTime }
): Result.Result<Observation, string> =>
  Result.mapBoth(decode(json), {
    onFailure: (error) => error.message,
    onSuccess: (line) => ({ ...absent, ...line })
  })

/** One line without its newline. Times have six decimals. Fails to the caller's defect on numbers that are not finite. */
export const encodeObservationLine: (observation: Observation) => string = Schema.encodeSync(
  Schema.fromJsonString(Observation)
)
