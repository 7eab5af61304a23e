/** What only the engines of this process can promise. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { MessageLog } from "../../../../src/layers/log/MessageLog.ts"
import { expectFailure, join, numbered, record, text } from "../contract/support.ts"

const provided = Effect.provide(MessageLog.layerMemory)
const topic = "t"
const create = (partitions: number) => MessageLog.use((log) => log.ensureTopic({ name: topic, partitions }))

describe("subscriptions of an in-process log", () => {
  it.effect("a partition that stays with a member goes on where it is when another joins", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      yield* create(2)
      for (const partition of [0, 1]) yield* log.append(topic, numbered(4, partition))
      const first = yield* join({ topic, group: "g", from: "earliest" })
      yield* first.take(8)
      const second = yield* join({ topic, group: "g", from: "earliest" })
      assert.deepStrictEqual([yield* first.assignment, yield* second.assignment], [[0], [1]])
      assert.deepStrictEqual((yield* second.take(4)).map((each) => each.partition), [1, 1, 1, 1])
      yield* log.append(topic, numbered(1, 0, "new"))
      assert.deepStrictEqual((yield* first.take(1)).map(text), ["new0"])
    }).pipe(provided))

  it.effect("a member waiting for records takes up partitions that another leaves", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      yield* create(2)
      const first = yield* join({ topic, group: "g", from: "earliest" })
      const second = yield* join({ topic, group: "g", from: "earliest" })
      yield* log.append(topic, numbered(2, 1))
      assert.strictEqual((yield* second.take(2)).length, 2)
      const waiting = yield* Effect.forkChild(first.take(2))
      yield* Effect.yieldNow
      yield* second.leave
      assert.deepStrictEqual((yield* Fiber.join(waiting)).map(text), ["0", "1"])
    }).pipe(provided))

  it.effect("a member without a partition waits, and a commit of what it never had fails", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      yield* create(1)
      yield* log.append(topic, numbered(1, 0))
      const first = yield* join({ topic, group: "g", from: "earliest" })
      const idle = yield* join({ topic, group: "g", from: "earliest" })
      assert.deepStrictEqual(yield* idle.assignment, [])
      yield* expectFailure(idle.commit([{ topic, partition: 0, offset: 0 }]), "PartitionNotOwned")
      const waiting = yield* Effect.forkChild(idle.take(1))
      yield* first.leave
      assert.strictEqual((yield* Fiber.join(waiting)).length, 1)
    }).pipe(provided))

  it.effect("a partition taken away while startAt is asked is not read", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      yield* create(2)
      for (const partition of [0, 1]) yield* log.append(topic, numbered(1, partition))
      const gate = yield* Deferred.make<void>()
      const joining = yield* Effect.forkChild(
        join({ topic, group: "g", from: "earliest", startAt: () => Effect.as(Deferred.await(gate), undefined) })
      )
      yield* Effect.yieldNow
      const second = yield* join({ topic, group: "g", from: "earliest" })
      yield* Deferred.succeed(gate, undefined)
      const first = yield* Fiber.join(joining)
      assert.deepStrictEqual((yield* first.pull).map((each) => each.partition), [0])
      assert.deepStrictEqual((yield* second.pull).map((each) => each.partition), [1])
      const more = yield* Effect.forkChild(Effect.raceFirst(first.pull, second.pull))
      yield* Effect.yieldNow
      assert.isUndefined(more.pollUnsafe())
    }).pipe(provided))

  it.effect("startAt past the end fails the stream, before the first kept it counts what is missed", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      yield* log.ensureTopic({ name: topic, partitions: 1, retentionMillis: 1000 })
      yield* log.append(topic, numbered(3, 0).map((each) => Object.assign({}, each, { timestamp: 0 })))
      yield* log.append(topic, [record("kept")])
      yield* TestClock.setTime(2000)
      yield* log.enforceRetention
      const past = yield* join({ topic, group: "g", from: "earliest", startAt: () => Effect.succeed(5) })
      const error = yield* Effect.flip(past.pull)
      assert.strictEqual(error._tag === "LogError" ? error.reason : error._tag, "OffsetOutOfRange")
      yield* past.leave
      const before = yield* join({ topic, group: "g", from: "earliest", startAt: () => Effect.succeed(1) })
      assert.deepStrictEqual((yield* before.take(1)).map(text), ["kept"])
      assert.strictEqual(yield* before.missed, 2)
    }).pipe(provided))

  it.effect("partitions take turns, so that a full one does not hold up the others", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      yield* create(3)
      for (const partition of [0, 1, 2]) yield* log.append(topic, numbered(6, partition))
      const member = yield* join({ topic, group: "g", from: "earliest", maxRecords: 2 })
      const arrays = yield* member.arrays(18)
      assert.deepStrictEqual(arrays.map(([first]) => first?.partition), [0, 1, 2, 0, 1, 2, 0, 1, 2])
    }).pipe(provided))
})
