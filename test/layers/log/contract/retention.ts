/** Retention. What every engine promises is checked on all; record by record only where the engine is exact. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { MessageLog } from "../../../../src/layers/log/MessageLog.ts"
import {
  type ContractSettings,
  type ContractTester,
  expectFailure,
  join,
  newTopic,
  now,
  record,
  text,
  uniqueName
} from "./support.ts"

const hour = 3_600_000

export const retention = (it: ContractTester, settings: ContractSettings): void => {
  const guarded = Effect.timeout(settings.guard)
  const exact = settings.retention === "exact"

  it.effect("nothing goes that must be kept", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const kept = yield* newTopic(1)
      const long = yield* newTopic(1, { retentionMillis: 10 * hour, retentionBytes: 1_000_000 })
      const time = yield* now
      for (const topic of [kept, long]) {
        yield* log.append(topic, [record("old", { timestamp: time - hour }), record("new", { timestamp: time })])
      }
      yield* log.append(kept, [record("ancient", { timestamp: 0 })])
      yield* log.enforceRetention
      assert.deepStrictEqual((yield* log.offsets(long))[0], { partition: 0, beginning: 0, end: 2 })
      const read = yield* log.read({ topic: kept, partition: 0, offset: 0, max: 10 })
      assert.deepStrictEqual(read.map(text), ["old", "new", "ancient"])
    }).pipe(guarded))

  it.effect.skipIf(!exact)("by time: the oldest go until one is young enough", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(2, { retentionMillis: hour })
      const time = yield* now
      const ages = [5 * hour, 3 * hour, 2 * hour, 60_000, 4 * hour, 0]
      yield* log.append(topic, ages.map((age, i) => record(`${i}`, { partition: 0, timestamp: time - age })))
      yield* log.append(topic, [record("all old", { partition: 1, timestamp: time - 2 * hour })])
      assert.isAtLeast(yield* log.enforceRetention, 4)
      assert.deepStrictEqual(yield* log.offsets(topic), [
        { partition: 0, beginning: 3, end: 6 },
        { partition: 1, beginning: 1, end: 1 }
      ])
      const read = yield* log.read({ topic, partition: 0, offset: 3, max: 10 })
      assert.deepStrictEqual(read.map(text), ["3", "4", "5"])
      yield* expectFailure(log.read({ topic, partition: 0, offset: 2, max: 10 }), "OffsetOutOfRange")
      assert.deepStrictEqual(yield* log.read({ topic, partition: 1, offset: 1, max: 10 }), [])
      const [next] = yield* log.append(topic, [record("next", { partition: 1, timestamp: time })])
      assert.strictEqual(next?.offset, 1)
      const again = yield* log.enforceRetention
      assert.strictEqual(again, 0)
    }).pipe(guarded))

  it.effect.skipIf(!exact)(
    "by bytes: the oldest go while the others still hold that much",
    () =>
      Effect.gen(function*() {
        const log = yield* MessageLog
        const topic = yield* newTopic(1, { retentionBytes: 1000 })
        const value = new Uint8Array(90)
        const records = Array.from({ length: 30 }, () => record("", { key: "0123456789", value, partition: 0 }))
        for (let i = 0; i < records.length; i += 7) yield* log.append(topic, records.slice(i, i + 7))
        yield* log.enforceRetention
        assert.deepStrictEqual(yield* log.offsets(topic), [{ partition: 0, beginning: 20, end: 30 }])
        yield* log.append(topic, records.slice(0, 3))
        yield* log.enforceRetention
        assert.deepStrictEqual(yield* log.offsets(topic), [{ partition: 0, beginning: 23, end: 33 }])
      }).pipe(guarded)
  )

  it.effect.skipIf(!exact)(
    "a member whose next records were removed goes on at the first kept and says how many it missed",
    () =>
      Effect.gen(function*() {
        const log = yield* MessageLog
        const topic = yield* newTopic(1, { retentionMillis: hour })
        const time = yield* now
        const member = yield* join({ topic, group: uniqueName("group"), from: "earliest" })
        yield* log.append(topic, [5, 4, 3, 0].map((age) => record(`${age} h`, { timestamp: time - age * hour })))
        yield* log.enforceRetention
        assert.deepStrictEqual((yield* member.take(1)).map(text), ["0 h"])
        assert.strictEqual(yield* member.missed, 3)
      }).pipe(guarded)
  )
}
