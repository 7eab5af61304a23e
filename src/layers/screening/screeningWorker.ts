/** A screening worker thread: it is given elements, then slices to screen, one after the other. Ends when its port is closed. */
import * as NodeWorkerRunner from "@effect/platform-node/NodeWorkerRunner"
import { Cause, Effect, Layer, Result } from "effect"
import * as WorkerRunner from "effect/workers/WorkerRunner"
import type { MeanElements } from "../../domain/orbit/catalogue/MeanElements.ts"
import { sampleSlice } from "../../domain/orbit/ephemeris/SliceEphemeris.ts"
import { type Trajectory, trajectoryOf } from "../../domain/orbit/ephemeris/Trajectory.ts"
import { makePropagator } from "../../domain/orbit/propagation/Propagator.ts"
import { screenEphemeris } from "../../domain/orbit/screening/screen.ts"
import type { Answer, Order } from "./messages.ts"

const trajectoriesOf = (elements: ReadonlyArray<MeanElements>): ReadonlyArray<Trajectory> =>
  elements.flatMap((set) => {
    const made = makePropagator(set)
    return Result.isSuccess(made) ? [trajectoryOf(made.success)] : []
  })

const work = Effect.gen(function*() {
  const platform = yield* WorkerRunner.WorkerRunnerPlatform
  const runner = yield* platform.start<Answer, Order>()
  let objects: ReadonlyArray<Trajectory> = []
  yield* runner.run((port, order) => {
    if (order._tag === "Load") {
      return Effect.sync(() => {
        objects = trajectoriesOf(order.elements)
      })
    }
    const { id, span: { from, to }, threshold } = order
    return Effect.sync((): Answer => {
      const slice = sampleSlice(objects, from, to)
      const { objectIds: _, ...ephemeris } = slice
      const result = threshold === undefined ? undefined : screenEphemeris(slice, objects, { threshold })
      return { _tag: "Done", id, ephemeris, result }
    }).pipe(
      Effect.catchCause((cause) => Effect.succeed<Answer>({ _tag: "Failed", id, reason: Cause.pretty(cause) })),
      Effect.flatMap((answer) => runner.send(port, answer))
    )
  })
})

Effect.runFork(Layer.launch(Layer.provide(Layer.effectDiscard(work), NodeWorkerRunner.layer)))
