/** The state of `alert`: the alerts that are open, and the last sequence of those that are closed. */
import { Schema } from "effect"
import { makeAlertStates } from "../../../domain/alert/AlertStates.ts"
import { ConjunctionAlert } from "../../../domain/alert/ConjunctionAlert.ts"
import type { Evidence } from "../../../domain/lineage/Evidence.ts"
import { EvidenceRecord, readEvidence, writeEvidence } from "../../../domain/lineage/evidenceRecord.ts"
import { HeldRecord, readHeld, writeHeld } from "../../../domain/stream/contributorsCodec.ts"
import type { Held } from "../../../domain/stream/Envelope.ts"
import { Numeric } from "../../../domain/time/Numeric.ts"
import type { UtcTime } from "../../../domain/time/UtcTime.ts"
import { keptAs, type StateSchema } from "../../state/Binary.ts"
import { Cell, timePart } from "../../state/Cell.ts"
import { type StateDecl, structure } from "../../state/State.ts"
import { EntryTable } from "../../state/Table.ts"
import { tablePart } from "../../state/tablePart.ts"

export interface OpenAlert {
  readonly version: ConjunctionAlert
  /** End of the window that the version belongs to. */
  readonly windowEnd: UtcTime
  /** What the final risks say, before expiry; `undefined` while they have raised no alert. */
  readonly settled: ConjunctionAlert | undefined
  readonly nominalTca: UtcTime
  /** The event that came last. */
  readonly kept: Held
  /** What the version rests on, and what the settled one does. */
  readonly evidence: ReadonlyArray<Evidence>
  readonly settledEvidence: ReadonlyArray<Evidence>
}

export interface AlertState {
  readonly open: EntryTable<string, OpenAlert>
  /** The last sequence of every alert known that is not open, in order of change; of one that is, where more was delivered than is known of here. */
  readonly closed: EntryTable<string, number>
  /** The last finite one. */
  readonly watermark: Cell<UtcTime>
}

/** A version with its times as the numbers they are: as text they would lose what is under a microsecond. */
const VersionRecord = Schema.Struct({
  ...ConjunctionAlert.fields,
  tca: Numeric,
  emittedAt: Numeric,
  observedUntil: Numeric,
  states: Schema.optionalKey(makeAlertStates(Numeric))
})

const opens: StateSchema<OpenAlert> = keptAs(
  Schema.Struct({
    version: VersionRecord,
    windowEnd: Numeric,
    settled: Schema.NullOr(VersionRecord),
    nominalTca: Numeric,
    kept: HeldRecord,
    evidence: Schema.Array(EvidenceRecord),
    settledEvidence: Schema.Array(EvidenceRecord)
  }),
  ({ evidence, kept, settled, settledEvidence, ...alert }: OpenAlert) => ({
    ...alert,
    settled: settled ?? null,
    kept: writeHeld(kept),
    evidence: evidence.map(writeEvidence),
    settledEvidence: settledEvidence.map(writeEvidence)
  }),
  ({ evidence, kept, settled, settledEvidence, ...alert }) => ({
    ...alert,
    settled: settled ?? undefined,
    kept: readHeld(kept),
    evidence: evidence.flatMap((each) => readEvidence(each) ?? []),
    settledEvidence: settledEvidence.flatMap((each) => readEvidence(each) ?? [])
  })
)

/** `sequences`: of alerts that earlier runs delivered; what was kept counts where it is greater. */
export const alertState = (sequences: ReadonlyMap<string, number>, capacity: number): StateDecl<AlertState> =>
  structure([
    { name: "open", bound: Infinity },
    { name: "closed", bound: capacity },
    { name: "watermark", bound: 1 }
  ], () => {
    const state: AlertState = {
      open: new EntryTable({ capacity: Infinity }),
      closed: new EntryTable({ capacity }),
      watermark: new Cell(-Infinity)
    }
    return {
      state,
      parts: [
        tablePart("open", state.open, { value: opens }),
        tablePart("closed", state.closed, {}),
        timePart("watermark", state.watermark)
      ],
      ready: () => {
        for (const [alertId, sequence] of sequences) {
          const known = Math.max(state.open.get(alertId)?.version.sequence ?? 0, state.closed.get(alertId) ?? 0)
          if (sequence > known) state.closed.set(alertId, sequence)
        }
      }
    }
  })
