import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Option, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"
import { type DeadLetter, ErrorKind } from "../../../src/domain/deadletter/DeadLetter.ts"
import { DeadLetterLog, deadLettersTopic, decodeDeadLetter } from "../../../src/layers/deadletters/deadLetterLog.ts"
import { DeadLetters } from "../../../src/layers/deadletters/DeadLetters.ts"
import { type LogRecord, MessageLog } from "../../../src/layers/log/MessageLog.ts"
import { readPages } from "../../../src/layers/log/readPages.ts"
import { Symptoms } from "../../../src/layers/logging/Symptoms.ts"
import { collectLogs } from "../../support/collectedLogs.ts"
import { layerFailing, type Outage } from "../../support/failingLog.ts"

const letter = (id: string, fields: Partial<DeadLetter> = {}): DeadLetter => ({
  schemaVersion: 1,
  id,
  time: 1_700_000_000_000.5,
  operator: "decode",
  errorKind: "Deserialization",
  message: "not JSON",
  retryCount: 0,
  source: "file",
  format: "observation",
  locator: "observations.jsonl:17",
  payload: Uint8Array.of(0, 255, 123, 10),
  position: { topic: "observations", partition: 2, offset: 17 },
  trace: { traceId: "a".repeat(32), spanId: null, sampled: true, traceState: "ot=th:0" },
  ...fields
})

const layer = DeadLetterLog.layer.pipe(Layer.provideMerge(MessageLog.layerMemory))

const kept = Effect.gen(function*() {
  return (yield* Stream.runCollect(readPages(yield* MessageLog, deadLettersTopic))).map((record) =>
    Option.getOrThrow(decodeDeadLetter(record))
  )
})

const Letter = Schema.Struct({
  message: Schema.String.check(Schema.makeFilter((text: string) => text.isWellFormed())),
  errorKind: ErrorKind,
  payload: Schema.Array(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 255 }))).check(Schema.isMaxLength(60)),
  offset: Schema.UndefinedOr(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 2 ** 40 }))),
  spanId: Schema.NullOr(Schema.Literals(["0123456789abcdef"])),
  retryCount: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 10 }))
})

