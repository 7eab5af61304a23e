/**
 * Track updates with the conjunctions that the catalogue foresees for their object.
 *
 * The catalogue is screened all against all, hour by hour as event time needs it, over `horizonMillis` ahead of each update and at
 * `thresholdMetres`: the limit of interest plus a margin for what tracks move. Every 10 ms the fiber yields, so that sources and HTTP are served
 * while a large catalogue is screened; the events wait in a queue of 1024, then (backpressure) in the log.
 *
 * Canaries are screened by themselves, with each other: they are no part of the catalogue. They have a branch of their own, so that they do not wait
 * while it is screened. Both branches are one stage to those who count.
 *
 * Arrays kept, those with canaries split in two; order kept among canaries and among the rest. State: the conjunctions of the hours screened, about
 * 200 bytes each; those more than a horizon past are let go.
 */
import { Clock, Effect } from "effect"
import { type Conjunction, makeConjunction } from "../../domain/alert/Conjunction.ts"
import { isCanaryObject } from "../../domain/canary/reserved.ts"
import { canariesAround } from "../../domain/canary/tracks.ts"
import { trajectoryOf } from "../../domain/orbit/ephemeris/Trajectory.ts"
import type { Propagator } from "../../domain/orbit/propagation/Propagator.ts"
import { screenSliceInSteps } from "../../domain/orbit/screening/screen.ts"
import type { Candidates } from "../../domain/orbit/tracking/candidates.ts"
import type { TrackUpdate } from "../../domain/orbit/tracking/TrackUpdate.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import { StageRegistry } from "../../layers/stage/StageRegistry.ts"
import { split } from "../branches/split.ts"
import { direct, nodeGraph, noStage } from "../graph/Graph.ts"
import { makeOperator } from "../stage/Operator.ts"
import { makeProcess } from "../stage/running/Process.ts"
import { pureOperator } from "../stage/running/pureOperator.ts"
import { andThen, effectful, type Operator, type StageServices } from "../stage/Stage.ts"

export interface ScreenedUpdate {
  readonly track: TrackUpdate
  readonly conjunctions: ReadonlyArray<Conjunction>
}

interface ScreenOptions {
  readonly objects: ReadonlyArray<string>
  readonly candidates: Candidates
  readonly horizonMillis: number
  readonly thresholdMetres: number
}

const name = "screen"
const hour = 3_600_000
const none: ReadonlyArray<never> = []
/** How long others may have to wait for their turn. */
const turnNanos = 10_000_000n

/** What is screened all against all in the hour from a time on. */
type ObjectsAt = (time: UtcTime) => ReadonlyArray<Propagator>

/** The conjunctions screened so far, by object. */
const makeScreen = (objectsAt: ObjectsAt, thresholdMetres: number) => {
  const hours = new Map<number, ReadonlyMap<string, ReadonlyArray<Conjunction>>>()

  function* screenHour(index: number): Generator<void, void> {
    const propagators = objectsAt(index * hour)
    const elementsOf = new Map(propagators.map(({ elements }) => [elements.objectId, elements]))
    const byObject = new Map<string, Array<Conjunction>>()
    const [from, to] = [index * hour, (index + 1) * hour]
    const { events } = yield* screenSliceInSteps(propagators.map(trajectoryOf), from, to, {
      threshold: thresholdMetres
    })
    for (const { a, b, missDistance, tca } of events) {
      const first = elementsOf.get(a)
      const second = elementsOf.get(b)
      if (first === undefined || second === undefined) continue
      const conjunction = makeConjunction(first, second, tca, missDistance)
      for (const objectId of conjunction.pair) {
        const known = byObject.get(objectId)
        if (known === undefined) byObject.set(objectId, [conjunction])
        else known.push(conjunction)
      }
    }
    hours.set(index, byObject)
  }

  return { hours, screenHour }
}

