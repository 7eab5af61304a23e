/**
 * Laws that every operator keeps, for use in its own tests: how the arrays are cut does not matter, a snapshot at any point with a restore
 * gives the output that was to come, and what changed of the state, put together, is the state.
 *
 * Each law is an effect, for any test runner, that fails with {@link LawBroken} where the operator does not keep it.
 */
import { Data, Effect, Layer } from "effect"
import { inspect, isDeepStrictEqual } from "node:util"
import { elementsOf, type Item, itemsOf } from "../domain/stream/Batch.ts"
import { DeadLettersMemory } from "../layers/deadletters/DeadLetters.ts"
import { StageRegistry } from "../layers/stage/StageRegistry.ts"
import { type PipelineSnapshot, StageState } from "../layers/stage/StageState.ts"
import type { Operator, StageServices } from "../operators/stage/Stage.ts"
import { arrays, collectItems } from "./envelopes.ts"
import { folded, foldOf } from "./keptEntries.ts"

/** What came out is not what the law says. `expected` and `actual` are what test runners show the difference of. */
export class LawBroken extends Data.TaggedError("LawBroken")<{
  readonly law: string
  readonly expected: unknown
  readonly actual: unknown
}> {
  override get message(): string {
    return `${this.law}: expected ${shown(this.expected)}, not ${shown(this.actual)}`
  }
}

const shown = (value: unknown): string => inspect(value, { depth: 6, maxArrayLength: 32, breakLength: Infinity })

const same = (law: string, actual: unknown, expected: unknown): Effect.Effect<void, LawBroken> =>
  isDeepStrictEqual(actual, expected) ? Effect.void : Effect.fail(new LawBroken({ law, expected, actual }))

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
): Effect.Effect<LawRun<B>, LawBroken> =>
  Effect.gen(function*() {
    const state = yield* StageState
    const { letters } = yield* DeadLettersMemory
    const process = operator.process
    if (process === undefined) {
      const law = "an operator that is pure all through"
      return yield* new LawBroken({ law, expected: "a process", actual: process })
    }
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
    yield* same("what changed, put together, is all that is held", fold, foldOf(snapshot))
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
    yield* same("any cut of the arrays gives the output of one event at a time", cut.out, singly.out)
    yield* same("any cut of the arrays gives up the same events", cut.letters, singly.letters)
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
    yield* same("a restart changes nothing of the output", [...before.out, ...after.out], whole.out)
    yield* same("a restart gives up the same events", [...before.letters, ...after.letters], whole.letters)
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
    yield* same(
      "a stream gives what the operator gives by itself",
      streamed.map((item) => item._tag === "Event" ? item.payload : item),
      alone.out
    )
  })
