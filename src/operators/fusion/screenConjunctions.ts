/**
 * Track updates with the conjunctions that the catalogue foresees for their object.
 *
 * The catalogue is screened all against all, hour by hour as event time needs it, over `horizonMillis` ahead of each update and at
 * `thresholdMetres`: the limit of interest plus a margin for what tracks move. Between hours the fiber yields, so that sources are served
 * while a large catalogue is screened; the events wait (backpressure), in the log.
 *
 * Canaries are screened by themselves, with each other: they are no part of the catalogue.
 *
 * Arrays and order kept. State: the conjunctions of the hours screened, about 200 bytes each; those more than a horizon past are let go.
 */
import { Effect } from "effect"
import { type Conjunction, makeConjunction } from "../../domain/alert/Conjunction.ts"
import { isCanaryObject } from "../../domain/canary/reserved.ts"
import { canariesAround } from "../../domain/canary/tracks.ts"
import type { Candidates } from "../../domain/orbit/candidates.ts"
import type { Propagator } from "../../domain/orbit/Propagator.ts"
import { screenSlice } from "../../domain/orbit/screen.ts"
import type { TrackUpdate } from "../../domain/orbit/TrackUpdate.ts"
import type { UtcTime } from "../../domain/UtcTime.ts"
import { effectful, type Operator, type StageServices } from "../Stage.ts"

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

const hour = 3_600_000

/** What is screened all against all in the hour from a time on. */
type ObjectsAt = (time: UtcTime) => ReadonlyArray<Propagator>

/** The conjunctions screened so far, by object. */
const makeScreen = (objectsAt: ObjectsAt, thresholdMetres: number) => {
  const hours = new Map<number, ReadonlyMap<string, ReadonlyArray<Conjunction>>>()

  const screenHour = (index: number): void => {
    const propagators = objectsAt(index * hour)
    const elementsOf = new Map(propagators.map(({ elements }) => [elements.objectId, elements]))
    const byObject = new Map<string, Array<Conjunction>>()
    const events = screenSlice(propagators, index * hour, (index + 1) * hour, { threshold: thresholdMetres }).events
    for (const { a, b, tca, missDistance } of events) {
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

type Screen = ReturnType<typeof makeScreen>

export const screenConjunctions = (
  options: ScreenOptions
): Operator<TrackUpdate, ScreenedUpdate, never, StageServices> => {
  const { candidates, horizonMillis, thresholdMetres } = options
  const propagatorsOf = (objects: ReadonlyArray<string>) =>
    objects.flatMap((objectId): ReadonlyArray<Propagator> => {
      const reference = candidates.estimateOf(objectId)?.linearisation.reference
      return reference === undefined ? [] : [reference]
    })
  const catalogued = propagatorsOf(options.objects)
  const catalogue = makeScreen(() => catalogued, thresholdMetres)
  const canaries = makeScreen((time) => propagatorsOf(canariesAround(time)), thresholdMetres)
  const screenOf = (objectId: string) => isCanaryObject(objectId) ? canaries : catalogue

  const ensure = Effect.fnUntraced(function*(screen: Screen, from: UtcTime, to: UtcTime) {
    const first = Math.floor(from / hour)
    const last = Math.floor(to / hour)
    for (let index = first; index <= last; index++) {
      if (screen.hours.has(index)) continue
      screen.screenHour(index)
      yield* Effect.yieldNow
    }
    for (const index of screen.hours.keys()) if ((index + 1) * hour < from - horizonMillis) screen.hours.delete(index)
  })

  const ahead = (objectId: string, time: UtcTime): ReadonlyArray<Conjunction> => {
    const found: Array<Conjunction> = []
    const last = Math.floor((time + horizonMillis) / hour)
    const { hours } = screenOf(objectId)
    for (let index = Math.floor(time / hour); index <= last; index++) {
      for (const conjunction of hours.get(index)?.get(objectId) ?? []) {
        if (conjunction.nominalTca > time && conjunction.nominalTca <= time + horizonMillis) found.push(conjunction)
      }
    }
    return found
  }

  return effectful({
    name: "screen",
    step: Effect.fnUntraced(function*(events, emit) {
      for (const screen of [catalogue, canaries]) {
        let from = Infinity
        let to = -Infinity
        for (const { payload } of events) {
          if (screenOf(payload.objectId) !== screen) continue
          from = Math.min(from, payload.observationTime)
          to = Math.max(to, payload.observationTime + horizonMillis)
        }
        if (to > from) yield* ensure(screen, from, to)
      }
      for (const event of events) {
        const { objectId, observationTime } = event.payload
        emit.out(event, { track: event.payload, conjunctions: ahead(objectId, observationTime) })
      }
    })
  })
}
