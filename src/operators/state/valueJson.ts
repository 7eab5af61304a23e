/** The user's own values in a snapshot. */
import { Option, Schema } from "effect"

/** How one kind of value is written as JSON and read. `read` gives `undefined` for what it cannot read. */
export interface ValueJson<V> {
  readonly write: (value: V) => Schema.Json
  readonly read: (json: Schema.Json) => V | undefined
}

/** A schema whose encoded side is JSON, without services. */
export type JsonCodec<V> = Schema.Codec<V, Schema.Json>

const isJson = Schema.is(Schema.Json)

/** What a program wrote under the same version of a state had this type. */
export const trusted = <V>(json: unknown): json is V => json !== undefined

/** A value that is JSON as it stands. One that is not is a bug of the caller's, told when it is written. */
const asItIs = <V>(): ValueJson<V> => ({
  write: (value) => {
    if (isJson(value)) return value
    throw new TypeError("a value kept in state is not JSON as it stands: give the operator a schema for it")
  },
  read: (json) => trusted<V>(json) ? json : undefined
})

/** By a schema, or as it is. */
export const valueJson = <V>(codec: JsonCodec<V> | undefined): ValueJson<V> => {
  if (codec === undefined) return asItIs()
  const read = Schema.decodeUnknownOption(codec)
  return { write: Schema.encodeSync(codec), read: (json) => Option.getOrUndefined(read(json)) }
}
