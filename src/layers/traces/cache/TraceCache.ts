/**
 * Answers about traces that are held for a while in front of a store: texts by key. Never an error: what cannot be reached is a miss.
 *
 * Who misses gets a lease and may put what the store said only while the lease stands: an entry that was taken out meanwhile takes the lease with it, so that nobody puts back what
 * was read before a write (the leases of Nishtala et al., Scaling Memcache at Facebook, 2013).
 */
import { Clock, Context, Effect, Layer } from "effect"

/** How long a lease stands: longer than a read of a store takes. */
export const leaseMillis = 30_000

/** What is held; or else the right to put it, unless another has that. */
export interface Looked {
  readonly value?: string | undefined
  readonly lease?: string | undefined
}

/** In memory, about. */
const sizeOf = (key: string, value = ""): number => key.length + value.length + 64

export interface TraceCacheShape {
  /** Of its metrics. */
  readonly name: "memory" | "redis" | "off"
  readonly get: (key: string) => Effect.Effect<Looked>
  /** Held so long at most. Nothing happens once the lease is gone. */
  readonly put: (key: string, lease: string, value: string, ttlMillis: number) => Effect.Effect<void>
  /** Their entries and leases are gone once this returns. */
  readonly invalidate: (keys: ReadonlyArray<string>) => Effect.Effect<void>
}

export class TraceCache extends Context.Service<TraceCache, TraceCacheShape>()("perigee/layers/traces/TraceCache") {
  static readonly layerOff = Layer.succeed(TraceCache, {
    name: "off",
    get: () => Effect.succeed({}),
    put: () => Effect.void,
    invalidate: () => Effect.void
  })

  /** In this process. `maxBytes`: of keys and texts (default 64 MiB); over it what was asked longest ago goes. */
  static readonly layerMemory = ({ maxBytes = 64 << 20 }: { readonly maxBytes?: number } = {}): Layer.Layer<
    TraceCache
  > =>
    Layer.effect(
      TraceCache,
      Effect.map(Clock.Clock, (clock) => {
        const held = new Map<string, Looked & { readonly until: number }>()
        let bytes = 0
        let leases = 0
        const remove = (key: string): void => {
          const entry = held.get(key)
          if (entry === undefined) return
          bytes -= sizeOf(key, entry.value)
          held.delete(key)
        }
        const set = (key: string, entry: Looked, until: number): void => {
          remove(key)
          held.set(key, { ...entry, until })
          bytes += sizeOf(key, entry.value)
          for (const oldest of held.keys()) {
            if (bytes <= maxBytes) break
            remove(oldest)
          }
        }
        return TraceCache.of({
          name: "memory",
          get: (key) =>
            Effect.sync(() => {
              const now = clock.currentTimeMillisUnsafe()
              const entry = held.get(key)
              if (entry === undefined || entry.until <= now) {
                const lease = String(++leases)
                set(key, { lease }, now + leaseMillis)
                return { lease }
              }
              if (entry.value === undefined) return {}
              // What is asked is young again for the bound, not for its age.
              set(key, { value: entry.value }, entry.until)
              return { value: entry.value }
            }),
          put: (key, lease, value, ttlMillis) =>
            Effect.sync(() => {
              if (held.get(key)?.lease === lease) set(key, { value }, clock.currentTimeMillisUnsafe() + ttlMillis)
            }),
          invalidate: (keys) => Effect.sync(() => keys.forEach(remove))
        })
      })
    )
}
