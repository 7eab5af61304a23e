/**
 * Track updates into pair updates: sliding event-time windows of `windowMillis`, one every `slideMillis`, keyed by conjunction.
 *
 * Every speculative update of an object gives, at once, a speculative pair update for each of its conjunctions, but for those that nothing was said of yet and
 * that can reach no level given both estimates (`spread.ts`), and where it says no more than the one before (`saysMore.ts`) or comes within a second of it. A final one is left out likewise, and
 * where it is what was said last: what comes of the final ones is the same. When the watermark passes
 * the end of a window, each conjunction with an observation in it gives a final one, with both objects' estimates as of that end: what is
 * final depends on the observations alone, not on the order in which they came. A correction whose windows have closed gives, per
 * conjunction, a retraction of the last final one and its replacement, after the array that it came in; one whose window is still to
 * close is simply part of it.
 *
 * `window` does not do it: a pair's value is made of both objects' estimates, which other pairs share, and a correction replaces what was
 * said last, not each window that it was in. The times of windows are the same.
 *
 * A pair update continues the trace of the update that triggered it and links what else is sampled among the observations behind both estimates,
 * of which it carries the bounded sets.
 *
 * Arrays kept. Order: speculative ones follow the input, then the corrected ones, final ones follow the window ends. State: tables of two estimates
 * per object observed; of the final updates between the last window closed and the watermark; of the objects observed in an open window, with its times; of the
 * conjunctions that something was said of, until they have passed. Cost: two look-ups and a bound per update and conjunction, and one per object observed
 * since the last slide and conjunction.
 */
import type { Conjunction } from "../../../domain/alert/Conjunction.ts"
import { isOutOfReach, missDistanceLimit } from "../../../domain/alert/level.ts"
import type { PairUpdate } from "../../../domain/alert/PairUpdate.ts"
import { type Evidence, sampledEvidence, withEvidence } from "../../../domain/lineage/Evidence.ts"
import { type Spread, spreadAt, unbounded, unobserved } from "../../../domain/orbit/encounter/spread.ts"
import type { Candidates } from "../../../domain/orbit/tracking/candidates.ts"
import type { Estimate } from "../../../domain/orbit/tracking/Estimate.ts"
import { sameEstimate, saysMore } from "../../../domain/orbit/tracking/saysMore.ts"
import type { Envelope, EventContext } from "../../../domain/stream/Envelope.ts"
import type { UtcTime } from "../../../domain/time/UtcTime.ts"
import { type Emit, type Operator, type StageServices, stateful } from "../../stage/Stage.ts"
import type { Table } from "../../state/Table.ts"
import { sliding } from "../../windows/assigners.ts"
import { PaneTimes } from "../../windows/panes.ts"
import { noSynthetics, type Synthetics } from "../Synthetics.ts"
import { type CorrelateState, correlateState } from "./correlateState.ts"
import type { Due, Known, PairWindows, Told } from "./PairWindows.ts"
import type { ScreenedUpdate } from "./screenConjunctions.ts"

interface CorrelateOptions {
  readonly candidates: Candidates
  readonly windowMillis: number
  readonly slideMillis: number
  /** Says of every conjunction what every update of its objects makes of it, whether or not it changes anything (default false). */
  readonly exhaustive?: boolean
  /** Those that were screened and bear on no pair end here. */
  readonly synthetics?: Synthetics
}

