/** Values as bytes, for state that is kept: by `effect/encoding/SchemaBinary`, which reads what an older version of a schema wrote. */
import { Effect, Option, Schema, SchemaGetter, SchemaIssue } from "effect"
import { SchemaBinary } from "effect/encoding"
import { Numeric } from "../../domain/time/Numeric.ts"

/** A schema of what may be kept: one without services. */
export type StateSchema<V> = Schema.Codec<V, unknown>

/** `read` gives `undefined` for what it cannot read. Bytes that are written are the caller's. */
export interface Binary<A> {
  readonly write: (value: A) => Uint8Array
  readonly read: (bytes: Uint8Array) => A | undefined
}

export const binary = <A>(schema: StateSchema<A>): Binary<A> => {
  const codec = SchemaBinary.toCodec(schema)
  const write = Schema.encodeSync(codec)
  const read = Schema.decodeUnknownOption(codec)
  // What is encoded lies in an arena.
  return { write: (value) => write(value).slice(), read: (bytes) => Option.getOrUndefined(read(bytes)) }
}

const isJson = Schema.is(Schema.Json)

/** What a program wrote under the same version of a state had this type. */
export const trusted = <V>(read: unknown): read is V => read !== undefined

/** A value that is JSON as it stands. One that is not is a bug of the caller's, told when it is written. */
const asItIs = <V>(): StateSchema<V> =>
  Schema.Json.pipe(Schema.decodeTo(Schema.declare((value): value is V => trusted<V>(value)), {
    decode: SchemaGetter.transformEffect((json) =>
      trusted<V>(json) ? Effect.succeed(json) : Effect.fail(new SchemaIssue.InvalidValue({ message: "nothing" }, json))
    ),
    encode: SchemaGetter.transformEffect((value) =>
      isJson(value) ? Effect.succeed(value) : Effect.fail(
        new SchemaIssue.InvalidValue({
          message: "a value kept in state is not JSON as it stands: give the operator a schema for it"
        }, value)
      )
    )
  }))

/** What was given, or values as they are. */
export const schemaOf = <V>(schema: StateSchema<V> | undefined): StateSchema<V> => schema ?? asItIs()

/** An array that is its holder's to change. */
export const arrayOf = <A>(item: StateSchema<A>): StateSchema<Array<A>> => Schema.mutable(Schema.Array(item))

/** A map, in its order. */
export const mapOf = <K, V>(key: StateSchema<K>, value: StateSchema<V>): StateSchema<Map<K, V>> =>
  Schema.Array(Schema.Tuple([key, value])).pipe(
    Schema.decodeTo(Schema.declare((map): map is Map<K, V> => map instanceof Map), {
      decode: SchemaGetter.transform((entries: ReadonlyArray<readonly [K, V]>) => new Map(entries)),
      encode: SchemaGetter.transform((map: Map<K, V>) => Array.from(map))
    })
  )

/** What state is kept by. NaN is a key like others. */
export type Key = string | number

/** Keys of one table or group: what was written as one is one. */
export const keySchema = <K extends Key>(): StateSchema<K> =>
  Schema.Union([Schema.String, Numeric]).pipe(Schema.decodeTo(Schema.declare((key): key is K => trusted<K>(key)), {
    decode: SchemaGetter.transformEffect((key) =>
      trusted<K>(key) ? Effect.succeed(key) : Effect.fail(new SchemaIssue.InvalidValue({ message: "no key" }, key))
    ),
    encode: SchemaGetter.transform((key): Key => key)
  }))

/** Values that are kept as others: as a record of what they are made from. `from` gives `undefined` for what it can make nothing of. */
export const keptAs = <V, W>(
  schema: StateSchema<W>,
  to: (value: V) => W,
  from: (written: W) => V | undefined
): StateSchema<V> =>
  schema.pipe(Schema.decodeTo(Schema.declare((value): value is V => trusted<V>(value) && value !== null), {
    decode: SchemaGetter.transformEffect((written: W) => {
      const value = from(written)
      return value === undefined
        ? Effect.fail(new SchemaIssue.InvalidValue({ message: "nothing can be made of what was kept" }, written))
        : Effect.succeed(value)
    }),
    encode: SchemaGetter.transform(to)
  }))
