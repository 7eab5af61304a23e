/** The contract of `TraceStore`, run on every Layer. Each test gets a store of its own, empty. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Result, type Scope } from "effect"
import { parseThreshold } from "../../../../../src/domain/sampling/head/threshold.ts"
import { stream } from "../../../../../src/domain/simulation/random.ts"
import { metricsOf } from "../../../../../src/domain/traces/search/quantiles.ts"
import { searchTraces } from "../../../../../src/domain/traces/search/searchTraces.ts"
import { summarizeTrace } from "../../../../../src/domain/traces/search/summarizeTrace.ts"
import { addCalls, serviceCalls } from "../../../../../src/domain/traces/serviceCalls.ts"
import type { StoredSpan } from "../../../../../src/domain/traces/StoredSpan.ts"
import type { TraceQuery } from "../../../../../src/domain/traces/TraceQuery.ts"
import type { TraceDecision } from "../../../../../src/domain/traces/TraceRecord.ts"
import { TraceStore, type TraceStoreError } from "../../../../../src/layers/traces/store/TraceStore.ts"
import {
  kept,
  millisecond,
  noon,
  second,
  spanIdOf,
  storedSpan,
  traceIdOf,
  traceWrite
} from "../../../../support/traces/storedSpans.ts"

export interface TraceStoreUnderTest {
  /** Runs `use` against a new, empty store; called again within one test it opens the same one again, if it is kept at all. */
  readonly opened: <A, E>(use: Effect.Effect<A, E, TraceStore>) => Effect.Effect<A, E | TraceStoreError, Scope.Scope>
  /** Opened again it has what was written. */
  readonly durable: boolean
}

const idsOf = (traces: ReadonlyArray<{ readonly traceId: string }>): ReadonlyArray<number> =>
  traces.map(({ traceId }) => Number.parseInt(traceId, 16))

/** In an order that does not depend on how they came. */
const sorted = (spans: ReadonlyArray<StoredSpan>): ReadonlyArray<StoredSpan> =>
  spans.toSorted((a, b) => `${a.spanId} ${a.kind}` < `${b.spanId} ${b.kind}` ? -1 : 1)

const stored = (traceId: string) => Effect.map(TraceStore.use((store) => store.trace(traceId)), Option.getOrUndefined)

const search = (query: TraceQuery) => TraceStore.use((store) => store.search(query))

/** All pages, one after the other. */
const searchAll = Effect.fnUntraced(function*(query: TraceQuery) {
  const ids: Array<string> = []
  for (let page: string | undefined, first = true; first || page !== undefined; first = false) {
    const answer = yield* search({ ...query, page })
    assert.isAtMost(answer.traces.length, query.limit ?? 20)
    ids.push(...answer.traces.map(({ traceId }) => traceId))
    page = answer.next
  }
  return ids
})

const write = (...writes: ReadonlyArray<ReturnType<typeof traceWrite>>) =>
  TraceStore.use((store) => store.write(writes))

const everyField = storedSpan({
  spanId: spanIdOf(7),
  parentSpanId: spanIdOf(6),
  traceState: "ot=th:8,vendor=x",
  flags: 0x301,
  name: "GET /käse?q=\u0000",
  kind: "client",
  startTime: noon + 1n,
  endTime: noon + 12_345_678_901n,
  status: { code: "error", message: "no cheese" },
  attributes: {
    text: "a",
    yes: true,
    whole: 42,
    part: 1.5,
    huge: 9_007_199_254_740_993n,
    list: ["a", 1, false],
    none: []
  },
  events: [{ name: "retry", time: noon + 5n, attributes: { attempt: 1 } }],
  links: [{ traceId: traceIdOf(99), spanId: spanIdOf(98), traceState: "l=1", attributes: { why: "batch" } }],
  resource: { "service.name": "shop", "host.name": "h1", "process.pid": 4242 },
  scope: { name: "lib", version: "0.9", attributes: { x: "y" } }
})

/** Traces of a few services, operations, tags, lengths and errors, some with late parts. */
const someTraces = (seed: number, count: number): ReadonlyArray<ReadonlyArray<StoredSpan>> => {
  const random = stream(seed, "stored traces")
  const one = <A>(of: ReadonlyArray<A>): A => {
    const found = of[random.integer(0, of.length - 1)]
    if (found === undefined) throw new Error("nothing to choose from")
    return found
  }
  return Array.from({ length: count }, (_, n) => {
    const start = noon + BigInt(n % (count - 2)) * second
    return Array.from({ length: random.integer(1, 6) }, (_, place) =>
      storedSpan({
        traceId: traceIdOf(n + 1),
        spanId: spanIdOf(place + 1),
        parentSpanId: place === 0 ? undefined : spanIdOf(random.integer(1, place)),
        service: one(["shop", "cart", "till"]),
        name: one(["GET /", "POST /order", "pay"]),
        kind: place === 0 ? "server" : one(["server", "client", "internal"] as const),
        startTime: start + BigInt(place) * millisecond,
        endTime: start + BigInt(place + random.integer(0, 400)) * millisecond,
        status: { code: random.uniform() < 0.15 ? "error" : "unset" },
        attributes: { customer: one(["7", "8", "9"]), "http.status": one([200, 500]) }
      }))
  })
}

