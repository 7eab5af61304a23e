/** A clock for a step that must do something though no array comes. */
import { type Cause, Clock, Effect, Fiber, Option, Stream } from "effect"
import type { Element } from "../../../domain/stream/Batch.ts"
import { watermark } from "../../../domain/stream/Envelope.ts"
import { CommitUnits } from "../../../layers/units/CommitUnits.ts"
import type { Elements } from "../../branches/inlets.ts"

export interface Timer {
  /** When the step wants to look at the clock, in its ms. The step sets it. */
  deadline: number | undefined
}

/** Nothing new, as a watermark: it makes the step look at its timer and goes no further. */
const lookAtTimer: Elements<never> = [watermark(-Infinity)]

/**
 * Lets a step look at its timer when its deadline comes before the next array, but not while a commit unit is cut: nothing begins by itself then. An array that is on its way is waited for, not asked for again.
 */
export const wakeAtDeadline = <A, E, R>(
  self: Stream.Stream<Element<A>, E, R>,
  timer: Timer
): Stream.Stream<Element<A>, E, R> =>
  Stream.transformPull(self, (pull, scope) =>
    Effect.zipWith(Clock.Clock, CommitUnits, (clock, units) => {
      let underWay: Fiber.Fiber<Elements<A>, E | Cause.Done> | undefined
      const arrived = (fiber: Fiber.Fiber<Elements<A>, E | Cause.Done>) =>
        Effect.onExit(Fiber.join(fiber), () =>
          Effect.sync(() => {
            underWay = undefined
          }))
      return Effect.suspend(() => {
        const { deadline } = timer
        if (deadline === undefined && underWay === undefined) return pull
        return Effect.flatMap(
          underWay === undefined ? Effect.forkIn(pull, scope) : Effect.succeed(underWay),
          (fiber) => {
            underWay = fiber
            if (deadline === undefined) return arrived(fiber)
            const wait = Effect.timeoutOption(
              Fiber.await(fiber),
              Math.max(0, deadline - clock.currentTimeMillisUnsafe())
            )
            return Effect.flatMap(wait, (exit) => {
              if (Option.isSome(exit)) return arrived(fiber)
              return units?.isCutting() === true
                ? Effect.raceFirst(
                  Effect.andThen(Fiber.await(fiber), arrived(fiber)),
                  Effect.as(units.cut, lookAtTimer)
                )
                : Effect.succeed(lookAtTimer)
            })
          }
        )
      })
    }))
