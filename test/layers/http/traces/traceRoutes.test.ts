/** The query API of the trace backend, over real HTTP on a store in memory. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Schema } from "effect"
import { ApiError } from "../../../../src/domain/api/ApiError.ts"
import {
  DecisionJson,
  DependenciesJson,
  OperationsJson,
  ServiceMetricsJson,
  ServicesJson,
  TraceDiffJson,
  TraceJson,
  TracePageJson
} from "../../../../src/domain/api/traceAnswers.ts"
import { parseThreshold } from "../../../../src/domain/sampling/head/threshold.ts"
import { timeOfNanos } from "../../../../src/domain/traces/nanos.ts"
import type { StoredSpan } from "../../../../src/domain/traces/StoredSpan.ts"
import { TraceStore } from "../../../../src/layers/traces/store/TraceStore.ts"
import { UndecidedTraces } from "../../../../src/layers/traces/store/UndecidedTraces.ts"
import {
  kept,
  millisecond,
  noon,
  second,
  spanIdOf,
  storedSpan,
  traceIdOf,
  traceWrite
} from "../../../support/traces/storedSpans.ts"
import { getJson, got, traceServer } from "../../../support/traces/traceServer.ts"

const checkout = (n: number, millis: number, given: Partial<StoredSpan> = {}): ReadonlyArray<StoredSpan> => {
  const at = (offset: number) => noon + BigInt(n) * second + BigInt(offset) * millisecond
  const common = { traceId: traceIdOf(n) }
  return [
    storedSpan({
      ...common,
      spanId: spanIdOf(1),
      service: "shop",
      host: "a",
      name: "POST /order",
      kind: "server",
      startTime: at(0),
      endTime: at(millis)
    }),
    storedSpan({
      ...common,
      spanId: spanIdOf(2),
      parentSpanId: spanIdOf(1),
      service: "shop",
      host: "a",
      name: "pay",
      kind: "client",
      startTime: at(1),
      endTime: at(millis - 1)
    }),
    storedSpan({
      ...common,
      spanId: spanIdOf(3),
      parentSpanId: spanIdOf(2),
      service: "till",
      host: "b",
      name: "POST /pay",
      kind: "server",
      startTime: at(2),
      endTime: at(millis - 2),
      attributes: { customer: 7 },
      ...given
    })
  ]
}

const write = (...traces: ReadonlyArray<ReadonlyArray<StoredSpan>>) =>
  TraceStore.use((store) => store.write(traces.map((spans) => traceWrite(spans))))

const test = (name: string, body: Effect.Effect<void, unknown, Layer.Success<typeof traceServer>>) =>
  it.live(name, () => Effect.provide(body, traceServer))

describe("/v1/traces/{id}", () => {
  test(
    "is the whole trace, as the promise has it",
    Effect.gen(function*() {
      yield* write(
        checkout(1, 100, {
          status: { code: "error", message: "declined" },
          events: [{
            name: "exception",
            time: noon + 1_050n * millisecond,
            attributes: { "exception.type": "Declined" }
          }],
          links: [{ traceId: traceIdOf(2), spanId: spanIdOf(1), traceState: undefined, attributes: {} }]
        }),
        checkout(2, 50)
      )
      const trace = yield* got(TraceJson, `/v1/traces/${traceIdOf(1)}`)
      assert.deepInclude(trace, {
        traceId: traceIdOf(1),
        rootService: "shop",
        rootName: "POST /order",
        durationNanos: 100e6,
        spanCount: 3,
        errorCount: 1,
        complete: true,
        revision: 1
      })
      assert.strictEqual(trace.start, "2026-11-21T10:00:01.000000000Z")
      assert.deepStrictEqual(
        trace.spans.map(({ depth, name, parentSpanId, service }) => [name, service, parentSpanId, depth]),
        [
          ["POST /order", "shop", null, 0],
          ["pay", "shop", spanIdOf(1), 1],
          ["POST /pay", "till", spanIdOf(2), 2]
        ]
      )
      const [, , pay] = trace.spans
      assert.deepInclude(pay, {
        kind: "server",
        status: "error",
        statusMessage: "declined",
        attributes: { customer: 7 },
        durationNanos: 96e6,
        selfNanos: 96e6,
        onCriticalPath: true
      })
      assert.deepStrictEqual(pay?.events, [{
        name: "exception",
        time: "2026-11-21T10:00:01.050000000Z",
        attributes: { "exception.type": "Declined" }
      }])
      assert.deepStrictEqual(pay?.links, [{
        traceId: traceIdOf(2),
        spanId: spanIdOf(1),
        traceState: null,
        attributes: {}
      }])
      assert.deepStrictEqual(trace.resources.map(({ host, service }) => [service, host]), [["shop", "a"], [
        "till",
        "b"
      ]])
      assert.strictEqual(trace.criticalPath.reduce((sum, { durationNanos }) => sum + durationNanos, 0), 100e6)
      assert.deepStrictEqual((yield* got(TraceJson, `/v1/traces/${traceIdOf(2)}`)).linkedFrom, [{
        traceId: traceIdOf(1),
        spanId: spanIdOf(3),
        targetSpanId: spanIdOf(1)
      }])
    })
  )

  test(
    "corrects clocks, tells by how much, and leaves them on request",
    Effect.gen(function*() {
      const behind = { startTime: noon, endTime: noon + 90n * millisecond }
      yield* write(checkout(1, 100, behind))
      const trace = yield* got(TraceJson, `/v1/traces/${traceIdOf(1)}`)
      const [pair] = trace.skew
      assert.deepInclude(pair, {
        from: "a",
        to: "b",
        observations: 1,
        contradictory: false,
        lowNanos: -1009e6,
        highNanos: -1001e6,
        thetaNanos: -1005e6
      })
      assert.deepInclude(trace.spans[2], { start: timeOfNanos(noon + 1005n * millisecond), skewNanos: 1005e6 })
      const raw = yield* got(TraceJson, `/v1/traces/${traceIdOf(1)}?raw=true`)
      assert.deepInclude(raw.spans[2], { start: timeOfNanos(noon), skewNanos: 0, warnings: ["starts_before_parent"] })
      assert.isTrue(raw.raw)
    })
  )

  test(
    "learns clocks from other traces of the time too",
    Effect.gen(function*() {
      yield* write(...[1, 2, 3].map((n) =>
        checkout(n, 100, {
          startTime: noon + BigInt(n) * second - 500n * millisecond,
          endTime: noon + BigInt(n) * second - BigInt(420 + n) * millisecond
        })
      ))
      const trace = yield* got(TraceJson, `/v1/traces/${traceIdOf(1)}`)
      assert.strictEqual(trace.skew[0]?.observations, 3)
    })
  )

  test(
    "takes ids in upper case and without their zeros, and refuses what is none",
    Effect.gen(function*() {
      yield* write(checkout(171, 10))
      assert.strictEqual((yield* got(TraceJson, "/v1/traces/AB")).traceId, traceIdOf(171))
      for (const id of ["xyz", "0", "1".repeat(33)]) {
        const { body, status, traceId } = yield* getJson(`/v1/traces/${id}`)
        assert.strictEqual(status, 400, id)
        const { error } = yield* Schema.decodeUnknownEffect(ApiError)(body)
        assert.deepInclude(error, { code: "bad_request", details: { parameter: "id" }, request_id: traceId })
      }
      const { body, status } = yield* getJson(`/v1/traces/${traceIdOf(5)}`)
      assert.strictEqual(status, 404)
      assert.strictEqual((yield* Schema.decodeUnknownEffect(ApiError)(body)).error.code, "not_found")
      assert.strictEqual((yield* getJson(`/v1/traces/${traceIdOf(171)}?raw=maybe`)).status, 400)
    })
  )
})

describe("/v1/traces", () => {
  test(
    "searches by everything at once, in pages",
    Effect.gen(function*() {
      yield* write(
        ...Array.from(
          { length: 30 },
          (_, n) =>
            checkout(n + 1, 10 * (n + 1), n % 2 === 0 ? { attributes: { customer: 8, "http.route": "a=b" } } : {})
        )
      )
      const found = Effect.fnUntraced(function*(query: string) {
        const { next, traces } = yield* got(TracePageJson, `/v1/traces?${query}`)
        return { ids: traces.map(({ traceId }) => Number.parseInt(traceId, 16)), next }
      })
      assert.deepStrictEqual((yield* found("limit=3")).ids, [30, 29, 28])
      assert.deepStrictEqual((yield* found("service=till&tag=customer=7&minDuration=280ms")).ids, [30, 28])
      assert.deepStrictEqual((yield* found("tag=customer=8&tag=http.route=a%3Db&maxDuration=30ms")).ids, [3, 1])
      assert.deepStrictEqual((yield* found("service=shop&tag=customer=7")).ids, [])
      assert.deepStrictEqual(
        (yield* found(`operation=pay&start=${timeOfNanos(noon + 5n * second)}&end=${timeOfNanos(noon + 7n * second)}`))
          .ids,
        [6, 5]
      )
      assert.deepStrictEqual((yield* found("error=true")).ids, [])
      const first = yield* found("limit=25&service=")
      const second_ = yield* found(`limit=25&page=${first.next ?? ""}`)
      assert.deepStrictEqual([...first.ids, ...second_.ids], Array.from({ length: 30 }, (_, n) => 30 - n))
      assert.isNull(second_.next)
    })
  )

  test(
    "names what it cannot read",
    Effect.gen(function*() {
      for (
        const [query, parameter] of [
          ["minDuration=fast", "minDuration"],
          ["limit=1001", "limit"],
          ["limit=0", "limit"],
          ["start=yesterday", "start"],
          ["tag=customer", "tag"],
          ["error=perhaps", "error"],
          ["page=2", "page"],
          ["servce=shop", "servce"],
          ["start=1h&end=2h", "start"],
          ["minDuration=2s&maxDuration=1s", "minDuration"]
        ] as const
      ) {
        const { body, status } = yield* getJson(`/v1/traces?${query}`)
        assert.strictEqual(status, 400, query)
        const { error } = yield* Schema.decodeUnknownEffect(ApiError)(body)
        assert.strictEqual(error.details["parameter"], parameter)
        assert.include(error.message, parameter)
      }
    })
  )
})

describe("what services did", () => {
  test(
    "services, operations, metrics and dependencies",
    Effect.gen(function*() {
      yield* write(
        ...Array.from(
          { length: 20 },
          (_, n) => checkout(n + 1, 10 * (n + 1), { status: { code: n < 3 ? "error" : "unset" } })
        )
      )
      assert.deepStrictEqual((yield* got(ServicesJson, "/v1/services")).services, ["shop", "till"])
      assert.deepStrictEqual((yield* got(OperationsJson, "/v1/services/shop/operations")).operations, [{
        name: "POST /order",
        kind: "server"
      }, { name: "pay", kind: "client" }])
      const window = `start=${timeOfNanos(noon)}&end=${timeOfNanos(noon + 3600n * second)}`
      const metrics = yield* got(ServiceMetricsJson, `/v1/services/till/metrics?${window}`)
      assert.deepInclude(metrics, {
        service: "till",
        count: 20,
        errors: 3,
        p50Nanos: 96e6,
        p95Nanos: 186e6,
        p99Nanos: 196e6,
        p999Nanos: 196e6
      })
      const none = yield* got(ServiceMetricsJson, `/v1/services/a%20b/metrics?${window}`)
      assert.deepInclude(none, { service: "a b", count: 0, p50Nanos: null })
      assert.deepStrictEqual((yield* got(DependenciesJson, `/v1/dependencies?${window}`)).dependencies, [{
        parent: "shop",
        child: "till",
        calls: 20,
        errors: 3
      }])
      assert.deepStrictEqual(
        (yield* got(DependenciesJson, "/v1/dependencies?start=2020-01-01T00:00:00Z&end=2020-01-02T00:00:00Z"))
          .dependencies,
        []
      )
    })
  )
})

describe("two traces compared", () => {
  test(
    "by paths, with what took longer first",
    Effect.gen(function*() {
      const extra = storedSpan({
        traceId: traceIdOf(2),
        spanId: spanIdOf(9),
        parentSpanId: spanIdOf(3),
        service: "till",
        name: "retry",
        startTime: noon,
        endTime: noon + second
      })
      yield* write(checkout(1, 100), [...checkout(2, 300), extra])
      const diff = yield* got(TraceDiffJson, `/v1/traces/${traceIdOf(1)}/diff/${traceIdOf(2)}`)
      const pay = "shop: POST /order > shop: pay > till: POST /pay"
      assert.deepStrictEqual(diff.common, ["shop: POST /order", "shop: POST /order > shop: pay", pay])
      assert.deepStrictEqual([diff.onlyA, diff.onlyB], [[], [`${pay} > till: retry`]])
      assert.deepStrictEqual(diff.slower[0], { path: "shop: POST /order", aNanos: 100e6, bNanos: 300e6 })
      assert.strictEqual(diff.slower.length, 3)
      const missing = yield* getJson(`/v1/traces/${traceIdOf(1)}/diff/${traceIdOf(7)}`)
      assert.strictEqual(missing.status, 404)
      assert.include(JSON.stringify(missing.body), traceIdOf(7))
    })
  )
})

describe("why", () => {
  it.live("kept, dropped, undecided or unknown", () =>
    Effect.gen(function*() {
      yield* write(checkout(1, 10))
      yield* TraceStore.use((store) =>
        store.write([
          traceWrite([], {
            traceId: traceIdOf(2),
            decision: {
              ...kept,
              keep: false,
              policy: "probabilistic",
              threshold: parseThreshold("fd7") ?? kept.threshold,
              late: true
            }
          })
        ])
      )
      const why = (n: number) => got(DecisionJson, `/v1/traces/${traceIdOf(n)}/why`)
      assert.deepStrictEqual(yield* why(1), {
        traceId: traceIdOf(1),
        decision: "kept",
        policy: "always_sample",
        threshold: "0",
        probability: 1,
        ruleset: "r1",
        decidedAt: "2026-11-21T10:00:00.000000000Z",
        late: false
      })
      const dropped = yield* why(2)
      assert.deepInclude(dropped, { decision: "dropped", policy: "probabilistic", threshold: "fd7", late: true })
      assert.approximately(dropped.probability ?? 1, 0.01, 0.001)
      assert.deepInclude(yield* why(3), { decision: "undecided", policy: null })
      assert.deepInclude(yield* why(4), { decision: "unknown", policy: null, threshold: null, decidedAt: null })
    }).pipe(
      Effect.provide(traceServer.pipe(
        Layer.provide(Layer.succeed(UndecidedTraces, { has: (id) => id === traceIdOf(3) })),
        Layer.provide(Logger.layer([]))
      ))
    ))
})
