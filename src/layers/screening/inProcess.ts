/** Screening on this thread, in turns. */
import { Clock, Effect } from "effect"
import { sampleSliceInSteps } from "../../domain/orbit/ephemeris/SliceEphemeris.ts"
import type { Trajectory } from "../../domain/orbit/ephemeris/Trajectory.ts"
import { screenEphemerisInSteps } from "../../domain/orbit/screening/screen.ts"
import type { Screener } from "./Screener.ts"

/** How long others may have to wait for their turn. */
const turnNanos = 10_000_000n

/** Does the work, and lets others have their turn. */
const inTurns = Effect.fnUntraced(function*<A>(work: Generator<void, A>) {
  const clock = yield* Clock.Clock
  let since = clock.monotonicTimeNanosUnsafe()
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
    if (clock.monotonicTimeNanosUnsafe() - since < turnNanos) continue
    yield* Effect.yieldNow
    since = clock.monotonicTimeNanosUnsafe()
  }
})

export const makeInProcess = (objects: ReadonlyArray<Trajectory>): Screener => ({
  concurrency: 1,
  screen: Effect.fn("Screener.screen")(function*({ from, to }, threshold) {
    const ephemeris = yield* inTurns(sampleSliceInSteps(objects, from, to))
    return { ephemeris, result: yield* inTurns(screenEphemerisInSteps(ephemeris, objects, { threshold })) }
  }),
  sample: Effect.fn("Screener.sample")(({ from, to }) => inTurns(sampleSliceInSteps(objects, from, to)))
})
