/** What is Kafka's alone: gaps, transactions, headers as bytes, the client's timer, rebalances, brokers that are not there. */
import { assert, describe, layer as withLayer } from "@effect/vitest"
import { ConfigProvider, Duration, Effect, Fiber, Layer, Result } from "effect"
import kafkajs from "kafkajs"
import { createServer } from "node:net"
import { KafkaLog } from "../../../../src/layers/log/kafka/KafkaLog.ts"
import { layerLogFromConfig } from "../../../../src/layers/log/logFromConfig.ts"
import { failureOf, MessageLog } from "../../../../src/layers/log/MessageLog.ts"
import { kafkaDirectory, skipReason, startKafka, stopKafka } from "../../../support/kafka.ts"
import { freePort } from "../../../support/process.ts"
import {
  after,
  expectFailure,
  join,
  newTopic,
  numbered,
  record,
  settled,
  text,
  uniqueName
} from "../contract/support.ts"
import { broker, onKafka, plainClient, quick, removeBefore } from "./kafkaSupport.ts"

const reason = skipReason()
const guarded = Effect.timeout("25 seconds")
const options = { excludeTestServices: true, timeout: "60 seconds" } as const

/** The timers that the client's request queue sets while `effect` runs. */
const countQueueTimers = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<number, E, R> =>
  Effect.suspend(() => {
    const original = globalThis.setTimeout
    let count = 0
    const counting = new Proxy(original, {
      apply: (target, self, args) => {
        if (new Error("where").stack?.includes("scheduleCheckPendingRequests") === true) count++
        return Reflect.apply(target, self, args)
      }
    })
    globalThis.setTimeout = counting
    return Effect.map(Effect.ensuring(effect, Effect.sync(() => void (globalThis.setTimeout = original))), () => count)
  })

const unreachable = (port: number) =>
  Effect.flip(Effect.scoped(Layer.build(KafkaLog.layer({
    brokers: [`127.0.0.1:${port}`],
    connectTimeout: Duration.millis(500),
    requestTimeout: Duration.seconds(1),
    operationTimeout: Duration.seconds(10)
  }))))

