/** How what accumulators are made of is written and read, put together from {@link ValueJson}s. */
import type { Schema } from "effect"
import { TimeJson } from "../../domain/time/UtcTime.ts"
import { trusted, type ValueJson, valueJson } from "../state/valueJson.ts"

/** Any number, also one that JSON has no word for. */
export const numberJson: ValueJson<number> = valueJson(TimeJson)

/** A key of a group, as it is. */
export const keyJson = <K extends number | string>(): ValueJson<K> => ({
  write: (key) => key,
  read: (json) => (typeof json === "number" || typeof json === "string") && trusted<K>(json) ? json : undefined
})

const isArray = (json: Schema.Json | undefined): json is Schema.JsonArray => Array.isArray(json)

/** An array of such values. */
export const arrayJson = <A>({ read, write }: ValueJson<A>): ValueJson<Array<A>> => ({
  write: (values) => values.map(write),
  read: (json) => {
    if (!isArray(json)) return undefined
    const values: Array<A> = []
    for (const each of json) {
      const value = read(each)
      if (value === undefined) return undefined
      values.push(value)
    }
    return values
  }
})

/** Two such values. */
export const pairJson = <A, B>(first: ValueJson<A>, second: ValueJson<B>): ValueJson<readonly [A, B]> => ({
  write: ([a, b]) => [first.write(a), second.write(b)],
  read: (json) => {
    if (!isArray(json) || json[0] === undefined || json[1] === undefined) return undefined
    const a = first.read(json[0])
    const b = second.read(json[1])
    return a === undefined || b === undefined ? undefined : [a, b]
  }
})

/** A map of such values, in order. */
export const mapJson = <K, V>(key: ValueJson<K>, value: ValueJson<V>): ValueJson<Map<K, V>> =>
  viaJson(arrayJson(pairJson(key, value)), (map) => Array.from(map), (entries) => new Map(entries))

/** One value of each of several kinds. */
export const tupleJson = (kinds: ReadonlyArray<ValueJson<unknown>>): ValueJson<Array<unknown>> => ({
  write: (values) => kinds.map(({ write }, i) => write(values[i])),
  read: (json) => {
    if (!isArray(json) || json.length !== kinds.length) return undefined
    const values = kinds.map(({ read }, i) => read(json[i] ?? null))
    return values.includes(undefined) ? undefined : values
  }
})

/** A value written as another. */
export const viaJson = <A, B>(
  { read, write }: ValueJson<B>,
  to: (value: A) => B,
  from: (written: B) => A
): ValueJson<A> => ({
  write: (value) => write(to(value)),
  read: (json) => {
    const written = read(json)
    return written === undefined ? undefined : from(written)
  }
})