const queries: ReadonlyArray<TraceQuery> = [
  {},
  { limit: 7 },
  { service: "cart" },
  { service: "nobody" },
  { operation: "pay" },
  { service: "till", operation: "pay" },
  { tags: { customer: "8" } },
  { tags: { customer: "8", "http.status": "500" } },
  { service: "shop", tags: { "service.name": "shop", customer: "9" } },
  { tags: { customer: "10" } },
  { error: true },
  { error: false },
  { service: "cart", error: true },
  { minDurationNanos: 200n * millisecond },
  { maxDurationNanos: 100n * millisecond, service: "shop" },
  { minDurationNanos: 100n * millisecond, maxDurationNanos: 300n * millisecond, tags: { customer: "7" } },
  { start: noon + 10n * second },
  { end: noon + 10n * second, service: "shop" },
  { start: noon + 5n * second, end: noon + 6n * second }
]

export const traceStoreContract = (name: string, makeStore: Effect.Effect<TraceStoreUnderTest, never, Scope.Scope>) => {
  const test = (
    what: string,
    body: (under: TraceStoreUnderTest) => Effect.Effect<void, TraceStoreError, Scope.Scope>
  ) => it.live(what, () => Effect.scoped(Effect.flatMap(makeStore, body)))
  const check = (what: string, body: Effect.Effect<void, TraceStoreError, TraceStore>) =>
    test(what, ({ opened }) => opened(body))

  describe(`the contract of a trace store: ${name}`, () => {
    check(
      "every field of a span comes back as it went in",
      Effect.gen(function*() {
        yield* write(traceWrite([everyField]))
        assert.deepStrictEqual((yield* stored(everyField.traceId))?.spans, [everyField])
      })
    )

    check(
      "a trace that was never written is none, in every answer",
      Effect.gen(function*() {
        const store = yield* TraceStore
        assert.isUndefined(yield* stored(traceIdOf(5)))
        assert.isTrue(Option.isNone(yield* store.decision(traceIdOf(5))))
        assert.deepStrictEqual(yield* search({}), { traces: [], next: undefined })
        assert.deepStrictEqual(yield* store.services, [])
        assert.deepStrictEqual(yield* store.operations("shop"), [])
        assert.deepStrictEqual(yield* store.dependencies({ start: 0n, end: noon }), [])
        assert.deepStrictEqual(yield* store.linkedFrom(traceIdOf(5)), [])
        const { count, p50Nanos } = yield* store.serviceMetrics("shop", { start: 0n, end: noon })
        assert.deepStrictEqual([count, p50Nanos], [0, undefined])
        const { spans, traces } = yield* store.stats
        assert.deepStrictEqual([traces, spans], [0, 0])
      })
    )

    check(
      "what is written again, in any order, split or whole, changes nothing",
      Effect.gen(function*() {
        const spans = [1, 2, 3].map((n) =>
          storedSpan({ spanId: spanIdOf(n), parentSpanId: n === 1 ? undefined : spanIdOf(1) })
        )
        yield* write(traceWrite(spans.slice(0, 2)))
        yield* write(traceWrite(spans.slice(1), { revision: 2 }))
        yield* write(traceWrite(spans.toReversed(), { revision: 2 }), traceWrite(spans, { revision: 1 }))
        const record = yield* stored(traceIdOf(1))
        assert.deepStrictEqual(sorted(record?.spans ?? []), spans)
        assert.strictEqual(record?.revision, 2)
        const { traces } = yield* search({})
        assert.deepStrictEqual(traces.map(({ spanCount }) => spanCount), [3])
        assert.deepStrictEqual((yield* (yield* TraceStore).stats).spans, 3)
      })
    )

    check(
      "one id and two kinds are two spans",
      Effect.gen(function*() {
        const spans = (["client", "server"] as const).map((kind) => storedSpan({ spanId: spanIdOf(1), kind }))
        yield* write(traceWrite(spans))
        assert.deepStrictEqual(sorted((yield* stored(traceIdOf(1)))?.spans ?? []), spans)
      })
    )

    check(
      "late spans join their trace; of decision and completion those of the greatest revision stand",
      Effect.gen(function*() {
        const decision: TraceDecision = {
          ...kept,
          policy: "latency",
          threshold: parseThreshold("e8") ?? kept.threshold,
          late: true
        }
        yield* write(traceWrite([storedSpan({ spanId: spanIdOf(1) })]))
        const late = traceWrite([
          storedSpan({ spanId: spanIdOf(2), parentSpanId: spanIdOf(1), endTime: noon + 3n * second })
        ], {
          revision: 3,
          decision,
          completion: { state: "partial", reason: "timeout" }
        })
        yield* write(late)
        yield* write(traceWrite([storedSpan({ spanId: spanIdOf(3) })], { revision: 2 }))
        const record = yield* stored(traceIdOf(1))
        assert.deepStrictEqual(record?.decision, decision)
        assert.deepStrictEqual(record?.completion, { state: "partial", reason: "timeout" })
        assert.strictEqual(record?.revision, 3)
        assert.strictEqual(record?.spans.length, 3)
        assert.deepStrictEqual(idsOf((yield* search({ minDurationNanos: 2n * second })).traces), [1])
        assert.deepStrictEqual(
          Option.getOrUndefined(yield* TraceStore.use((store) => store.decision(traceIdOf(1)))),
          decision
        )
      })
    )

    check(
      "of a dropped trace the decision is kept, and nothing else",
      Effect.gen(function*() {
        const decision: TraceDecision = {
          ...kept,
          keep: false,
          policy: "probabilistic",
          threshold: parseThreshold("fd7") ?? kept.threshold
        }
        yield* write(traceWrite([], { traceId: traceIdOf(4), decision }))
        assert.isUndefined(yield* stored(traceIdOf(4)))
        assert.deepStrictEqual(
          Option.getOrUndefined(yield* TraceStore.use((store) => store.decision(traceIdOf(4)))),
          decision
        )
        assert.deepStrictEqual((yield* search({})).traces, [])
      })
    )

    check(
      "a search finds what a look at every trace finds, page by page",
      Effect.gen(function*() {
        const traces = someTraces(11, 60)
        // Late parts come in a second write.
        yield* write(...traces.map((spans) => traceWrite(spans.slice(0, 3))))
        yield* write(
          ...traces.filter((spans) => spans.length > 3).map((spans) => traceWrite(spans.slice(3), { revision: 2 }))
        )
        const all = traces.flatMap((spans) => {
          const summary = summarizeTrace(spans)
          return summary === undefined ? [] : [{ spans, summary }]
        })
        let found = 0
        for (const query of queries) {
          const expected = searchTraces(all, { ...query, limit: 1000 })?.traces ?? []
          found += expected.length
          assert.deepStrictEqual(
            (yield* search({ ...query, limit: 1000 })).traces,
            expected,
            JSON.stringify(query, (_, v) => typeof v === "bigint" ? String(v) : v)
          )
          assert.deepStrictEqual(yield* searchAll({ ...query, limit: 7 }), expected.map(({ traceId }) => traceId))
        }
        assert.isAbove(found, 150)
      })
    )

    check(
      "a page goes on where the one before ended, whatever came meanwhile",
      Effect.gen(function*() {
        const at = (n: number) =>
          traceWrite([
            storedSpan({
              traceId: traceIdOf(n),
              startTime: noon + BigInt(n) * second,
              endTime: noon + BigInt(n) * second
            })
          ])
        yield* write(at(1), at(2), at(3), at(5))
        const first = yield* search({ limit: 2 })
        assert.deepStrictEqual(idsOf(first.traces), [5, 3])
        yield* write(at(4), at(6))
        assert.deepStrictEqual(idsOf((yield* search({ limit: 2, page: first.next })).traces), [2, 1])
        const refused = yield* Effect.result(search({ page: "no token" }))
        assert.strictEqual(Result.isFailure(refused) ? refused.failure.reason : "answered", "Invalid")
      })
    )

    check(
      "services, operations, metrics and dependencies are those of all spans",
      Effect.gen(function*() {
        const traces = someTraces(12, 40)
        yield* write(...traces.map((spans) => traceWrite(spans)))
        const store = yield* TraceStore
        assert.deepStrictEqual(yield* store.services, ["cart", "shop", "till"])
        const operations = new Map(
          traces.flat().filter(({ resource }) => resource["service.name"] === "cart").map((
            { kind, name }
          ) => [`${name} ${kind}`, { name, kind }])
        )
        assert.deepStrictEqual(
          yield* store.operations("cart"),
          Array.from(operations).toSorted(([a], [b]) => a < b ? -1 : 1).map(([, operation]) => operation)
        )
        const whole = { start: noon - 3600n * second, end: noon + 3600n * second }
        for (const window of [whole, { start: noon + 5n * second, end: noon + 20n * second }]) {
          for (const service of ["cart", "shop", "nobody"]) {
            const exact = metricsOf(service, window, traces.flat())
            const { p50Nanos, p95Nanos, p999Nanos, p99Nanos, ...counts } = yield* store.serviceMetrics(service, window)
            assert.deepStrictEqual(counts, { service, count: exact.count, errors: exact.errors })
            for (
              const [told, meant] of [[p50Nanos, exact.p50Nanos], [p95Nanos, exact.p95Nanos], [
                p99Nanos,
                exact.p99Nanos
              ], [p999Nanos, exact.p999Nanos]]
            ) {
              if (meant === undefined || told === undefined) assert.strictEqual(told, meant)
              else assert.approximately(Number(told), Number(meant), Number(meant) * 0.01 + 1)
            }
          }
        }
        assert.deepStrictEqual(
          yield* store.dependencies(whole),
          addCalls(traces.flatMap((spans) => serviceCalls(spans)))
        )
        assert.deepStrictEqual(
          yield* store.dependencies({ start: noon - 9000n * second, end: noon - 7200n * second }),
          []
        )
      })
    )

    check(
      "links are found from the trace that they go to",
      Effect.gen(function*() {
        const link = (traceId: string, spanId: string) => ({ traceId, spanId, traceState: undefined, attributes: {} })
        yield* write(
          traceWrite([storedSpan({ traceId: traceIdOf(1), spanId: spanIdOf(1) })]),
          traceWrite([
            storedSpan({
              traceId: traceIdOf(2),
              spanId: spanIdOf(2),
              links: [link(traceIdOf(1), spanIdOf(1)), link(traceIdOf(3), spanIdOf(9))]
            })
          ])
        )
        const store = yield* TraceStore
        assert.deepStrictEqual(yield* store.linkedFrom(traceIdOf(1)), [{
          traceId: traceIdOf(2),
          spanId: spanIdOf(2),
          targetSpanId: spanIdOf(1)
        }])
        assert.deepStrictEqual(yield* store.linkedFrom(traceIdOf(2)), [])
      })
    )

    check(
      "retention by age takes what ended before, from every answer",
      Effect.gen(function*() {
        const hour = 3600n * second
        yield* write(...[1, 30, 60].map((n) => {
          const start = noon + BigInt(n) * hour
          return traceWrite([
            storedSpan({ traceId: traceIdOf(n), service: `s${n}`, startTime: start, endTime: start + second })
          ])
        }))
        const store = yield* TraceStore
        assert.strictEqual(yield* store.retain({ before: noon + 31n * hour }), 2)
        assert.deepStrictEqual(idsOf((yield* search({})).traces), [60])
        assert.isUndefined(yield* stored(traceIdOf(1)))
        assert.deepStrictEqual(yield* store.services, ["s60"])
        assert.strictEqual(yield* store.retain({ before: noon }), 0)
      })
    )

    check(
      "retention by bytes takes the oldest until the rest fits",
      Effect.gen(function*() {
        const day = 86_400n * second
        for (const n of [1, 2, 3, 4]) {
          yield* write(...Array.from({ length: 40 }, (_, i) =>
            traceWrite([storedSpan({
              traceId: traceIdOf(n * 1000 + i),
              startTime: noon + BigInt(n) * day + BigInt(i),
              endTime: noon + BigInt(n) * day + second,
              attributes: { filler: String(stream(n, i).uniform()).repeat(20) }
            })])))
        }
        const store = yield* TraceStore
        const { bytes } = yield* store.stats
        assert.isAbove(yield* store.retain({ maxBytes: Math.floor(bytes / 2) }), 0)
        const after = yield* store.stats
        assert.isAtMost(after.bytes, bytes / 2)
        const left = idsOf((yield* search({ limit: 1000 })).traces)
        assert.strictEqual(left.length, after.traces)
        assert.isAbove(left.length, 0)
        assert.isAtLeast(Math.min(...left), 2000)
        assert.include(left, 4039)
      })
    )

    test("opened again it has what was written", ({ durable, opened }) =>
      Effect.gen(function*() {
        if (!durable) return
        const spans = [everyField, storedSpan({ spanId: spanIdOf(6) })]
        yield* opened(write(traceWrite(spans)))
        const record = yield* opened(stored(traceIdOf(1)))
        assert.deepStrictEqual(sorted(record?.spans ?? []), sorted(spans))
        assert.deepStrictEqual(idsOf((yield* opened(search({ service: "shop" }))).traces), [1])
      }))
  })
}
