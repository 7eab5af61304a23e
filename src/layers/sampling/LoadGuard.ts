/**
 * Samples less while the process is loaded: over 80 % of CPU or heap the head samplers halve their share, and take it back when both have
 * been under 75 % for ten seconds. What is sampled stays consistent: of the traces that would have been kept it is the upper half.
 */
import { Clock, Context, Effect, Layer, Schedule } from "effect"
import {
  loadReliefDefaults,
  type LoadReliefOptions,
  nextRelief,
  noRelief
} from "../../domain/sampling/head/loadRelief.ts"
import { LoadMeter } from "./LoadMeter.ts"

const off = { halvings: () => 0, maxHalvings: 0 }

/** The default never halves. Head samplers read it when their Layer is made: provide it to them. */
export class LoadGuard extends Context.Reference<{
  /** How often the share is halved at present. */
  readonly halvings: () => number
  readonly maxHalvings: number
}>("perigee/layers/observability/LoadGuard", { defaultValue: () => off }) {
  static readonly layerOff = Layer.succeed(LoadGuard, off)

  /** Measures once an interval for as long as the Layer lives. */
  static readonly layer = (options: Partial<LoadReliefOptions> = {}): Layer.Layer<never, never, LoadMeter> =>
    Layer.effect(
      LoadGuard,
      Effect.gen(function*() {
        const settings = { ...loadReliefDefaults, ...options }
        const { measure } = yield* LoadMeter
        let state = noRelief
        const look = Effect.gen(function*() {
          state = nextRelief(settings, state, yield* measure, yield* Clock.currentTimeMillis)
        })
        yield* Effect.forkScoped(Effect.schedule(look, Schedule.spaced(settings.intervalMillis)))
        return { halvings: () => state.halvings, maxHalvings: settings.maxHalvings }
      })
    )
}
