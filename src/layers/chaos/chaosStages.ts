/**
 * Faults in front of stages: arrays wait, events are lost, the thread is kept busy. Controls are never touched, nor their order.
 *
 * `stall` holds an array until the fault is gone; an interruption goes through. What is lost is lost on purpose: no stage counts it, the experiment's
 * report does.
 */
import { Clock, Effect, Layer } from "effect"
import { type Element, elementsOf, eventsIn, itemsOf } from "../../domain/stream/Batch.ts"
import { type ChaosPoint, StageChaos } from "../stage/StageHooks.ts"
import { type ActiveFault, ActiveFaults, strikes } from "./ActiveFaults.ts"
import { burn } from "./burn.ts"

/** How long a stalled array looks away. */
const lookAgainMillis = 50

const struckIn = <A>(active: ActiveFault, elements: ReadonlyArray<Element<A>>): number =>
  itemsOf(elements).filter((item) => item._tag === "Event" && strikes(active, item.context)).length

const without = <A>(active: ActiveFault, elements: ReadonlyArray<Element<A>>): ReadonlyArray<Element<A>> => {
  const before = eventsIn(elements)
  const left = elementsOf(itemsOf(elements).filter((item) => item._tag !== "Event" || !strikes(active, item.context)))
  active.struck += before - eventsIn(left)
  return left
}

export const layerChaosStages: Layer.Layer<never> = Layer.effect(
  StageChaos,
  Effect.gen(function*() {
    const faults = yield* ActiveFaults
    // Waits of an experiment are in real time, whatever the scenario's clock does.
    const clock = yield* Clock.Clock
    const sleep = (millis: number) => Effect.provideService(Effect.sleep(millis), Clock.Clock, clock)

    const strike = <A>(stage: string, elements: ReadonlyArray<Element<A>>): Effect.Effect<ReadonlyArray<Element<A>>> =>
      Effect.gen(function*() {
        let left = elements
        for (const active of faults.onStage(stage)) {
          const { fault } = active.experiment
          if (fault._tag === "loss") {
            left = without(active, left)
            continue
          }
          const struck = struckIn(active, left)
          if (struck === 0) continue
          active.struck += struck
          if (fault._tag === "latency") yield* sleep(fault.millis)
          if (fault._tag === "cpu") burn(clock, struck * burnMillisPerEvent * fault.busy)
          while (fault._tag === "stall" && faults.onStage(stage).includes(active)) yield* sleep(lookAgainMillis)
        }
        return left
      })

    return {
      before: <A>(stage: string): ChaosPoint<A> => (elements) =>
        faults.onStage(stage).length === 0 ? Effect.succeed(elements) : strike(stage, elements)
    }
  })
)

/** What an event costs in a stage that is kept fully busy. */
const burnMillisPerEvent = 5
