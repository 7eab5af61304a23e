/**
 * Track updates with the conjunctions that the catalogue foresees for their object.
 *
 * The catalogue is screened all against all, hour by hour as event time needs it, over `horizonMillis` ahead of each update and at
 * `thresholdMetres`: the limit of interest plus a margin for what tracks move. Who does the work is the service `Screening`: this thread in turns, or
 * others; meanwhile the events wait in a queue of 1024, then (backpressure) in the log. A screening that fails is tried again.
 *
 * Synthetic objects are screened by themselves, with each other: they are no part of the catalogue. They have a branch of their own, so that they do not wait
 * while it is screened. Both branches are one stage to those who count.
 *
 * Arrays kept, those with synthetic objects split in two; order kept among these and among the rest. State: the conjunctions of the hours screened, about
 * 200 bytes each; those more than a horizon past are let go.
 */
import { Effect, Stream } from "effect"
import { type Conjunction, makeConjunction } from "../../../domain/alert/Conjunction.ts"
import type { MeanElements } from "../../../domain/orbit/catalogue/MeanElements.ts"
import { trajectoryOf } from "../../../domain/orbit/ephemeris/Trajectory.ts"
import { screenSlice } from "../../../domain/orbit/screening/screen.ts"
import type { ScreenResult } from "../../../domain/orbit/screening/ScreenResult.ts"
import type { Candidates } from "../../../domain/orbit/tracking/candidates.ts"
import type { TrackUpdate } from "../../../domain/orbit/tracking/TrackUpdate.ts"
import type { UtcTime } from "../../../domain/time/UtcTime.ts"
import type { ScreeningError } from "../../../layers/screening/Screener.ts"
import { Screening } from "../../../layers/screening/Screening.ts"
import { StageRegistry } from "../../../layers/stage/StageRegistry.ts"
import { split } from "../../branches/split.ts"
import { direct, nodeGraph, noStage } from "../../graph/Graph.ts"
import { makeOperator } from "../../stage/Operator.ts"
import { makeProcess } from "../../stage/running/Process.ts"
import { pureOperator } from "../../stage/running/pureOperator.ts"
import { andThen, effectful, type Operator, type StageServices } from "../../stage/Stage.ts"
import { noSynthetics, type Synthetics } from "../Synthetics.ts"

export interface ScreenedUpdate {
  readonly track: TrackUpdate
  readonly conjunctions: ReadonlyArray<Conjunction>
}

interface ScreenOptions {
  readonly objects: ReadonlyArray<string>
  readonly candidates: Candidates
  readonly horizonMillis: number
  readonly thresholdMetres: number
  readonly synthetics?: Synthetics
}

const name = "screen"
const hour = 3_600_000
const none: ReadonlyArray<never> = []

/** The closest approaches of all against all in the hour of this number. */
type ScreenHour = (index: number) => Effect.Effect<ReadonlyArray<Conjunction>, ScreeningError>

const conjunctionsOf = (
  { events }: ScreenResult,
  elementsOf: (objectId: string) => MeanElements | undefined
): ReadonlyArray<Conjunction> =>
  events.flatMap(({ a, b, missDistance, tca }) => {
    const [first, second] = [elementsOf(a), elementsOf(b)]
    return first === undefined || second === undefined ? [] : [makeConjunction(first, second, tca, missDistance)]
  })

const byObject = (conjunctions: ReadonlyArray<Conjunction>): ReadonlyMap<string, ReadonlyArray<Conjunction>> => {
  const found = new Map<string, Array<Conjunction>>()
  for (const conjunction of conjunctions) {
    for (const objectId of conjunction.pair) {
      const known = found.get(objectId)
      if (known === undefined) found.set(objectId, [conjunction])
      else known.push(conjunction)
    }
  }
  return found
}

/** Updates with the conjunctions of one screen. */
const screened = (
  screenHour: ScreenHour,
  { horizonMillis }: ScreenOptions
): Operator<TrackUpdate, ScreenedUpdate, never, StageServices> => {
  const hours = new Map<number, ReadonlyMap<string, ReadonlyArray<Conjunction>>>()

  /** The hours between two times that are not screened yet. */
  const missing = (from: UtcTime, to: UtcTime): ReadonlyArray<number> => {
    let found: Array<number> | undefined
    for (let index = Math.floor(from / hour), last = Math.floor(to / hour); index <= last; index++) {
      if (!hours.has(index)) (found ??= []).push(index)
    }
    return found ?? none
  }

  const screenHours = Effect.fnUntraced(function*(indices: ReadonlyArray<number>, from: UtcTime) {
    yield* Effect.forEach(
      indices,
      (index) => Effect.map(screenHour(index), (conjunctions) => hours.set(index, byObject(conjunctions))),
      { concurrency: "unbounded", discard: true }
    )
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
    classify: (_error: ScreeningError) => "transient",
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

/** The catalogue, by whoever {@link Screening} gives the work to. Opened when the stage starts. */
const catalogued = (options: ScreenOptions): Operator<TrackUpdate, ScreenedUpdate, never, StageServices> => {
  const { candidates: { propagatorOf }, objects, thresholdMetres } = options
  const elementsOf = (objectId: string) => propagatorOf(objectId)?.elements
  const open = Effect.gen(function*() {
    const { open } = yield* Screening
    const elements = objects.flatMap((objectId) => elementsOf(objectId) ?? [])
    const catalogue = yield* Effect.orDie(open({ elements, threshold: thresholdMetres }))
    const screenHour: ScreenHour = (index) =>
      Effect.map(
        catalogue.slice({ from: index * hour, to: (index + 1) * hour }),
        ({ result }) => conjunctionsOf(result, elementsOf)
      )
    return screenHour
  })
  return makeOperator<TrackUpdate, ScreenedUpdate, never, StageServices>(
    nodeGraph({ name, kind: "effectful", edge: direct }),
    (self) => Stream.unwrap(Effect.map(open, (screenHour) => screened(screenHour, options)(self)))
  )
}

/** The few synthetic objects of each hour, here. */
const synthesised = (
  options: ScreenOptions,
  { objectsAround }: Synthetics
): Operator<TrackUpdate, ScreenedUpdate, never, StageServices> => {
  const { candidates: { propagatorOf }, thresholdMetres } = options
  return screened((index) =>
    Effect.sync(() => {
      const [from, to] = [index * hour, (index + 1) * hour]
      const trajectories = objectsAround(from).flatMap((objectId) => {
        const propagator = propagatorOf(objectId)
        return propagator === undefined ? [] : [trajectoryOf(propagator)]
      })
      const result = screenSlice(trajectories, from, to, { threshold: thresholdMetres })
      return conjunctionsOf(result, (objectId) => propagatorOf(objectId)?.elements)
    }), options)
}

export const screenConjunctions = (
  options: ScreenOptions
): Operator<TrackUpdate, ScreenedUpdate, never, StageServices> => {
  const { synthetics = noSynthetics } = options
  const beside = synthesised(options, synthetics)
  // Both count as one stage, which has its place among the others although branches start after what is behind them.
  const drawn = nodeGraph({ name: `${name} (${synthetics.name})`, kind: "effectful", edge: direct })
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
      when: ({ objectId }: TrackUpdate) => synthetics.hasObject(objectId),
      to: makeOperator<TrackUpdate, ScreenedUpdate, never, StageServices>(drawn, (self) => beside(self)),
      otherwise: catalogued(options),
      reason: `${synthetics.name} do not wait while the catalogue is screened`
    })
  )
}
