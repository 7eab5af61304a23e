/**
 * Lets track updates pass while hours of their horizon are still being screened, so that nobody waits for the first alert until the last hour is done.
 *
 * While an hour is missing, what is speculative goes on at once, and comes again ({@link AskedAgain}) for each hour that is done meanwhile. What is final
 * waits, and every control with it: the windows close when all is known, as if the hours had been there from the start, and no position is committed
 * before. Nearest hours first; an hour that cannot be screened is tried again until it can be, which is logged.
 *
 * An array that finds hours missing waits for them for `patienceMillis` first: a small catalogue is screened in less, and then nothing comes twice.
 *
 * Order: kept, but for what is speculative overtaking what waits. Arrays: kept, or cut in two while hours are missing. State: while hours are missing, the events
 * that wait, at most `heldEvents` before input is left to wait too, and the last event of each object observed. With all hours there it costs a
 * comparison an event.
 */
import { Cause, Effect, Fiber, identity, Pull, Queue, Schedule, Scope, Stream } from "effect"
import type { TrackUpdate } from "../../../domain/orbit/tracking/TrackUpdate.ts"
import { type Batch, type Element, eventsIn } from "../../../domain/stream/Batch.ts"
import type { ScreeningError } from "../../../layers/screening/Screener.ts"
import { StageRegistry } from "../../../layers/stage/StageRegistry.ts"
import { partBy } from "../../branches/partBy.ts"
import { noStage } from "../../graph/Graph.ts"
import { makeOperator, type Operator } from "../../stage/Operator.ts"
import { isNonEmpty } from "../../stage/running/elements.ts"
import { type ForeseenHours, hourMillis } from "./ForeseenHours.ts"

/** An update that went on before this hour was screened. */
export interface AskedAgain {
  readonly _tag: "AskedAgain"
  readonly track: TrackUpdate
  readonly hour: number
}

export interface HourScreening {
  /** Hours worked on at once. */
  readonly concurrency: number
  /** Screens the hour of this number, and keeps what it finds in the hours. */
  readonly screen: (index: number) => Effect.Effect<void, ScreeningError>
}

interface UntilScreenedOptions {
  /** The stage that the events are counted in while they wait. */
  readonly stage: string
  readonly hours: ForeseenHours
  readonly screening: Effect.Effect<HourScreening, never, Scope.Scope>
  readonly patienceMillis?: number
  readonly heldEvents?: number
}

const again = Schedule.spaced("1 second")

type Passed = TrackUpdate | AskedAgain
type Input = ReadonlyArray<Element<TrackUpdate>>

/** What comes in while hours are missing: an array, the end of the input, or an hour that is done. */
type Arrival = { readonly elements: Input | undefined } | { readonly hour: number }

const isSpeculative = ({ kind }: TrackUpdate): boolean => kind === "speculative"

