/** Law: whatever is appended, in whatever portions, reads equal a model of plain arrays. */
import { assert } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { MessageLog } from "../../../../src/layers/log/MessageLog.ts"
import { type ContractSettings, type ContractTester, newTopic, plain } from "./support.ts"

const partitions = 3

/** Text that UTF-8 keeps: no half of a surrogate pair. */
const Text = Schema.String.check(Schema.makeFilter((text: string) => text.isWellFormed()))

const Record = Schema.Struct({
  partition: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: partitions - 1 })),
  key: Schema.UndefinedOr(Text),
  value: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))).check(Schema.isMaxLength(40)),
  headers: Schema.Record(Text, Text),
  timestamp: Schema.Finite.check(Schema.isBetween({ minimum: 1_700_000_000_000, maximum: 1_900_000_000_000 }))
})

const History = Schema.Struct({
  appends: Schema.Array(Schema.Array(Record).check(Schema.isMaxLength(12))).check(Schema.isMaxLength(8)),
  max: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 20 }))
})

export const model = (it: ContractTester, settings: ContractSettings): void => {
  it.effect.prop(
    "random appends and reads equal a model",
    { history: History },
    ({ history }) =>
      Effect.gen(function*() {
        const log = yield* MessageLog
        const topic = yield* newTopic(partitions)
        const stored = Array.from({ length: partitions }, (): Array<unknown> => [])
        for (const append of history.appends) {
          const positions = yield* log.append(
            topic,
            append.map(({ partition, key, value, headers, timestamp }) => ({
              partition,
              key,
              value: Uint8Array.from(value),
              headers,
              timestamp
            }))
          )
          append.forEach((each, i) => {
            const partition = stored[each.partition] ?? []
            assert.deepStrictEqual(positions[i], { topic, partition: each.partition, offset: partition.length })
            partition.push({
              topic,
              partition: each.partition,
              offset: partition.length,
              key: each.key,
              value: each.value,
              headers: each.headers,
              timestamp: Math.floor(each.timestamp)
            })
          })
        }
        for (const [partition, expected] of stored.entries()) {
          const seen: Array<unknown> = []
          while (seen.length < expected.length) {
            const records = yield* log.read({ topic, partition, offset: seen.length, max: history.max })
            assert.isAbove(records.length, 0)
            assert.isAtMost(records.length, history.max)
            seen.push(...records.map(plain))
          }
          assert.deepStrictEqual(seen, expected)
          assert.deepStrictEqual(yield* log.read({ topic, partition, offset: expected.length, max: history.max }), [])
        }
      }).pipe(Effect.timeout(settings.guard)),
    { arbitrary: { runs: settings.propertyRuns } }
  )
}
