/** Consumer groups: positions, commits, membership, waiting. */
import { assert } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { failureOf, type LogRecord, MessageLog } from "../../../../src/layers/log/MessageLog.ts"
import {
  after,
  type ContractSettings,
  type ContractTester,
  expectFailure,
  join,
  newTopic,
  numbered,
  record,
  settled,
  text,
  uniqueName
} from "./support.ts"

const offsetsOf = (records: ReadonlyArray<LogRecord>, partition: number): ReadonlyArray<number> =>
  records.filter((each) => each.partition === partition).map((each) => each.offset)

const range = (from: number, to: number): ReadonlyArray<number> => Array.from({ length: to - from }, (_, i) => from + i)

export const groups = (it: ContractTester, settings: ContractSettings): void => {
  const guarded = Effect.timeout(settings.guard)

  it.effect("from earliest: everything, in arrays of one partition, in order, bounded by maxRecords", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(3)
      for (const partition of [0, 1, 2]) yield* log.append(topic, numbered(25, partition))
      const member = yield* join({ topic, group: uniqueName("group"), from: "earliest", maxRecords: 10 })
      assert.deepStrictEqual(yield* member.assignment, [0, 1, 2])
      const arrays = yield* member.arrays(75)
      for (const array of arrays) {
        assert.isAtLeast(array.length, 1)
        assert.isAtMost(array.length, 10)
        assert.strictEqual(new Set(array.map((each) => each.partition)).size, 1)
      }
      for (const partition of [0, 1, 2]) assert.deepStrictEqual(offsetsOf(arrays.flat(), partition), range(0, 25))
    }).pipe(guarded))

  it.effect("from latest: only what is appended after subscribe, and a later owner skips none of it", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(1)
      const group = uniqueName("group")
      yield* log.append(topic, numbered(5, 0, "before"))
      const first = yield* join({ topic, group, from: "latest" })
      assert.deepStrictEqual([...(yield* log.committed(topic, group))], [[0, 5]])
      yield* log.append(topic, numbered(3, 0, "after"))
      assert.deepStrictEqual((yield* first.take(3)).map(text), ["after0", "after1", "after2"])
      yield* first.leave
      const second = yield* join({ topic, group, from: "latest" })
      assert.deepStrictEqual((yield* second.take(3)).map(text), ["after0", "after1", "after2"])
    }).pipe(guarded))

  it.effect("a new member goes on after the commit: what was not committed comes again", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(1)
      const group = uniqueName("group")
      yield* log.append(topic, numbered(20, 0))
      const first = yield* join({ topic, group, from: "earliest" })
      yield* first.take(20)
      assert.strictEqual((yield* log.committed(topic, group)).size, 0)
      yield* first.commit([{ topic, partition: 0, offset: 7 }])
      assert.deepStrictEqual([...(yield* log.committed(topic, group))], [[0, 7]])
      yield* first.leave
      const second = yield* join({ topic, group, from: "latest" })
      assert.deepStrictEqual(offsetsOf(yield* second.take(13), 0), range(7, 20))
    }).pipe(guarded))

  it.effect("a commit never moves a position backwards", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(1)
      const group = uniqueName("group")
      yield* log.append(topic, numbered(10, 0))
      const member = yield* join({ topic, group, from: "earliest" })
      yield* member.take(10)
      for (const offset of [8, 3, 8, 0]) {
        yield* member.commit([{ topic, partition: 0, offset }])
        assert.deepStrictEqual([...(yield* log.committed(topic, group))], [[0, 8]])
      }
      yield* member.commit([2, 10, 9].map((offset) => ({ topic, partition: 0, offset })))
      assert.deepStrictEqual([...(yield* log.committed(topic, group))], [[0, 10]])
    }).pipe(guarded))

  it.effect("a commit past what the member was given is Invalid and commits nothing", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(2)
      const group = uniqueName("group")
      for (const partition of [0, 1]) yield* log.append(topic, numbered(5, partition))
      const member = yield* join({ topic, group, from: "earliest" })
      yield* member.take(10)
      yield* log.append(topic, numbered(5, 1))
      yield* expectFailure(
        member.commit([{ topic, partition: 0, offset: 5 }, { topic, partition: 1, offset: 11 }]),
        "Invalid"
      )
      yield* expectFailure(member.commit([{ topic: "another", partition: 0, offset: 1 }]), "Invalid")
      assert.strictEqual((yield* log.committed(topic, group)).size, 0)
    }).pipe(guarded))

  it.effect("two members share the partitions and nothing is delivered twice", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(4)
      const group = uniqueName("group")
      const members = [
        yield* join({ topic, group, from: "latest" }),
        yield* join({ topic, group, from: "latest" })
      ]
      const received: Array<{ readonly member: number; readonly record: LogRecord }> = []
      const readers = yield* Effect.forEach(members, (each, member) =>
        Effect.forkScoped(Effect.gen(function*() {
          while (true) {
            for (const record of yield* each.pull) received.push({ member, record })
          }
        })))
      yield* settled(members, 4)
      for (const partition of [0, 1, 2, 3]) yield* log.append(topic, numbered(50, partition))
      while (received.length < 200) yield* Effect.sleep(10)
      yield* Effect.forEach(readers, Fiber.interrupt)
      for (const partition of [0, 1, 2, 3]) {
        const mine = received.filter((each) => each.record.partition === partition)
        assert.strictEqual(new Set(mine.map((each) => each.member)).size, 1)
        assert.deepStrictEqual(mine.map((each) => each.record.offset), range(0, 50))
      }
      assert.strictEqual(new Set(received.map((each) => each.member)).size, 2)
    }).pipe(guarded))

  it.effect("a member that leaves hands over, and what it had not committed is delivered to the other", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(2)
      const group = uniqueName("group")
      const staying = yield* join({ topic, group, from: "latest" })
      const leaving = yield* join({ topic, group, from: "latest" })
      yield* Effect.forkScoped(Effect.forever(Effect.asVoid(
        Effect.tap(staying.pull, (records) => Effect.forEach(records, (each) => staying.commit([after(each)])))
      )))
      const taken: Array<LogRecord> = []
      yield* Effect.raceFirst(
        Effect.forever(Effect.map(leaving.pull, (records) => void taken.push(...records))),
        Effect.gen(function*() {
          yield* settled([staying, leaving], 2)
          for (const partition of [0, 1]) yield* log.append(topic, numbered(10, partition))
          while (taken.length < 10) yield* Effect.sleep(10)
        })
      )
      const [partition] = yield* leaving.assignment
      assert.isDefined(partition)
      if (partition === undefined) return
      assert.deepStrictEqual(offsetsOf(taken, partition), range(0, 10))
      yield* leaving.commit([{ topic, partition, offset: 4 }])
      yield* leaving.leave
      yield* settled([staying], 2)
      while ((yield* log.committed(topic, group)).get(partition) !== 10) yield* Effect.sleep(10)
    }).pipe(guarded))

  it.effect("a commit for a partition that is not owned now fails, after committing those that are", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(2)
      const group = uniqueName("group")
      for (const partition of [0, 1]) yield* log.append(topic, numbered(10, partition))
      const first = yield* join({ topic, group, from: "earliest" })
      yield* first.take(20)
      const second = yield* join({ topic, group, from: "earliest" })
      const pulling = yield* Effect.forkScoped(Effect.forever(Effect.raceFirst(first.pull, second.pull)))
      yield* settled([first, second], 2)
      yield* Fiber.interrupt(pulling)
      const [kept] = yield* first.assignment
      const lost = kept === 0 ? 1 : 0
      const error = yield* expectFailure(
        first.commit([{ topic, partition: lost, offset: 10 }, { topic, partition: kept ?? -1, offset: 6 }]),
        "PartitionNotOwned"
      )
      assert.deepStrictEqual(error.partitions, [lost])
      assert.strictEqual(error.topic, topic)
      assert.deepStrictEqual([...(yield* log.committed(topic, group))], [[kept, 6]])
      yield* second.leave
      yield* first.leave
      yield* expectFailure(first.commit([{ topic, partition: 0, offset: 10 }]), "PartitionNotOwned")
      assert.deepStrictEqual(yield* first.assignment, [])
    }).pipe(guarded))

  it.effect("what a failed commit calls for is told by its kind", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(1)
      yield* log.append(topic, numbered(10, 0))
      const group = uniqueName("group")
      const member = yield* join({ topic, group, from: "earliest" })
      yield* member.take(10)
      const commit = (offset: number, of = topic, partition = 0) =>
        Effect.map(Effect.flip(member.commit([{ topic: of, partition, offset }])), failureOf)
      // The call itself is wrong: no retry mends it.
      assert.strictEqual(yield* commit(11), "permanent")
      assert.strictEqual(yield* commit(1, "another"), "permanent")
      // Never this member's, and its own no more: another goes on from the last commit.
      assert.strictEqual(yield* commit(1, topic, 7), "lost")
      yield* member.commit([{ topic, partition: 0, offset: 4 }])
      yield* member.leave
      assert.strictEqual(yield* commit(10), "lost")
      const next = yield* join({ topic, group, from: "earliest" })
      assert.deepStrictEqual((yield* next.take(6)).map(({ offset }) => offset), range(4, 10))
    }).pipe(guarded))

  it.effect("two groups do not see each other", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(1)
      yield* log.append(topic, numbered(10, 0))
      const [one, two] = [uniqueName("group"), uniqueName("group")]
      const first = yield* join({ topic, group: one, from: "earliest" })
      assert.deepStrictEqual(offsetsOf(yield* first.take(10), 0), range(0, 10))
      yield* first.commit([{ topic, partition: 0, offset: 10 }])
      const second = yield* join({ topic, group: two, from: "earliest" })
      assert.deepStrictEqual(offsetsOf(yield* second.take(10), 0), range(0, 10))
      assert.strictEqual((yield* log.committed(topic, two)).size, 0)
    }).pipe(guarded))

  it.effect("a stream at the end waits for what is appended later", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(2)
      const member = yield* join({ topic, group: uniqueName("group"), from: "earliest" })
      for (const value of ["first", "second"]) {
        const waiting = yield* Effect.forkChild(member.take(1))
        yield* Effect.sleep(50)
        yield* log.append(topic, [record(value, { partition: 1 })])
        assert.deepStrictEqual((yield* Fiber.join(waiting)).map(text), [value])
      }
    }).pipe(guarded))

  it.effect("an interrupted pull loses nothing", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(1)
      const member = yield* join({ topic, group: uniqueName("group"), from: "earliest", maxRecords: 3 })
      const received: Array<LogRecord> = []
      for (let round = 0; round < 20; round++) {
        const pulling = yield* Effect.forkChild(Effect.map(member.pull, (records) => void received.push(...records)))
        if (round % 2 === 0) yield* log.append(topic, numbered(2, 0, `${round} `))
        if (round % 3 === 0) yield* Effect.yieldNow
        yield* Fiber.interrupt(pulling)
      }
      while (received.length < 20) received.push(...(yield* member.pull))
      assert.deepStrictEqual(offsetsOf(received, 0), range(0, 20))
    }).pipe(guarded))

  it.effect("startAt begins a member elsewhere and commits nothing", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(2)
      const group = uniqueName("group")
      for (const partition of [0, 1]) yield* log.append(topic, numbered(10, partition))
      const first = yield* join({ topic, group, from: "earliest" })
      yield* first.take(20)
      yield* first.commit([0, 1].map((partition) => ({ topic, partition, offset: 6 })))
      yield* first.leave
      const second = yield* join({
        topic,
        group,
        from: "earliest",
        startAt: (partition) => Effect.succeed(partition === 0 ? 2 : undefined)
      })
      const records = yield* second.take(12)
      assert.deepStrictEqual(offsetsOf(records, 0), range(2, 10))
      assert.deepStrictEqual(offsetsOf(records, 1), range(6, 10))
      assert.deepStrictEqual([...(yield* log.committed(topic, group))].sort(), [[0, 6], [1, 6]])
    }).pipe(guarded))

  it.effect("a second run of the stream is Invalid", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(1)
      yield* log.append(topic, numbered(1, 0))
      const member = yield* join({ topic, group: uniqueName("group"), from: "earliest" })
      yield* member.take(1)
      yield* expectFailure(Stream.runDrain(member.records), "Invalid")
    }).pipe(guarded))

  it.effect("a maxRecords that is no positive integer is Invalid", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      const topic = yield* newTopic(1)
      for (const maxRecords of [0, -1, 2.5]) {
        const options = { topic, group: uniqueName("group"), from: "earliest", maxRecords } as const
        yield* expectFailure(Effect.scoped(log.subscribe(options)), "Invalid")
      }
    }).pipe(guarded))
}