describe.skipIf(reason !== undefined)(`Kafka only${reason === undefined ? "" : ` (${reason})`}`, () => {
  withLayer(onKafka(), options)("one broker", (it) => {
    it.effect("records that retention removed before a member came are counted", () =>
      Effect.gen(function*() {
        const log = yield* MessageLog
        const topic = yield* newTopic(1)
        const group = uniqueName("group")
        yield* log.append(topic, numbered(10, 0))
        const first = yield* join({ topic, group, from: "earliest" })
        yield* first.take(10)
        yield* first.commit([{ topic, partition: 0, offset: 2 }])
        yield* first.leave
        yield* removeBefore(topic, 0, 6)
        const second = yield* join({ topic, group, from: "latest" })
        assert.deepStrictEqual((yield* second.take(4)).map((each) => each.offset), [6, 7, 8, 9])
        assert.strictEqual(yield* second.missed, 4)
      }).pipe(guarded))

    it.effect("a position past the end is an error, not a silent start elsewhere", () =>
      Effect.gen(function*() {
        const log = yield* MessageLog
        const topic = yield* newTopic(1)
        yield* log.append(topic, numbered(3, 0))
        const options = {
          topic,
          group: uniqueName("group"),
          from: "earliest",
          startAt: () => Effect.succeed(9)
        } as const
        yield* expectFailure(Effect.scoped(log.subscribe(options)), "OffsetOutOfRange")
      }).pipe(guarded))

    it.effect("records of an aborted transaction are never seen, and its markers stop nobody", () =>
      Effect.gen(function*() {
        const log = yield* MessageLog
        const topic = yield* newTopic(1)
        const client = yield* plainClient
        yield* Effect.promise(async () => {
          const producer = client.producer({
            transactionalId: uniqueName("transaction"),
            idempotent: true,
            maxInFlightRequests: 1
          })
          await producer.connect()
          for (const [value, keep] of [["a", true], ["lost", false], ["b", true], ["lost too", false]] as const) {
            const transaction = await producer.transaction()
            await transaction.send({ topic, messages: [{ value, partition: 0 }] })
            await (keep ? transaction.commit() : transaction.abort())
          }
          await producer.disconnect()
        })
        yield* log.append(topic, [record("c")])
        const expected: ReadonlyArray<readonly [string, number]> = [["a", 0], ["b", 4], ["c", 8]]
        const read: Array<readonly [string, number]> = []
        for (let offset = 0; offset < 9; offset = (read.at(-1)?.[1] ?? 0) + 1) {
          const found = yield* log.read({ topic, partition: 0, offset, max: 1 })
          read.push(...found.map((each) => [text(each), each.offset] as const))
        }
        assert.deepStrictEqual(read, [...expected])
        const member = yield* join({ topic, group: uniqueName("group"), from: "earliest", maxRecords: 1 })
        const taken = yield* member.take(3)
        assert.deepStrictEqual(taken.map((each) => [text(each), each.offset] as const), [...expected])
        assert.strictEqual(yield* member.missed, 0)
      }).pipe(guarded))

    it.effect("headers are on the wire byte for byte, and the last of a repeated name counts", () =>
      Effect.gen(function*() {
        const log = yield* MessageLog
        const topic = yield* newTopic(1)
        const headers = {
          traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
          tracestate: "ot=th:fd70a4;rv:0123456789abcd,congo=t61rcWkgMzE"
        }
        yield* log.append(topic, [record("ours", { headers })])
        const client = yield* plainClient
        const seen = yield* Effect.promise(async () => {
          const producer = client.producer()
          await producer.connect()
          await producer.send({ topic, messages: [{ value: "theirs", headers: { twice: ["one", "two"], none: "" } }] })
          await producer.disconnect()
          const consumer = client.consumer({ groupId: uniqueName("group") })
          await consumer.connect()
          await consumer.subscribe({ topic, fromBeginning: true })
          return new Promise<Record<string, unknown>>((resolve) => {
            void consumer.run({
              eachMessage: async ({ message }) => {
                resolve(message.headers ?? {})
                void consumer.disconnect()
              }
            })
          })
        })
        assert.deepStrictEqual(
          seen,
          Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value)]))
        )
        const [, theirs] = yield* log.read({ topic, partition: 0, offset: 0, max: 2 }).pipe(
          Effect.repeat({ until: (records) => records.length === 2 })
        )
        assert.deepStrictEqual(theirs?.headers, { twice: "two", none: "" })
      }).pipe(guarded))

    it.effect("the client sets no timer while no request waits, and none with a negative delay", () =>
      Effect.gen(function*() {
        const log = yield* MessageLog
        const warnings: Array<string> = []
        const onWarning = (warning: Error) => void warnings.push(warning.name)
        process.on("warning", onWarning)
        const topic = yield* newTopic(2)
        const member = yield* join({ topic, group: uniqueName("group"), from: "earliest" })
        const timers = yield* countQueueTimers(Effect.gen(function*() {
          yield* log.append(topic, numbered(10, 0))
          yield* member.take(10)
          const waiting = yield* Effect.forkChild(member.pull)
          yield* Effect.sleep(500)
          yield* Fiber.interrupt(waiting)
        }))
        process.off("warning", onWarning)
        assert.strictEqual(timers, 0)
        assert.notInclude(warnings, "TimeoutNegativeWarning")
      }).pipe(guarded))

    it.effect("members that join all at once share the partitions, and each record comes to one of them", () =>
      Effect.gen(function*() {
        const log = yield* MessageLog
        const topic = yield* newTopic(6)
        const group = uniqueName("group")
        const members = yield* Effect.forEach(
          [0, 1, 2],
          () => join({ topic, group, from: "latest" }),
          { concurrency: "unbounded" }
        )
        yield* settled(members, 6)
        const seen: Array<string> = []
        yield* Effect.forEach(
          members,
          (member) =>
            Effect.forkScoped(
              Effect.forever(Effect.map(member.pull, (records) => void seen.push(...records.map(text))))
            )
        )
        for (const partition of [0, 1, 2, 3, 4, 5]) yield* log.append(topic, numbered(10, partition, `${partition}/`))
        while (seen.length < 60) yield* Effect.sleep(20)
        assert.strictEqual(new Set(seen).size, 60)
        assert.strictEqual(seen.length, 60)
      }).pipe(guarded))

    it.effect("a commit for what was given before the partition was lost and won again is refused", () =>
      Effect.gen(function*() {
        const log = yield* MessageLog
        const topic = yield* newTopic(2)
        const group = uniqueName("group")
        for (const partition of [0, 1]) yield* log.append(topic, numbered(10, partition))
        const first = yield* join({ topic, group, from: "earliest" })
        yield* first.take(20)
        const second = yield* join({ topic, group, from: "earliest" })
        yield* settled([first, second], 2)
        const [lost] = yield* second.assignment
        yield* second.leave
        yield* settled([first], 2)
        const error = yield* expectFailure(
          first.commit([{ topic, partition: lost ?? -1, offset: 10 }]),
          "PartitionNotOwned"
        )
        assert.deepStrictEqual(error.partitions, [lost ?? -1])
        const again = yield* first.take(10)
        assert.deepStrictEqual(again.map((each) => each.offset), Array.from({ length: 10 }, (_, i) => i))
        yield* first.commit([{ topic, partition: lost ?? -1, offset: 10 }])
        assert.strictEqual((yield* log.committed(topic, group)).get(lost ?? -1), 10)
      }).pipe(guarded))
  })

  withLayer(Layer.empty, options)("configuration", (it) => {
    it.effect("PERIGEE_LOG=kafka with the broker's address is this log", () =>
      Effect.gen(function*() {
        const { bootstrap } = yield* broker
        const env = {
          PERIGEE_LOG: "kafka",
          PERIGEE_KAFKA_BROKERS: ` ${bootstrap}, ${bootstrap}`,
          PERIGEE_KAFKA_RETRIES: "2"
        }
        const configured = Layer.provide(layerLogFromConfig, ConfigProvider.layer(ConfigProvider.fromEnv({ env })))
        const topic = yield* newTopic(1).pipe(Effect.provide(configured))
        const seen = yield* Effect.provide(Effect.flatMap(MessageLog, (log) => log.offsets(topic)), onKafka())
        assert.deepStrictEqual(seen, [{ partition: 0, beginning: 0, end: 0 }])
      }).pipe(guarded))
  })

  withLayer(Layer.empty, options)("life", (it) => {
    it.effect("after the log was closed an append fails and does not hang", () =>
      Effect.gen(function*() {
        const [log, topic] = yield* Effect.provide(
          Effect.gen(function*() {
            return [yield* MessageLog, yield* newTopic(1)] as const
          }),
          onKafka()
        )
        yield* expectFailure(log.append(topic, [record("late")]), "Unavailable")
      }).pipe(guarded))

    it.effect.each([
      { brokers: [] },
      { brokers: ["kafka"] },
      { heartbeatInterval: Duration.seconds(30), sessionTimeout: Duration.seconds(10) },
      { retries: 0 }
    ])(
      "settings that cannot work are Invalid: %o",
      (settings) => expectFailure(Effect.scoped(Layer.build(KafkaLog.layer(settings))), "Invalid")
    )
  })

  withLayer(onKafka({ fetchBytes: 1024 }), options)("small fetches", (it) => {
    it.effect("records that retention removed while a member was reading are counted", () =>
      Effect.gen(function*() {
        const log = yield* MessageLog
        const topic = yield* newTopic(1)
        for (let i = 0; i < 10; i++) yield* log.append(topic, [record("", { value: new Uint8Array(2000).fill(i) })])
        const group = uniqueName("group")
        const member = yield* join({ topic, group, from: "earliest" })
        assert.deepStrictEqual((yield* member.take(1)).map((each) => each.offset), [0])
        yield* member.commit([{ topic, partition: 0, offset: 1 }])
        // The record at 1 may have been fetched in advance: it is not lost then.
        yield* removeBefore(topic, 0, 8)
        const rest = (yield* member.take(2)).map((each) => each.offset)
        if (rest[0] === 1) rest.push(...(yield* member.take(1)).map((each) => each.offset))
        const prefetched = rest.length - 2
        assert.deepStrictEqual(rest.slice(prefetched), [8, 9])
        assert.strictEqual(yield* member.missed, 7 - prefetched)
        assert.deepStrictEqual([...(yield* log.committed(topic, group))], [[0, 1]])
      }).pipe(guarded))
  })

  withLayer(onKafka({ drainTimeout: Duration.seconds(5) }), options)("a long drain", (it) => {
    it.effect("a rebalance waits for the commit of what was given, so that nothing comes twice", () =>
      Effect.gen(function*() {
        const log = yield* MessageLog
        const topic = yield* newTopic(2)
        const group = uniqueName("group")
        for (const partition of [0, 1]) yield* log.append(topic, numbered(5, partition))
        const first = yield* join({ topic, group, from: "earliest" })
        const records = yield* first.take(10)
        yield* Effect.forkChild(Effect.delay(first.commit(records.map(after)), "1 second"))
        const second = yield* join({ topic, group, from: "earliest" })
        yield* settled([first, second], 2)
        assert.deepStrictEqual([...(yield* log.committed(topic, group))], [[0, 5], [1, 5]])
        const [partition] = yield* second.assignment
        yield* log.append(topic, [record("new", { partition: partition ?? -1 })])
        assert.deepStrictEqual((yield* second.pull).map(text), ["new"])
      }).pipe(guarded))
  })

  withLayer(Layer.empty, options)("no broker", (it) => {
    it.effect("nothing listens: Unavailable, with what to check", () =>
      Effect.gen(function*() {
        const error = yield* unreachable(yield* Effect.promise(freePort))
        assert.strictEqual(error.reason, "Unavailable")
        assert.include(error.message, "check PERIGEE_KAFKA_BROKERS")
        assert.include(error.message, "ECONNREFUSED")
      }).pipe(guarded))

    it.effect("a server that accepts and never answers: Unavailable", () =>
      Effect.gen(function*() {
        const port = yield* Effect.promise(freePort)
        yield* Effect.acquireRelease(
          Effect.sync(() =>
            createServer((socket) => void socket.on("error", () => undefined)).listen(port, "127.0.0.1")
          ),
          (server) => Effect.sync(() => void server.close())
        )
        const error = yield* unreachable(port)
        assert.strictEqual(error.reason, "Unavailable")
        assert.include(error.message, "does not answer")
      }).pipe(guarded))

    it.effect("an append that is too large fails alone: those under way beside it are in the log, each once", () =>
      Effect.gen(function*() {
        const log = yield* MessageLog
        const [narrow, wide] = [yield* newTopic(2), yield* newTopic(1)]
        const outside = yield* plainClient
        yield* Effect.promise(async () => {
          const admin = outside.admin()
          await admin.connect()
          await admin.alterConfigs({
            validateOnly: false,
            resources: [{
              type: kafkajs.ConfigResourceTypes.TOPIC,
              name: narrow,
              configEntries: [{ name: "max.message.bytes", value: "20000" }]
            }]
          })
          await admin.disconnect()
        })
        const large = record("x".repeat(100_000), { partition: 0 })
        // The first is under way while the others gather behind it.
        const appends = [
          ...numbered(5, 0, "first").map((each) => [wide, each] as const),
          ...numbered(10, 0, "before").map((each) => [narrow, each] as const),
          [narrow, large] as const,
          ...numbered(10, 0, "after").map((each) => [narrow, each] as const),
          ...numbered(10, 1, "beside").map((each) => [narrow, each] as const),
          ...numbered(10, 0, "elsewhere").map((each) => [wide, each] as const)
        ]
        const exits = yield* Effect.forEach(
          appends,
          // The topic's own limits on timestamps went with the change of its settings.
          ([topic, each]) => Effect.result(log.append(topic, [{ ...each, timestamp: Date.now() }])),
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(
          exits.map((result) => Result.isFailure(result) ? result.failure.reason : "written"),
          appends.map(([, each]) => each === large ? "RecordTooLarge" : "written")
        )
        for (const [i, [topic, each]] of appends.entries()) {
          const exit = exits[i]
          const position = exit !== undefined && Result.isSuccess(exit) ? exit.success[0] : undefined
          if (position === undefined) continue
          const [found] = yield* log.read({ topic, partition: position.partition, offset: position.offset, max: 1 })
          assert.strictEqual(found === undefined ? undefined : text(found), new TextDecoder().decode(each.value))
        }
        const ends = [...yield* log.offsets(narrow), ...yield* log.offsets(wide)].map(({ end }) => end)
        assert.deepStrictEqual(ends, [20, 10, 15])
      }).pipe(Effect.provide(onKafka()), guarded))

    it.effect("a broker that is killed: the append and the stream fail with Unavailable", () =>
      Effect.gen(function*() {
        const broker = yield* Effect.acquireRelease(
          Effect.promise(() => startKafka(kafkaDirectory())),
          (started) => Effect.promise(() => stopKafka(started))
        )
        const settings = {
          ...quick,
          brokers: [broker.bootstrap],
          retries: 1,
          connectTimeout: Duration.millis(500),
          operationTimeout: Duration.seconds(10)
        }
        yield* Effect.gen(function*() {
          const log = yield* MessageLog
          const topic = yield* newTopic(1)
          yield* log.append(topic, [record("before")])
          const member = yield* join({ topic, group: uniqueName("group"), from: "earliest" })
          yield* member.take(1)
          const pulling = yield* Effect.forkChild(Effect.flip(member.pull))
          process.kill(broker.pid, "SIGKILL")
          const unwritten = yield* expectFailure(log.append(topic, [record("after")]), "Unavailable")
          const uncommitted = yield* Effect.flip(member.commit([{ topic, partition: 0, offset: 1 }]))
          assert.deepStrictEqual([unwritten, uncommitted].map(failureOf), ["transient", "transient"])
          const failure = yield* Fiber.join(pulling)
          assert.strictEqual(failure._tag === "LogError" ? failure.reason : failure._tag, "Unavailable")
        }).pipe(Effect.provide(KafkaLog.layer(settings)))
      }).pipe(Effect.timeout("50 seconds")))
  })
})
