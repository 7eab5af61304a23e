import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { startLogProbe } from "../../../src/layers/health/logProbe.ts"
import { LogError, MessageLog } from "../../../src/layers/log/MessageLog.ts"

type State = "works" | "fails" | "hangs"

/** A log in memory that can be made to fail, or not to answer. */
const brittle = (state: { now: State }) =>
  Layer.effect(
    MessageLog,
    Effect.map(MessageLog, (inner) =>
      MessageLog.of({
        ...inner,
        offsets: (topic) =>
          state.now === "works"
            ? inner.offsets(topic)
            : state.now === "hangs"
            ? Effect.never
            : Effect.fail(new LogError({ reason: "Unavailable", message: "no broker" }))
      }))
  ).pipe(Layer.provide(MessageLog.layerMemory))

describe("log probe", () => {
  it.effect("tells how many records are not committed, over all partitions, and goes on while the log does not answer", () => {
    const state: { now: State } = { now: "works" }
    return Effect.gen(function*() {
      const log = yield* MessageLog
      yield* log.ensureTopic({ name: "observations", partitions: 3 })
      const append = (count: number) =>
        log.append(
          "observations",
          Array.from({ length: count }, (_, i) => ({
            key: `key-${i}`,
            value: new Uint8Array(1),
            headers: {},
            timestamp: 0
          }))
        )
      yield* append(10)
      const probe = yield* startLogProbe({ topics: ["observations"], group: "fusion" })
      assert.isUndefined(probe.answeredAt())
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual([...probe.lag()], [["observations", 10]])
      assert.deepStrictEqual([probe.failure(), probe.answeredAt()], [undefined, 0])

      const subscription = yield* log.subscribe({ topic: "observations", group: "fusion", from: "earliest" })
      const offsets = yield* log.offsets("observations")
      yield* Stream.runDrain(Stream.take(subscription.records, 10))
      yield* subscription.commit(
        offsets.map(({ end, partition }) => ({ topic: "observations", partition, offset: end }))
      )
      yield* append(2)
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual([...probe.lag()], [["observations", 2]])

      state.now = "fails"
      yield* TestClock.adjust("5 seconds")
      assert.include(probe.failure(), "no broker")
      state.now = "hangs"
      yield* TestClock.adjust("10 seconds")
      assert.include(probe.failure(), "no answer")
      assert.deepStrictEqual([...probe.lag()], [["observations", 2]])
      state.now = "works"
      yield* TestClock.adjust("10 seconds")
      assert.isUndefined(probe.failure())
    }).pipe(Effect.scoped, Effect.provide(brittle(state)))
  })
})
