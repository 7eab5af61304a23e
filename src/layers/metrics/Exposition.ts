/** The metrics as text for who scrapes them, in the format that is asked for. */
import { Context, Effect, Layer, Metric } from "effect"
import { PrometheusMetrics } from "effect/observability"
import { Collectors } from "./Collectors.ts"
import { Exemplars } from "./Exemplars.ts"
import { formatOpenMetrics, openMetricsContentType } from "./openMetrics.ts"

export interface Exposed {
  readonly contentType: string
  readonly body: string
}

const plainContentType = "text/plain; version=0.0.4; charset=utf-8"

/** The weight that an `Accept` header gives to a media type, wildcards left out; 0 where it does not name it. */
const weightOf = (accept: string, type: string): number => {
  for (const part of accept.split(",")) {
    const [name, ...parameters] = part.split(";").map((text) => text.trim().toLowerCase())
    if (name !== type) continue
    const quality = parameters.find((parameter) => parameter.startsWith("q="))
    const weight = quality === undefined ? 1 : Number(quality.slice(2))
    return Number.isFinite(weight) ? weight : 0
  }
  return 0
}

/** True when OpenMetrics is asked for, and not less than plain text. */
export const prefersOpenMetrics = (accept: string): boolean => {
  const weight = weightOf(accept, "application/openmetrics-text")
  return weight > 0 && weight >= weightOf(accept, "text/plain")
}

export class Exposition extends Context.Service<Exposition, {
  /** `undefined`: metrics are off. */
  render(accept: string): Effect.Effect<Exposed | undefined>
}>()("perigee/layers/observability/Exposition") {
  /** The metrics of the registry in force when the Layer is built, collected at each call. */
  static readonly layer = Layer.effect(
    Exposition,
    Effect.gen(function*() {
      const collectors = yield* Collectors
      const exemplars = yield* Exemplars
      const context = yield* Effect.context()
      return Exposition.of({
        render: Effect.fnUntraced(function*(accept) {
          yield* collectors.collect
          return prefersOpenMetrics(accept)
            ? {
              contentType: openMetricsContentType,
              body: formatOpenMetrics(Metric.snapshotUnsafe(context), exemplars)
            }
            : { contentType: plainContentType, body: PrometheusMetrics.formatUnsafe(context) }
        })
      })
    })
  )

  static readonly layerOff = Layer.succeed(Exposition, Exposition.of({ render: () => Effect.undefined }))
}
