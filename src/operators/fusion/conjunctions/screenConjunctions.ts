/**
 * Track updates with the conjunctions that the catalogue foresees for their object.
 *
 * The catalogue is screened all against all, hour by hour as event time needs it, over `horizonMillis` ahead of each update and at
 * `thresholdMetres`: the limit of interest plus a margin for what tracks move. Who does the work is the service `Screening`: this thread in turns, or
 * others; what waits meanwhile, and what does not, stands in `untilScreened.ts`.
 *
 * Synthetic objects are screened by themselves, with each other: they are no part of the catalogue. They have a branch of their own, so that they do not wait
 * while it is screened. Both branches are one stage to those who count.
 *
 * Arrays kept, those with synthetic objects split in two; order kept among these and among the rest. State: the conjunctions of the hours screened, about
 * 200 bytes each; those more than a horizon past are let go.
 */
import { Effect, type Scope, Stream } from "effect"
import { type Conjunction, makeConjunction } from "../../../domain/alert/Conjunction.ts"
import type { MeanElements } from "../../../domain/orbit/catalogue/MeanElements.ts"
import { trajectoryOf } from "../../../domain/orbit/ephemeris/Trajectory.ts"
import { screenSlice } from "../../../domain/orbit/screening/screen.ts"
import type { ScreenResult } from "../../../domain/orbit/screening/ScreenResult.ts"
import type { Candidates } from "../../../domain/orbit/tracking/candidates.ts"
import type { TrackUpdate } from "../../../domain/orbit/tracking/TrackUpdate.ts"
import { Screening } from "../../../layers/screening/Screening.ts"
import { type StageCounts, StageRegistry } from "../../../layers/stage/StageRegistry.ts"
import { split } from "../../branches/split.ts"
import { direct, nodeGraph, noStage } from "../../graph/Graph.ts"
import { makeOperator } from "../../stage/Operator.ts"
import { makeProcess } from "../../stage/running/Process.ts"
import { pureOperator } from "../../stage/running/pureOperator.ts"
import { andThen, type Operator, type StageServices, stateless } from "../../stage/Stage.ts"
import { noSynthetics, type Synthetics } from "../Synthetics.ts"
import { ForeseenHours, hourMillis } from "./ForeseenHours.ts"
import { type AskedAgain, type HourScreening, untilScreened } from "./untilScreened.ts"

export interface ScreenedUpdate {
  readonly track: TrackUpdate
  readonly conjunctions: ReadonlyArray<Conjunction>
  /** The update went on before these were known, without them. */
  readonly again: boolean
}

interface ScreenOptions {
  readonly objects: ReadonlyArray<string>
  readonly candidates: Candidates
  readonly horizonMillis: number
  readonly thresholdMetres: number
  readonly synthetics?: Synthetics
}

const name = "screen"
const conjunctionsOf = (
  { events }: ScreenResult,
  elementsOf: (objectId: string) => MeanElements | undefined
): ReadonlyArray<Conjunction> =>
  events.flatMap(({ a, b, missDistance, tca }) => {
    const [first, second] = [elementsOf(a), elementsOf(b)]
    return first === undefined || second === undefined ? [] : [makeConjunction(first, second, tca, missDistance)]
  })

/** Updates with their conjunctions in the hours that are screened. */
/** What is asked again was taken in before: in the stage's counts it is one more output, not one more input. */
const withConjunctions = (
  hours: ForeseenHours,
  counts: StageCounts
): Operator<TrackUpdate | AskedAgain, ScreenedUpdate, never, StageServices> =>
  stateless({
    name,
    step: (events, emit) => {
      const before = events.reduce((sum, { payload }) => payload._tag === "AskedAgain" ? sum + 1 : sum, 0)
      counts.in -= before
      counts.processed -= before
      for (const event of events) {
        const { payload } = event
        const again = payload._tag === "AskedAgain"
        const track = again ? payload.track : payload
        const { objectId, observationTime } = track
        const conjunctions = hours.ahead(objectId, observationTime, again ? payload.hour : undefined)
        emit.out(event, { track, conjunctions, again })
      }
    }
  })

/** Each run of the stream has hours of its own. */
const screened = (
  { horizonMillis }: ScreenOptions,
  screening: (hours: ForeseenHours) => Effect.Effect<HourScreening, never, Scope.Scope>
): Operator<TrackUpdate, ScreenedUpdate, never, StageServices> =>
  makeOperator<TrackUpdate, ScreenedUpdate, never, StageServices>(
    nodeGraph({ name, kind: "effectful", edge: direct }),
    (self) =>
      Stream.unwrap(Effect.map(StageRegistry, ({ countsOf }) => {
        const hours = new ForeseenHours(horizonMillis)
        return self.pipe(
          untilScreened({ stage: name, hours, screening: screening(hours) }),
          withConjunctions(hours, countsOf(name))
        )
      }))
  )

/** The catalogue, by whoever {@link Screening} gives the work to. Opened when the stage starts. */
const catalogued = (options: ScreenOptions): Operator<TrackUpdate, ScreenedUpdate, never, StageServices> => {
  const { candidates: { propagatorOf }, objects, thresholdMetres } = options
  const elementsOf = (objectId: string) => propagatorOf(objectId)?.elements
  return screened(options, (hours) =>
    Effect.gen(function*() {
      const { open } = yield* Screening
      const elements = objects.flatMap((objectId) => elementsOf(objectId) ?? [])
      // Nothing but the hours' events is asked for again.
      const { concurrency, slice } = yield* Effect.orDie(open({ elements, threshold: thresholdMetres, keptSlices: 1 }))
      return {
        concurrency,
        screen: (index) =>
          Effect.map(
            slice({ from: index * hourMillis, to: (index + 1) * hourMillis }),
            ({ result }) => hours.set(index, conjunctionsOf(result, elementsOf))
          )
      }
    }))
}

/** The few synthetic objects of each hour, here. */
const synthesised = (
  options: ScreenOptions,
  { objectsAround }: Synthetics
): Operator<TrackUpdate, ScreenedUpdate, never, StageServices> => {
  const { candidates: { propagatorOf }, thresholdMetres } = options
  return screened(options, (hours) =>
    Effect.succeed({
      concurrency: 1,
      screen: (index) =>
        Effect.sync(() => {
          const [from, to] = [index * hourMillis, (index + 1) * hourMillis]
          const trajectories = objectsAround(from).flatMap((objectId) => {
            const propagator = propagatorOf(objectId)
            return propagator === undefined ? [] : [trajectoryOf(propagator)]
          })
          const result = screenSlice(trajectories, from, to, { threshold: thresholdMetres })
          hours.set(index, conjunctionsOf(result, (objectId) => propagatorOf(objectId)?.elements))
        })
    }))
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