export const untilScreened = (
  options: UntilScreenedOptions
): Operator<TrackUpdate, Passed, never, StageRegistry> => {
  const { heldEvents = 100_000, hours, patienceMillis = 1000, screening, stage } = options
  return makeOperator<TrackUpdate, Passed, never, StageRegistry>(
    noStage,
    <E0, R0>(self: Stream.Stream<Element<TrackUpdate>, E0, R0>): Stream.Stream<
      Element<Passed>,
      E0,
      R0 | StageRegistry
    > =>
      Stream.transformPull(
        self,
        Effect.fnUntraced(function*(pull, scope) {
          const { concurrency, screen } = yield* Effect.provideService(screening, Scope.Scope, scope)
          const counts = (yield* StageRegistry).countsOf(stage)
          const arrivals = yield* Queue.unbounded<Arrival, E0>()
          /** Asked for, and not done. */
          const underWay = new Set<number>()
          /** Of these, the ones that somebody waits for. */
          const missing = new Set<number>()
          let held: Array<Element<TrackUpdate>> = []
          let heldCount = 0
          /** Where the last speculative update of each object is. */
          const passed = new Map<string, readonly [batch: Batch<TrackUpdate>, place: number]>()
          let [pulling, ended] = [false, false]

          const hold = (elements: Input): void => {
            const events = eventsIn(elements)
            held.push(...elements)
            heldCount += events
            counts.inFlight += events
          }

          const ask = Effect.fnUntraced(function*(indices: ReadonlyArray<number>) {
            for (const index of indices) underWay.add(index)
            return yield* Effect.forkIn(
              Effect.forEach(indices, (index) =>
                screen(index).pipe(
                  Effect.tapError((error) => Effect.logError("an hour is not screened, it is tried again", error)),
                  Effect.retry(again),
                  Effect.orDie,
                  Effect.tap(() => {
                    underWay.delete(index)
                    return Queue.offer(arrivals, { hour: index })
                  })
                ), { concurrency, discard: true }),
              scope
            )
          })

          /** Gives hours that were just asked for some time. What is done by then was never missing to anybody. */
          const beforeLong = (asked: Fiber.Fiber<void>): Effect.Effect<void> =>
            Effect.map(Effect.timeoutOption(Fiber.await(asked), patienceMillis), () => {
              for (const index of missing) if (!underWay.has(index)) missing.delete(index)
            })

          /** Asks for the hours that an array needs, and for the one behind them. */
          const look = (elements: Input): Effect.Effect<void> => {
            let [from, to] = [Infinity, -Infinity]
            for (const element of elements) {
              if (element._tag !== "Batch") continue
              for (const { observationTime } of element.payloads) {
                from = Math.min(from, observationTime)
                to = Math.max(to, observationTime)
              }
            }
            if (to < from) return Effect.void
            to += hours.horizonMillis
            const wanted = hours.missing(from, to + hourMillis)
            if (wanted.length === 0) return Effect.void
            hours.forget(from)
            for (const index of wanted) if (index * hourMillis <= to) missing.add(index)
            const unasked = wanted.filter((index) => !underWay.has(index))
            if (unasked.length === 0) return Effect.void
            const asked = ask(unasked)
            return missing.size > 0 && heldCount === 0 && passed.size === 0
              ? Effect.flatMap(asked, beforeLong)
              : Effect.asVoid(asked)
          }

          /** What goes on of an array while hours are missing. */
          const speculativeOf = (elements: Input): ReadonlyArray<Element<Passed>> => {
            const [speculative, others] = partBy(elements, isSpeculative, identity)
            hold(others)
            return speculative.filter((element) => {
              if (element._tag !== "Batch") return false
              element.payloads.forEach(({ objectId }, place) => passed.set(objectId, [element, place]))
              return true
            })
          }

          /** The updates that went on before an hour was done, once more. */
          const askedAgain = (hour: number): ReadonlyArray<Element<Passed>> => {
            const found = new Map<Batch<TrackUpdate>, Array<number>>()
            for (const [objectId, [batch, place]] of passed) {
              if (hours.ahead(objectId, batch.payloads[place]?.observationTime ?? 0, hour).length === 0) continue
              const places = found.get(batch)
              if (places === undefined) found.set(batch, [place])
              else places.push(place)
            }
            return Array.from(found, ([batch, places]) => {
              places.sort((a, b) => a - b)
              const payloads = places.flatMap((place): ReadonlyArray<AskedAgain> => {
                const track = batch.payloads[place]
                return track === undefined ? [] : [{ _tag: "AskedAgain", track, hour }]
              })
              return batch.pick<Passed>(payloads, places, batch.hop, identity)
            })
          }

          const release = (): ReadonlyArray<Element<Passed>> => {
            const released = held
            counts.inFlight -= heldCount
            heldCount = 0
            held = []
            passed.clear()
            return released
          }

          const done = (hour: number): ReadonlyArray<Element<Passed>> => {
            if (!missing.delete(hour)) return []
            const more = askedAgain(hour)
            return missing.size > 0 ? more : [...more, ...release()]
          }

          type Output = readonly [Element<Passed>, ...Array<Element<Passed>>]
          const emitOrGoOn = (output: ReadonlyArray<Element<Passed>>): Pull.Pull<Output, E0> =>
            isNonEmpty(output) ? Effect.succeed(output) : next

          /** Takes what has arrived; hours first where too much waits already. */
          const arrival: Pull.Pull<Output, E0> = Effect.flatMap(
            Effect.suspend(() => Queue.take(arrivals)),
            (arrived) => {
              if ("hour" in arrived) return emitOrGoOn(done(arrived.hour))
              pulling = false
              if (arrived.elements !== undefined) return take(arrived.elements)
              ended = true
              return next
            }
          )

          const pullBeside = Effect.suspend(() => {
            pulling = true
            return Effect.forkIn(
              Pull.catchDone(
                Effect.map(pull, (elements): Arrival => ({ elements })),
                () => Effect.succeed<Arrival>({ elements: undefined })
              ).pipe(
                Effect.matchCauseEffect({
                  onSuccess: (arrived) => Queue.offer(arrivals, arrived),
                  onFailure: (cause) => Queue.failCause(arrivals, cause)
                })
              ),
              scope
            )
          })

          const take = (elements: Input): Pull.Pull<Output, E0> => {
            const looked = look(elements)
            return Effect.flatMap(looked, () =>
              missing.size === 0 ? emitOrGoOn(elements) : emitOrGoOn(speculativeOf(elements)))
          }

          const next: Pull.Pull<Output, E0> = Effect.suspend(() => {
            if (missing.size === 0 && !pulling) {
              return ended ? Cause.done() : Effect.flatMap(pull, take)
            }
            if (ended || pulling || heldCount >= heldEvents) {
              return arrival
            }
            return Effect.andThen(pullBeside, arrival)
          })
          return next
        })
      )
  )
}
