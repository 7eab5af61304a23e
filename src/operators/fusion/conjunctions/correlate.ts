/**
 * Track updates into pair updates: sliding event-time windows of `windowMillis`, one every `slideMillis`, keyed by conjunction.
 *
 * Every speculative update of an object gives, at once, a speculative pair update for each of its conjunctions. When the watermark passes
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
 * per object observed; of the final updates between the last window closed and the watermark; of the active conjunctions, with the observation
 * times of one window; one is dropped when its windows are closed. Cost: one look-up per update and conjunction, and one pass over the
 * active conjunctions per slide.
 */
import type { Conjunction } from "../../../domain/alert/Conjunction.ts"
import type { PairUpdate } from "../../../domain/alert/PairUpdate.ts"
import { type Evidence, sampledEvidence, withEvidence } from "../../../domain/lineage/Evidence.ts"
import type { Candidates } from "../../../domain/orbit/tracking/candidates.ts"
import type { Estimate } from "../../../domain/orbit/tracking/Estimate.ts"
import type { Envelope, EventContext, Held } from "../../../domain/stream/Envelope.ts"
import type { UtcTime } from "../../../domain/time/UtcTime.ts"
import { type Emit, type Operator, type StageServices, stateful } from "../../stage/Stage.ts"
import type { Table } from "../../state/Table.ts"
import { sliding } from "../../windows/assigners.ts"
import { PaneTimes } from "../../windows/panes.ts"
import { noSynthetics, type Synthetics } from "../Synthetics.ts"
import {
  type Active,
  type CorrelateState,
  correlateState,
  type Due,
  type Known,
  type PairWindows
} from "./correlateState.ts"
import type { ScreenedUpdate } from "./screenConjunctions.ts"

interface CorrelateOptions {
  readonly candidates: Candidates
  readonly windowMillis: number
  readonly slideMillis: number
  /** Those that were screened and bear on no pair end here. */
  readonly synthetics?: Synthetics
}