export const correlate = (options: CorrelateOptions): Operator<ScreenedUpdate, PairUpdate, never, StageServices> => {
  const { candidates, exhaustive = false, slideMillis, synthetics = noSynthetics, windowMillis } = options
  const times = new PaneTimes(sliding(windowMillis, slideMillis))
  const endAfter = (time: UtcTime): UtcTime => times.firstEnd(time)

  /** The estimates of both objects, and what they rest on. */
  const known = (
    estimates: Table<string, Known>,
    { pair: [a, b] }: Conjunction
  ): Pick<PairUpdate, "estimates" | "evidence"> | undefined => {
    const [knownA, knownB] = [estimates.get(a), estimates.get(b)]
    const first = knownA?.estimate ?? candidates.estimateOf(a)
    const second = knownB?.estimate ?? candidates.estimateOf(b)
    if (first === undefined || second === undefined) return undefined
    const evidence: Array<Evidence> = []
    if (knownA !== undefined) evidence.push(knownA.evidence)
    if (knownB !== undefined) evidence.push(knownB.evidence)
    return { estimates: [first, second], evidence }
  }

  /** How far what is known of an object takes it from its element set. One that nobody observed costs nothing: its estimate is not even made. */
  const spreadOf = (estimates: Table<string, Known>, objectId: string, time: UtcTime): Spread => {
    const estimate = estimates.get(objectId)?.estimate
    const elements = estimate === undefined ? undefined : candidates.propagatorOf(objectId)?.elements
    return estimate === undefined ? unobserved : elements === undefined ? unbounded : spreadAt(estimate, elements, time)
  }

  /** Whether no level can be reached, given what is known of both objects: nothing is lost if nothing is said. */
  const isFar = (
    estimates: Table<string, Known>,
    { nominalMissDistance, nominalTca, pair: [a, b] }: Conjunction
  ): boolean => {
    // Most are told apart by the catalogue's distance alone.
    if (nominalMissDistance <= missDistanceLimit) return false
    const [one, other] = [spreadOf(estimates, a, nominalTca), spreadOf(estimates, b, nominalTca)]
    const missAtLeast = nominalMissDistance - one.displacement - other.displacement
    return isOutOfReach(missAtLeast, one.sigma + other.sigma, one.sigma === Infinity || other.sigma === Infinity)
  }

  const speculate = (
    state: PairWindows,
    event: Envelope<ScreenedUpdate>,
    every: boolean,
    emit: Emit<PairUpdate>
  ): void => {
    const { again, conjunctions, track: { estimate, objectId, observationTime } } = event.payload
    if (!again) learn(state.speculative, objectId, estimate, event.context)
    const before = every || again ? undefined : state.spoken.get(objectId)
    const sameAsBefore = before !== undefined
      && (Math.abs(estimate.time - before.time) < soonMillis || !saysMore(before, estimate))
    const windowEnd = endAfter(observationTime)
    let spoke = false
    for (const conjunction of conjunctions) {
      const isTold = state.isTold(conjunction)
      if (isTold && sameAsBefore) continue
      if (!every && !isTold && isFar(state.speculative, conjunction)) continue
      const pair = known(state.speculative, conjunction)
      if (pair === undefined) continue
      spoke = !every
      const told = state.toldOf(conjunction)
      if (told?.windowEnd !== windowEnd) state.tell({ conjunction, windowEnd, last: told?.last })
      emit.continued(event, {
        operation: "insert",
        kind: "speculative",
        conjunction,
        ...pair,
        windowEnd,
        observations: state.timesOf(conjunction, state.closed - windowMillis).length + 1,
        observedUntil: observationTime
      }, { links: () => sampledEvidence(pair.evidence) })
    }
    if (spoke && !sameAsBefore) state.spoken.set(objectId, estimate)
  }

  /** What the observations of the window that ends at `windowEnd` say of a conjunction, if there are any. */
  const conclude = (
    state: PairWindows,
    conjunction: Conjunction,
    kind: "final" | "correction",
    windowEnd: UtcTime,
    every: boolean,
    emit: Emit<PairUpdate>
  ): void => {
    const told = state.toldOf(conjunction)
    if (!every && told === undefined && isFar(state.final, conjunction)) return
    const pair = known(state.final, conjunction)
    if (pair === undefined) return
    // Of state that was read again both objects have the conjunction by themselves.
    if (kind === "final" && told?.last !== undefined && told.last.windowEnd >= windowEnd) return
    const times = state.timesOf(conjunction, windowEnd - windowMillis)
    const observedUntil = times.at(-1)
    const trigger = state.triggerOf(conjunction)
    if (observedUntil === undefined || trigger === undefined) return
    if (!every && kind === "final" && told !== undefined && isRepeated(told, pair.estimates, observedUntil)) return
    const joining = { links: () => sampledEvidence(pair.evidence) }
    if (kind === "correction" && told?.last !== undefined) {
      state.retracted()
      emit.continued(trigger, { ...told.last, operation: "retract", kind }, joining)
    }
    const observations = times.length
    const last = { operation: "insert", kind, conjunction, ...pair, windowEnd, observations, observedUntil } as const
    state.tell({ conjunction, windowEnd: told?.windowEnd ?? -Infinity, last })
    emit.continued(trigger, last, joining)
  }

  /** Takes a correction in; the conjunctions whose closed windows it changes are added to `changed`. */
  const correct = (state: PairWindows, correction: Due, changed: Map<string, Conjunction>): void => {
    const { estimate, objectId, observationTime, revises } = correction.update.track
    if (observationTime >= state.closed) {
      putInOrder(state, correction)
      return
    }
    // Corrections of an object come in event-time order, up to the newest: the last one to stay is the right one.
    learn(state.final, objectId, estimate, revises ? undefined : correction.of)
    state.observe(correction, state.closed - windowMillis, !revises)
    for (const conjunction of correction.update.conjunctions) changed.set(conjunction.alertId, conjunction)
  }

  const closeWindow = (state: PairWindows, end: UtcTime, every: boolean, emit: Emit<PairUpdate>): void => {
    for (const due of state.before(end)) {
      learn(state.final, due.update.track.objectId, due.update.track.estimate, due.of)
      state.observe(due, end - windowMillis, true)
    }
    state.forgetBefore(end - windowMillis)
    const concluded = new Set<Conjunction>()
    const concludeOnce = (conjunction: Conjunction): void => {
      if (concluded.has(conjunction)) return
      concluded.add(conjunction)
      conclude(state, conjunction, "final", end, every, emit)
    }
    for (const { conjunctions } of state.freshOnes(every)) conjunctions.forEach(concludeOnce)
    // What was said on speculation is caught up with, though nothing new was observed.
    if (!every) {
      for (const [, { conjunction, last, windowEnd }] of Array.from(state.told.entries())) {
        if (last !== undefined && windowEnd > last.windowEnd) concludeOnce(conjunction)
      }
    }
    state.closed = end
  }

  const closeUntil = (state: PairWindows, watermark: UtcTime, every: boolean, emit: Emit<PairUpdate>): void => {
    for (;;) {
      // With nothing open, the next window that matters is the first one with an observation.
      const first = state.due[0]?.due.update.track.observationTime
      const next = state.observed.size > 0
        ? state.closed + slideMillis
        : first === undefined
        ? undefined
        : endAfter(first)
      if (next === undefined || next > watermark) return
      closeWindow(state, next, every, emit)
    }
  }

  return stateful<ScreenedUpdate, PairUpdate, CorrelateState>({
    name: "correlate",
    state: correlateState(synthetics.name),
    observe: ({ catalogued, synthetic }) => ({
      pairs: catalogued.openPairs(),
      retractions: catalogued.progress.value.retractions + synthetic.progress.value.retractions
    }),
    onEvents: (state, events, emit) => {
      const changed = new Map<string, Conjunction>()
      const changedSynthetic = new Map<string, Conjunction>()
      for (const event of events) {
        const { context, payload: update } = event
        const isSynthetic = context.sourceKind === synthetics.kind
        const windows = isSynthetic ? state.synthetic : state.catalogued
        switch (update.track.kind) {
          case "final":
            windows.wait({ update, kept: emit.hold(event), of: context })
            break
          case "speculative":
            speculate(windows, event, exhaustive || isSynthetic, emit)
            if (isSynthetic && !update.again && update.conjunctions.length === 0) synthetics.arrived(context.id)
            break
          case "correction":
            correct(
              windows,
              { update, kept: emit.hold(event), of: context },
              isSynthetic ? changedSynthetic : changed
            )
            break
        }
      }
      for (const [, conjunction] of changed) {
        conclude(state.catalogued, conjunction, "correction", state.catalogued.closed, exhaustive, emit)
      }
      for (const [, conjunction] of changedSynthetic) {
        conclude(state.synthetic, conjunction, "correction", state.synthetic.closed, true, emit)
      }
    },
    onWatermark: ({ catalogued, synthetic }, time, emit) => {
      closeUntil(catalogued, time, exhaustive, emit)
      closeUntil(synthetic, time, true, emit)
      // The end of the input is no moment in time.
      if (time !== Infinity) {
        for (const windows of [catalogued, synthetic]) windows.forgetPassed(time - windowMillis - passedMillis)
      }
      forgetIdle(synthetic)
    }
  })
}

