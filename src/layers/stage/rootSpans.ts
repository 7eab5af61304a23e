/**
 * The root spans of events: from their receipt to the last that was seen of them.
 *
 * An event has no one end: it is filtered, waits in a window, or becomes several alerts. Its root span ends when nothing was heard of its trace
 * for a while, at the time of the last span in it. Held: one entry an open trace, at most `maxOpen`; the oldest are ended first, and all when
 * the Layer is released.
 */
import { Clock, Effect, Exit, type Tracer } from "effect"

export interface RootSpanOptions {
  /** How long nothing must be heard of a trace before its root ends, ms. */
  readonly quietMillis: number
  readonly maxOpen: number
}

/** Longer than a tail decision waits for more spans than for its first; a window's emission may come after it, as a late span does. */
export const rootSpanDefaults: RootSpanOptions = { quietMillis: 5000, maxOpen: 20_000 }

interface OpenRoot {
  readonly span: Tracer.Span
  last: bigint
  /** When that was, by this Layer's clock: the events may be in scenario time. */
  heardAt: bigint
}

/** Ends what is left when its scope closes. Times are ns since the Unix epoch. */
export const makeRootSpans = Effect.fnUntraced(function*({ maxOpen, quietMillis }: RootSpanOptions) {
  const clock = yield* Clock.Clock
  // In order of opening, so the first are the oldest.
  const open = new Map<string, OpenRoot>()
  const quiet = BigInt(Math.round(quietMillis * 1e6))

  const end = (traceId: string, root: OpenRoot): void => {
    open.delete(traceId)
    root.span.end(root.last, Exit.void)
  }

  const endQuiet = Effect.sync(() => {
    const since = clock.monotonicTimeNanosUnsafe() - quiet
    for (const [traceId, root] of open) if (root.heardAt <= since) end(traceId, root)
  })

  const settle = (): void => {
    for (const [traceId, root] of open) end(traceId, root)
  }

  yield* Effect.forkScoped(Effect.forever(Effect.andThen(Effect.sleep(Math.max(100, quietMillis / 4)), endQuiet)))
  yield* Effect.addFinalizer(() => Effect.sync(settle))

  return {
    opened: (span: Tracer.Span, at: bigint): void => {
      // The same record received twice has the same trace, and two roots.
      const before = open.get(span.traceId)
      if (before !== undefined) end(span.traceId, before)
      open.set(span.traceId, { span, last: at, heardAt: clock.monotonicTimeNanosUnsafe() })
      if (open.size <= maxOpen) return
      for (const [traceId, root] of open) {
        end(traceId, root)
        break
      }
    },
    /** Something of this trace was going on until `time`. */
    heard: (traceId: string, time: bigint): void => {
      const root = open.get(traceId)
      if (root === undefined) return
      if (time > root.last) root.last = time
      root.heardAt = clock.monotonicTimeNanosUnsafe()
    },
    /** Ends what is open: nothing more is to come. */
    settle
  }
})
