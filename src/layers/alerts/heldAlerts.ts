/** The versions of alerts that are held, how far the topic was read for them, and what of it a table does not know yet. Changed in place. */
import { Option, Schema } from "effect"
import { ConjunctionAlert } from "../../domain/alert/ConjunctionAlert.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import type { LogRecord } from "../log/LogRecord.ts"
import type { AlertChange, AlertSnapshot, TopicRead } from "./AlertTable.ts"

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(ConjunctionAlert))
const text = new TextDecoder()

/** Nothing more is to come of it. */
const isClosed = ({ level }: ConjunctionAlert): boolean =>
  level === "cleared" || level === "expired" || level === "withdrawn"

/** Since when an alert matters to nobody: its end, or a closest approach that passed without anybody closing it. */
const settledAt = (alert: ConjunctionAlert): UtcTime =>
  isClosed(alert) ? alert.emittedAt : Math.max(alert.emittedAt, alert.tca)

export const makeHeldAlerts = () => {
  const current = new Map<string, ConjunctionAlert>()
  const read = new Map<number, TopicRead>()
  let changed = new Set<string>()
  let removed = new Set<string>()
  let moved = false
  let anew = false

  const accept = (version: ConjunctionAlert): boolean => {
    const held = current.get(version.alertId)
    if (held !== undefined && held.sequence >= version.sequence) return false
    current.set(version.alertId, version)
    changed.add(version.alertId)
    removed.delete(version.alertId)
    return true
  }

  const moveTo = (to: TopicRead): void => {
    read.set(to.partition, to)
    moved = true
  }

  return {
    current,
    accept,
    /** Where a partition is to be read next; `undefined`: from its beginning. */
    next: (partition: number): number | undefined => read.get(partition)?.next,
    restore: ({ alerts, read: reads }: AlertSnapshot): void => {
      for (const alert of alerts) current.set(alert.alertId, alert)
      for (const each of reads) read.set(each.partition, each)
    },
    /** What is held goes, here and in the table: the topic is read from its beginning. */
    restart: (): void => {
      current.clear()
      read.clear()
      changed.clear()
      removed.clear()
      anew = true
    },
    /** Takes the topic's next record; one that is no alert is passed over. */
    take: ({ headers, key, offset, partition, value }: LogRecord): void => {
      const version = Option.getOrUndefined(decode(text.decode(value)))
      if (version !== undefined) accept(version)
      moveTo({ partition, next: offset + 1, last: { alertId: key ?? "", sequence: Number(headers.sequence ?? 0) } })
    },
    /** Versions that were just written there: read already, if nobody else wrote in between. */
    written: (
      version: ConjunctionAlert,
      { offset, partition }: { readonly offset: number; readonly partition: number }
    ) => {
      accept(version)
      if (read.get(partition)?.next !== offset && !(offset === 0 && !read.has(partition))) return
      moveTo({ partition, next: offset + 1, last: { alertId: version.alertId, sequence: version.sequence } })
    },
    /** Lets go of what has mattered to nobody since before `time`. */
    forget: (time: UtcTime): void => {
      for (const [alertId, alert] of current) {
        if (settledAt(alert) >= time) continue
        current.delete(alertId)
        changed.delete(alertId)
        removed.add(alertId)
      }
    },
    /** What the table does not know, if there is anything; `put` it back when it could not be kept. */
    takeChange: (): { readonly change: AlertChange; readonly put: () => void } | undefined => {
      if (changed.size === 0 && removed.size === 0 && !moved && !anew) return undefined
      const taken = { changed, removed, anew }
      const alerts = Array.from(changed).flatMap((alertId) => current.get(alertId) ?? [])
      const change = { alerts, removed: [...removed], read: [...read.values()], anew }
      changed = new Set()
      removed = new Set()
      moved = false
      anew = false
      return {
        change,
        put: () => {
          for (const alertId of taken.changed) if (!removed.has(alertId)) changed.add(alertId)
          for (const alertId of taken.removed) if (!current.has(alertId)) removed.add(alertId)
          moved = true
          anew ||= taken.anew
        }
      }
    }
  }
}
