/** Pipelines that begin and end at topics of the message log. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, Fiber, Layer, Scope, Stream } from "effect"
import { type Item, itemsOf } from "../../../src/domain/stream/Batch.ts"
import type { Envelope } from "../../../src/domain/stream/Envelope.ts"
import { DeadLettersMemory } from "../../../src/layers/deadletters/DeadLetters.ts"
import { EmbeddedLog } from "../../../src/layers/log/embedded/EmbeddedLog.ts"
import { GroupMember } from "../../../src/layers/log/GroupMember.ts"
import { type LogError, MessageLog, type NewLogRecord } from "../../../src/layers/log/MessageLog.ts"
import { readPages } from "../../../src/layers/log/readPages.ts"
import { HeadSampler } from "../../../src/layers/stage/HeadSampler.ts"
import { StageTracing } from "../../../src/layers/stage/StageHooks.ts"
import { RecordedSpans } from "../../../src/layers/tracing/store/SpanSink.ts"
import { Tracing } from "../../../src/layers/tracing/Tracing.ts"
import { commit } from "../../../src/operators/log/commit.ts"
import { fromLog, type FromLogOptions } from "../../../src/operators/log/fromLog.ts"
import { toLog, type ToLogOptions } from "../../../src/operators/log/toLog.ts"
import { payloadsOf } from "../../../src/testing/envelopes.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"
import { layerFailing, type Outage } from "../../support/failingLog.ts"
import { temporaryDirectory } from "../../support/temporaryDirectory.ts"

const utf8 = new TextEncoder()
const text = new TextDecoder()

const written = (payload: string): NewLogRecord => ({
  key: payload.slice(0, 1),
  value: utf8.encode(payload),
  headers: {},
  timestamp: 1000 + payload.length
})

const reading = (options: Partial<FromLogOptions<string>> = {}) =>
  fromLog({
    topic: "in",
    group: "test",
    read: ({ value }) => ({ payload: text.decode(value) }),
    until: Effect.void,
    ...options
  })

const writing = (options: Partial<ToLogOptions<string>> = {}) => toLog({ topic: "out", record: written, ...options })

/** The membership of one run. */
const asMember = <A, E, R>(run: Effect.Effect<A, E, R>) => Effect.scoped(Effect.provide(run, GroupMember.layer))

const itemsRead = (options: Partial<FromLogOptions<string>> = {}) =>
  asMember(Effect.map(Stream.runCollect(reading(options).stream), itemsOf))

const copy = (options: Partial<ToLogOptions<string>> = {}) => asMember(reading().via(writing(options)).to(commit()).run)

const topics = (partitions = 1) =>
  Effect.gen(function*() {
    const log = yield* MessageLog
    yield* log.ensureTopic({ name: "in", partitions })
    yield* log.ensureTopic({ name: "out", partitions })
    return log
  })

const inTopic = (topic: string) =>
  Effect.flatMap(
    MessageLog,
    (log) =>
      Effect.map(Stream.runCollect(readPages(log, topic)), (records) => records.map(({ value }) => text.decode(value)))
  )

const isEvent = (item: Item<string>): item is Envelope<string> => item._tag === "Event"

const numbers = (count: number, prefix = ""): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, n) => `${prefix || n % 3} ${n}`)

const memory: Layer.Layer<MessageLog, LogError> = MessageLog.layerMemory
const embedded = Layer.unwrap(Effect.map(temporaryDirectory, (directory) => EmbeddedLog.layer({ directory })))

