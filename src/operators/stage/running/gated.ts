/**
 * The gate in front of a pipeline: where a commit unit is due a source gives a barrier and waits until the unit is cut. Without units there is none.
 *
 * Arrays and order kept; a barrier is an array by itself. What the source made meanwhile waits here, one array at most. **End.** A source that ends has
 * its unit cut first, with everything open. Where no other goes on, time then comes to its end in a unit of its own, which leaves the state as it was: what
 * is open is told of, and whoever reads on, from a longer file or the next one, goes on from before that. Cost: a fiber an array.
 */
import { Cause, Effect, Exit, Fiber, Pull, Scope, Stream } from "effect"
import type { Element } from "../../../domain/stream/Batch.ts"
import { barrier, watermark } from "../../../domain/stream/Envelope.ts"
import { CommitUnits, type CommitUnitsShape } from "../../../layers/units/CommitUnits.ts"
import type { Elements } from "../../branches/inlets.ts"

export const gated = <A, E, R>(self: Stream.Stream<Element<A>, E, R>): Stream.Stream<Element<A>, E, R> =>
  Stream.unwrap(Effect.map(CommitUnits, (units) => units === undefined ? self : behindGate(self, units)))

/** What is left to do when the source has ended: the unit that was begun then, the end of time, the unit of that. */
type Ending = "no" | "cutting" | "closing" | "over"

const endOfTime: Elements<never> = [watermark(Infinity)]

const behindGate = <A, E, R>(
  self: Stream.Stream<Element<A>, E, R>,
  units: CommitUnitsShape
): Stream.Stream<Element<A>, E, R> =>
  Stream.transformPull(
    self,
    Effect.fnUntraced(function*(pull, scope) {
      const source = units.openSource()
      yield* Scope.addFinalizer(scope, Effect.sync(() => source.leave()))
      let underWay: Fiber.Fiber<Elements<A>, E | Cause.Done> | undefined
      let ending: Ending = "no"

      const give = (elements: Elements<A>) => {
        source.gave()
        return Effect.succeed(elements)
      }

      const next: Pull.Pull<Elements<A>, E> = Effect.suspend(() => {
        if (source.waits()) return Effect.andThen(units.cut, next)
        const unit = source.barrier()
        if (unit !== undefined) return Effect.succeed<Elements<A>>([barrier(unit)])
        return ending === "no" ? more : end()
      })

      const more: Pull.Pull<Elements<A>, E> = Effect.suspend(() => {
        if (underWay !== undefined) return arrivalOf(underWay)
        return Effect.flatMap(Effect.forkIn(pull, scope), (fiber) => {
          underWay = fiber
          return arrivalOf(fiber)
        })
      })

      const arrivalOf = (fiber: Fiber.Fiber<Elements<A>, E | Cause.Done>): Pull.Pull<Elements<A>, E> =>
        Effect.flatMap(
          Effect.raceFirst(Fiber.await(fiber), Effect.as(units.due, undefined)),
          (exit) => {
            if (exit === undefined) return next
            underWay = undefined
            if (Exit.isSuccess(exit)) return give(exit.value)
            if (!Pull.isDoneCause(exit.cause)) return exit
            ending = "cutting"
            source.atEnd()
            return next
          }
        )

      const end = (): Pull.Pull<Elements<A>, E> => {
        if (ending === "cutting" && source.closes()) {
          ending = "closing"
          return give(endOfTime)
        }
        if (ending === "closing") {
          ending = "over"
          units.hurry()
          return next
        }
        source.leave()
        return Cause.done()
      }

      return next
    })
  )
