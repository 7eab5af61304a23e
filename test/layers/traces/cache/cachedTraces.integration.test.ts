/** Traces behind caches: the answers are the store's, in memory, with Redis, and while Redis is killed or frozen. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Option, Redacted, type Scope } from "effect"
import { SecureRandom } from "effect/crypto"
import { afterAll, beforeAll } from "vitest"
import { stream } from "../../../../src/domain/simulation/random.ts"
import { layerCachedTraces } from "../../../../src/layers/traces/cache/cachedTraces.ts"
import { layerRedisTraceCache } from "../../../../src/layers/traces/cache/redisTraceCache.ts"
import { TraceCache } from "../../../../src/layers/traces/cache/TraceCache.ts"
import { MemoryTraceStore } from "../../../../src/layers/traces/store/MemoryTraceStore.ts"
import { TraceStore } from "../../../../src/layers/traces/store/TraceStore.ts"
import { type RedisServer, startRedis, whyNoRedis } from "../../../support/redis.ts"
import { spanIdOf, storedSpan, traceIdOf, traceWrite } from "../../../support/traces/storedSpans.ts"
import { traceStoreContract } from "../store/contract/traceStoreContract.ts"

/** A store in memory that counts its reads, behind a cache. */
const behind = Effect.fnUntraced(function*(cache: Layer.Layer<TraceCache>) {
  const memory = Context.get(yield* Layer.build(MemoryTraceStore.layer()), TraceStore)
  let reads = 0
  const counted = TraceStore.of({
    ...memory,
    trace: (traceId) =>
      Effect.suspend(() => {
        reads++
        return memory.trace(traceId)
      })
  })
  const context = yield* Layer.build(layerCachedTraces.pipe(
    Layer.provide(Layer.merge(Layer.succeed(TraceStore, counted), cache))
  ))
  return { context, store: Context.get(context, TraceStore), reads: () => reads }
})

const contract = (name: string, cache: () => Layer.Layer<TraceCache>) =>
  traceStoreContract(
    name,
    Effect.map(
      Effect.suspend(() => behind(cache())),
      ({ context }) => ({ opened: Effect.provideContext(context), durable: false })
    )
  )

/** People look at what is new: of 1,000 traces those of late far more often than the others. */
const recentTraces = Effect.fnUntraced(function*(cache: Layer.Layer<TraceCache>) {
  const { reads, store } = yield* behind(cache)
  yield* store.write(Array.from({ length: 1000 }, (_, n) => traceWrite([storedSpan({ traceId: traceIdOf(n + 1) })])))
  const random = stream(5, "recent traces")
  const asked = 5000
  for (let i = 0; i < asked; i++) {
    const n = 1000 - Math.min(999, Math.floor(-Math.log(1 - random.uniform()) * 100))
    assert.isTrue(Option.isSome(yield* store.trace(traceIdOf(n))))
  }
  return 1 - reads() / asked
})

describe("traces behind a cache in memory", () => {
  contract("memory cache", () => TraceCache.layerMemory())

  it.live("takes over 80 % of reads off the store where people look at recent traces", () =>
    Effect.gen(function*() {
      assert.isAbove(yield* recentTraces(TraceCache.layerMemory()), 0.8)
    }).pipe(Effect.scoped))

  it.live("holds no trace that is open", () =>
    Effect.gen(function*() {
      const { reads, store } = yield* behind(TraceCache.layerMemory())
      yield* store.write([traceWrite([storedSpan()], { completion: { state: "open", reason: "root" } })])
      yield* store.trace(traceIdOf(1))
      yield* store.trace(traceIdOf(1))
      assert.strictEqual(reads(), 2)
    }).pipe(Effect.scoped))

  it.live("who read before a write does not put back what it read", () =>
    Effect.gen(function*() {
      const cache = Context.get(yield* Layer.build(TraceCache.layerMemory()), TraceCache)
      const { lease = "" } = yield* cache.get("k")
      assert.deepStrictEqual(yield* cache.get("k"), {})
      yield* cache.invalidate(["k"])
      yield* cache.put("k", lease, "old", 1000)
      const next = yield* cache.get("k")
      assert.isUndefined(next.value)
      yield* cache.put("k", next.lease ?? "", "new", 1000)
      assert.deepStrictEqual(yield* cache.get("k"), { value: "new" })
    }).pipe(Effect.scoped))
})

