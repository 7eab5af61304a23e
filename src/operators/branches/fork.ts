/**
 * The same events through several operators, their outputs in one stream.
 *
 * Arrays: one in, one out, if all branches are pure; else each branch's arrays as they come. Order: kept within a branch; between branches it
 * is theirs in the order of the record, array by array (pure), or that of arrival. Controls come out once: a watermark when all branches have
 * come to it, a progress mark when all have passed it, so that what is committed is through all of them. Failure: a branch that fails fails the
 * whole, and none of its marks goes on. State: none if all branches are pure; else `capacity` events in front of and behind each branch.
 * Cost: pure branches run in the turn of the array on the same batch, nothing is copied; else a fiber a branch and two queue operations an array.
 */
import type { Edge, Operator } from "../stage/Stage.ts"
import type { AnyOperator, CommonInput, ErrorOf, OutputOf, ServicesOf } from "../stage/types.ts"
import { fanOut } from "./fanOut.ts"

export interface ForkOptions {
  readonly name?: string
  /** Events that may wait in front of and behind each branch, where branches are not pure; default 1024. */
  readonly capacity?: number
  readonly policy?: "backpressure"
  readonly reason?: string
}

export const forkEdge = ({ capacity = 1024, policy = "backpressure", reason }: ForkOptions): Edge => ({
  capacity: Math.max(1, Math.floor(capacity)),
  policy,
  reason: reason ?? "branches run at their own pace; the slowest holds back the stream"
})

export function fork<const Branches extends Readonly<Record<string, AnyOperator>>>(
  branches: Branches,
  options?: ForkOptions
): Operator<
  CommonInput<Branches>,
  OutputOf<Branches[keyof Branches]>,
  ErrorOf<Branches[keyof Branches]>,
  ServicesOf<Branches[keyof Branches]>
>
export function fork<A, B, E, R>(
  branches: Readonly<Record<string, Operator<A, B, E, R>>>,
  options: ForkOptions = {}
): Operator<A, B, E, R> {
  const { name = "fork" } = options
  const all = Object.entries(branches).map(([branch, operator]) => ({ name: branch, operator }))
  return fanOut<A, A, B, E, R>(all, {
    name,
    edge: forkEdge(options),
    part: (elements) => all.map(() => elements)
  })
}
