/**
 * The alerts delivered: per alert the version with the greatest sequence, and every accepted version on the topic `alerts`.
 *
 * An upsert is idempotent: a version whose sequence is not strictly greater than what is held changes nothing and is not delivered again.
 * State: one version per alert (about 1 kB), rebuilt from the topic at start.
 */
import { Context, Effect, Layer, Option, Schema, Stream } from "effect"
import { ConjunctionAlert } from "../../domain/alert/ConjunctionAlert.ts"
import type { LogError } from "../log/MessageLog.ts"
import { MessageLog } from "../log/MessageLog.ts"
import { readPages } from "../log/readPages.ts"

export const alertsTopic = "alerts"

const AlertJson = Schema.fromJsonString(ConjunctionAlert)
const decodeAlert = Schema.decodeUnknownOption(AlertJson)
const encodeAlert = Schema.encodeEffect(AlertJson)

export class AlertStore extends Context.Service<AlertStore, {
  /** Delivers what is new; gives the versions that were. `headers`: what a version's record carries beside, such as its trace context. */
  upsert(
    versions: ReadonlyArray<ConjunctionAlert>,
    headers?: (version: ConjunctionAlert) => Readonly<Record<string, string>>
  ): Effect.Effect<ReadonlyArray<ConjunctionAlert>, LogError>
  /** The current version of every alert, by id. */
  readonly current: () => ReadonlyMap<string, ConjunctionAlert>
}>()("perigee/layers/stores/AlertStore") {
  /** On the message log, whichever that is. */
  static readonly layer = Layer.effect(
    AlertStore,
    Effect.gen(function*() {
      const log = yield* MessageLog
      yield* log.ensureTopic({ name: alertsTopic, partitions: 1 })
      const current = new Map<string, ConjunctionAlert>()
      const accept = (version: ConjunctionAlert): boolean => {
        const held = current.get(version.alertId)
        if (held !== undefined && held.sequence >= version.sequence) return false
        current.set(version.alertId, version)
        return true
      }
      yield* Stream.runForEach(readPages(log, alertsTopic), (record) =>
        Effect.sync(() => {
          const version = decodeAlert(text.decode(record.value))
          if (Option.isSome(version)) accept(version.value)
        }))
      return AlertStore.of({
        upsert: Effect.fn("AlertStore.upsert")(function*(versions, headers = () => ({})) {
          const fresh = newest(versions, current)
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
          yield* log.append(alertsTopic, records)
          for (const version of fresh) accept(version)
          return fresh
        }),
        current: () => current
      })
    })
  )
}

const text = new TextDecoder()
const bytes = new TextEncoder()

/** Those that would be accepted one after the other. */
const newest = (
  versions: ReadonlyArray<ConjunctionAlert>,
  current: ReadonlyMap<string, ConjunctionAlert>
): ReadonlyArray<ConjunctionAlert> => {
  const greatest = new Map<string, number>()
  return versions.filter(({ alertId, sequence }) => {
    const held = greatest.get(alertId) ?? current.get(alertId)?.sequence ?? 0
    if (sequence <= held) return false
    greatest.set(alertId, sequence)
    return true
  })
}
