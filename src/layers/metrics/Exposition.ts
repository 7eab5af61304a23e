/** The metrics as text for who scrapes them, in the format that is asked for. */
import { Context, Effect, Layer, Metric } from "effect"
import { Collectors } from "./Collectors.ts"
import { Exemplars } from "./Exemplars.ts"
import { families, type Family } from "./format/families.ts"
import { formatOpenMetrics, openMetricsContentType } from "./format/openMetrics.ts"
import { formatPlainText, plainContentType } from "./format/plainText.ts"

export interface Exposed {
  readonly contentType: string
  readonly body: string
}

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

/** Says once of each metric that yields its name to another. */
const tellYielding = (told: Set<string>, { id, name, type, yields }: Family): Effect.Effect<void> => {
  if (!yields || told.has(name)) return Effect.void
  told.add(name)
  return Effect.logWarning(`metrics: the ${type} ${id} is exposed as ${name}: another metric has its name`)
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
      const told = new Set<string>()
      return Exposition.of({
        render: Effect.fnUntraced(function*(accept) {
          yield* collectors.collect
          const all = families(Metric.snapshotUnsafe(context))
          for (const family of all) yield* tellYielding(told, family)
          return prefersOpenMetrics(accept)
            ? { contentType: openMetricsContentType, body: formatOpenMetrics(all, exemplars) }
            : { contentType: plainContentType, body: formatPlainText(all) }
        })
      })
    })
  )

  static readonly layerOff = Layer.succeed(Exposition, Exposition.of({ render: () => Effect.undefined }))
}
