/** What takes one array through a stage, or through several, without a stream. */
import { Effect } from "effect"
import type { Element } from "../../../domain/stream/Batch.ts"
import type { StageCounts } from "../../../layers/stage/StageRegistry.ts"
import { isThere, toEffect } from "./toEffect.ts"

/** An effect only where there is something to wait for: dead letters to be durable, a chaos point. */
export interface Process<in A, out B> {
  (elements: ReadonlyArray<Element<A>>): ReadonlyArray<Element<B>> | Effect.Effect<ReadonlyArray<Element<B>>>
  /** Of the stages that it goes through, upstream first. */
  readonly counts: ReadonlyArray<StageCounts>
}

export const makeProcess = <A, B>(
  counts: ReadonlyArray<StageCounts>,
  run: (elements: ReadonlyArray<Element<A>>) => ReadonlyArray<Element<B>> | Effect.Effect<ReadonlyArray<Element<B>>>
): Process<A, B> => Object.assign(run, { counts })

const nothing: ReadonlyArray<never> = []

/** One stage after the other. An array of which nothing is left goes no further. */
export const compose = <A, B, C>(first: Process<A, B>, second: Process<B, C>): Process<A, C> => {
  const go = (middle: ReadonlyArray<Element<B>>) => middle.length === 0 ? nothing : second(middle)
  return makeProcess([...first.counts, ...second.counts], (elements) => {
    const middle = first(elements)
    return isThere(middle) ? go(middle) : Effect.flatMap(middle, (output) => toEffect(go(output)))
  })
}
