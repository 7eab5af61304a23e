/** The trace pipeline on a log in memory: what is stored depends on the spans alone, and what is kept on the log alone. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Option, Result } from "effect"
import { Policies } from "../../../src/domain/index.ts"
import type { CheckedPolicy } from "../../../src/domain/sampling/policies/Policy.ts"
import { stream } from "../../../src/domain/simulation/random.ts"
import { encodeSpans } from "../../../src/domain/traces/otlp/encodeSpans.ts"
import { spanRecord, spansTopic } from "../../../src/domain/traces/otlp/spanRecord.ts"
import type { StoredSpan } from "../../../src/domain/traces/StoredSpan.ts"
import { GroupMember } from "../../../src/layers/log/GroupMember.ts"
import { MessageLog } from "../../../src/layers/log/MessageLog.ts"
import { MemoryTraceStore } from "../../../src/layers/traces/store/MemoryTraceStore.ts"
import { SqliteTraceStore } from "../../../src/layers/traces/store/sqlite/SqliteTraceStore.ts"
import { TraceStore } from "../../../src/layers/traces/store/TraceStore.ts"
import { aggregationDefaults } from "../../../src/operators/traces/AggregationOptions.ts"
import { loadDecisions } from "../../../src/operators/traces/recordDecisions.ts"
import { tailPolicies } from "../../../src/operators/traces/tailPolicies.ts"
import { tracePipeline } from "../../../src/operators/traces/tracePipeline.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"
import { temporaryDirectory } from "../../support/temporaryDirectory.ts"
import { millisecond, noon, spanIdOf, storedSpan } from "../../support/traces/storedSpans.ts"

const noonMillis = Number(noon / millisecond)
const scope = { name: "test", version: "1", attributes: {} }
const idOf = (n: number): string => {
  const random = stream(n, "trace id")
  return Array.from({ length: 4 }, () => random.integer(0, 0xffffffff).toString(16).padStart(8, "0")).join("")
}

/** Spans of traces with a root, some with an error, some long. */
const spansOf = (traces: number) =>
  Array.from({ length: traces }, (_, n) =>
    Array.from({ length: 1 + n % 5 }, (_, place) =>
      storedSpan({
        traceId: idOf(n),
        spanId: spanIdOf(n * 100 + place + 1),
        parentSpanId: place === 0 ? undefined : spanIdOf(n * 100 + Math.floor((place - 1) / 2) + 1),
        endTime: noon + BigInt(n % 7 === 0 ? 2000 : 100) * millisecond,
        status: { code: n % 10 === 0 && place === 0 ? "error" : "unset" },
        attributes: { customer: n % 13, "user.kind": n % 11 === 0 ? "guest" : "member", text: `t${n}` }
      }))).flat()

const shuffle = <A>(items: ReadonlyArray<A>, seed: number): ReadonlyArray<A> => {
  const random = stream(seed, "order")
  return items.map((item) => [random.uniform(), item] as const).toSorted(([a], [b]) => a - b).map(([, item]) => item)
}

/** A record for so many spans, in a second of the log each. */
const append = Effect.fnUntraced(function*(spans: ReadonlyArray<StoredSpan>, each: number, from = 0) {
  const log = yield* MessageLog
  yield* log.ensureTopic({ name: spansTopic, partitions: 1 })
  const records = Array.from({ length: Math.ceil(spans.length / each) }, (_, i) => ({
    key: undefined,
    timestamp: noonMillis + (from + i) * 200,
    ...spanRecord(encodeSpans({ "service.name": "shop" }, scope, spans.slice(i * each, (i + 1) * each)))
  }))
  yield* log.append(spansTopic, records)
})

const run = (policy?: CheckedPolicy) =>
  Effect.gen(function*() {
    const policies = policy === undefined ? undefined : tailPolicies(Result.getOrThrow(policy))
    const decided = policies === undefined
      ? undefined
      : yield* loadDecisions(10_000, Number.MAX_SAFE_INTEGER)
    yield* tracePipeline({
      ...aggregationDefaults,
      policies,
      ruleset: "r1",
      adaptive: () => ({ high: 0, low: 0 }),
      maxWaitMillis: 3000,
      ...(decided !== undefined && { decided }),
      until: Effect.void
    }).run
  }).pipe(Effect.provide(GroupMember.layer), Effect.scoped)

