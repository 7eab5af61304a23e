/**
 * Risks into versions of alerts.
 *
 * **Settled.** Final and corrected risks alone decide what an alert is in the end: at attention or action, or cleared once they leave the
 * limits (a cleared alert is not told again until they are back). A final version is published when its content differs from the version
 * before, and not before it has caught up with the observations that a speculative version rests on.
 *
 * **Speculative.** A speculative risk gives a version at once when it changes the level or the validity, or moves the miss distance by
 * more than a tenth of its sigma (at least 10 m) or the TCA by more than 0.1 s; one of synthetic traffic always does, as somebody waits for it. When its window has closed and no final risk took its
 * place, the settled version does; an alert that only speculation raised is withdrawn.
 *
 * **Expired.** When the watermark passes the TCA the alert expires. It is kept `lingerMillis` longer, for the windows still open then.
 *
 * A version continues the trace of the event that triggered it, and its lineage names the observations that both estimates rest on.
 *
 * Arrays and order kept. State: a table of the open alerts, two versions each; one of the last sequence of those closed, at most `capacity`, oldest first
 * out. A risk without an alert is counted as processed and emits nothing. Cost: a pass over the open alerts per watermark.
 */
import { alertStates } from "../../../domain/alert/AlertStates.ts"
import type { AlertStatus, ConjunctionAlert } from "../../../domain/alert/ConjunctionAlert.ts"
import { sameContent } from "../../../domain/alert/ConjunctionAlert.ts"
import { levelOf } from "../../../domain/alert/level.ts"
import { joinedEvidence, sampledEvidence } from "../../../domain/lineage/Evidence.ts"
import type { Envelope, Origin } from "../../../domain/stream/Envelope.ts"
import type { UtcTime } from "../../../domain/time/UtcTime.ts"
import { type Emit, type Operator, type StageServices, stateful } from "../../stage/Stage.ts"
import type { AssessedPair } from "../conjunctions/assess.ts"
import { noSynthetics, type Synthetics } from "../Synthetics.ts"
import { type AlertState, alertState, type OpenAlert } from "./alertState.ts"

export interface AlertOptions {
  /** Sequences of alerts that earlier runs delivered, so that the next version is greater. */
  readonly sequences: ReadonlyMap<string, number>
  readonly now: () => UtcTime
  readonly capacity?: number
  /** How long after its TCA updates of a conjunction may come: a window, a slide and the allowed lateness (default 60 s). */
  readonly lingerMillis?: number
  readonly synthetics?: Synthetics
}

export const alert = (options: AlertOptions): Operator<AssessedPair, ConjunctionAlert, never, StageServices> => {
  const { sequences, now, capacity = 100_000, lingerMillis = 60_000, synthetics = noSynthetics } = options

  /** `origin`: what this version continues, the event itself or what was kept of it. */
  const publish = (
    state: AlertState,
    emit: Emit<ConjunctionAlert>,
    alert: OpenAlert,
    origin: Origin = alert.kept
  ): void => {
    const { alertId } = alert.version
    const version = { ...alert.version, sequence: nextSequence(state, alertId), emittedAt: now() }
    state.closed.delete(alertId)
    state.open.set(alertId, { ...alert, version })
    forgetOldest(state, capacity)
    if (version.level === "withdrawn") close(state, alertId)
    const { evidence } = alert
    emit.continued(origin, version, { links: () => sampledEvidence(evidence), joined: joinedEvidence(evidence) })
  }

  const speculate = (state: AlertState, emit: Emit<ConjunctionAlert>, event: Envelope<AssessedPair>) => {
    const pair = event.payload
    const { conjunction: { alertId, nominalTca }, evidence, windowEnd } = pair.update
    const open = state.open.get(alertId)
    const content = contentOf(pair)
    if (content === undefined || (open === undefined && content.level === "cleared")) return
    const version = atTime(withStates(content, pair), state.watermark.value)
    if (open !== undefined && event.context.sourceKind !== synthetics.kind && !matters(open.version, version)) return
    const { settled, settledEvidence = [] } = open ?? {}
    const kept = emit.hold(event)
    publish(state, emit, { version, windowEnd, settled, nominalTca, kept, evidence, settledEvidence }, event)
  }

  const settle = (state: AlertState, emit: Emit<ConjunctionAlert>, event: Envelope<AssessedPair>) => {
    const pair = event.payload
    const { conjunction: { alertId, nominalTca }, evidence, windowEnd } = pair.update
    const open = state.open.get(alertId)
    const settled = settledBy(open?.settled, pair)
    const ahead = open !== undefined && !open.version.final && open.windowEnd > windowEnd
    if (ahead) {
      state.open.set(alertId, { ...open, settled, settledEvidence: evidence })
      return
    }
    if (settled === undefined) {
      if (open === undefined) return
      const content = contentOf(pair)
      const version = {
        ...open.version,
        ...(content === undefined ? {} : withStates(content, pair)),
        level: "withdrawn",
        final: true
      } as const
      publish(state, emit, { ...open, version, evidence, kept: emit.hold(event) }, event)
      return
    }
    const version = atTime(settled, state.watermark.value)
    if (open !== undefined && open.version.final && sameContent(open.version, version)) {
      state.open.set(alertId, { ...open, settled, evidence, settledEvidence: evidence })
    } else {
      const kept = emit.hold(event)
      publish(
        state,
        emit,
        { version, windowEnd, settled, nominalTca, kept, evidence, settledEvidence: evidence },
        event
      )
    }
  }

  return stateful<AssessedPair, ConjunctionAlert, AlertState>({
    name: "alert",
    state: alertState(sequences, capacity),
    observe: ({ open }) => ({ open: open.size }),
    onEvents: (state, events, emit) => {
      for (const event of events) {
        const { kind, operation } = event.payload.update
        if (operation === "retract") emit.retracted(event)
        else if (kind === "speculative") speculate(state, emit, event)
        else settle(state, emit, event)
      }
    },
    onWatermark: (state, time, emit) => {
      // The end of the input is no moment in time: what is open stays as the data left it.
      if (time !== Infinity) state.watermark.value = time
      for (const [alertId, open] of Array.from(state.open.entries())) {
        const { settled, windowEnd } = open
        let { evidence, version } = open
        if (!version.final && windowEnd <= time) {
          version = settled ?? { ...version, level: "withdrawn", final: true }
          if (settled !== undefined) evidence = open.settledEvidence
        }
        version = atTime(version, state.watermark.value)
        if (version !== open.version) publish(state, emit, { ...open, version, evidence })
        if (Math.max(version.tca, open.nominalTca) + lingerMillis <= state.watermark.value) close(state, alertId)
      }
    }
  })
}

