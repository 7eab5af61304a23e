/**
 * The root spans of events: from their receipt to the last that was seen of them.
 *
 * An event has no one end: it is filtered, waits in a window, or becomes several alerts. Its root span ends when nothing was heard of its trace
 * for a while, at the time of the last span in it. Held: one entry an open trace, at most `maxOpen`; the oldest are ended first, and all when
 * the Layer is released.
 */
import { Clock, Effect, Exit, type Tracer } from "effect"
import type { LastHeard } from "../../domain/stream/Envelope.ts"

export interface RootSpanOptions {
  /** How long nothing must be heard of a trace before its root ends, ms. */
  readonly quietMillis: number
  readonly maxOpen: number
}

/**
 * Few, for streams of a million events a second: what is kept open outlives young collections, and 256 cost 70 ns an event there at 1 %. A
 * slower pipeline whose events wait in windows can afford as many as it has traces in that time.
 */
export const rootSpanDefaults: RootSpanOptions = { quietMillis: 5000, maxOpen: 32 }

interface OpenRoot extends LastHeard {
  readonly span: Tracer.Span
  /** What `last` was when it was looked at, and since when it has been that, by this Layer's clock: the events may be in scenario time. */
  looked: bigint | undefined
  since: bigint
}

/** Ends what is left when its scope closes. */
export const makeRootSpans = Effect.fnUntraced(function*({ maxOpen, quietMillis }: RootSpanOptions) {
  const clock = yield* Clock.Clock
  // A ring, in order of opening from `head` on. Its places are used again and emptied: in an array that grows and is cut, the old array would
  // keep ended spans alive over young collections.
  const ring: Array<OpenRoot | undefined> = Array.from({ length: maxOpen }, () => undefined)
  let head = 0
  let size = 0
  const quiet = BigInt(Math.round(quietMillis * 1e6))

  const end = ({ last, span }: OpenRoot): void => span.end(last, Exit.void)

  const put = (root: OpenRoot): void => {
    ring[(head + size) % maxOpen] = root
    size++
  }

  const takeOldest = (): OpenRoot | undefined => {
    const oldest = ring[head]
    ring[head] = undefined
    head = (head + 1) % maxOpen
    size--
    return oldest
  }

  const endQuiet = Effect.sync(() => {
    const now = clock.monotonicTimeNanosUnsafe()
    for (let left = size; left > 0; left--) {
      const root = takeOldest()
      if (root === undefined) continue
      if (root.last !== root.looked) {
        root.looked = root.last
        root.since = now
      }
      if (now - root.since >= quiet) end(root)
      else put(root)
    }
  })

  const settle = (): void => {
    for (let left = size; left > 0; left--) {
      const root = takeOldest()
      if (root !== undefined) end(root)
    }
  }

  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(Math.max(100, quietMillis / 4)), endQuiet)))
  yield* Effect.addFinalizer(() => Effect.sync(settle))

  return {
    /** Keeps a root span open; whoever hears of its trace sets `last`. */
    opened: (span: Tracer.Span, at: bigint): LastHeard => {
      const root = { span, last: at, looked: undefined, since: 0n }
      if (size === maxOpen) {
        const oldest = takeOldest()
        if (oldest !== undefined) end(oldest)
      }
      put(root)
      return root
    },
    /** Ends what is open: nothing more is to come. */
    settle
  }
})
