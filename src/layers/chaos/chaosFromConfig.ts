/**
 * Chaos where `PERIGEE_CHAOS` is on, and nothing of it else. Two Layers: what begins and ends experiments, outside of the scenario's clock; and the
 * decorated services, which stand inside of it.
 */
import { Effect, Layer } from "effect"
import { HttpClient } from "effect/http"
import { settings } from "../config/settings.ts"
import { MessageLog } from "../log/MessageLog.ts"
import { ActiveFaults, makeActiveFaults } from "./ActiveFaults.ts"
import { Chaos } from "./Chaos.ts"
import { layerChaosClock } from "./chaosClock.ts"
import { layerChaosHttp } from "./chaosHttp.ts"
import { layerChaosLog } from "./chaosLog.ts"
import { layerChaosStages } from "./chaosStages.ts"
import { makeChaos } from "./makeChaos.ts"
import { pressure } from "./pressure.ts"

/** Experiments, and the points in front of stages. */
export const layerChaosFromConfig = Layer.unwrap(Effect.gen(function*() {
  if (!(yield* settings.chaos)) return Layer.empty
  yield* Effect.logWarning("chaos: PERIGEE_CHAOS is on: who has the admin token can break this process on purpose")
  return Layer.mergeAll(Layer.effect(Chaos, makeChaos(pressure)), layerChaosStages).pipe(
    Layer.provideMerge(Layer.sync(ActiveFaults, makeActiveFaults))
  )
}))

export const layerClockFromConfig = Layer.unwrap(
  Effect.map(settings.chaos, (on) => on ? layerChaosClock : Layer.empty)
)

/** The log beneath; struck where chaos is on. */
export const layerStruckLog = Layer.unwrap(
  Effect.map(settings.chaos, (on) => on ? layerChaosLog : Layer.effect(MessageLog, MessageLog))
)

/** The client beneath; struck where chaos is on. */
export const layerStruckHttp = Layer.unwrap(
  Effect.map(settings.chaos, (on) => on ? layerChaosHttp : Layer.effect(HttpClient.HttpClient, HttpClient.HttpClient))
)
