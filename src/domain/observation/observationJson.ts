/**
 * JSON lines of {@link Observation}: one object a line, UTF-8, no newline inside.
 *
 * A line may leave out `observationId` and `ingestTimestamp`; then they come from the raw record: its id, and when it was received.
 */
import { Option, Result, Schema, Struct } from "effect"
import { parse, type UtcTime } from "../time/UtcTime.ts"
import { Observation, type ObservationId } from "./Observation.ts"
import { isObservationId } from "./observationId.ts"

const ObservationLine = Schema.Struct({
  ...Struct.omit(Observation.fields, ["observationId", "ingestTimestamp"]),
  observationId: Schema.optionalKey(Observation.fields.observationId),
  ingestTimestamp: Schema.optionalKey(Observation.fields.ingestTimestamp)
})

const decode = Schema.decodeUnknownResult(ObservationLine)

// The same with times and the id as text: a schema that transforms nothing is compiled, one that transforms is interpreted, at three
// times the cost.
const decodeText = Schema.decodeUnknownOption(Schema.Struct({
  ...ObservationLine.fields,
  observationId: Schema.optionalKey(Schema.String),
  sensorTimestamp: Schema.String,
  ingestTimestamp: Schema.optionalKey(Schema.String)
}))

interface Absent {
  readonly observationId: ObservationId
  readonly ingestTimestamp: UtcTime
}

/** The observation of a line that is right in all; `undefined` for one in which anything is wrong. */
const decodeGood = (json: unknown, absent: Absent): Observation | undefined => {
  const decoded = decodeText(json)
  if (Option.isNone(decoded)) return undefined
  const line = decoded.value
  const sensorTimestamp = parse(line.sensorTimestamp)
  const ingestTimestamp = line.ingestTimestamp === undefined ? absent.ingestTimestamp : parse(line.ingestTimestamp)
  if (sensorTimestamp === undefined || ingestTimestamp === undefined) return undefined
  const { objectHint, observationId = absent.observationId, sourceId, sourceKind, target, uncertainty } = line
  if (!isObservationId(observationId)) return undefined
  return objectHint === undefined
    ? { observationId, sourceId, sourceKind, sensorTimestamp, ingestTimestamp, target, uncertainty }
    : { observationId, sourceId, sourceKind, sensorTimestamp, ingestTimestamp, target, uncertainty, objectHint }
}

/** Reads an observation's JSON value. `absent` is used for what the line leaves out. The failure says what is wrong and where. */
export const decodeObservationJson = (json: unknown, absent: Absent): Result.Result<Observation, string> => {
  const good = decodeGood(json, absent)
  if (good !== undefined) return Result.succeed(good)
  return Result.mapBoth(decode(json), {
    onFailure: (error) => error.message,
    onSuccess: (line) => ({ ...absent, ...line })
  })
}

/** One line without its newline. Times have six decimals. Fails to the caller's defect on numbers that are not finite. */
export const encodeObservationLine: (observation: Observation) => string = Schema.encodeSync(
  Schema.fromJsonString(Observation)
)