describe("dead letters on the log", () => {
  it.effect.prop(
    "what is offered is read back, to the byte and in order",
    [Schema.Array(Letter).check(Schema.isMaxLength(8))],
    ([generated]) =>
      Effect.gen(function*() {
        const letters = generated.map(({ errorKind, message, offset, payload, retryCount, spanId }, i) =>
          letter(`id-${i}`, {
            errorKind,
            message,
            retryCount,
            payload: Uint8Array.from(payload),
            position: offset === undefined ? null : { topic: "observations", partition: 0, offset },
            trace: { traceId: "b".repeat(32), spanId, sampled: false, traceState: null }
          })
        )
        yield* (yield* DeadLetters).offer(letters)
        assert.deepStrictEqual(yield* kept, letters)
      }).pipe(Effect.provide(Layer.fresh(layer))),
    { arbitrary: { runs: 50 } }
  )

  it.effect("the record is found by its id, and says its kind and operator in the headers", () =>
    Effect.gen(function*() {
      yield* (yield* DeadLetters).offer([letter("x")])
      const [record] = yield* Stream.runCollect(readPages(yield* MessageLog, deadLettersTopic))
      assert.deepInclude(record, {
        key: "x",
        headers: { errorKind: "Deserialization", operator: "decode" },
        timestamp: 1_700_000_000_000
      })
    }).pipe(Effect.provide(Layer.fresh(layer))))

  it.effect("the topic keeps its letters for 30 days", () =>
    Effect.gen(function*() {
      yield* DeadLetters
      const topics = yield* (yield* MessageLog).topics
      const topic = topics.find(({ name }) => name === deadLettersTopic)
      assert.strictEqual(topic?.retentionMillis, 30 * 24 * 3_600_000)
    }).pipe(Effect.provide(Layer.fresh(layer))))

  it.effect("counts by kind", () =>
    Effect.gen(function*() {
      const dead = yield* DeadLetters
      yield* dead.offer([letter("a"), letter("b", { errorKind: "Late" })])
      yield* dead.offer([letter("c", { errorKind: "Late" })])
      assert.deepStrictEqual([...dead.countByErrorKind()], [["Deserialization", 1], ["Late", 2]])
    }).pipe(Effect.provide(Layer.fresh(layer))))

  it.effect("a record that is no dead letter is none", () =>
    Effect.sync(() => {
      const record = (value: string): LogRecord => ({
        topic: deadLettersTopic,
        partition: 0,
        offset: 0,
        key: undefined,
        value: new TextEncoder().encode(value),
        headers: {},
        timestamp: 0
      })
      for (const value of ["", "{", "{}", "{\"schemaVersion\":2}"]) {
        assert.isTrue(Option.isNone(decodeDeadLetter(record(value))), value)
      }
    }))

  it.effect("while the log is down an offer waits, tries again, and counts once", () => {
    const outage: Outage = { failures: 7, tried: [] }
    return Effect.gen(function*() {
      const dead = yield* DeadLetters
      const fiber = yield* Effect.forkChild(dead.offer([letter("a"), letter("b")]))
      yield* TestClock.adjust("100 millis")
      assert.isUndefined(fiber.pollUnsafe(), "it waits")
      assert.strictEqual(dead.countByErrorKind().size, 0)
      yield* TestClock.adjust("5 minutes")
      yield* Fiber.join(fiber)
      assert.strictEqual(outage.tried.length, 8)
      assert.deepStrictEqual([...dead.countByErrorKind()], [["Deserialization", 2]])
      assert.deepStrictEqual((yield* kept).map(({ id }) => id), ["a", "b"])
    }).pipe(Effect.provide(DeadLetterLog.layer.pipe(Layer.provideMerge(layerFailing(outage)))))
  })

  it.effect("a letter over the log's record size is kept, cut short, and says so; those beside it are whole", () =>
    Effect.gen(function*() {
      const dead = yield* DeadLetters
      const large = letter("large", { payload: new Uint8Array(1_000_000).fill(65) })
      yield* dead.offer([letter("a"), large, letter("b")])
      const [a, cut, b] = yield* kept
      assert.deepStrictEqual([a, b], [letter("a"), letter("b")])
      assert.deepStrictEqual({ ...cut, payload: cut?.payload.length }, {
        ...large,
        payload: 262_144,
        message: "not JSON (too large for the log: the first 262144 of 1000000 bytes are kept)"
      })
      assert.deepStrictEqual([...dead.countByErrorKind()], [["Deserialization", 3]])
    }).pipe(Effect.provide(Layer.fresh(layer))))

  it.effect("a failure that no retry mends is a defect, not a wait without end", () =>
    Effect.gen(function*() {
      const exit = yield* Effect.exit((yield* DeadLetters).offer([letter("a")]))
      assert.isTrue(Exit.hasDies(exit))
    }).pipe(
      Effect.provide(DeadLetterLog.layer.pipe(Layer.provide(layerFailing({ failures: 1, tried: [] }, "Unauthorized"))))
    ))

  it.effect("letters of the version before, which knew no sensor, are read", () =>
    Effect.gen(function*() {
      const dead = yield* DeadLetters
      yield* dead.offer([letter("a"), letter("b", { schemaVersion: 2, sensorId: "radar-1" })])
      assert.deepStrictEqual((yield* kept).map(({ schemaVersion, sensorId }) => [schemaVersion, sensorId]), [
        [1, undefined],
        [2, "radar-1"]
      ])
    }).pipe(Effect.provide(Layer.fresh(layer))))

  it.effect("the log tells of a sensor's letters of one kind once, with the first reason", () => {
    const logged = collectLogs()
    return Effect.gen(function*() {
      yield* Effect.gen(function*() {
        const dead = yield* DeadLetters
        for (let i = 0; i < 1000; i++) {
          yield* dead.offer([letter(`${i}`, { sensorId: "radar-1", message: `reason ${i}` })])
        }
        yield* dead.offer([letter("late", { sensorId: "radar-1", errorKind: "Late" })])
      }).pipe(Effect.provide(Layer.provide(Layer.fresh(layer), Symptoms.layer)))
      const warnings = logged.lines.filter((line) => line.includes("WARN"))
      assert.lengthOf(warnings, 2)
      assert.include(warnings[0], "dead letters of radar-1 at decode: Deserialization, 1000 so far: reason 0")
      assert.include(warnings[1], "dead letters of radar-1 at decode: Late, 1 so far")
      assert.lengthOf(logged.lines.filter((line) => line.includes("until the end: 1000 in")), 1)
    }).pipe(Effect.provide(logged.layer))
  })
})
