/**
 * Every version of the alerts, read from their topic when somebody asks: what came since the last question is added to what is held.
 *
 * State: at most {@link mostAlerts} alerts, of which the one that is longest without a new version goes first, and of each {@link mostVersions} versions: of
 * one with more every second of the older half goes, so that its whole life stays in sight.
 */
import { Effect, Option, Schema, Semaphore, Stream } from "effect"
import { ConjunctionAlert } from "../../domain/alert/ConjunctionAlert.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { LogError } from "../log/LogError.ts"
import type { LogReaderShape } from "../log/LogReader.ts"
import { readPages } from "../log/readPages.ts"
import { alertsTopic } from "./AlertStore.ts"

const mostAlerts = 5000
const mostVersions = 200

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(ConjunctionAlert))
const text = new TextDecoder()

export interface AlertLife {
  readonly openedAt: UtcTime
  /** Oldest first. */
  readonly versions: ReadonlyArray<ConjunctionAlert>
  readonly leftOut: number
}

export interface AlertVersions {
  readonly alerts: ReadonlyMap<string, AlertLife>
  readonly unreadable: number
}

interface Life {
  readonly openedAt: UtcTime
  versions: Array<ConjunctionAlert>
  leftOut: number
}

const thinned = (life: Life): void => {
  if (life.versions.length <= mostVersions) return
  const half = Math.floor(mostVersions / 2)
  const before = life.versions.length
  life.versions = life.versions.filter((_, place) => place === 0 || place >= half || place % 2 === 0)
  life.leftOut += before - life.versions.length
}

/** Gives what reads them: one reader at a time. */
export const makeAlertVersions = (log: LogReaderShape): Effect.Effect<AlertVersions, LogError> => {
  const lives = new Map<string, Life>()
  const next = new Map<number, number>()
  let unreadable = 0
  const take = (version: ConjunctionAlert): void => {
    const life = lives.get(version.alertId) ?? { openedAt: version.emittedAt, versions: [], leftOut: 0 }
    // To the end: the first is the one that has been silent longest.
    lives.delete(version.alertId)
    lives.set(version.alertId, life)
    life.versions.push(version)
    thinned(life)
    const [oldest] = lives.keys()
    if (lives.size > mostAlerts && oldest !== undefined) lives.delete(oldest)
  }
  const read = Stream.suspend(() => readPages(log, alertsTopic, (partition) => next.get(partition))).pipe(
    Stream.catchIf(({ reason }) => reason === "TopicNotFound", () => Stream.empty),
    Stream.runForEachArray((page) =>
      Effect.sync(() => {
        for (const { offset, partition, value } of page) {
          next.set(partition, offset + 1)
          const version = Option.getOrUndefined(decode(text.decode(value)))
          if (version === undefined) unreadable++
          else take(version)
        }
      })
    ),
    Effect.map((): AlertVersions => ({ alerts: lives, unreadable }))
  )
  return Semaphore.makeUnsafe(1).withPermit(read)
}
