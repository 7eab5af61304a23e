/**
 * A {@link TraceCache} in Redis, shared by many processes.
 *
 * A start does not wait for it. A command takes at most {@link commandMillis}; after one that failed none is tried for {@link restMillis}, so that a server that is frozen or gone
 * costs queries next to nothing. What could not be invalidated is remembered, and until that is done this process reads nothing from the cache, so that what it wrote is never
 * hidden by what was held before; another process may for as long be given what was held before, at most as long as an entry lives.
 *
 * State: the keys still to be invalidated, at most {@link mostPending}; past that the cache is not read for as long as the longest entry lives.
 */
import * as NodeRedis from "@effect/platform-node/NodeRedis"
import { Clock, Context, Effect, Layer, Option, type Redacted, Redacted as Redacts, Schema } from "effect"
import { SecureRandom } from "effect/crypto"
import { Redis } from "effect/persistence/Redis"
import { leaseMillis, TraceCache } from "./TraceCache.ts"

const commandMillis = 250
const restMillis = 1000
const mostPending = 100_000
const longestLife = 3_600_000
const keysAtOnce = 1000

/** Stands before the token of a lease; no value begins so. */
const leased = "lease:"

/** Puts a value in the place of one's own lease. */
const putScript = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end"

const isText = Schema.is(Schema.String)

export const layerRedisTraceCache = ({ prefix = "perigee:", url }: {
  /** `redis://user:password@host:6379`. */
  readonly url: Redacted.Redacted
  /** Of all keys. */
  readonly prefix?: string
}): Layer.Layer<TraceCache, never, SecureRandom.SecureRandom> =>
  Layer.effect(
    TraceCache,
    Effect.gen(function*() {
      const clock = yield* Clock.Clock
      const random = yield* SecureRandom.SecureRandom
      const now = () => clock.currentTimeMillisUnsafe()
      let redis: Redis["Service"] | undefined
      const connecting = Layer.build(NodeRedis.layer({
        url: Redacts.value(url),
        disableOfflineQueue: true,
        pingInterval: 200,
        socket: {
          connectTimeout: 1000,
          socketTimeout: 500,
          reconnectStrategy: (tries) => Math.min(2 ** Math.min(tries, 10) * 50, 1000)
        }
      })).pipe(
        Effect.tap((context) =>
          Effect.sync(() => {
            redis = Context.get(context, Redis)
          })
        ),
        Effect.catchCause((cause) =>
          Effect.logWarning("the cache of traces is not there: answers come from the store", cause)
        )
      )
      yield* Effect.forkScoped(connecting)

      let restUntil = 0
      let unreadUntil = 0
      const pending = new Set<string>()

      /** `None`: not done. */
      const send = (command: string, ...args: ReadonlyArray<string>): Effect.Effect<Option.Option<unknown>> =>
        Effect.suspend(() => {
          if (redis === undefined || now() < restUntil) return Effect.succeedNone
          return redis.send(command, ...args).pipe(
            Effect.timeout(commandMillis),
            Effect.asSome,
            Effect.catch(() =>
              Effect.sync(() => {
                restUntil = now() + restMillis
                return Option.none()
              })
            )
          )
        })

      const remove = (keys: ReadonlyArray<string>) =>
        Effect.map(send("UNLINK", ...keys.map((key) => prefix + key)), Option.isSome)

      /** Whether nothing is left to be invalidated. */
      const settle = Effect.gen(function*() {
        if (pending.size === 0) return true
        const keys = Array.from(pending).slice(0, keysAtOnce)
        if (yield* remove(keys)) { for (const key of keys) pending.delete(key) }
        return pending.size === 0
      })

      return TraceCache.of({
        name: "redis",
        get: Effect.fnUntraced(function*(key) {
          if (now() < unreadUntil || !(yield* settle)) return {}
          const found = Option.getOrUndefined(yield* send("GET", prefix + key))
          if (isText(found)) return found.startsWith(leased) ? {} : { value: found }
          if (found !== null) return {}
          const lease = leased + (yield* random.uuidV4())
          const taken = yield* send("SET", prefix + key, lease, "NX", "PX", String(leaseMillis))
          return Option.getOrUndefined(taken) === "OK" ? { lease } : {}
        }),
        put: (key, lease, value, ttlMillis) =>
          Effect.asVoid(
            send("EVAL", putScript, "1", prefix + key, lease, value, String(Math.max(1, Math.round(ttlMillis))))
          ),
        invalidate: Effect.fnUntraced(function*(keys) {
          for (let at = 0; at < keys.length; at += keysAtOnce) {
            const some = keys.slice(at, at + keysAtOnce)
            if (!(yield* remove(some))) { for (const key of some) pending.add(key) }
          }
          if (pending.size <= mostPending) return
          pending.clear()
          unreadUntil = now() + longestLife
        })
      })
    })
  )
