import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Latch, Metric } from "effect"
import { encodeSpans } from "../../../../src/domain/traces/otlp/encodeSpans.ts"
import type { NewLogRecord } from "../../../../src/layers/log/MessageLog.ts"
import { Collectors } from "../../../../src/layers/metrics/Collectors.ts"
import { Collector } from "../../../../src/layers/traces/collector/Collector.ts"
import { makeGroupAppend } from "../../../../src/layers/traces/collector/groupAppend.ts"
import { layerCollector } from "../../../support/otlp/collector.ts"
import { spanData } from "../../../support/spanData.ts"

const record = (bytes: number) => [{ value: new Uint8Array(bytes), headers: {}, partition: undefined }]

describe("groupAppend", () => {
  it.live("one append at a time; what comes meanwhile goes together, and nobody is answered before", () =>
    Effect.gen(function*() {
      const disk = yield* Latch.make()
      const appended: Array<number> = []
      const append = yield* makeGroupAppend(
        {
          append: (_topic: string, records: ReadonlyArray<NewLogRecord>) =>
            Effect.andThen(Effect.sync(() => void appended.push(records.length)), Effect.as(disk.await, []))
        },
        "spans",
        1000
      )
      let answered = 0
      const send = Effect.forkScoped(Effect.andThen(append(record(100)), Effect.sync(() => answered++)))
      const first = yield* send
      yield* Effect.sleep("20 millis")
      const others = yield* Effect.all(Array.from({ length: 5 }, () => send))
      yield* Effect.sleep("20 millis")
      assert.deepStrictEqual([appended, answered], [[1], 0])
      // Six wait, and there is room for four more.
      const refused = yield* Effect.flip(append(record(500)))
      assert.strictEqual(refused.reason, "Busy")
      assert.isDefined(refused.retryAfterMillis)
      yield* disk.open
      yield* Effect.forEach([first, ...others], Fiber.join)
      assert.deepStrictEqual([appended, answered], [[1, 5], 6])
      yield* append(record(1000))
    }).pipe(Effect.scoped))

  it.live("a log that breaks down refuses that group, and the next is tried", () =>
    Effect.gen(function*() {
      let broken = true
      const append = yield* makeGroupAppend(
        {
          append: () => broken ? Effect.die(new Error("a bug")) : Effect.succeed([])
        },
        "spans",
        1000
      )
      assert.strictEqual((yield* Effect.flip(append(record(900)))).reason, "Unavailable")
      broken = false
      yield* append(record(900))
    }).pipe(Effect.scoped))

  it.effect("what was accepted, refused and rejected is counted", () =>
    Effect.gen(function*() {
      const collector = yield* Collector
      const scope = { name: "", version: "", attributes: {} }
      yield* collector.acceptSpans({}, scope, [spanData(), spanData({ spanId: "" })])
      yield* collector.accept(encodeSpans({}, scope, [spanData({ attributes: { long: "x".repeat(5000) } })]))
      yield* Effect.flip(collector.accept(Uint8Array.of(10, 99)))
      yield* (yield* Collectors).collect
      const metrics = new Map(
        (yield* Metric.snapshot).map((each) => [
          [each.id, ...Object.values(each.attributes ?? {})].join(" "),
          each.state
        ])
      )
      const total = (name: string) => {
        const state = metrics.get(name)
        return state !== undefined && "count" in state ? Number(state.count) : undefined
      }
      assert.strictEqual(total("collector_spans_accepted_total process"), 2)
      assert.strictEqual(total("collector_spans_rejected_total span_id"), 1)
      assert.strictEqual(total("collector_requests_refused_total Malformed"), 1)
      assert.strictEqual(total("collector_attributes_truncated_total"), 1)
      assert.strictEqual(total("collector_request_seconds"), 2)
    }).pipe(Effect.provide(layerCollector()), Effect.provideService(Metric.MetricRegistry, new Map())))
})
