/**
 * Laws that every operator keeps, for use in its own tests: how the arrays are cut does not matter, a snapshot at any point with a restore
 * gives the output that was to come, and what changed of the state, put together, is the state.
 */
import { assert } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { elementsOf, type Item, itemsOf } from "../../src/domain/stream/Batch.ts"
import { DeadLettersMemory } from "../../src/layers/deadletters/DeadLetters.ts"
import { StageRegistry } from "../../src/layers/stage/StageRegistry.ts"
import { type PipelineSnapshot, StageState } from "../../src/layers/stage/StageState.ts"
import type { Operator, StageServices } from "../../src/operators/stage/Stage.ts"
import { arrays, collectItems } from "./envelopes.ts"
import { folded, foldOf } from "./keptState.ts"

/** Cuts items into arrays of these sizes, again and again; no sizes: one array. */
export const cutInto = <A>(items: ReadonlyArray<A>, sizes: ReadonlyArray<number>): ReadonlyArray<ReadonlyArray<A>> => {
  const parts: Array<ReadonlyArray<A>> = []
  let at = 0
  for (let i = 0; at < items.length; i++) {
    const size = Math.max(1, sizes[i % Math.max(1, sizes.length)] ?? items.length)
    parts.push(items.slice(at, at + size))
    at += size
  }
  return parts
}

export interface LawRun<B> {
  /** Payloads and controls as they came out, in order. */
  readonly out: ReadonlyArray<B | Exclude<Item<B>, { readonly _tag: "Event" }>>
  readonly letters: ReadonlyArray<string>
  /** Taken after the last array, before the end of the input. */
  readonly snapshot: PipelineSnapshot
}

/**
 * Runs an operator over arrays. `ends: false` leaves the end of the input out of what is given, so that runs can be put together; the state is
 * snapshotted before it.
 */
export const runLaw = <A, B>(
  operator: Operator<A, B, never, StageServices>,
  parts: ReadonlyArray<ReadonlyArray<Item<A>>>,
  options: { readonly restored?: PipelineSnapshot; readonly ends?: boolean } = {}
): Effect.Effect<LawRun<B>> =>
  Effect.gen(function*() {
    const state = yield* StageState
    const { letters } = yield* DeadLettersMemory
    const process = operator.process
    if (process === undefined) return assert.fail("the law is for operators that are pure all through")
    const run = yield* process
    state.changes()
    let fold = foldOf(state.snapshot())
    const out: Array<Item<B>> = []
    for (const part of parts) {
      const result = run(elementsOf(part))
      out.push(...itemsOf(Effect.isEffect(result) ? yield* result : result))
      fold = folded(fold, state.changes())
    }
    const snapshot = state.snapshot()
    assert.deepStrictEqual(fold, foldOf(snapshot), "what changed, put together, is all that is held")
    if (options.ends !== false) {
      const result = run([{ _tag: "Watermark", time: Infinity }])
      out.push(...itemsOf(Effect.isEffect(result) ? yield* result : result))
    }
    return {
      out: out.map((item) => item._tag === "Event" ? item.payload : item),
      letters: letters().map(({ errorKind, id }) => `${errorKind} ${id}`),
      snapshot
    }
  }).pipe(
    Effect.provide(
      Layer.mergeAll(
        DeadLettersMemory.layer,
        StageRegistry.layer,
        StageState.layerMemory(options.restored ?? new Map())
      )
    )
  )

/** Any cut of the arrays gives the output of one event at a time. */
export const cutsDoNotMatter = <A, B>(
  operator: Operator<A, B, never, StageServices>,
  items: ReadonlyArray<Item<A>>,
  sizes: ReadonlyArray<number>
) =>
  Effect.gen(function*() {
    const singly = yield* runLaw(operator, cutInto(items, [1]))
    const cut = yield* runLaw(operator, cutInto(items, sizes))
    assert.deepStrictEqual(cut.out, singly.out)
    assert.deepStrictEqual(cut.letters, singly.letters)
  })

/** Snapshotted after `at` items and restored, it gives what an uninterrupted run gives. */
export const survivesRestore = <A, B>(
  operator: Operator<A, B, never, StageServices>,
  items: ReadonlyArray<Item<A>>,
  at: number
) =>
  Effect.gen(function*() {
    const whole = yield* runLaw(operator, cutInto(items, [3]))
    const before = yield* runLaw(operator, cutInto(items.slice(0, at), [3]), { ends: false })
    const after = yield* runLaw(operator, cutInto(items.slice(at), [3]), { restored: before.snapshot })
    assert.deepStrictEqual([...before.out, ...after.out], whole.out)
    assert.deepStrictEqual([...before.letters, ...after.letters], whole.letters)
  })

/** The same through a stream: what runs by itself runs the same in a pipeline. */
export const streamsAlike = <A, B>(
  operator: Operator<A, B, never, StageServices>,
  parts: ReadonlyArray<ReadonlyArray<Item<A>>>
) =>
  Effect.gen(function*() {
    const alone = yield* runLaw(operator, parts)
    const streamed = yield* collectItems(arrays(parts).pipe(operator)).pipe(
      Effect.provide(Layer.mergeAll(DeadLettersMemory.layer, StageRegistry.layer))
    )
    assert.deepStrictEqual(streamed.map((item) => item._tag === "Event" ? item.payload : item), alone.out)
  })
