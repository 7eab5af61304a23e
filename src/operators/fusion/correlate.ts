/**
 * Track updates into pair updates: sliding event-time windows of `windowMillis`, one every `slideMillis`, keyed by conjunction.
 *
 * Every speculative update of an object gives, at once, a speculative pair update for each of its conjunctions. When the watermark passes
 * the end of a window, each conjunction with an observation in it gives a final one, with both objects' estimates as of that end: what is
 * final depends on the observations alone, not on the order in which they came. A correction gives a corrected final at once.
 *
 * Arrays kept. Order: speculative ones follow the input, final ones the window ends. State: two estimates per object observed; per active
 * conjunction the observation times of one window; it is dropped when its windows are closed. Cost: one look-up per update and
 * conjunction, and one pass over the active conjunctions per slide.
 */
import type { Conjunction } from "../../domain/alert/Conjunction.ts"
import type { PairUpdate } from "../../domain/alert/PairUpdate.ts"
import type { EventContext } from "../../domain/Envelope.ts"
import type { Candidates } from "../../domain/orbit/candidates.ts"
import type { TrackEstimate } from "../../domain/orbit/TrackEstimate.ts"
import type { UtcTime } from "../../domain/UtcTime.ts"
import { type Emit, type Operator, type StageServices, stateful } from "../Stage.ts"
import type { ScreenedUpdate } from "./screenConjunctions.ts"

interface Active {
  readonly conjunction: Conjunction
  /** Times of the final observations of either object, ascending, no older than the oldest open window. */
  readonly times: Array<UtcTime>
  lastContext: EventContext
  lastWindowEnd: UtcTime
}

interface CorrelateState {
  readonly speculative: Map<string, TrackEstimate>
  readonly final: Map<string, TrackEstimate>
  readonly active: Map<string, Active>
  /** Final updates not yet in a closed window, in event-time order. */
  due: Array<{ readonly update: ScreenedUpdate; readonly context: EventContext }>
  /** End of the last window closed. */
  closed: UtcTime
}

export interface CorrelateOptions {
  readonly candidates: Candidates
  readonly windowMillis: number
  readonly slideMillis: number
}

export const correlate = (options: CorrelateOptions): Operator<ScreenedUpdate, PairUpdate, never, StageServices> => {
  const { candidates, windowMillis, slideMillis } = options
  const endAfter = (time: UtcTime): UtcTime => (Math.floor(time / slideMillis) + 1) * slideMillis

  const estimatesOf = (
    known: ReadonlyMap<string, TrackEstimate>,
    { pair: [a, b] }: Conjunction
  ): readonly [TrackEstimate, TrackEstimate] | undefined => {
    const first = known.get(a) ?? candidates.estimateOf(a)
    const second = known.get(b) ?? candidates.estimateOf(b)
    return first === undefined || second === undefined ? undefined : [first, second]
  }

  const emitPair = (
    emit: Emit<PairUpdate>,
    trigger: EventContext,
    update: Omit<PairUpdate, "estimates" | "operation">,
    known: ReadonlyMap<string, TrackEstimate>
  ): void => {
    const estimates = estimatesOf(known, update.conjunction)
    if (estimates === undefined) return
    if (update.kind === "correction") emit.derived(trigger, { ...update, estimates, operation: "retract" })
    emit.derived(trigger, { ...update, estimates, operation: "insert" })
  }

  const activate = (state: CorrelateState, conjunction: Conjunction, context: EventContext): Active => {
    const known = state.active.get(conjunction.alertId)
    if (known !== undefined) return known
    const active = { conjunction, times: [], lastContext: context, lastWindowEnd: -Infinity }
    state.active.set(conjunction.alertId, active)
    return active
  }

  /** Takes the final updates before `end` into their tracks and windows. */
  const absorb = (state: CorrelateState, end: UtcTime): void => {
    let count = 0
    for (const { update, context } of state.due) {
      if (update.track.observationTime >= end) break
      count++
      state.final.set(update.track.objectId, update.track.estimate)
      for (const conjunction of update.conjunctions) {
        const active = activate(state, conjunction, context)
        active.times.push(update.track.observationTime)
        active.lastContext = context
      }
    }
    if (count > 0) state.due = state.due.slice(count)
  }

  const closeWindow = (state: CorrelateState, end: UtcTime, emit: Emit<PairUpdate>): void => {
    absorb(state, end)
    for (const [id, active] of state.active) {
      while ((active.times[0] ?? Infinity) < end - windowMillis) active.times.shift()
      const observedUntil = active.times.at(-1)
      if (observedUntil === undefined) {
        state.active.delete(id)
        continue
      }
      active.lastWindowEnd = end
      const { conjunction, times } = active
      const kind = "final" as const
      const update = { conjunction, kind, windowEnd: end, observations: times.length, observedUntil }
      emitPair(emit, active.lastContext, update, state.final)
    }
    state.closed = end
  }

  const closeUntil = (state: CorrelateState, watermark: UtcTime, emit: Emit<PairUpdate>): void => {
    for (;;) {
      // With nothing open, the next window that matters is the first one with an observation.
      const first = state.due[0]?.update.track.observationTime
      const next = state.active.size > 0
        ? state.closed + slideMillis
        : first === undefined
        ? undefined
        : endAfter(first)
      if (next === undefined || next > watermark) return
      closeWindow(state, Math.max(next, state.closed + slideMillis), emit)
    }
  }

  return stateful<ScreenedUpdate, PairUpdate, CorrelateState>({
    name: "correlate",
    initial: () => ({
      speculative: new Map(),
      final: new Map(),
      active: new Map(),
      due: [],
      closed: -Infinity
    }),
    onEvents: (state, events, emit) => {
      for (const event of events) {
        const { track, conjunctions } = event.payload
        switch (track.kind) {
          case "final":
            state.due.push({ update: event.payload, context: event.context })
            break
          case "speculative":
            state.speculative.set(track.objectId, track.estimate)
            for (const conjunction of conjunctions) {
              const active = state.active.get(conjunction.alertId)
              const update = {
                conjunction,
                kind: track.kind,
                windowEnd: endAfter(track.observationTime),
                observations: (active?.times.length ?? 0) + 1,
                observedUntil: track.observationTime
              }
              emitPair(emit, event.context, update, state.speculative)
            }
            break
          case "correction":
            state.final.set(track.objectId, track.estimate)
            for (const conjunction of conjunctions) {
              const active = activate(state, conjunction, event.context)
              insertSorted(active.times, track.observationTime)
              if (active.lastWindowEnd === -Infinity) continue
              const { times, lastWindowEnd: windowEnd } = active
              const observedUntil = times.at(-1) ?? track.observationTime
              const update = { conjunction, kind: track.kind, windowEnd, observations: times.length, observedUntil }
              emitPair(emit, event.context, update, state.final)
            }
            break
        }
      }
      return state
    },
    onWatermark: (state, time, emit) => {
      closeUntil(state, time, emit)
      return state
    }
  })
}

const insertSorted = (times: Array<UtcTime>, time: UtcTime): void => {
  const index = times.findIndex((at) => at > time)
  if (index < 0) times.push(time)
  else times.splice(index, 0, time)
}
