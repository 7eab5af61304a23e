/** How loaded the process is. The live Layer is in `processLoad.ts`. */
import { Context, Effect, Layer, Ref } from "effect"
import type { Load } from "../../domain/sampling/head/loadRelief.ts"

export class LoadMeter extends Context.Service<LoadMeter, {
  /** The load since it was last asked for. */
  readonly measure: Effect.Effect<Load>
}>()("perigee/layers/observability/LoadMeter") {}

/** A {@link LoadMeter} that says what it was told, at first that there is no load. */
export class LoadMeterTest extends Context.Service<LoadMeterTest, {
  readonly set: (load: Partial<Load>) => Effect.Effect<void>
}>()("perigee/layers/observability/LoadMeterTest") {
  static readonly layer = Layer.effectContext(Effect.gen(function*() {
    const load = yield* Ref.make<Load>({ cpu: 0, heap: 0 })
    return Context.make(LoadMeter, { measure: Ref.get(load) }).pipe(
      Context.add(LoadMeterTest, { set: (change) => Ref.update(load, (now) => ({ ...now, ...change })) })
    )
  }))
}