describe.each([["memory", memory], ["embedded", embedded]] as const)("fromLog and toLog, %s log", (_, log) => {
  it.live("events in the order of each partition, with their positions, each array before its progress mark", () =>
    Effect.gen(function*() {
      const { append } = yield* topics(2)
      for (let at = 0; at < 60; at += 20) yield* append("in", numbers(60).slice(at, at + 20).map(written))
      const items = yield* itemsRead()
      const passed = new Map<number, number>()
      for (const item of items) {
        if (isEvent(item)) {
          const { position } = item.context
          assert.deepInclude(position, { topic: "in" })
          assert.strictEqual(item.context.eventTime, 1000 + item.payload.length)
          assert.strictEqual(item.context.sourceId, "in")
          const { offset, partition } = position ?? assert.fail("no position")
          assert.strictEqual(offset, passed.get(partition) ?? 0)
          passed.set(partition, offset + 1)
        } else {
          assert.deepStrictEqual(
            item._tag === "Progress" ? item.positions : [],
            item._tag === "Progress"
              ? item.positions.map(({ partition, topic }) => ({
                topic,
                partition,
                offset: passed.get(partition) ?? -1
              }))
              : []
          )
        }
      }
      assert.strictEqual([...passed.values()].reduce((sum, each) => sum + each, 0), 60)
      const marks = items.flatMap((item) => item._tag === "Progress" ? item.positions : [])
      for (const [partition, offset] of passed) assert.deepInclude(marks, { topic: "in", partition, offset })
      for (const key of ["0", "1", "2"]) {
        assert.deepStrictEqual(
          payloadsOf(items).filter((payload) => payload.startsWith(key)),
          numbers(60).filter((payload) => payload.startsWith(key))
        )
      }
    }).pipe(Effect.provide([log, stageLayer]), Effect.scoped))

  it.live("ends where the topic ends when nobody writes any more; the next run begins at the commit", () =>
    Effect.gen(function*() {
      const { append, committed } = yield* topics()
      yield* append("in", numbers(5, "a").map(written))
      const finished = yield* Deferred.make<void>()
      const seen: Array<string> = []
      const running = yield* Effect.forkChild(asMember(
        reading({
          until: Deferred.await(finished),
          seen: (records) => {
            for (const { value } of records) seen.push(text.decode(value))
          }
        }).via(writing()).to(commit()).run
      ))
      while ((yield* committed("in", "test")).get(0) !== 5) yield* Effect.sleep("5 millis")
      yield* append("in", numbers(7, "b").map(written))
      yield* Deferred.succeed(finished, undefined)
      yield* Fiber.join(running)
      const first = [...numbers(5, "a"), ...numbers(7, "b")]
      assert.deepStrictEqual(yield* inTopic("out"), first)
      assert.deepStrictEqual(seen, first)
      assert.strictEqual((yield* committed("in", "test")).get(0), 12)
      yield* append("in", numbers(3, "c").map(written))
      yield* copy()
      assert.deepStrictEqual(yield* inTopic("out"), [...first, ...numbers(3, "c")])
    }).pipe(Effect.provide([log, stageLayer]), Effect.scoped))

  it.live("an event without an id of its own has the same in every run, and no other has it", () =>
    Effect.gen(function*() {
      const { append } = yield* topics(2)
      yield* append("in", numbers(40).map(written))
      yield* append("out", numbers(40).map(written))
      const ids = (options: Partial<FromLogOptions<string>>) =>
        Effect.map(
          itemsRead(options),
          (items) =>
            new Map(items.filter(isEvent).map(({ context: { id, position } }) => [JSON.stringify(position), id]))
        )
      const one = yield* ids({ group: "one" })
      assert.deepStrictEqual(yield* ids({ group: "two" }), one)
      const others = yield* ids({ group: "one", topic: "out" })
      assert.strictEqual(new Set([...one.values(), ...others.values()]).size, 80)
      const given = yield* ids({
        group: "three",
        read: ({ offset, partition, value }) => ({
          payload: text.decode(value),
          id: `00000000-0000-5000-800${partition}-${offset.toString(16).padStart(12, "0")}`
        })
      })
      assert.include([...given.values()], "00000000-0000-5000-8001-000000000001")
    }).pipe(Effect.provide([log, stageLayer]), Effect.scoped))

  it.live("a trace goes on from the stage that wrote the record: its child, and linked to it", () =>
    Effect.gen(function*() {
      const { append } = yield* topics()
      yield* append("in", numbers(6).map(written))
      yield* copy()
      const items = yield* itemsRead({ topic: "out", group: "behind", root: "root behind" })
      const { settle } = yield* StageTracing
      settle()
      const spans = (yield* RecordedSpans).spans()
      const writes = spans.filter(({ name }) => name === "out")
      const roots = spans.filter(({ name }) => name === "root behind")
      assert.deepStrictEqual([writes.length, roots.length], [6, 6])
      for (const { context: { trace } } of items.filter(isEvent)) {
        const write = writes.find(({ traceId }) => traceId === trace.traceId) ?? assert.fail("a trace of its own")
        const root = roots.find(({ spanId }) => spanId === trace.spanId) ?? assert.fail("no root")
        assert.strictEqual(root.traceId, write.traceId)
        assert.strictEqual(root.parentSpanId, write.spanId)
        assert.deepStrictEqual(root.links.map(({ spanId, traceId }) => ({ spanId, traceId })), [
          { spanId: write.spanId, traceId: write.traceId }
        ])
      }
    }).pipe(
      Effect.provide([
        log,
        stageLayer,
        HeadSampler.layerRatio(1),
        StageTracing.layer.pipe(Layer.provideMerge(Tracing.layerTest))
      ]),
      Effect.scoped
    ))

  it.live("a record that cannot be made, or is too large, is a dead letter of that event alone", () =>
    Effect.gen(function*() {
      const { append, committed } = yield* topics()
      yield* append("in", ["a", "b", "throws", "c", "large", "d"].map(written))
      const told: Array<string> = []
      yield* copy({
        record: (payload) => {
          if (payload === "throws") throw new Error("no record of this")
          return payload === "large" ? { ...written(payload), value: new Uint8Array(2 << 20) } : written(payload)
        },
        written: (payloads) => Effect.sync(() => told.push(...payloads))
      })
      assert.deepStrictEqual(yield* inTopic("out"), ["a", "b", "c", "d"])
      assert.deepStrictEqual(told, ["a", "b", "c", "d"])
      const letters = (yield* DeadLettersMemory).letters()
      assert.deepStrictEqual(letters.map(({ payload }) => text.decode(payload)), ["throws", "large"])
      assert.match(letters[0]?.message ?? "", /no record of this/)
      assert.match(letters[1]?.message ?? "", /the limit is/)
      assert.strictEqual((yield* committed("in", "test")).get(0), 6)
    }).pipe(Effect.provide([log, stageLayer]), Effect.scoped))
})

