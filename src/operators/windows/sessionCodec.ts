/** The state of session windows as JSON. */
import { Option, Schema } from "effect"
import { TimeJson } from "../../domain/time/UtcTime.ts"
import { numberJson } from "../aggregates/accumulatorJson.ts"
import type { Aggregate } from "../aggregates/Aggregate.ts"
import { decodeEntry, encodeEntry, EntryJson, KeyJson, withKey } from "./entryCodec.ts"
import { Session, type SessionStore } from "./SessionStore.ts"
import type { WindowKey } from "./WindowSettings.ts"

const SessionsJson = Schema.Struct({
  gap: Schema.Int,
  watermark: TimeJson,
  arrivals: Schema.Int,
  sessions: Schema.Array(Schema.Struct({
    key: KeyJson,
    start: Schema.Finite,
    end: Schema.Finite,
    order: Schema.Int,
    version: Schema.Int,
    closed: Schema.Boolean,
    entry: EntryJson
  }))
})

const decodeJson = Schema.decodeUnknownOption(SessionsJson)

export const encodeSessions = <A, K extends WindowKey, Acc, R>(
  aggregate: Aggregate<A, Acc, R>,
  gap: number,
  { arrivals, byKey, watermark }: SessionStore<K, Acc>
): Schema.Json => ({
  gap,
  watermark: numberJson.write(watermark),
  arrivals,
  sessions: Array.from(byKey.values()).flat().map((session) => ({
    key: session.key ?? null,
    start: session.start,
    end: session.end,
    order: session.order,
    version: session.version,
    closed: session.closed,
    entry: encodeEntry(aggregate, session)
  }))
})

/** Fills a store that is empty. False: not what was written, or of other windows. */
export const decodeSessions = <A, K extends WindowKey, Acc, R>(
  aggregate: Aggregate<A, Acc, R>,
  json: Schema.Json,
  gap: number,
  store: SessionStore<K, Acc>
): boolean => {
  const decoded = Option.getOrUndefined(decodeJson(json))
  if (decoded === undefined || decoded.gap !== gap) return false
  store.watermark = decoded.watermark
  store.arrivals = decoded.arrivals
  return decoded.sessions.every(({ closed, end, entry, key, order, start, version }) =>
    withKey<K, true>(key, (known) => {
      const session = decodeEntry(aggregate, entry, (acc) => new Session(known, start, end, order, acc))
      if (session === undefined) return undefined
      session.version = version
      session.closed = closed
      store.hold(session, [])
      return true
    }) === true
  )
}
