/** Aggregates made from others. */
import { Schema } from "effect"
import { accumulatorSchema, type Aggregate, viewOf } from "./Aggregate.ts"

/** Another result from the same accumulator. `f` must not hand its argument on: it may change with the next event. */
export const map = <A, Acc, R, B>(aggregate: Aggregate<A, Acc, R>, f: (result: R) => B): Aggregate<A, Acc, B> => {
  const view = viewOf(aggregate)
  const result = (acc: Acc): B => f(view(acc))
  return { ...aggregate, result, view: result }
}

/** Any aggregate, whatever its accumulator. */
interface Member {
  readonly initial: () => unknown
  readonly add: (acc: never, payload: never) => unknown
  readonly merge: (acc: never, later: never) => unknown
  readonly result: (acc: never) => unknown
}

type Members = { readonly [name: string]: Member }

type PayloadOf<M extends Members> = M[keyof M] extends { readonly add: (acc: never, payload: infer A) => unknown } ? A
  : never

/** The members' results by name. */
type Results<M extends Members> = { readonly [N in keyof M]: ReturnType<M[N]["result"]> }

/**
 * Several aggregates of the same events at once, each under its name: `all({ bids: count(), highest: max(price) })`. An event that one of
 * them has no room for is given up for all.
 */
export function all<M extends Members>(members: M): Aggregate<PayloadOf<M>, Array<unknown>, Results<M>>
export function all(
  members: Readonly<Record<string, Aggregate<unknown, unknown, unknown>>>
): Aggregate<unknown, Array<unknown>, Readonly<Record<string, unknown>>> {
  const names = Object.keys(members)
  const each = Object.values(members)
  const limited = each.filter(({ hasRoom }) => hasRoom !== undefined)
  const sized = each.filter(({ size }) => size !== undefined)
  return {
    initial: () => each.map(({ initial }) => initial()),
    add: (acc, payload) => {
      let i = 0
      for (const { add } of each) {
        acc[i] = add(acc[i], payload)
        i++
      }
      return acc
    },
    merge: (acc, later) => {
      let i = 0
      for (const { merge } of each) {
        acc[i] = merge(acc[i], later[i])
        i++
      }
      return acc
    },
    result: (acc) => Object.fromEntries(each.map(({ result }, i) => [names[i] ?? "", result(acc[i])])),
    ...(each.every(({ remove }) => remove !== undefined)
      ? {
        remove: (acc: Array<unknown>, earlier: Array<unknown>) =>
          each.map(({ remove }, i) => remove === undefined ? acc[i] : remove(acc[i], earlier[i]))
      }
      : {}),
    ...(limited.length > 0
      ? {
        hasRoom: (acc: Array<unknown>, payload: unknown) =>
          each.every(({ hasRoom }, i) => hasRoom === undefined || hasRoom(acc[i], payload))
      }
      : {}),
    ...(sized.length > 0
      ? {
        size: (acc: Array<unknown>) =>
          each.reduce((total, { size }, i) => total + (size === undefined ? 1 : size(acc[i])), 0)
      }
      : {}),
    schema: Schema.mutable(Schema.Tuple(each.map(accumulatorSchema)))
  }
}
