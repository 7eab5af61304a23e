/** How the state of `correlate` is kept. */
import { Schema } from "effect"
import { namedConjunction } from "../../../domain/alert/Conjunction.ts"
import {
  ConjunctionRecord,
  PairUpdateRecord,
  readPairUpdate,
  writeConjunction,
  writePairUpdate
} from "../../../domain/alert/records.ts"
import { EvidenceRecord, readEvidence, writeEvidence } from "../../../domain/lineage/evidenceRecord.ts"
import type { Estimate } from "../../../domain/orbit/tracking/Estimate.ts"
import { EstimateRecord, readEstimate, writeEstimate } from "../../../domain/orbit/tracking/estimateRecord.ts"
import {
  ContextRecord,
  heldApart,
  HeldRecord,
  readContext,
  readHeld,
  readHeldApart,
  writeContext,
  writeHeld
} from "../../../domain/stream/contributorsCodec.ts"
import { Numeric } from "../../../domain/time/Numeric.ts"
import { keptAs, type StateSchema } from "../../state/Binary.ts"
import { cellPart } from "../../state/Cell.ts"
import { type StateDecl, structure } from "../../state/State.ts"
import { tablePart } from "../../state/tablePart.ts"
import { type Known, type Observed, PairWindows, type Progress, type Told, type Waiting } from "./PairWindows.ts"

const knowns: StateSchema<Known> = keptAs(
  Schema.Struct({ estimate: EstimateRecord, evidence: EvidenceRecord }),
  ({ estimate, evidence }: Known) => ({ estimate: writeEstimate(estimate), evidence: writeEvidence(evidence) }),
  (record) => {
    const [estimate, evidence] = [readEstimate(record.estimate), readEvidence(record.evidence)]
    return estimate === undefined || evidence === undefined ? undefined : { estimate, evidence }
  }
)

const estimates: StateSchema<Estimate> = keptAs(EstimateRecord, writeEstimate, readEstimate)

const observeds: StateSchema<Observed> = keptAs(
  Schema.Struct({
    times: Schema.Array(Numeric),
    trigger: HeldRecord,
    fresh: Schema.Boolean,
    conjunctions: Schema.Array(ConjunctionRecord)
  }),
  ({ conjunctions, fresh, times, trigger }: Observed) => ({
    times,
    trigger: writeHeld(trigger),
    fresh,
    conjunctions: conjunctions.map(writeConjunction)
  }),
  ({ conjunctions, fresh, times, trigger }) => ({
    times: [...times],
    trigger: readHeld(trigger),
    fresh,
    conjunctions: conjunctions.map(namedConjunction)
  })
)

const tolds: StateSchema<Told> = keptAs(
  Schema.Struct({ conjunction: ConjunctionRecord, windowEnd: Numeric, last: Schema.NullOr(PairUpdateRecord) }),
  ({ conjunction, last, windowEnd }: Told) => ({
    conjunction: writeConjunction(conjunction),
    windowEnd,
    last: last === undefined ? null : writePairUpdate(last)
  }),
  ({ conjunction, last, windowEnd }) => ({
    conjunction: namedConjunction(conjunction),
    windowEnd,
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
    kept: Schema.NullOr(HeldRecord),
    of: ContextRecord,
    order: Schema.Int
  }),
  ({ due: { kept, of, update: { conjunctions, track } }, order }: Waiting) => ({
    objectId: track.objectId,
    estimate: writeEstimate(track.estimate),
    observationTime: track.observationTime,
    kind: track.kind,
    revises: track.revises,
    conjunctions: conjunctions.map(writeConjunction),
    kept: heldApart(kept, of),
    of: writeContext(of),
    order
  }),
  ({ conjunctions, estimate: written, kept, kind, objectId, observationTime, of, order, revises }) => {
    const estimate = readEstimate(written)
    if (estimate === undefined) return undefined
    const track = { _tag: "TrackUpdate", objectId, estimate, observationTime, kind, revises } as const
    const context = readContext(of)
    const update = { track, conjunctions: conjunctions.map(namedConjunction), again: false }
    return { due: { update, kept: readHeldApart(kept, context), of: context }, order }
  }
)

const progresses: StateSchema<Progress> = Schema.Struct({ closed: Numeric, retractions: Schema.Int })

export interface CorrelateState {
  readonly catalogued: PairWindows
  readonly synthetic: PairWindows
}

const partNames = ["speculative", "final", "observed", "told", "spoken", "waiting"] as const

const partsOf = (prefix: string, windows: PairWindows) => [
  tablePart(`${prefix}speculative`, windows.speculative, { value: knowns }),
  tablePart(`${prefix}final`, windows.final, { value: knowns }),
  tablePart(`${prefix}observed`, windows.observed, { value: observeds }),
  tablePart(`${prefix}told`, windows.told, { value: tolds }),
  tablePart(`${prefix}spoken`, windows.spoken, { value: estimates }),
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
