/** The sessions of session windows as a part of a stage's state. */
import { Schema } from "effect"
import { ContributorsRecord, readContributors, writeContributors } from "../../domain/stream/contributorsCodec.ts"
import { Numeric } from "../../domain/time/Numeric.ts"
import type { StateEntry, StatePart } from "../../layers/stage/StageState.ts"
import { accumulatorSchema, type Aggregate } from "../aggregates/Aggregate.ts"
import { binary } from "../state/Binary.ts"
import { Session, type SessionStore } from "./SessionStore.ts"
import { windowKey } from "./windowKeys.ts"
import type { WindowKey } from "./WindowSettings.ts"

export const sessionsPart = <A, K extends WindowKey, Acc, R>(
  name: string,
  aggregate: Aggregate<A, Acc, R>,
  store: SessionStore<K, Acc>,
  size: () => number
): StatePart => {
  const ids = binary(Schema.Int)
  const values = binary(Schema.Struct({
    key: windowKey<K>(),
    start: Numeric,
    end: Numeric,
    order: Schema.Int,
    version: Schema.Int,
    closed: Schema.Boolean,
    acc: accumulatorSchema(aggregate),
    contributors: ContributorsRecord
  }))
  const written = (session: Session<K, Acc>): StateEntry => {
    const { acc, closed, end, key, order, start, version } = session
    return {
      key: ids.write(session.id),
      value: values.write({
        key,
        start,
        end,
        order,
        version,
        closed,
        acc,
        contributors: writeContributors(session)
      })
    }
  }
  return {
    name,
    version: 1,
    size,
    entries: () => Array.from(store.byKey.values()).flat().map(written),
    changes: () =>
      Array.from(
        store.changed.take(),
        (session) => store.holds(session) ? written(session) : { key: ids.write(session.id), value: undefined }
      ),
    restore: (entries, of) => {
      if (of !== 1) return false
      for (const each of entries) {
        const id = ids.read(each.key)
        const record = values.read(each.value)
        if (id === undefined || record === undefined) return false
        const { acc, closed, contributors, end, key, order, start, version } = record
        const session = readContributors(contributors, new Session(key, start, end, id, acc))
        session.order = order
        session.version = version
        session.closed = closed
        store.hold(session, [])
        if (id >= store.arrivals) store.arrivals = id + 1
      }
      return true
    }
  }
}