export const correlate = (options: CorrelateOptions): Operator<ScreenedUpdate, PairUpdate, never, StageServices> => {
  const { candidates, slideMillis, synthetics = noSynthetics, windowMillis } = options
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

  const speculate = (state: PairWindows, event: Envelope<ScreenedUpdate>, emit: Emit<PairUpdate>): void => {
    const { again, conjunctions, track: { estimate, objectId, observationTime } } = event.payload
    if (!again) learn(state.speculative, objectId, estimate, event.context)
    for (const conjunction of conjunctions) {
      const pair = known(state.speculative, conjunction)
      if (pair === undefined) continue
      emit.continued(event, {
        operation: "insert",
        kind: "speculative",
        conjunction,
        ...pair,
        windowEnd: endAfter(observationTime),
        observations: (state.active.get(conjunction.alertId)?.times.length ?? 0) + 1,
        observedUntil: observationTime
      }, { links: () => sampledEvidence(pair.evidence) })
    }
  }

  // oxlint-disable-next-line unicorn/consistent-function-scoping -- it stands with the steps that it is a part of
  const activate = (state: PairWindows, conjunction: Conjunction, trigger: Held): Active => {
    const known = state.active.get(conjunction.alertId)
    if (known !== undefined) return known
    const active: Active = { conjunction, times: [], trigger, last: undefined }
    state.active.set(conjunction.alertId, active)
    return active
  }

  /** What the observations of the window that ends at `windowEnd` say, if there are any. */
  const conclude = (
    state: PairWindows,
    active: Active,
    kind: "final" | "correction",
    windowEnd: UtcTime,
    emit: Emit<PairUpdate>
  ): void => {
    const { conjunction, last, times, trigger } = active
    const observedUntil = times.at(-1)
    const pair = known(state.final, conjunction)
    if (observedUntil === undefined || pair === undefined) return
    const joining = { links: () => sampledEvidence(pair.evidence) }
    if (kind === "correction" && last !== undefined) {
      state.retracted()
      emit.continued(trigger, { ...last, operation: "retract", kind }, joining)
    }
    const observations = times.length
    active.last = { operation: "insert", kind, conjunction, ...pair, windowEnd, observations, observedUntil }
    state.active.touch(conjunction.alertId)
    emit.continued(trigger, active.last, joining)
  }

  /** Takes a correction in; the conjunctions whose closed windows it changes are added to `changed`. */
  const correct = (state: PairWindows, correction: Due, changed: Set<Active>): void => {
    const { conjunctions, track: { estimate, objectId, observationTime, revises } } = correction.update
    if (observationTime >= state.closed) {
      putInOrder(state, correction)
      return
    }
    // Corrections of an object come in event-time order, up to the newest: the last one to stay is the right one.
    learn(state.final, objectId, estimate, revises ? undefined : correction.of)
    for (const conjunction of conjunctions) {
      const active = activate(state, conjunction, correction.kept)
      if (!revises) insertSorted(active.times, observationTime)
      active.trigger = correction.kept
      state.active.touch(conjunction.alertId)
      changed.add(active)
    }
  }

  /** Takes the final updates before `end` into their tracks and windows. */
  const absorb = (state: PairWindows, end: UtcTime): void => {
    for (const { kept, of, update } of state.before(end)) {
      learn(state.final, update.track.objectId, update.track.estimate, of)
      for (const conjunction of update.conjunctions) {
        const active = activate(state, conjunction, kept)
        active.times.push(update.track.observationTime)
        active.trigger = kept
        state.active.touch(conjunction.alertId)
      }
    }
  }

  const closeWindow = (state: PairWindows, end: UtcTime, emit: Emit<PairUpdate>): void => {
    absorb(state, end)
    for (const [id, active] of Array.from(state.active.entries())) {
      while ((active.times[0] ?? Infinity) < end - windowMillis) active.times.shift()
      if (active.times.length === 0) state.active.delete(id)
      else conclude(state, active, "final", end, emit)
    }
    state.closed = end
  }

  const closeUntil = (state: PairWindows, watermark: UtcTime, emit: Emit<PairUpdate>): void => {
    for (;;) {
      // With nothing open, the next window that matters is the first one with an observation.
      const first = state.due[0]?.due.update.track.observationTime
      const next = state.active.size > 0
        ? state.closed + slideMillis
        : first === undefined
        ? undefined
        : endAfter(first)
      if (next === undefined || next > watermark) return
      closeWindow(state, next, emit)
    }
  }

  return stateful<ScreenedUpdate, PairUpdate, CorrelateState>({
    name: "correlate",
    state: correlateState(synthetics.name),
    observe: ({ catalogued, synthetic }) => ({
      pairs: catalogued.active.size,
      retractions: catalogued.progress.value.retractions + synthetic.progress.value.retractions
    }),
    onEvents: (state, events, emit) => {
      const changed = new Set<Active>()
      const changedSynthetic = new Set<Active>()
      for (const event of events) {
        const { context, payload: update } = event
        const isSynthetic = context.sourceKind === synthetics.kind
        const windows = isSynthetic ? state.synthetic : state.catalogued
        switch (update.track.kind) {
          case "final":
            windows.wait({ update, kept: emit.hold(event), of: context })
            break
          case "speculative":
            speculate(windows, event, emit)
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
      for (const active of changed) conclude(state.catalogued, active, "correction", state.catalogued.closed, emit)
      for (const active of changedSynthetic) {
        conclude(state.synthetic, active, "correction", state.synthetic.closed, emit)
      }
    },
    onWatermark: ({ catalogued, synthetic }, time, emit) => {
      closeUntil(catalogued, time, emit)
      closeUntil(synthetic, time, emit)
      forgetIdle(synthetic)
    }
  })
}

/** Synthetic objects come and go: where no window is open for them, what is known of them goes too. */
const forgetIdle = ({ active, due, final, speculative }: PairWindows): void => {
  if (active.size > 0 || due.length > 0) return
  for (const [objectId] of Array.from(final.entries())) {
    final.delete(objectId)
    speculative.delete(objectId)
  }
}

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

const insertSorted = (times: Array<UtcTime>, time: UtcTime): void => {
  times.splice(times.findLastIndex((at) => at <= time) + 1, 0, time)
}
