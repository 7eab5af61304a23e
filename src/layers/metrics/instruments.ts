/**
 * Families of Effect metrics whose values are counted elsewhere: set from the counts that exist when somebody looks, at no cost before.
 *
 * One metric per set of labels, made at its first value: `Metric.withAttributes` would compute its key anew at every update.
 * State: one metric a set of labels; callers label by what is bounded (stages, sensors, kinds), never by event.
 */
import { type Context, Effect, Metric } from "effect"

type Labels = Readonly<Record<string, string>>

const byLabels = <A>(make: (labels: Labels) => A) => {
  const made = new Map<string, A>()
  return (labels: Labels): A => {
    const key = Object.values(labels).join("\u0000")
    const known = made.get(key)
    if (known !== undefined) return known
    const fresh = make(labels)
    made.set(key, fresh)
    return fresh
  }
}

/** Sets the gauge of some labels. `undefined` leaves it as it is: what is not known yet is absent. */
type SetGauge = (value: number | undefined, labels?: Labels) => void

const gaugeFamily = (context: Context.Context<never>, name: string, description: string): SetGauge => {
  const of = byLabels((attributes) => Metric.gauge(name, { description, attributes }))
  return (value, labels = {}) => {
    if (value !== undefined && !Number.isNaN(value)) of(labels).updateUnsafe(value, context)
  }
}

/** Brings the counter of some labels to a total. A total that fell (its holder began anew) is counted on from there. */
type SetTotal = (total: number | undefined, labels?: Labels) => void

const counterFamily = (context: Context.Context<never>, name: string, description: string): SetTotal => {
  const of = byLabels((attributes) => ({
    counter: Metric.counter(name, { description, attributes, incremental: true }),
    seen: 0
  }))
  return (total, labels = {}) => {
    if (total === undefined) return
    const entry = of(labels)
    const added = total >= entry.seen ? total - entry.seen : total
    entry.seen = total
    entry.counter.updateUnsafe(added, context)
  }
}

/** Makes families: `gauge` and `counter` of a name and a description. */
export const metricFamilies = Effect.map(Effect.context(), (context) => ({
  gauge: (name: string, description: string) => gaugeFamily(context, name, description),
  counter: (name: string, description: string) => counterFamily(context, name, description)
}))
export type MetricFamilies = Effect.Success<typeof metricFamilies>
