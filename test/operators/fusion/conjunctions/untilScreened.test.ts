import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import { makeConjunction } from "../../../../src/domain/alert/Conjunction.ts"
import { makeCandidates } from "../../../../src/domain/orbit/tracking/candidates.ts"
import type { TrackUpdate } from "../../../../src/domain/orbit/tracking/TrackUpdate.ts"
import { seededStart } from "../../../../src/domain/simulation/scenario.ts"
import type { Element } from "../../../../src/domain/stream/Batch.ts"
import { envelope, watermark } from "../../../../src/domain/stream/Envelope.ts"
import { ScreeningError } from "../../../../src/layers/screening/Screener.ts"
import { ForeseenHours, hourMillis } from "../../../../src/operators/fusion/conjunctions/ForeseenHours.ts"
import { type AskedAgain, untilScreened } from "../../../../src/operators/fusion/conjunctions/untilScreened.ts"
import { arrays, contextOf } from "../../../../src/testing/envelopes.ts"
import { stageLayer } from "../../../../src/testing/testLayers.ts"
import { synthetic } from "../../../support/scenario.ts"

const { elements } = synthetic(7, undefined, 5)
const candidates = makeCandidates(new Map(elements.map((set) => [set.objectId, set])))
const [first, second] = elements
if (first === undefined || second === undefined) throw new Error("too few objects")
const start = Math.ceil(seededStart / hourMillis) * hourMillis
const inHour = (index: number) => makeConjunction(first, second, start + (index + 0.5) * hourMillis, 300)

let count = 0
const update = (objectId: string, seconds: number, kind: TrackUpdate["kind"]) => {
  const estimate = candidates.estimateOf(objectId)
  if (estimate === undefined) throw new Error("no estimate")
  const payload: TrackUpdate = {
    _tag: "TrackUpdate",
    objectId,
    estimate,
    observationTime: start + 1000 * seconds,
    kind,
    revises: false
  }
  return envelope(payload, contextOf(count++))
}

const shape = (element: Element<TrackUpdate | AskedAgain>): ReadonlyArray<string> =>
  element._tag !== "Batch"
    ? [element._tag]
    : element.payloads.map((each) =>
      each._tag === "AskedAgain"
        ? `again ${each.track.objectId === first.objectId ? "a" : "b"} ${each.hour - start / hourMillis}`
        : `${each.kind} ${each.objectId === first.objectId ? "a" : "b"}`
    )

/** Runs until the hours are done by hand: each is, when its number is put into `done`. */
const running = (screen: (hours: ForeseenHours) => (index: number) => Effect.Effect<void, ScreeningError>) =>
  Effect.gen(function*() {
    const out = yield* Queue.unbounded<string>()
    const hours = new ForeseenHours(2 * hourMillis)
    const operator = untilScreened({
      stage: "screen",
      hours,
      screening: Effect.succeed({ concurrency: 1, screen: screen(hours) })
    })
    const parts = [
      [update(first.objectId, 1, "speculative"), update(second.objectId, 2, "speculative")],
      [update(first.objectId, 1, "final"), watermark(start + 1000), update(first.objectId, 3, "speculative")]
    ]
    const fiber = yield* arrays(parts).pipe(
      operator,
      Stream.runForEach((element) => Queue.offerAll(out, shape(element))),
      Effect.forkChild
    )
    return { out, fiber }
  })

describe("untilScreened", () => {
  it.effect("what is speculative does not wait and comes again with each hour; what is final waits for all, with the controls", () =>
    Effect.gen(function*() {
      const asked: Array<number> = []
      const gates = new Map<number, Deferred.Deferred<void>>()
      for (let i = 0; i < 4; i++) gates.set(i, yield* Deferred.make<void>())
      const { fiber, out } = yield* running((hours) => (index) =>
        Effect.gen(function*() {
          const number = index - start / hourMillis
          asked.push(number)
          const gate = gates.get(number)
          if (gate !== undefined) yield* Deferred.await(gate)
          hours.set(index, number === 2 ? [] : [inHour(number)])
        })
      )
      const next = (n: number) => Effect.forEach(Array.from({ length: n }), () => Queue.take(out))
      const open = (index: number) => {
        const gate = gates.get(index)
        return gate === undefined ? Effect.void : Deferred.succeed(gate, undefined)
      }
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(yield* next(3), ["speculative a", "speculative b", "speculative a"])
      yield* open(0)
      // Of the last update of each object, in the hour that is done.
      assert.deepStrictEqual((yield* next(2)).toSorted(), ["again a 0", "again b 0"])
      yield* open(1)
      assert.deepStrictEqual((yield* next(2)).toSorted(), ["again a 1", "again b 1"])
      yield* open(2)
      assert.deepStrictEqual(yield* next(2), ["final a", "Watermark"])
      yield* open(3)
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(asked, [0, 1, 2, 3], "nearest first, and the one behind the horizon")
    }).pipe(Effect.provide(stageLayer)))

  it.effect("hours that are done before long are waited for: nothing comes twice, and order is kept", () =>
    Effect.gen(function*() {
      const { fiber, out } = yield* running((hours) => (index) =>
        Effect.map(Effect.sleep("10 millis"), () => hours.set(index, [inHour(index - start / hourMillis)]))
      )
      yield* TestClock.adjust("900 millis")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(yield* Queue.takeAll(out), [
        "speculative a",
        "speculative b",
        "final a",
        "Watermark",
        "speculative a"
      ])
    }).pipe(Effect.provide(stageLayer)))

  it.effect("an hour that cannot be screened is tried again until it can, and nothing is lost", () =>
    Effect.gen(function*() {
      let tries = 0
      const { fiber, out } = yield* running((hours) => (index) =>
        Effect.suspend(() =>
          tries++ < 3
            ? Effect.fail(new ScreeningError({ reason: "worker", cause: "gone" }))
            : Effect.sync(() => hours.set(index, []))
        )
      )
      for (let second = 0; second < 20; second++) yield* TestClock.adjust("1 second")
      yield* Fiber.join(fiber)
      const seen = yield* Queue.takeAll(out)
      assert.deepStrictEqual([...seen].toSorted(), [
        "Watermark",
        "final a",
        "speculative a",
        "speculative a",
        "speculative b"
      ])
      assert.deepStrictEqual(seen.filter((each) => !each.startsWith("speculative")), ["final a", "Watermark"])
    }).pipe(Effect.provide(stageLayer)))
})
