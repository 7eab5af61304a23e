/**
 * Holds each source or service to a target rate of traces per second: the share that is kept follows how many traces begin.
 *
 * As a head sampler: {@link AdaptiveSampler.layerHead}. In a tail sampler: the policy `adaptive`, which keeps errors whatever the rate. The
 * share in force is in every trace's `th`, so that counts can be scaled back; two replicas may differ in it, but not in which traces are
 * the first to be kept.
 */
import { Context, Effect, Layer, Schedule } from "effect"
import {
  adaptiveDefaults,
  type AdaptiveOptions,
  isIdle,
  type KeyRate,
  nextRate
} from "../../domain/sampling/head/adaptiveRate.ts"
import { always, thresholdOf } from "../../domain/sampling/head/threshold.ts"
import { type HeadLevel, HeadSampler, levelOf } from "../stage/HeadSampler.ts"
import { LoadGuard } from "./LoadGuard.ts"

interface Entry {
  rate: KeyRate
  /** Traces begun since the last step. */
  count: number
  /** By the number of halvings. */
  levels: ReadonlyArray<HeadLevel>
}

const everything = levelOf(always)

/** The default keeps everything and adapts nothing. */
export class AdaptiveSampler extends Context.Reference<{
  /** Counts traces of this key that begin, one if it is not said, and gives the level that they are held against. */
  readonly level: (key: string, traces?: number) => HeadLevel
  /** The share that is kept of each key, as it is without a {@link LoadGuard}. */
  readonly probabilities: () => ReadonlyMap<string, number>
}>("perigee/layers/observability/AdaptiveSampler", {
  defaultValue: () => ({ level: () => everything, probabilities: () => new Map() })
}) {
  static readonly layerOff = Layer.succeed(AdaptiveSampler, { level: () => everything, probabilities: () => new Map() })

  /** Steps once an interval for as long as the Layer lives. State: a few numbers for each of `maxKeys` keys; the rest share one. */
  static readonly layer = (options: Partial<AdaptiveOptions> = {}) =>
    Layer.effect(
      AdaptiveSampler,
      Effect.gen(function*() {
        const settings = { ...adaptiveDefaults, ...options }
        const { halvings, maxHalvings } = yield* LoadGuard
        const levelsOf = ({ probability }: KeyRate) =>
          Array.from({ length: maxHalvings + 1 }, (_, n) => levelOf(thresholdOf(probability / 2 ** n)))
        const newEntry = (): Entry => {
          const rate: KeyRate = { average: undefined, probability: settings.initialProbability }
          return { rate, count: 0, levels: levelsOf(rate) }
        }
        const entries = new Map<string, Entry>()
        const others = newEntry()
        const entryOf = (key: string): Entry => {
          const known = entries.get(key)
          if (known !== undefined) return known
          if (entries.size >= settings.maxKeys) return others
          const made = newEntry()
          entries.set(key, made)
          return made
        }
        const step = (entry: Entry): void => {
          entry.rate = nextRate(settings, entry.rate, entry.count)
          entry.count = 0
          entry.levels = levelsOf(entry.rate)
        }
        const stepAll = Effect.sync(() => {
          step(others)
          for (const [key, entry] of entries) {
            step(entry)
            if (isIdle(entry.rate)) entries.delete(key)
          }
        })
        yield* Effect.forkScoped(Effect.schedule(stepAll, Schedule.spaced(settings.intervalMillis)))
        return {
          level: (key, traces = 1) => {
            const entry = entryOf(key)
            entry.count += traces
            return entry.levels[halvings()] ?? everything
          },
          probabilities: () => new Map(Array.from(entries, ([key, { rate }]) => [key, rate.probability]))
        }
      })
    )

  /** The head sampler that asks it; traces of no source share one rate. */
  static readonly layerHead = Layer.effect(
    HeadSampler,
    Effect.map(
      AdaptiveSampler,
      ({ level }) => HeadSampler.deciding((source = "unknown", traces) => level(source, traces))
    )
  )
}