/** Whether there is no need for a final word: what it says is what the last one said, and that has caught up with what is speculative. */
const isRepeated = ({ last, windowEnd }: Told, estimates: PairUpdate["estimates"], observedUntil: UtcTime): boolean =>
  last !== undefined && last.observedUntil === observedUntil && windowEnd <= last.windowEnd
  && sameEstimate(last.estimates[0], estimates[0]) && sameEstimate(last.estimates[1], estimates[1])

/** Synthetic objects come and go: where no window is open for them, what is known of them goes too. */
const forgetIdle = ({ due, final, observed, speculative }: PairWindows): void => {
  if (observed.size > 0 || due.length > 0) return
  for (const [objectId] of Array.from(final.entries())) {
    final.delete(objectId)
    speculative.delete(objectId)
  }
}

/** ms of event time within which an object is not spoken of again. */
const soonMillis = 1000

/** ms, for which an alert is kept after the closest approach (`alert.ts`). */
const passedMillis = 120_000

/** An object's newest estimate, with the observation that it rests on beside those before. */
const learn = (
  known: Table<string, Known>,
  objectId: string,
  estimate: Estimate,
  observation: EventContext | undefined
): void => {
  const before = known.get(objectId)?.evidence
  const evidence = observation === undefined ? before : withEvidence(before, observation)
  if (evidence !== undefined) known.set(objectId, { estimate, evidence })
}

/** In event-time order; a revision takes the place of the update that it revises. */
const putInOrder = (state: PairWindows, correction: Due): void => {
  const { objectId, observationTime, revises } = correction.update.track
  const revised = revises
    ? state.due.findIndex(({ due: { update: { track } } }) =>
      track.objectId === objectId && track.observationTime === observationTime
    )
    : -1
  const before = state.due[revised]
  if (before !== undefined) state.replace(revised, { ...correction, of: before.due.of })
  else state.wait(correction)
}
