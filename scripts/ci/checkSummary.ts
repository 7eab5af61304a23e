/** Checks the summary that `perigee run --json` prints: its shape, that no event is lost in it, and that the run did its work. */
import { Result, Schema } from "effect"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const Time = Schema.String.check(Schema.isPattern(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/))

const Summary = Schema.Struct({
  seed: Schema.Int,
  startedAt: Time,
  stoppedAt: Time,
  elapsedSeconds: Schema.Finite,
  observations: Schema.Struct({ total: Count, bySourceKind: Schema.Record(Schema.String, Count) }),
  stages: Schema.NonEmptyArray(Schema.Struct({
    stage: Schema.String,
    in: Count,
    processed: Count,
    filtered: Count,
    late: Count,
    dead: Count,
    shed: Count,
    inFlight: Count,
    emitted: Count
  })),
  alerts: Schema.Array(Schema.Struct({
    alertId: Schema.String,
    objects: Schema.Tuple([Schema.Unknown, Schema.Unknown]),
    level: Schema.String,
    tca: Time,
    missDistanceMetres: Schema.Finite,
    pc: Schema.NullOr(Schema.Finite),
    validity: Schema.Unknown,
    sequence: Count
  })),
  deadLetters: Schema.Struct({ total: Count, byErrorKind: Schema.Record(Schema.String, Count) }),
  canaries: Schema.Struct({ emitted: Count, arrived: Count, late: Count, missed: Count }),
  traces: Schema.Struct({ sampled: Count, kept: Count })
})

const decode = Schema.decodeUnknownResult(Schema.fromJsonString(Summary))

/** What is wrong with a summary; nothing if it is sound. */
export const checkSummary = (text: string): ReadonlyArray<string> => {
  const decoded = decode(text)
  if (Result.isFailure(decoded)) return [`not a run summary: ${decoded.failure.message}`]
  const { alerts, observations, stages } = decoded.success
  const wrong: Array<string> = []
  for (const [index, stage] of stages.entries()) {
    const ends = stage.processed + stage.filtered + stage.late + stage.dead + stage.shed
    if (stage.in !== ends) {
      wrong.push(`${stage.stage}: in ${stage.in}, but ${ends} processed, filtered, late, dead or shed`)
    }
    if (stage.inFlight !== 0) wrong.push(`${stage.stage}: ${stage.inFlight} in flight after the drain`)
    const next = stages[index + 1]
    if (next !== undefined && next.in !== stage.emitted) {
      wrong.push(`${stage.stage} emitted ${stage.emitted}, but ${next.stage} took in ${next.in}`)
    }
  }
  for (const kind of ["radar", "optical", "isl"]) {
    if ((observations.bySourceKind[kind] ?? 0) === 0) wrong.push(`no observation from a sensor of kind ${kind}`)
  }
  if (alerts.length === 0) wrong.push("no alert")
  return wrong
}
