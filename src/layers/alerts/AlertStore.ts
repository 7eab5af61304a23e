/**
 * The alerts delivered: per alert the version with the greatest sequence, and every accepted version on the topic `alerts`.
 *
 * An upsert is idempotent: a version whose sequence is not strictly greater than what is held changes nothing and is not delivered again.
 *
 * **Units.** In a pipeline with commit units versions are delivered with the unit, which is cut at once; `current` has them from then on.
 *
 * **State.** One version per alert (about 1 kB). A closed alert leaves when its last version is older than the retention, and so does one whose closest
 * approach passed that long ago without anybody closing it. At start it comes from the {@link AlertTable}, and from the topic behind that; a table that
 * does not fit the topic is told and made anew.
 *
 * **Others.** The topic is followed while the store lives, so that what another process delivers is seen here within a second or so.
 */
import { Clock, Context, Duration, Effect, Layer, Schema, Semaphore, Stream } from "effect"
import { ConjunctionAlert } from "../../domain/alert/ConjunctionAlert.ts"
import type { LogError } from "../log/MessageLog.ts"
import { MessageLog } from "../log/MessageLog.ts"
import { readPages } from "../log/readPages.ts"
import { Symptoms } from "../logging/Symptoms.ts"
import { CommitUnits, type CommitUnitsShape } from "../units/CommitUnits.ts"
import { AlertTable } from "./AlertTable.ts"
import { fitsTopic } from "./fitsTopic.ts"
import { makeHeldAlerts } from "./heldAlerts.ts"

export const alertsTopic = "alerts"

const encodeAlert = Schema.encodeEffect(Schema.fromJsonString(ConjunctionAlert))

export interface AlertStoreOptions {
  /** How long a closed alert is held (default 14 days: observations, from which it could come again, are kept for 7). */
  readonly retention?: Duration.Input
  /** Between two looks at what others wrote (default 1 s). */
  readonly followInterval?: Duration.Input
}

export class AlertStore extends Context.Service<AlertStore, {
  /** Delivers what is new; gives the versions that were. `headers`: what a version's record carries beside, such as its trace context. */
  upsert(
    versions: ReadonlyArray<ConjunctionAlert>,
    headers?: (version: ConjunctionAlert) => Readonly<Record<string, string>>
  ): Effect.Effect<ReadonlyArray<ConjunctionAlert>, LogError>
  /** The current version of every alert that is held, by id. */
  readonly current: () => ReadonlyMap<string, ConjunctionAlert>
}>()("perigee/layers/stores/AlertStore") {
  /** On the message log, whichever that is. */
  static readonly layerWith = (options: AlertStoreOptions): Layer.Layer<AlertStore, LogError, MessageLog> =>
    Layer.effect(AlertStore, Effect.suspend(() => make(options)))

  static readonly layer = AlertStore.layerWith({})
}

const make = Effect.fnUntraced(function*({ followInterval = "1 second", retention = "14 days" }: AlertStoreOptions) {
  const log = yield* MessageLog
  const table = yield* AlertTable
  const clock = yield* Clock.Clock
  const { seen } = yield* Symptoms
  yield* log.ensureTopic({ name: alertsTopic, partitions: 1 })
  const retentionMillis = Duration.toMillis(retention)
  const held = makeHeldAlerts()

  const snapshot = yield* table.load
  if (snapshot === undefined || !(yield* fitsTopic(log, alertsTopic, snapshot))) {
    if ((snapshot?.read.length ?? 0) > 0) {
      yield* Effect.logWarning("alerts: what was kept of them is of another log; all are read again")
    }
    held.restart()
  } else held.restore(snapshot)

  const keep = Effect.suspend(() => {
    const taken = held.takeChange()
    return taken === undefined
      ? Effect.void
      : Effect.map(table.save(taken.change), (kept) => {
        if (!kept) taken.put()
      })
  })
  const catchUp = readPages(log, alertsTopic, held.next).pipe(
    Stream.runForEachArray((records) => Effect.sync(() => records.forEach(held.take))),
    Effect.andThen(Effect.suspend(() => {
      held.forget(clock.currentTimeMillisUnsafe() - retentionMillis)
      return keep
    }))
  )
  yield* catchUp
  yield* catchUp.pipe(
    Effect.catch(({ message }) =>
      Effect.sync(() => seen("alerts: what others deliver cannot be read", { detail: message }))
    ),
    Effect.delay(followInterval),
    Effect.forever,
    Effect.forkScoped
  )

  /** Of versions that wait for the commit unit that they are in. */
  const waiting = new Map<string, number>()
  const sequenceOf = (alertId: string): number =>
    Math.max(held.current.get(alertId)?.sequence ?? 0, waiting.get(alertId) ?? 0)

  /** They are delivered when the unit is committed, and forgotten with it. */
  const withUnit = (units: CommitUnitsShape, fresh: ReadonlyArray<ConjunctionAlert>): void => {
    for (const { alertId, sequence } of fresh) waiting.set(alertId, sequence)
    units.settled((committed) =>
      Effect.sync(() => {
        for (const version of fresh) {
          if (committed) held.accept(version)
          if (waiting.get(version.alertId) === version.sequence) waiting.delete(version.alertId)
        }
      })
    )
    units.hurry()
  }

  const one = Semaphore.makeUnsafe(1)
  return AlertStore.of({
    upsert: Effect.fn("AlertStore.upsert")(function*(versions, headers = () => ({})) {
      const fresh = newest(versions, sequenceOf)
      if (fresh.length === 0) return fresh
      const records = yield* Effect.forEach(
        fresh,
        (version) =>
          Effect.map(Effect.orDie(encodeAlert(version)), (json) => ({
            key: version.alertId,
            value: bytes.encode(json),
            headers: { ...headers(version), sequence: String(version.sequence) },
            timestamp: version.emittedAt
          }))
      )
      const positions = yield* log.append(alertsTopic, records)
      const units = yield* CommitUnits
      if (units !== undefined && units.log.engine === log.units?.engine) {
        withUnit(units, fresh)
        return fresh
      }
      fresh.forEach((version, i) => {
        const position = positions[i]
        if (position !== undefined) held.written(version, position)
      })
      yield* keep
      return fresh
    }, one.withPermit),
    current: () => held.current
  })
})

const bytes = new TextEncoder()

/** Those that would be accepted one after the other. */
const newest = (
  versions: ReadonlyArray<ConjunctionAlert>,
  sequenceOf: (alertId: string) => number
): ReadonlyArray<ConjunctionAlert> => {
  const greatest = new Map<string, number>()
  return versions.filter(({ alertId, sequence }) => {
    const held = greatest.get(alertId) ?? sequenceOf(alertId)
    if (sequence <= held) return false
    greatest.set(alertId, sequence)
    return true
  })
}
