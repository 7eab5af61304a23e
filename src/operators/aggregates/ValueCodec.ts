/** How a value that an operator keeps is written into a snapshot and read back. */
import { Data, Option, Schema } from "effect"

export interface ValueCodec<A> {
  readonly encode: (value: A) => Schema.Json
  /** `undefined`: not what `encode` gave. */
  readonly decode: (json: Schema.Json) => A | undefined
}

/** A value without a codec that is not JSON: a `Map`, a `bigint`, a field that is `undefined`. Ends the snapshot. */
export class NotJson extends Data.TaggedError("NotJson")<{ readonly value: unknown }> {
  override get message(): string {
    return `a ${typeof this.value} in state is not JSON: give its aggregate a codec`
  }
}

const isJson = Schema.is(Schema.Json)

/** What was written as it is, is read as it is: the type is that of the value written. */
const isAsWritten = <A>(json: unknown): json is A => json !== undefined

/** For values that are JSON already: numbers, texts, plain objects and arrays of them. */
export const asItIs = <A>(): ValueCodec<A> => ({
  encode: (value) => {
    if (isJson(value)) return value
    throw new NotJson({ value })
  },
  decode: (json) => isAsWritten<A>(json) ? json : undefined
})

/** For values that a schema describes, whatever they are made of. */
export const fromSchema = <A>(schema: Schema.Codec<A, unknown>): ValueCodec<A> => {
  const json = Schema.toCodecJson(schema)
  const encode = Schema.encodeSync(json)
  const decode = Schema.decodeUnknownOption(json)
  return { encode, decode: (value) => Option.getOrUndefined(decode(value)) }
}

/** Any number, also one that JSON has no word for. */
// @effect-diagnostics-next-line schemaNumber:off
export const anyNumber: ValueCodec<number> = fromSchema(Schema.Number)

export const isArray = (json: Schema.Json): json is Schema.JsonArray => Array.isArray(json)

/** An array of such values. */
export const arrayOf = <A>({ decode, encode }: ValueCodec<A>): ValueCodec<Array<A>> => ({
  encode: (values) => values.map(encode),
  decode: (json) => {
    if (!isArray(json)) return undefined
    const values: Array<A> = []
    for (const each of json) {
      const value = decode(each)
      if (value === undefined) return undefined
      values.push(value)
    }
    return values
  }
})

/** Two such values. */
export const pairOf = <A, B>(first: ValueCodec<A>, second: ValueCodec<B>): ValueCodec<readonly [A, B]> => ({
  encode: ([a, b]) => [first.encode(a), second.encode(b)],
  decode: (json) => {
    if (!isArray(json) || json[0] === undefined || json[1] === undefined) return undefined
    const a = first.decode(json[0])
    const b = second.decode(json[1])
    return a === undefined || b === undefined ? undefined : [a, b]
  }
})

/** A map of such values, in order. */
export const mapOf = <K, V>(key: ValueCodec<K>, value: ValueCodec<V>): ValueCodec<Map<K, V>> => {
  const entries = arrayOf(pairOf(key, value))
  return {
    encode: (map) => entries.encode(Array.from(map)),
    decode: (json) => {
      const decoded = entries.decode(json)
      return decoded === undefined ? undefined : new Map(decoded)
    }
  }
}

/** A value written as another. */
export const via = <A, B>(codec: ValueCodec<B>, to: (value: A) => B, from: (written: B) => A): ValueCodec<A> => ({
  encode: (value) => codec.encode(to(value)),
  decode: (json) => {
    const written = codec.decode(json)
    return written === undefined ? undefined : from(written)
  }
})