describe("toLog", () => {
  it.live("holds back while the log is unavailable, and loses and moves nothing", () => {
    const outage: Outage = { failures: 0, tried: [] }
    return Effect.gen(function*() {
      const { append, committed } = yield* topics()
      yield* append("in", numbers(300, "a").map(written))
      outage.failures = 4
      outage.tried.length = 0
      const told: Array<string> = []
      yield* copy({
        retry: { times: Infinity, baseMillis: 1, capMillis: 5 },
        written: (payloads) =>
          Effect.sync(() => {
            assert.strictEqual(outage.failures, 0)
            told.push(...payloads)
          })
      })
      assert.deepStrictEqual(yield* inTopic("out"), numbers(300, "a"))
      assert.deepStrictEqual(told, numbers(300, "a"))
      assert.isAtLeast(outage.tried.length, 5)
      assert.deepStrictEqual((yield* DeadLettersMemory).letters(), [])
      assert.strictEqual((yield* committed("in", "test")).get(0), 300)
    }).pipe(Effect.provide([layerFailing(outage), stageLayer]), Effect.scoped)
  })

  it.live("an error that concerns no record ends the pipeline with it; nothing behind it is committed", () =>
    Effect.forEach(["Unauthorized", "Corrupt", "TopicNotFound", "Fenced"] as const, (reason) => {
      const outage: Outage = { failures: 0, tried: [] }
      return Effect.gen(function*() {
        const { append, committed } = yield* topics()
        yield* append("in", numbers(3).map(written))
        outage.failures = 1
        const error = yield* Effect.flip(copy())
        assert.strictEqual(error.reason, reason)
        assert.deepStrictEqual((yield* DeadLettersMemory).letters(), [])
        assert.strictEqual((yield* committed("in", "test")).size, 0)
      }).pipe(Effect.provide([layerFailing(outage, reason), stageLayer]), Effect.scoped)
    }, { discard: true }))
})

describe("GroupMember", () => {
  it.live("commits what was joined, and nothing else", () =>
    Effect.gen(function*() {
      const { append, committed } = yield* topics()
      yield* append("in", numbers(3).map(written))
      yield* append("out", numbers(3).map(written))
      const scope = yield* Scope.make()
      const { commit, join } = Context.get(yield* Layer.buildWithScope(GroupMember.layer, scope), GroupMember)
      const { records } = yield* Scope.provide(join({ topic: "in", group: "test", from: "earliest" }), scope)
      yield* Stream.runDrain(Stream.take(records, 3))
      const error = yield* Effect.flip(commit([{ topic: "out", partition: 0, offset: 1 }]))
      assert.strictEqual(error.reason, "Invalid")
      assert.include(error.message, "out")
      yield* commit([{ topic: "in", partition: 0, offset: 2 }])
      assert.deepStrictEqual([...(yield* committed("in", "test"))], [[0, 2]])
      assert.strictEqual((yield* committed("out", "test")).size, 0)
      yield* Scope.close(scope, Exit.void)
      const late = yield* Effect.flip(commit([{ topic: "in", partition: 0, offset: 3 }]))
      assert.strictEqual(late.reason, "PartitionNotOwned")
    }).pipe(Effect.provide(memory)))

  it.live("a pipeline whose commit is of no topic that it reads ends with the error", () =>
    Effect.gen(function*() {
      const { append } = yield* topics()
      yield* append("in", numbers(3).map(written))
      // The membership that joins is another than the one that commits.
      const joining = Context.get(yield* Layer.build(Layer.fresh(GroupMember.layer)), GroupMember)
      const committing = Context.get(yield* Layer.build(Layer.fresh(GroupMember.layer)), GroupMember)
      const error = yield* Effect.flip(
        reading().to(commit()).run.pipe(
          Effect.provideService(GroupMember, { ...committing, join: joining.join })
        )
      )
      assert.deepInclude(error, { reason: "Invalid", topic: "in" })
    }).pipe(Effect.provide([memory, stageLayer]), Effect.scoped))
})
