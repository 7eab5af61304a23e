/** The state of `correlate`: what is known of objects, the final updates that wait for their window, and the conjunctions with one open. */
import { Schema } from "effect"
import type { Conjunction } from "../../../domain/alert/Conjunction.ts"
import type { PairUpdate } from "../../../domain/alert/PairUpdate.ts"
import { ConjunctionRecord, PairUpdateRecord, readPairUpdate, writePairUpdate } from "../../../domain/alert/records.ts"
import type { Evidence } from "../../../domain/lineage/Evidence.ts"
import { EvidenceRecord, readEvidence, writeEvidence } from "../../../domain/lineage/evidenceRecord.ts"
import type { Estimate } from "../../../domain/orbit/tracking/Estimate.ts"
import { EstimateRecord, readEstimate, writeEstimate } from "../../../domain/orbit/tracking/estimateRecord.ts"
import {
  ContextRecord,
  HeldRecord,
  readContext,
  readHeld,
  writeContext,
  writeHeld
} from "../../../domain/stream/contributorsCodec.ts"
import type { EventContext, Held } from "../../../domain/stream/Envelope.ts"
import { Numeric } from "../../../domain/time/Numeric.ts"
import type { UtcTime } from "../../../domain/time/UtcTime.ts"
import { keptAs, type StateSchema } from "../../state/Binary.ts"
import { Cell, cellPart } from "../../state/Cell.ts"
import { type StateDecl, structure } from "../../state/State.ts"
import { EntryTable } from "../../state/Table.ts"
import { tablePart } from "../../state/tablePart.ts"
import type { ScreenedUpdate } from "./screenConjunctions.ts"

export interface Active {
  readonly conjunction: Conjunction
  /** Times of the final observations of either object, ascending, no older than the oldest open window. */
  readonly times: Array<UtcTime>
  /** The event that came last: an emission continues it. */
  trigger: Held
  /** The last final or corrected update emitted. */
  last: PairUpdate | undefined
}

export interface Due {
  readonly update: ScreenedUpdate
  readonly kept: Held
  /** The observation that the estimate is of: a revision is triggered by another. */
  readonly of: EventContext
}

/** An object's estimate, and what it rests on. */
export interface Known {
  readonly estimate: Estimate
  readonly evidence: Evidence
}

/** A final update that waits, and its place among those of one time. */
export interface Waiting {
  readonly due: Due
  readonly order: number
}

const knowns: StateSchema<Known> = keptAs(
  Schema.Struct({ estimate: EstimateRecord, evidence: EvidenceRecord }),
  ({ estimate, evidence }: Known) => ({ estimate: writeEstimate(estimate), evidence: writeEvidence(evidence) }),
  (record) => {
    const [estimate, evidence] = [readEstimate(record.estimate), readEvidence(record.evidence)]
    return estimate === undefined || evidence === undefined ? undefined : { estimate, evidence }
  }
)

const actives: StateSchema<Active> = keptAs(
  Schema.Struct({
    conjunction: ConjunctionRecord,
    times: Schema.Array(Numeric),
    trigger: HeldRecord,
    last: Schema.NullOr(PairUpdateRecord)
  }),
  ({ conjunction, last, times, trigger }: Active) => ({
    conjunction,
    times,
    trigger: writeHeld(trigger),
    last: last === undefined ? null : writePairUpdate(last)
  }),
  ({ conjunction, last, times, trigger }) => ({
    conjunction,
    times: [...times],
    trigger: readHeld(trigger),
    last: last === null ? undefined : readPairUpdate(last)
  })
)

const waitings: StateSchema<Waiting> = keptAs(
  Schema.Struct({
    objectId: Schema.String,
    estimate: EstimateRecord,
    observationTime: Numeric,
    kind: Schema.Literals(["speculative", "final", "correction"]),
    revises: Schema.Boolean,
    conjunctions: Schema.Array(ConjunctionRecord),
    kept: HeldRecord,
    of: ContextRecord,
    order: Schema.Int
  }),
  ({ due: { kept, of, update: { conjunctions, track } }, order }: Waiting) => ({
    objectId: track.objectId,
    estimate: writeEstimate(track.estimate),
    observationTime: track.observationTime,
    kind: track.kind,
    revises: track.revises,
    conjunctions,
    kept: writeHeld(kept),
    of: writeContext(of),
    order
  }),
  ({ conjunctions, estimate: written, kept, kind, objectId, observationTime, of, order, revises }) => {
    const estimate = readEstimate(written)
    if (estimate === undefined) return undefined
    const track = { _tag: "TrackUpdate", objectId, estimate, observationTime, kind, revises } as const
    return { due: { update: { track, conjunctions, again: false }, kept: readHeld(kept), of: readContext(of) }, order }
  }
)

