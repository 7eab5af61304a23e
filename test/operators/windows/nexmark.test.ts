import { assert, describe, it } from "@effect/vitest"
import { Effect, pipe, Stream } from "effect"
import { Digest } from "../../../bench/nexmark/digest.ts"
import { type Bid, bidKind, makeGenerator, type NexmarkEvent } from "../../../bench/nexmark/events.ts"
import { loops } from "../../../bench/nexmark/loops/index.ts"
import type { NexmarkAnswer, NexmarkRun } from "../../../bench/nexmark/queries/types.ts"
import { StageRegistry } from "../../../src/layers/stage/StageRegistry.ts"
import * as Aggregate from "../../../src/operators/aggregates/index.ts"
import { source } from "../../../src/operators/sources/source.ts"
import { type Operator, type StageServices, stateless, via } from "../../../src/operators/stage/Stage.ts"
import { sliding, tumbling, window, type WindowResult } from "../../../src/operators/windows/window.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"

const bids = stateless<NexmarkEvent, Bid>({
  name: "bids",
  step: (events, emit) => {
    for (const event of events) if (event.payload.kind === bidKind) emit.out(event, event.payload)
  }
})

/** Runs an operator over the events of a run, in arrays of `size`, and folds what comes out. */
const answer = <B>(
  { disorder, n, seed }: NexmarkRun,
  size: number,
  operator: Operator<NexmarkEvent, B, never, StageServices>,
  fold: (digest: Digest, row: B) => void
): Effect.Effect<NexmarkAnswer> =>
  Effect.gen(function*() {
    const digest = new Digest()
    const { event } = makeGenerator({ seed, disorder })
    yield* Stream.range(0, n - 1).pipe(
      Stream.rechunk(size),
      Stream.map(event),
      source({ name: "nexmark", eventTime: ({ ts }: NexmarkEvent) => ts, outOfOrdernessMillis: disorder }),
      operator,
      Stream.runForEach((element) =>
        Effect.sync(() => {
          if (element._tag === "Batch") { for (const row of element.payloads) fold(digest, row) }
        })
      )
    )
    const { late } = (yield* StageRegistry).countsOf("window")
    return { count: digest.count, hash: digest.hash, lateDropped: late }
  }).pipe(Effect.provide(stageLayer))

const q5 = pipe(
  bids,
  via(window({
    name: "window",
    assigner: sliding(10_000, 2000),
    aggregate: Aggregate.topKeys(1, Aggregate.countBy((bid: Bid) => bid.auction), "all")
  }))
)

const foldQ5 = (
  digest: Digest,
  { end, value }: WindowResult<undefined, ReadonlyArray<Aggregate.Group<number>>>
): void => {
  for (const [auction, count] of value) digest.row().time(end).int(auction).int(count).end()
}

/** The same question as two windows in a row: the counts of all auctions, then the greatest of them. */
const q5InTwo = pipe(
  bids,
  via(window({
    name: "window",
    assigner: sliding(10_000, 2000),
    key: (bid: Bid) => bid.auction,
    aggregate: Aggregate.count()
  })),
  via(window({
    name: "most",
    assigner: tumbling(2000),
    aggregate: Aggregate.maxBy((counted: WindowResult<number, number>) => counted.value)
  }))
)

const foldQ5InTwo = (
  digest: Digest,
  { value }: WindowResult<undefined, ReadonlyArray<WindowResult<number, number>>>
): void => {
  for (const counted of value) digest.row().time(counted.end).int(counted.key).int(counted.value).end()
}

const q7 = pipe(
  bids,
  via(window({
    name: "window",
    assigner: tumbling(10_000),
    aggregate: Aggregate.maxBy((bid: Bid) => bid.price)
  }))
)

const foldQ7 = (digest: Digest, { end, value }: WindowResult<undefined, ReadonlyArray<Bid>>): void => {
  for (const { auction, bidder, price, ts } of value) {
    digest.row().time(end).int(auction).int(bidder).int(price).time(ts).end()
  }
}

describe("NEXMark by windows", () => {
  const runs = [
    { disorder: 0, seed: 42, n: 200_000, size: 256 },
    { disorder: 2000, seed: 42, n: 200_000, size: 256 },
    { disorder: 2000, seed: 7, n: 60_000, size: 7 },
    { disorder: 15_000, seed: -1, n: 60_000, size: 1000 },
    { disorder: 2000, seed: 3, n: 30_000, size: 1 }
  ]

  it.effect.each(runs)(
    "q5 is that of the plain loop: seed $seed, disorder $disorder",
    ({ size, ...rest }) =>
      Effect.gen(function*() {
        const run = { ...rest, query: "q5" } as const
        assert.deepStrictEqual(yield* answer(run, size, q5, foldQ5), loops.q5(run))
      })
  )

  it.effect.each(runs.slice(2))(
    "q5 by two windows in a row: seed $seed, disorder $disorder",
    ({ size, ...rest }) =>
      Effect.gen(function*() {
        const run = { ...rest, query: "q5" } as const
        assert.deepStrictEqual(yield* answer(run, size, q5InTwo, foldQ5InTwo), loops.q5(run))
      })
  )

  it.effect.each(runs)(
    "q7 is that of the plain loop: seed $seed, disorder $disorder",
    ({ size, ...rest }) =>
      Effect.gen(function*() {
        const run = { ...rest, query: "q7" } as const
        assert.deepStrictEqual(yield* answer(run, size, q7, foldQ7), loops.q7(run))
      })
  )
})
