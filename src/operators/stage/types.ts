/** What operators and streams take and give, read from their types. */
import type { Stream } from "effect"
import type { Element } from "../../domain/stream/Batch.ts"
import type { Operator } from "./Operator.ts"

/** Some operator, of which only what it takes matters: `Operator<never, ...>` is above all of them. */
export type AnyOperator = Operator<never, unknown, unknown, unknown>

type InputOf<O> = O extends Operator<infer A, infer _B, infer _E, infer _R> ? A : never
export type OutputOf<O> = O extends Operator<never, infer B, infer _E, infer _R> ? B : never
export type ErrorOf<O> = O extends Operator<never, infer _B, infer E, infer _R> ? E : never
export type ServicesOf<O> = O extends Operator<never, infer _B, infer _E, infer R> ? R : never

/** What all operators of a record take. */
export type CommonInput<Operators> = {
  readonly [Key in keyof Operators]: (input: InputOf<Operators[Key]>) => void
}[keyof Operators] extends (input: infer A) => void ? A : never

export type AnyStream = Stream.Stream<Element<unknown>, unknown, unknown>

export type StreamPayload<S> = S extends Stream.Stream<Element<infer A>, infer _E, infer _R> ? A : never
export type StreamError<S> = S extends Stream.Stream<infer _A, infer E, infer _R> ? E : never
export type StreamServices<S> = S extends Stream.Stream<infer _A, infer _E, infer R> ? R : never
