/** `/v1/status`, `/v1/sources`, `/v1/history`: what a run says of itself. */
import { Clock, Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { PerigeeApi } from "../../domain/api/api.ts"
import { format, parse, type UtcTime } from "../../domain/time/UtcTime.ts"
import { MetricHistory } from "../history/MetricHistory.ts"
import { type Answers, Inspection } from "../inspection/Inspection.ts"
import { RequestContext } from "./RequestContext.ts"

/** An error in the shape of all errors, with the request's trace id. */
const refusal = Effect.fnUntraced(function*(code: string, message: string) {
  const context = yield* RequestContext
  return { error: { code, message, details: {}, request_id: context?.traceId ?? "" } }
})

const timeOr = (text: string | undefined, otherwise: UtcTime): UtcTime | undefined =>
  text === undefined ? otherwise : parse(text)

export const inspectionRoutes = HttpApiBuilder.group(
  PerigeeApi,
  "inspection",
  Effect.fnUntraced(function*(handlers) {
    const inspection = yield* Inspection
    const history = yield* MetricHistory
    const clock = yield* Clock.Clock
    const ask = Effect.fnUntraced(function*<A>(of: (answers: Answers) => A) {
      const answers = inspection.answers()
      return answers === undefined
        ? yield* Effect.flatMap(refusal("starting", "the run is starting or has ended"), Effect.fail)
        : of(answers)
    })
    return handlers
      .handle("status", () => ask(({ status }) => status()))
      .handle("sources", () => ask(({ sources }) => sources()))
      .handle(
        "history",
        Effect.fnUntraced(function*({ query }) {
          const since = timeOr(query.since, -Infinity)
          const until = timeOr(query.until, Infinity)
          if (since === undefined || until === undefined) {
            return yield* Effect.flatMap(refusal("bad_request", "since, until: expected RFC 3339 times"), Effect.fail)
          }
          const part = history.read({
            names: (query.series ?? "").split(",").map((name) => name.trim()).filter((name) => name !== ""),
            since,
            until,
            resolution: query.step === "10s" ? "coarse" : "fine"
          })
          const { bytes, refused } = history.size()
          return {
            at: format(clock.currentTimeMillisUnsafe()),
            stepSeconds: part.stepSeconds,
            times: part.times.map(format),
            series: part.series,
            memoryBytes: bytes,
            refusedSeries: refused
          }
        })
      )
  })
)