/** Does the work, and lets others have their turn. */
const inTurns = Effect.fnUntraced(function*(work: Generator<void, void>) {
  const clock = yield* Clock.Clock
  let since = clock.monotonicTimeNanosUnsafe()
  while (work.next().done !== true) {
    if (clock.monotonicTimeNanosUnsafe() - since < turnNanos) continue
    yield* Effect.yieldNow
    since = clock.monotonicTimeNanosUnsafe()
  }
})

/** Updates with the conjunctions of one screen. */
const screened = (
  objectsAt: ObjectsAt,
  { horizonMillis, thresholdMetres }: ScreenOptions
): Operator<TrackUpdate, ScreenedUpdate, never, StageServices> => {
  const { hours, screenHour } = makeScreen(objectsAt, thresholdMetres)

  /** The hours between two times that are not screened yet. */
  const missing = (from: UtcTime, to: UtcTime): ReadonlyArray<number> => {
    let found: Array<number> | undefined
    for (let index = Math.floor(from / hour), last = Math.floor(to / hour); index <= last; index++) {
      if (!hours.has(index)) (found ??= []).push(index)
    }
    return found ?? none
  }

  const screenHours = Effect.fnUntraced(function*(indices: ReadonlyArray<number>, from: UtcTime) {
    for (const index of indices) yield* inTurns(screenHour(index))
    for (const index of hours.keys()) if ((index + 1) * hour < from - horizonMillis) hours.delete(index)
  })

  const ahead = (objectId: string, time: UtcTime): ReadonlyArray<Conjunction> => {
    const found: Array<Conjunction> = []
    const last = Math.floor((time + horizonMillis) / hour)
    for (let index = Math.floor(time / hour); index <= last; index++) {
      for (const conjunction of hours.get(index)?.get(objectId) ?? []) {
        if (conjunction.nominalTca > time && conjunction.nominalTca <= time + horizonMillis) found.push(conjunction)
      }
    }
    return found
  }

  return effectful({
    name,
    step: (events, emit) => {
      let from = Infinity
      let to = -Infinity
      for (const { payload: { observationTime } } of events) {
        from = Math.min(from, observationTime)
        to = Math.max(to, observationTime + horizonMillis)
      }
      const pass = (): void => {
        for (const event of events) {
          const { objectId, observationTime } = event.payload
          emit.out(event, { track: event.payload, conjunctions: ahead(objectId, observationTime) })
        }
      }
      const unscreened = missing(from, to)
      if (unscreened.length > 0) return Effect.map(screenHours(unscreened, from), pass)
      pass()
      return Effect.void
    }
  })
}

export const screenConjunctions = (
  options: ScreenOptions
): Operator<TrackUpdate, ScreenedUpdate, never, StageServices> => {
  const { candidates: { propagatorOf }, objects } = options
  const propagatorsOf = (objectIds: ReadonlyArray<string>) =>
    objectIds.map(propagatorOf).filter((propagator) => propagator !== undefined)
  const catalogued = propagatorsOf(objects)
  const canaries = screened((time) => propagatorsOf(canariesAround(time)), options)
  // Both count as one stage, which has its place among the others although branches start after what is behind them.
  const drawn = nodeGraph({ name: "screen (canaries)", kind: "effectful", edge: direct })
  const inPlace = pureOperator<TrackUpdate, TrackUpdate, StageRegistry>(
    noStage,
    Effect.map(StageRegistry, ({ countsOf }) => {
      countsOf(name)
      return makeProcess([], (elements) => elements)
    })
  )
  return andThen(
    inPlace,
    split({
      name: "screening",
      when: ({ objectId }: TrackUpdate) => isCanaryObject(objectId),
      to: makeOperator<TrackUpdate, ScreenedUpdate, never, StageServices>(drawn, (self) => canaries(self)),
      otherwise: screened(() => catalogued, options),
      reason: "canaries do not wait while the catalogue is screened"
    })
  )
}