/** How far it has come: the end of the last window closed, and the retractions emitted. */
interface Progress {
  readonly closed: UtcTime
  readonly retractions: number
}

const progresses: StateSchema<Progress> = Schema.Struct({ closed: Numeric, retractions: Schema.Int })

/** The windows of the catalogue's objects, or of synthetic traffic: neither opens, closes or changes one of the other. */
export class PairWindows {
  readonly speculative = new EntryTable<string, Known>({ capacity: Infinity })
  readonly final = new EntryTable<string, Known>({ capacity: Infinity })
  readonly active = new EntryTable<string, Active>({ capacity: Infinity })
  /** By number. */
  readonly waiting = new EntryTable<number, Waiting>({ capacity: Infinity })
  readonly progress = new Cell<Progress>({ closed: -Infinity, retractions: 0 })
  /** Of the waiting, in event-time order. */
  due: Array<Waiting> = []
  private nextOrder = 0

  get closed(): UtcTime {
    return this.progress.value.closed
  }

  set closed(closed: UtcTime) {
    this.progress.value = { ...this.progress.value, closed }
  }

  retracted(): void {
    const { retractions } = this.progress.value
    this.progress.value = { ...this.progress.value, retractions: retractions + 1 }
  }

  /** Takes one in after those of its time and before. */
  wait(due: Due): void {
    const waiting = { due, order: this.nextOrder++ }
    this.waiting.set(waiting.order, waiting)
    const { observationTime } = due.update.track
    const last = this.due.at(-1)
    if (last === undefined || timeOf(last) <= observationTime) this.due.push(waiting)
    else this.due.splice(this.due.findLastIndex((each) => timeOf(each) <= observationTime) + 1, 0, waiting)
  }

  /** Takes one in in the place of another. */
  replace(place: number, due: Due): void {
    const before = this.due[place]
    if (before === undefined) return
    const waiting = { due, order: before.order }
    this.due[place] = waiting
    this.waiting.set(waiting.order, waiting)
  }

  /** Takes out and gives those that were observed before `end`. */
  before(end: UtcTime): ReadonlyArray<Due> {
    let count = 0
    for (const each of this.due) {
      if (timeOf(each) >= end) break
      count++
    }
    if (count === 0) return nothing
    const taken = this.due.slice(0, count)
    this.due = this.due.slice(count)
    for (const { order } of taken) this.waiting.delete(order)
    return taken.map(({ due }) => due)
  }

  resume(): void {
    this.due = Array.from(this.waiting.entries(), ([, waiting]) => waiting)
      .sort((a, b) => timeOf(a) - timeOf(b) || a.order - b.order)
    for (const { order } of this.due) this.nextOrder = Math.max(this.nextOrder, order + 1)
  }
}

const timeOf = ({ due }: Waiting): UtcTime => due.update.track.observationTime

const nothing: ReadonlyArray<never> = []

export interface CorrelateState {
  readonly catalogued: PairWindows
  readonly synthetic: PairWindows
}

const partNames = ["speculative", "final", "active", "waiting"] as const

const partsOf = (prefix: string, windows: PairWindows) => [
  tablePart(`${prefix}speculative`, windows.speculative, { value: knowns }),
  tablePart(`${prefix}final`, windows.final, { value: knowns }),
  tablePart(`${prefix}active`, windows.active, { value: actives }),
  tablePart(`${prefix}waiting`, windows.waiting, { value: waitings }),
  cellPart(`${prefix}progress`, windows.progress, { schema: progresses })
]

const infosOf = (prefix: string) => [
  ...partNames.map((name) => ({ name: `${prefix}${name}`, bound: Infinity })),
  { name: `${prefix}progress`, bound: 1 }
]

/** `synthetics`: what the parts of synthetic traffic are named after. */
export const correlateState = (synthetics: string): StateDecl<CorrelateState> =>
  structure(
    [...infosOf(""), ...infosOf(`${synthetics} `)],
    () => {
      const state = { catalogued: new PairWindows(), synthetic: new PairWindows() }
      return {
        state,
        parts: [...partsOf("", state.catalogued), ...partsOf(`${synthetics} `, state.synthetic)],
        ready: () => {
          state.catalogued.resume()
          state.synthetic.resume()
        }
      }
    }
  )