describe.skipIf(whyNoRedis !== undefined)("traces behind Redis", () => {
  let server: RedisServer
  let stores = 0
  beforeAll(async () => {
    server = await startRedis()
  })
  afterAll(() => server.remove())

  const at = (url: string) =>
    layerRedisTraceCache({ url: Redacted.make(url), prefix: `t${++stores}:` }).pipe(
      Layer.provide(SecureRandom.layerWebCrypto)
    )
  const redis = () => at(server.url)

  const late = (n: number) => traceWrite([storedSpan({ spanId: spanIdOf(n) })], { revision: n })
  const spansOf = (store: TraceStore["Service"]) =>
    Effect.map(store.trace(traceIdOf(1)), (found) => Option.getOrUndefined(found)?.spans.length)

  /** The connection is made beside the start. */
  const connected = Effect.fnUntraced(function*(cache: TraceCache["Service"]) {
    for (let i = 0; (yield* cache.get(`ready${i}`)).lease === undefined; i++) {
      assert.isBelow(i, 400)
      yield* Effect.sleep(25)
    }
  })

  /** Behind a Redis that is connected. */
  const withRedis: Effect.Effect<Effect.Success<ReturnType<typeof behind>>, never, Scope.Scope> = Effect.gen(
    function*() {
      const cache = Context.get(yield* Layer.build(redis()), TraceCache)
      yield* connected(cache)
      return yield* behind(Layer.succeed(TraceCache, cache))
    }
  )

  contract("Redis cache", () => redis())

  it.live("takes over 80 % of reads off the store where people look at recent traces", () =>
    Effect.gen(function*() {
      const cache = Context.get(yield* Layer.build(redis()), TraceCache)
      yield* connected(cache)
      assert.isAbove(yield* recentTraces(Layer.succeed(TraceCache, cache)), 0.8)
    }).pipe(Effect.scoped), 60_000)

  it.live("killed and back: no query fails, and every answer has all that was written", () =>
    Effect.gen(function*() {
      const { reads, store } = yield* withRedis
      yield* store.write([late(1)])
      assert.strictEqual(yield* spansOf(store), 1)
      assert.strictEqual(yield* spansOf(store), 1)
      assert.strictEqual(reads(), 1)
      yield* Effect.promise(() => server.kill())
      for (let n = 2; n <= 6; n++) {
        yield* store.write([late(n)])
        assert.strictEqual(yield* spansOf(store), n)
      }
      yield* Effect.promise(() => server.start())
      for (let n = 7; n <= 12; n++) {
        yield* store.write([late(n)])
        assert.strictEqual(yield* spansOf(store), n)
        yield* Effect.sleep(300)
      }
    }).pipe(Effect.scoped), 60_000)

  it.live("frozen and going on: what it still holds is not given", () =>
    Effect.gen(function*() {
      const { store } = yield* withRedis
      yield* store.write([late(1)])
      assert.strictEqual(yield* spansOf(store), 1)
      yield* Effect.sync(() => server.pause())
      yield* store.write([late(2)])
      assert.strictEqual(yield* spansOf(store), 2)
      yield* Effect.sync(() => server.goOn())
      for (let i = 0; i < 20; i++) {
        assert.strictEqual(yield* spansOf(store), 2)
        yield* Effect.sleep(100)
      }
    }).pipe(Effect.scoped), 60_000)

  it.live("not there at the start: answers come from the store", () =>
    Effect.gen(function*() {
      const { store } = yield* behind(at("redis://127.0.0.1:1"))
      yield* store.write([late(1)])
      assert.strictEqual(yield* spansOf(store), 1)
    }).pipe(Effect.scoped))
})
