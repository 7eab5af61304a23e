/** Topics, appends and reads. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { MessageLog } from "../../../../src/layers/log/MessageLog.ts"
import {
  bytes,
  type ContractSettings,
  type ContractTester,
  expectFailure,
  newTopic,
  now,
  numbered,
  plain,
  record,
  text,
  uniqueName
} from "./support.ts"

/** Values that Apache Kafka publishes in its own test of murmur2 (UtilsTest). */
const murmur2Published: ReadonlyArray<readonly [key: string, hash: number]> = [
  ["21", -973932308],
  ["foobar", -790332482],
  ["a-little-bit-long-string", -985981536],
  ["a-little-bit-longer-string", -1486304829],
  ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
  ["abc", 479470107]
]

export const appendAndRead = (it: ContractTester, settings: ContractSettings): void => {
  const guarded = Effect.timeout(settings.guard)

  it.effect("ensureTopic twice is one topic, which keeps its partitions and takes the new retention", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const name = yield* newTopic(2)
      yield* log.append(name, [record("kept")])
      yield* log.ensureTopic({ name, partitions: 5, retentionMillis: 86_400_000, retentionBytes: 50_000_000 })
      const found = (yield* log.topics).filter((topic) => topic.name === name)
      assert.deepStrictEqual(found, [
        { name, partitions: 2, retentionMillis: 86_400_000, retentionBytes: 50_000_000 }
      ])
      const offsets = yield* log.offsets(name)
      assert.deepStrictEqual(offsets.map((each) => each.partition), [0, 1])
      assert.strictEqual(offsets.reduce((sum, each) => sum + each.end, 0), 1)
      yield* log.ensureTopic({ name, partitions: 2 })
      assert.deepInclude(yield* log.topics, { name, partitions: 2 })
    }).pipe(guarded))

  it.effect("a name that Kafka would not take, or no partitions, is Invalid", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      for (const name of ["", ".", "..", "a/b", "Ørsted", "with space", "x".repeat(250)]) {
        yield* expectFailure(log.ensureTopic({ name, partitions: 1 }), "Invalid")
      }
      for (const partitions of [0, -1, 1.5, Number.NaN]) {
        yield* expectFailure(log.ensureTopic({ name: uniqueName("topic"), partitions }), "Invalid")
      }
    }).pipe(guarded))

  it.effect("an unknown topic is TopicNotFound everywhere", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = uniqueName("absent")
      yield* expectFailure(log.append(topic, [record("a")]), "TopicNotFound")
      yield* expectFailure(log.read({ topic, partition: 0, offset: 0, max: 1 }), "TopicNotFound")
      yield* expectFailure(log.offsets(topic), "TopicNotFound")
      yield* expectFailure(log.committed(topic, "group"), "TopicNotFound")
      yield* expectFailure(Effect.scoped(log.subscribe({ topic, group: "group", from: "earliest" })), "TopicNotFound")
    }).pipe(guarded))

  it.effect("positions are contiguous from 0 per partition and in input order", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(3)
      const partitions = [2, 0, 2, 1, 0, 2, 2]
      const next = [0, 0, 0]
      for (let round = 0; round < 2; round++) {
        const positions = yield* log.append(topic, partitions.map((partition, i) => record(`${i}`, { partition })))
        const expected = partitions.map((partition) => {
          const offset = next[partition] ?? 0
          next[partition] = offset + 1
          return { topic, partition, offset }
        })
        assert.deepStrictEqual(positions, expected)
      }
      assert.deepStrictEqual(
        yield* log.offsets(topic),
        next.map((end, partition) => ({ partition, beginning: 0, end }))
      )
      const third = yield* log.read({ topic, partition: 2, offset: 0, max: 100 })
      assert.deepStrictEqual(third.map(text), ["0", "2", "5", "6", "0", "2", "5", "6"])
      assert.deepStrictEqual(yield* log.append(topic, []), [])
    }).pipe(guarded))

  it.effect("a key goes to the partition that Kafka's default partitioner gives it, every time", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(7)
      for (let round = 0; round < 2; round++) {
        const positions = yield* log.append(topic, murmur2Published.map(([key]) => record("value", { key })))
        assert.deepStrictEqual(
          positions.map((each) => each.partition),
          murmur2Published.map(([, hash]) => (hash & 0x7fffffff) % 7)
        )
      }
    }).pipe(guarded))

  it.effect("records without a key are spread over the partitions", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(4)
      const positions = yield* log.append(topic, Array.from({ length: 32 }, (_, i) => record(`${i}`)))
      assert.strictEqual(new Set(positions.map((each) => each.partition)).size, 4)
    }).pipe(guarded))

  it.effect("an explicit partition wins over the key; one that does not exist fails and nothing is written", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(3)
      const positions = yield* log.append(topic, [0, 1, 2].map((partition) => record("a", { key: "same", partition })))
      assert.deepStrictEqual(positions.map((each) => each.partition), [0, 1, 2])
      for (const partition of [3, -1, 0.5]) {
        yield* expectFailure(
          log.append(topic, [record("b", { partition: 0 }), record("c", { partition })]),
          "PartitionNotFound"
        )
      }
      assert.deepStrictEqual((yield* log.offsets(topic)).map((each) => each.end), [1, 1, 1])
    }).pipe(guarded))

  it.effect("key, value, headers and time come back as they were", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(1)
      const time = Math.floor(yield* now)
      const all = Uint8Array.from({ length: 256 }, (_, i) => i)
      const unicode = { "sensør": "観測 🛰", traceparent: "00-4bf9-00f0-01", empty: "" }
      const records = [
        { key: undefined, value: bytes("no key"), headers: {}, timestamp: time },
        { key: "", value: bytes("empty key"), headers: {}, timestamp: time + 1 },
        { key: "ключ 🔑", value: bytes("unicode"), headers: unicode, timestamp: time + 2.75 },
        { key: "k".repeat(3000), value: new Uint8Array(0), headers: { long: "é".repeat(70_000) }, timestamp: time },
        { key: "binary", value: all, headers: { a: "1", A: "2" }, timestamp: time - 1000.001 }
      ]
      yield* log.append(topic, records)
      const read = yield* log.read({ topic, partition: 0, offset: 0, max: 10 })
      assert.deepStrictEqual(
        read.map(plain),
        records.map(({ key, value, headers, timestamp }, offset) =>
          plain({ topic, partition: 0, offset, key, value, headers, timestamp: Math.floor(timestamp) })
        )
      )
    }).pipe(guarded))

  it.effect("a time that is no time is Invalid and nothing is written", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(1)
      for (const timestamp of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
        yield* expectFailure(log.append(topic, [record("a"), record("b", { timestamp })]), "Invalid")
      }
      assert.strictEqual((yield* log.offsets(topic))[0]?.end, 0)
    }).pipe(guarded))

  it.effect("a record of 2 MiB is RecordTooLarge and nothing is written; one of 900 kB is kept", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(1)
      const large = record("", { value: new Uint8Array(2 * 1024 * 1024) })
      yield* expectFailure(log.append(topic, [record("small"), large]), "RecordTooLarge")
      assert.strictEqual((yield* log.offsets(topic))[0]?.end, 0)
      yield* log.append(topic, [record("", { value: new Uint8Array(900_000).fill(7) })])
      const [read] = yield* log.read({ topic, partition: 0, offset: 0, max: 1 })
      assert.strictEqual(read?.value.length, 900_000)
      assert.isTrue(read?.value.every((byte) => byte === 7))
    }).pipe(guarded))

  it.effect("read gives at most max records from the offset on, nothing at the end, and fails outside", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(2)
      yield* log.append(topic, numbered(10, 0))
      yield* log.append(topic, numbered(10, 0, "more"))
      const read = (offset: number, max: number, partition = 0) => log.read({ topic, partition, offset, max })
      const middle = yield* read(8, 4)
      assert.deepStrictEqual(middle.map(text), ["8", "9", "more0", "more1"].slice(0, middle.length))
      assert.isAbove(middle.length, 0)
      assert.deepStrictEqual((yield* read(19, 5)).map(text), ["more9"])
      assert.deepStrictEqual(yield* read(20, 5), [])
      assert.deepStrictEqual(yield* read(0, 5, 1), [])
      yield* expectFailure(read(21, 5), "OffsetOutOfRange")
      yield* expectFailure(read(-1, 5), "OffsetOutOfRange")
      yield* expectFailure(read(0, 5, 2), "PartitionNotFound")
      yield* expectFailure(read(0, 5, -1), "PartitionNotFound")
    }).pipe(guarded))

  it.effect("concurrent appends keep each producer's order and lose nothing", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(2)
      const producers = 20
      const appends = 10
      const positions = yield* Effect.forEach(
        Array.from({ length: producers }, (_, i) => i),
        Effect.fnUntraced(function*(producer) {
          const mine: Array<string> = []
          for (let i = 0; i < appends; i++) {
            const records = [0, 1, 2].map((j) => record(`${producer} ${i * 3 + j}`, { partition: producer % 2 }))
            for (const each of yield* log.append(topic, records)) mine.push(`${each.partition}/${each.offset}`)
          }
          return mine
        }),
        { concurrency: "unbounded" }
      )
      const total = producers * appends * 3
      assert.strictEqual(new Set(positions.flat()).size, total)
      const stored: Array<string> = []
      for (const partition of [0, 1]) {
        const end = total / 2
        for (let offset = 0; offset < end;) {
          const read = yield* log.read({ topic, partition, offset, max: 100 })
          offset += read.length
          stored.push(...read.map(text))
        }
      }
      for (let producer = 0; producer < producers; producer++) {
        assert.deepStrictEqual(
          stored.filter((value) => value.startsWith(`${producer} `)),
          Array.from({ length: appends * 3 }, (_, i) => `${producer} ${i}`)
        )
      }
    }).pipe(guarded))
}