/** What is stored of each trace: ids of its spans, and whether it is complete. */
const stored = Effect.gen(function*() {
  const store = yield* TraceStore
  const { traces } = yield* store.search({ limit: 1000 })
  const found = new Map<string, string>()
  for (const { traceId } of traces) {
    const record = Option.getOrThrow(yield* store.trace(traceId))
    found.set(traceId, record.spans.map(({ spanId }) => spanId).toSorted().join(" "))
  }
  return found
})

const layers = Layer.mergeAll(MessageLog.layerMemory, MemoryTraceStore.layer(), stageLayer)

const expected = (spans: ReadonlyArray<StoredSpan>) =>
  new Map(
    Array.from(Map.groupBy(spans, ({ traceId }) => traceId), ([traceId, of]) =>
      [traceId, of.map(({ spanId }) => spanId).toSorted().join(" ")] as const)
  )

const sorted = (map: ReadonlyMap<string, string>) => Array.from(map).toSorted(([a], [b]) => a < b ? -1 : 1)

describe("the trace pipeline", () => {
  for (const seed of [1, 2, 3]) {
    it.live(`spans in any order, twice, cut anywhere, give the same traces (${seed})`, () =>
      Effect.gen(function*() {
        const spans = spansOf(120)
        const mixed = shuffle(spans.concat(spans.slice(0, 60)), seed)
        yield* append(mixed, 1 + seed * 4)
        yield* run()
        assert.deepStrictEqual(sorted(yield* stored), sorted(expected(spans)))
      }).pipe(Effect.provide(layers)))
  }

  it.live("stopped anywhere and begun again, the same traces are in the files", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      yield* Effect.gen(function*() {
        const spans = spansOf(150)
        const mixed = shuffle(spans.concat(spans.slice(20, 50)), 5)
        for (let part = 0; part < 5; part++) {
          yield* append(mixed.slice(part * 100, (part + 1) * 100), 7, part * 15)
          const running = yield* Effect.forkChild(run())
          yield* Effect.sleep(part * 3)
          yield* Fiber.interrupt(running)
        }
        yield* append(mixed.slice(500), 7, 80)
        yield* run()
        assert.deepStrictEqual(sorted(yield* stored), sorted(expected(spans)))
      }).pipe(
        Effect.provide(Layer.mergeAll(MessageLog.layerMemory, SqliteTraceStore.layer({ directory }), stageLayer))
      )
    }).pipe(Effect.scoped))

  const policy = () =>
    Policies.or(
      Policies.errors(),
      Policies.latency({ thresholdMillis: 2000 }),
      Policies.stringAttribute({ key: "user.kind", values: ["guest"] }),
      Policies.numericAttribute({ key: "customer", min: 12, max: 12 }),
      Policies.probabilistic(10)
    )

  it.live("what is kept is a function of the log: late spans follow the decision, after a restart too", () =>
    Effect.gen(function*() {
      const spans = spansOf(200)
      const [roots, rest] = [
        spans.filter(({ parentSpanId }) => parentSpanId === undefined),
        spans.filter(({ parentSpanId }) => parentSpanId !== undefined)
      ]
      yield* append(roots, 20)
      // Time goes on, and all of them are decided.
      yield* append([storedSpan({ traceId: idOf(9999) })], 1, 100)
      yield* run(policy())
      const kept = yield* stored
      const keeps = new Set(
        roots.flatMap(({ attributes, endTime, status, traceId }) =>
          status.code === "error" || endTime - noon >= 2000n * millisecond || attributes["user.kind"] === "guest"
            || attributes["customer"] === 12
            ? [traceId]
            : []
        )
      )
      for (const traceId of keeps) assert.isTrue(kept.has(traceId), traceId)
      const others = roots.length - keeps.size
      const share = Array.from(kept.keys()).filter((traceId) => !keeps.has(traceId)).length
      assert.isAbove(share, 0)
      assert.isBelow(share, others / 3)
      yield* append(rest, 30, 200)
      yield* append([storedSpan({ traceId: idOf(9998) })], 1, 400)
      yield* run(policy())
      const whole = expected(spans)
      assert.deepStrictEqual(
        sorted(yield* stored).filter(([traceId]) => whole.has(traceId)),
        sorted(new Map(Array.from(kept.keys(), (traceId) => [traceId, whole.get(traceId) ?? ""] as const)))
      )
      const store = yield* TraceStore
      for (const { traceId } of roots) {
        const decision = Option.getOrThrow(yield* store.decision(traceId))
        assert.strictEqual(decision.keep, kept.has(traceId))
      }
    }).pipe(Effect.provide(layers)))
})
