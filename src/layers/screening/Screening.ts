/**
 * Screening of a catalogue, slice by slice, with the ephemerides that it takes kept: what asks for closest approaches, and who does the work.
 *
 * A service of its own because the work may be done by other threads. `layerInProcess` does it on this one, in turns of some milliseconds;
 * `layerScreeningWorkers` in worker threads. Both give the same bits.
 *
 * State: of each catalogue opened a propagator an object (3 kB, and again in each worker), and of the slices asked for last the results and ephemerides (280
 * bytes an object and hour), `keptSlices` of them.
 */
import { Cache, Context, Data, Duration, Effect, Exit, Layer, Result, type Scope, Stream } from "effect"
import type { MeanElements } from "../../domain/orbit/catalogue/MeanElements.ts"
import type { SliceEphemeris } from "../../domain/orbit/ephemeris/SliceEphemeris.ts"
import type { Trajectory } from "../../domain/orbit/ephemeris/Trajectory.ts"
import { makePropagator, type PropagationError } from "../../domain/orbit/propagation/Propagator.ts"
import { cutAtHours, hoursOf, type Span } from "../../domain/orbit/screening/hours.ts"
import { mergeScreens } from "../../domain/orbit/screening/mergeScreens.ts"
import { screenObject } from "../../domain/orbit/screening/screenObject.ts"
import type { ScreenResult } from "../../domain/orbit/screening/ScreenResult.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import { makeInProcess } from "./inProcess.ts"
import type { Screener, ScreeningError } from "./Screener.ts"

export interface ScreeningOptions {
  readonly elements: ReadonlyArray<MeanElements>
  /** Greatest miss distance to report, m. */
  readonly threshold: number
  /** How many slices are kept, the one not asked for longest let go first. By default a day and an hour. */
  readonly keptSlices?: number
}

/** What a slice of time holds. */
export interface ScreenedSlice extends Span {
  readonly result: ScreenResult
}

/** A catalogue that is being screened. */
export interface CatalogueScreening {
  /** The objects that are flown, as this thread propagates them. */
  readonly objects: ReadonlyArray<Trajectory>
  /** Those that cannot be, and why. */
  readonly refused: ReadonlyArray<PropagationError>
  /** Slices worked on at once: who asks for more waits for his turn. */
  readonly concurrency: number
  /** All against all over [from, to). Who asks while it is worked on waits for the same. */
  readonly slice: (span: Span) => Effect.Effect<ScreenedSlice, ScreeningError>
  /** [from, to) cut at whole hours, nearest first, each slice as soon as it is done. */
  readonly slices: (span: Span) => Stream.Stream<ScreenedSlice, ScreeningError>
  /**
   * One object, moving as it says itself, against all others: events in [from, to), pairs that stay together in the whole hours that it touches. Costs
   * milliseconds an hour where the hour is kept, and its propagation where it is not. An object of the same id in the catalogue is passed over.
   */
  readonly screenObject: (object: Trajectory, span: Span) => Effect.Effect<ScreenResult, ScreeningError>
}

export interface ScreeningShape {
  /** Prepares the screening of a catalogue; what it holds goes with the scope. */
  readonly open: (options: ScreeningOptions) => Effect.Effect<CatalogueScreening, ScreeningError, Scope.Scope>
}

const daySlices = 25

/** A trajectory that is prepared when it is first asked: most are asked by workers alone, and prepared they are the larger part of what is held. */
const whenAsked = (elements: MeanElements): Trajectory => {
  let stateInto: Trajectory["stateInto"] = (time, out, offset) => {
    const made = makePropagator(elements)
    stateInto = Result.isSuccess(made) ? made.success.stateInto : () => false
    return stateInto(time, out, offset)
  }
  return { objectId: elements.objectId, stateInto: (time, out, offset) => stateInto(time, out, offset) }
}

/** Numbers that name a span. */
class SpanKey extends Data.Class<{ readonly from: UtcTime; readonly to: UtcTime }> {}

/** What failed is tried again by who asks next. */
const unlessFailed = (exit: Exit.Exit<unknown, unknown>) => Exit.isSuccess(exit) ? Duration.infinity : Duration.zero

export const makeScreening = (
  openScreener: (
    elements: ReadonlyArray<MeanElements>,
    objects: ReadonlyArray<Trajectory>
  ) => Effect.Effect<Screener, ScreeningError, Scope.Scope>
): ScreeningShape => ({
  open: Effect.fn("Screening.open")(function*({ elements, keptSlices = daySlices, threshold }) {
    const refused: Array<PropagationError> = []
    const flown: Array<MeanElements> = []
    for (const set of elements) {
      const made = makePropagator(set)
      if (Result.isSuccess(made)) flown.push(set)
      else refused.push(made.failure)
    }
    const objects = flown.map(whenAsked)
    const screener = yield* openScreener(flown, objects)
    const screened = yield* Cache.makeWith((span: SpanKey) => screener.screen(span, threshold), {
      capacity: keptSlices,
      timeToLive: unlessFailed
    })
    const sampled = yield* Cache.makeWith((span: SpanKey) => screener.sample(span), {
      capacity: keptSlices,
      timeToLive: unlessFailed
    })

    const slice: CatalogueScreening["slice"] = ({ from, to }) =>
      Effect.map(Cache.get(screened, new SpanKey({ from, to })), ({ result }) => ({ from, to, result }))

    /** Kept from a screening, or by itself. */
    const ephemeris = Effect.fnUntraced(function*(span: SpanKey): Effect.fn.Return<SliceEphemeris, ScreeningError> {
      if (yield* Cache.has(screened, span)) return (yield* Cache.get(screened, span)).ephemeris
      return yield* Cache.get(sampled, span)
    })

    return {
      objects,
      refused,
      concurrency: screener.concurrency,
      slice,
      slices: ({ from, to }) =>
        Stream.fromIterable(cutAtHours(from, to)).pipe(
          Stream.mapEffect(slice, { concurrency: screener.concurrency })
        ),
      screenObject: Effect.fn("CatalogueScreening.screenObject")(function*(object, { from, to }) {
        const results: Array<ScreenResult> = []
        for (const hour of hoursOf(from, to)) {
          const kept = yield* ephemeris(new SpanKey(hour))
          const result = screenObject(kept, objects, object, { threshold })
          results.push({ ...result, events: result.events.filter(({ tca }) => tca >= from && tca < to) })
        }
        return mergeScreens(results)
      })
    }
  })
})

const inProcess = makeScreening((_, objects) => Effect.succeed(makeInProcess(objects)))

/** By default on this thread. */
export class Screening
  extends Context.Reference<ScreeningShape>("perigee/layers/screening/Screening", { defaultValue: () => inProcess })
{
  /** On this thread, in turns: others wait ten milliseconds at most. */
  static readonly layerInProcess = Layer.succeed(Screening, inProcess)
}
