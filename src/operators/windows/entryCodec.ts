/** Keys and entries of windows as JSON. */
import { Schema } from "effect"
import { decodeContributors, encodeContributors } from "../../domain/stream/contributorsCodec.ts"
import { type Aggregate, jsonOf } from "../aggregates/Aggregate.ts"
import type { Entry } from "./Entry.ts"
import type { WindowKey } from "./WindowSettings.ts"

/** A key as it is written: `null` where windows have none. */
export const KeyJson = Schema.NullOr(Schema.Union([Schema.String, Schema.Finite]))

/** What was written as a key of these windows is one. */
const isKey = <K extends WindowKey>(_key: WindowKey): _key is K => true

/** Calls `use` with a key that was written. */
export const withKey = <K extends WindowKey, B>(
  written: typeof KeyJson.Type,
  use: (key: K) => B | undefined
): B | undefined => {
  const key = written ?? undefined
  return isKey<K>(key) ? use(key) : undefined
}

export const encodeEntry = <A, Acc, R>(aggregate: Aggregate<A, Acc, R>, entry: Entry<Acc>): Schema.Json => [
  jsonOf(aggregate).write(entry.acc),
  encodeContributors(entry)
]

export const EntryJson = Schema.Tuple([Schema.Json, Schema.Json])

/** `make` gives the empty entry around the accumulator that is read. */
export const decodeEntry = <A, Acc, R, E extends Entry<Acc>>(
  aggregate: Aggregate<A, Acc, R>,
  [written, contributors]: typeof EntryJson.Type,
  make: (acc: Acc) => E
): E | undefined => {
  const acc = jsonOf(aggregate).read(written)
  return acc === undefined ? undefined : decodeContributors(contributors, make(acc))
}
