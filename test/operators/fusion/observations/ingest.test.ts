import { assert, describe, it } from "@effect/vitest"
import { type Cause, Deferred, Effect, Exit, Fiber, Layer, Queue, Stream } from "effect"
import { observationsTopic } from "../../../../src/domain/observation/formats/rawRecordHeaders.ts"
import { observationIdOf } from "../../../../src/domain/observation/observationId.ts"
import type { ReceivedRecord } from "../../../../src/domain/observation/ReceivedRecord.ts"
import { GroupMember } from "../../../../src/layers/log/GroupMember.ts"
import { MessageLog } from "../../../../src/layers/log/MessageLog.ts"
import { readPages } from "../../../../src/layers/log/readPages.ts"
import { type Source, SourceError } from "../../../../src/layers/sources/Source.ts"
import { ingest } from "../../../../src/operators/fusion/observations/ingest.ts"
import { stageLayer } from "../../../../src/testing/testLayers.ts"
import { layerFailing, type Outage } from "../../../support/failingLog.ts"

const utf8 = new TextEncoder()
const text = new TextDecoder()

const record = (source: string, n: number, size = 0): ReceivedRecord => {
  const bytes = size === 0 ? utf8.encode(`${source} ${n}`) : new Uint8Array(size)
  return {
    raw: { format: "observation", source, bytes, locator: "test" },
    observationId: observationIdOf(source, bytes),
    receivedAt: 1000 + n,
    trace: undefined,
    key: source,
    cursor: n
  }
}

const records = (source: string, from: number, to: number): ReadonlyArray<ReceivedRecord> =>
  Array.from({ length: to - from }, (_, n) => record(source, from + n))

/** A source that gives what it is handed. `cursors`: what it was told to be in the log, checked against the log itself. */
const handed = Effect.fnUntraced(function*(name: string) {
  const log = yield* MessageLog
  const queue = yield* Queue.unbounded<ReceivedRecord, SourceError | Cause.Done>()
  const cursors: Array<number> = []
  const stopped = yield* Deferred.make<void>()
  const source: Source = {
    name,
    kind: "test",
    records: Stream.fromQueue(queue),
    stop: Effect.andThen(Deferred.succeed(stopped, undefined), Effect.asVoid(Queue.end(queue))),
    appended: (appended) =>
      Effect.gen(function*() {
        const there = new Set(yield* inLog(log))
        for (const { cursor = -1, raw } of appended) {
          assert.isTrue(there.has(text.decode(raw.bytes)), "told before it is in the log")
          cursors.push(cursor)
        }
      })
  }
  return { source, cursors, queue, stopped }
})

const inLog = (log: MessageLog["Service"]): Effect.Effect<ReadonlyArray<string>> =>
  Stream.runCollect(readPages(log, observationsTopic)).pipe(
    Effect.map((all) => all.map(({ value }) => text.decode(value))),
    Effect.orDie
  )

const ofSource = (all: ReadonlyArray<string>, source: string) => all.filter((each) => each.startsWith(source))
const texts = (all: ReadonlyArray<ReceivedRecord>) => all.map(({ raw }) => text.decode(raw.bytes))

const prepared = Effect.gen(function*() {
  const log = yield* MessageLog
  yield* log.ensureTopic({ name: observationsTopic, partitions: 2 })
  return { log, a: yield* handed("a"), b: yield* handed("b") }
})

const services = (outage: Outage, reason?: "Unauthorized") =>
  Layer.merge(GroupMember.layer, stageLayer).pipe(Layer.provideMerge(layerFailing(outage, reason)))

describe("ingest", () => {
  it.live("writes what the sources give, in order of each, and tells each its own in order once they are in the log", () => {
    const outage: Outage = { failures: 0, tried: [] }
    return Effect.gen(function*() {
      const { a, b, log } = yield* prepared
      // Arrays gather while the log is down.
      outage.failures = 3
      const run = ingest([a.source, b.source])
      const running = yield* Effect.forkChild(run.pipeline.run)
      for (let at = 0; at < 100; at += 10) {
        yield* Queue.offerAll(a.queue, records("a", at, at + 10))
        yield* Queue.offerAll(b.queue, records("b", at, at + 10))
        yield* Effect.yieldNow
      }
      yield* run.stop
      yield* Fiber.join(running)
      const all = yield* inLog(log)
      assert.deepStrictEqual(ofSource(all, "a"), texts(records("a", 0, 100)))
      assert.deepStrictEqual(ofSource(all, "b"), texts(records("b", 0, 100)))
      const numbers = Array.from({ length: 100 }, (_, n) => n)
      assert.deepStrictEqual([a.cursors, b.cursors], [numbers, numbers])
      assert.strictEqual(run.received(), 200)
      assert.isAtLeast(outage.tried.length, 4)
    }).pipe(Effect.provide(services(outage)), Effect.scoped)
  })

  it.live("a source that fails ends the others; what was received is written, then it ends with that error", () => {
    const outage: Outage = { failures: 0, tried: [] }
    return Effect.gen(function*() {
      const { a, b, log } = yield* prepared
      outage.failures = 2
      const running = yield* Effect.forkChild(ingest([a.source, b.source]).pipeline.run)
      yield* Queue.offerAll(a.queue, records("a", 0, 40))
      yield* Queue.offerAll(b.queue, records("b", 0, 30))
      yield* Queue.fail(a.queue, new SourceError({ source: "a", reason: "Socket", message: "it broke" }))
      yield* Deferred.await(b.stopped)
      const exit = yield* Fiber.await(running)
      assert.deepInclude(Exit.isFailure(exit) ? yield* Effect.flip(exit) : undefined, { source: "a", reason: "Socket" })
      const all = yield* inLog(log)
      assert.deepStrictEqual(ofSource(all, "a"), texts(records("a", 0, 40)))
      assert.deepStrictEqual(ofSource(all, "b"), texts(records("b", 0, 30)))
      assert.lengthOf(a.cursors, 40)
      assert.lengthOf(b.cursors, 30)
    }).pipe(Effect.provide(services(outage)), Effect.scoped)
  })

  it.live("a record over the log's limit moves no cursor of its own and holds back no other", () => {
    const outage: Outage = { failures: 0, tried: [] }
    return Effect.gen(function*() {
      const { a, log } = yield* prepared
      const run = ingest([a.source])
      yield* Queue.offerAll(a.queue, [record("a", 0), record("a", 1, 2 << 20), record("a", 2)])
      const running = yield* Effect.forkChild(run.pipeline.run)
      while (a.cursors.length < 2) yield* Effect.sleep("5 millis")
      yield* run.stop
      yield* Fiber.join(running)
      assert.deepStrictEqual(yield* inLog(log), ["a 0", "a 2"])
      assert.deepStrictEqual(a.cursors, [0, 2])
    }).pipe(Effect.provide(services(outage)), Effect.scoped)
  })

  it.live("an error of the log that does not pass ends it, and no cursor moves", () => {
    const outage: Outage = { failures: 0, tried: [] }
    return Effect.gen(function*() {
      const { a } = yield* prepared
      outage.failures = 1
      yield* Queue.offerAll(a.queue, records("a", 0, 3))
      const error = yield* Effect.flip(ingest([a.source]).pipeline.run)
      assert.deepInclude(error, { _tag: "LogError", reason: "Unauthorized" })
      assert.deepStrictEqual(a.cursors, [])
    }).pipe(Effect.provide(services(outage, "Unauthorized")), Effect.scoped)
  })
})