/** The closed ones that changed longest ago go, where there are too many in all. */
const forgetOldest = ({ closed, open }: AlertState, capacity: number): void => {
  for (let { oldest } = closed; oldest !== undefined && open.size + closed.size > capacity; { oldest } = closed) {
    closed.remove(oldest)
  }
}

const nextSequence = (state: AlertState, alertId: string): number =>
  Math.max(state.open.get(alertId)?.version.sequence ?? 0, state.closed.get(alertId) ?? 0) + 1

/** Its sequence is remembered: should it come back, its next version is greater. */
const close = (state: AlertState, alertId: string): void => {
  const open = state.open.get(alertId)
  if (open === undefined) return
  state.open.delete(alertId)
  state.closed.set(alertId, open.version.sequence)
}

/** The alert of a pair before expiry, `cleared` for one within no limit; `undefined` for a pair without an encounter. */
const contentOf = ({ risk, update }: AssessedPair): ConjunctionAlert | undefined => {
  if (risk === undefined) return undefined
  const { conjunction, kind, observations, observedUntil } = update
  const { by, level } = levelOf(risk, conjunction.nominalMissDistance)
  return {
    schemaVersion: 1,
    alertId: conjunction.alertId,
    sequence: 0,
    objects: conjunction.pair,
    level: level === "none" ? "cleared" : level,
    levelBy: by,
    final: kind !== "speculative",
    emittedAt: 0,
    observedUntil,
    observations,
    ...risk
  }
}

/** The version with the objects' states beside it: not of every pair, for most raise no alert. */
const withStates = (version: ConjunctionAlert, { found, update }: AssessedPair): ConjunctionAlert =>
  found === undefined ? version : { ...version, states: alertStates(update.estimates, found) }

/** What final risks say after one more, a function of these risks alone: speculation changes nothing in it. */
const settledBy = (before: ConjunctionAlert | undefined, pair: AssessedPair): ConjunctionAlert | undefined => {
  const content = contentOf(pair)
  const cleared = content === undefined || content.level === "cleared"
  if (before === undefined) return cleared ? undefined : withStates(content, pair)
  if (cleared && before.level === "cleared") return before
  const after = content === undefined
    ? { ...before, level: "cleared" as const, observedUntil: pair.update.observedUntil }
    : withStates(content, pair)
  return sameContent(before, after) ? before : after
}

const active: ReadonlySet<AlertStatus> = new Set<AlertStatus>(["attention", "action"])

/** The version as it is when the watermark stands at `time`. */
const atTime = (version: ConjunctionAlert, time: UtcTime): ConjunctionAlert =>
  active.has(version.level) && version.tca <= time ? { ...version, level: "expired" } : version

/** Bent paths are not computed for every speculative risk: that one is flagged for want of them tells nothing new. */
const lessIsKnown = (before: ConjunctionAlert, after: ConjunctionAlert): boolean =>
  after.validity === "nonlinear" && typeof after.pcCurved !== "number" && typeof before.pcCurved === "number"

const matters = (before: ConjunctionAlert, after: ConjunctionAlert): boolean =>
  before.level !== after.level || (before.validity !== after.validity && !lessIsKnown(before, after))
  || Math.abs(before.tca - after.tca) > 100
  || Math.abs(before.missDistanceMetres - after.missDistanceMetres)
    > Math.max(10, 0.1 * after.missDistanceSigmaMetres)
