/**
 * Risks into versions of alerts.
 *
 * A speculative or corrected risk gives a new version when it raises or lowers the level, changes the validity, or moves the miss
 * distance by more than a tenth of its sigma (at least 10 m) or the TCA by more than 0.1 s; a final one whenever it differs at all from
 * the version before. So the last version of an alert is that of its last final risk. An alert that only speculation raised is
 * withdrawn when the final risk does not bear it out. When the watermark passes the TCA the alert expires.
 *
 * Arrays and order kept. State: one version per alert that is not closed, plus the sequence of each closed one, at most `capacity` of
 * these, oldest first out. A risk without an alert is counted as processed and emits nothing.
 */
import type { AlertStatus, ConjunctionAlert } from "../../domain/alert/ConjunctionAlert.ts"
import { sameContent } from "../../domain/alert/ConjunctionAlert.ts"
import { levelOf } from "../../domain/alert/level.ts"
import type { EventContext } from "../../domain/Envelope.ts"
import type { UtcTime } from "../../domain/UtcTime.ts"
import { type Emit, type Operator, type StageServices, stateful } from "../Stage.ts"
import type { AssessedPair } from "./assess.ts"

interface OpenAlert {
  readonly version: ConjunctionAlert
  /** The last version of a final risk, if one was an alert. */
  readonly raisedByFinal: boolean
  readonly context: EventContext
  readonly tca: UtcTime
}

interface AlertState {
  readonly open: Map<string, OpenAlert>
  /** The last sequence of every alert known, open or closed, in order of change. */
  readonly sequences: Map<string, number>
  watermark: UtcTime
}

export interface AlertOptions {
  /** Sequences of alerts that earlier runs delivered, so that the next version is greater. */
  readonly sequences: ReadonlyMap<string, number>
  readonly now: () => UtcTime
  readonly capacity?: number
}

export const alert = (options: AlertOptions): Operator<AssessedPair, ConjunctionAlert, never, StageServices> => {
  const { sequences, now, capacity = 100_000 } = options

  const nextSequence = (state: AlertState, alertId: string): number => {
    const sequence = (state.sequences.get(alertId) ?? 0) + 1
    state.sequences.delete(alertId)
    state.sequences.set(alertId, sequence)
    if (state.sequences.size > capacity) {
      for (const oldest of state.sequences.keys()) {
        if (state.open.has(oldest)) continue
        state.sequences.delete(oldest)
        break
      }
    }
    return sequence
  }

  const publish = (
    state: AlertState,
    emit: Emit<ConjunctionAlert>,
    context: EventContext,
    content: ConjunctionAlert,
    raisedByFinal: boolean
  ): void => {
    const version = { ...content, sequence: nextSequence(state, content.alertId), emittedAt: now() }
    state.open.set(version.alertId, { version, raisedByFinal, context, tca: version.tca })
    emit.derived(context, version)
  }

  return stateful<AssessedPair, ConjunctionAlert, AlertState>({
    name: "alert",
    initial: () => ({ open: new Map(), sequences: new Map(sequences), watermark: -Infinity }),
    onEvents: (state, events, emit) => {
      for (const event of events) {
        const { risk, update } = event.payload
        const { conjunction, kind } = update
        const open = state.open.get(conjunction.alertId)
        if (update.operation === "retract") continue
        const rule = levelOf(risk, conjunction.nominalMissDistance)
        const final = kind !== "speculative"
        if (rule.level === "none" && open === undefined) continue
        const content: ConjunctionAlert = {
          schemaVersion: 1,
          alertId: conjunction.alertId,
          sequence: 0,
          objects: conjunction.pair,
          level: rule.level === "none" ? loweredTo(open, final) : rule.level,
          levelBy: rule.by,
          final,
          emittedAt: 0,
          observedUntil: update.observedUntil,
          observations: update.observations,
          ...risk
        }
        const raisedByFinal = (open?.raisedByFinal ?? false) || (final && rule.level !== "none")
        if (open === undefined || matters(open.version, content)) {
          publish(state, emit, event.context, content, raisedByFinal)
        } else if (raisedByFinal !== open.raisedByFinal) {
          state.open.set(conjunction.alertId, { ...open, raisedByFinal })
        }
      }
      return state
    },
    onWatermark: (state, time, emit) => {
      // The end of the input is no moment in time: what is open stays as the data left it.
      if (time === Infinity) return state
      for (const [alertId, { context, raisedByFinal, tca, version }] of state.open) {
        if (tca > time) continue
        if (version.level === "attention" || version.level === "action") {
          publish(state, emit, context, { ...version, level: "expired", final: true }, raisedByFinal)
        }
        state.open.delete(alertId)
      }
      return state
    }
  })
}

const loweredTo = (open: OpenAlert | undefined, final: boolean): AlertStatus =>
  final && open?.raisedByFinal !== true ? "withdrawn" : "cleared"

const matters = (before: ConjunctionAlert, after: ConjunctionAlert): boolean => {
  if (after.final) return !sameContent(before, after) || !before.final
  return before.level !== after.level || before.validity !== after.validity
    || Math.abs(before.tca - after.tca) > 100
    || Math.abs(before.missDistanceMetres - after.missDistanceMetres)
      > Math.max(10, 0.1 * after.missDistanceSigmaMetres)
}
