/**
 * Keeps traces by what came of them: buffers the spans of each until it is complete, up to 30 s, asks the policy once, and hands on what is
 * kept, each span with the threshold it was kept with in its `tracestate`, so that counts can be scaled back without bias.
 *
 * See `domain/sampling/tail` for how it decides and what it holds, `domain/sampling/policies` for the policies.
 */
import { Clock, Context, Effect, Layer, Schedule } from "effect"
import type { Policy } from "../../domain/sampling/policies/Policy.ts"
import { tailDefaults, type TailOptions } from "../../domain/sampling/tail/TailOptions.ts"
import { makeTailSampling, type TailSampling } from "../../domain/sampling/tail/tailSampling.ts"
import { emptyTailStats, type TailStats } from "../../domain/sampling/tail/TailStats.ts"
import type { SpanData } from "../../domain/tracing/SpanData.ts"
import { SettleTraces } from "../tracing/recorder/SettleTraces.ts"
import { type OfferSpans, SpanProcessing } from "../tracing/store/SpanSink.ts"
import { AdaptiveSampler } from "./AdaptiveSampler.ts"

export interface TailSamplerOptions extends Partial<Omit<TailOptions, "policy">> {
  readonly policy: Policy
  /** Gets what is kept. The array is its own. */
  readonly sink: OfferSpans
  /** How often it is looked for what is due, milliseconds. Rates are kept in each such period. */
  readonly tickMillis?: number
  /**
   * What becomes of open traces when the Layer is released: `decide` on what there is, for spans that are nowhere else; `leave` them where
   * they will be read again.
   */
  readonly atRelease?: "decide" | "leave"
}

/** The tail sampler that stands in front of where spans go, for who measures it; the default knows of none. */
export class TailSamplerInForce extends Context.Reference<() => TailSamplerView | undefined>(
  "perigee/layers/observability/TailSampler/TailSamplerInForce",
  { defaultValue: () => () => undefined }
) {}

/** What can be looked at from outside. */
export type TailSamplerView = Pick<Context.Service.Shape<typeof TailSampler>, "open" | "stats">

export class TailSampler extends Context.Service<TailSampler, {
  /** Finished spans, of any traces and in any order. Plain and synchronous: it may be called once per array on a hot path. */
  readonly offer: (spans: ReadonlyArray<SpanData>) => void
  readonly stats: () => Readonly<TailStats>
  /** Decides everything that waits, due or not. */
  readonly flush: () => void
  /** What is waiting. */
  readonly open: TailSampling["open"]
  /** What was decided about a trace, while that is remembered. */
  readonly decision: TailSampling["decision"]
}>()("perigee/layers/observability/TailSampler") {
  /** Buffers and decides. Uses the {@link AdaptiveSampler} in force for the policy `adaptive`. */
  static readonly layer = (options: TailSamplerOptions) => Layer.effect(TailSampler, make(options))

  /** The same in front of wherever the tracing Layers send spans: provide it to them. */
  static readonly layerProcessing = (options: Omit<TailSamplerOptions, "sink">) =>
    Layer.effectContext(Effect.sync(() => {
      let sampler: Effect.Success<ReturnType<typeof make>> | undefined
      const process = (sink: OfferSpans) =>
        Effect.map(make({ ...options, sink }), (made) => {
          sampler = made
          return made.offer
        })
      return Context.make(SpanProcessing, process).pipe(
        Context.add(SettleTraces, () => sampler?.flush()),
        Context.add(TailSamplerInForce, () => sampler)
      )
    }))

  /** Hands on every span at once, as it came. */
  static readonly layerOff = (sink: OfferSpans) =>
    Layer.sync(TailSampler, () => {
      const stats = emptyTailStats()
      return TailSampler.of({
        offer: (spans) => {
          stats.spans += spans.length
          stats.keptSpans += spans.length
          if (spans.length > 0) sink(spans)
        },
        stats: () => stats,
        flush: () => {},
        open: () => ({ traces: 0, spans: 0, bytes: 0 }),
        decision: () => undefined
      })
    })
}

const make = Effect.fnUntraced(function*(options: TailSamplerOptions) {
  const { atRelease = "decide", sink, tickMillis = 1000, ...given } = options
  const clock = yield* Clock.Clock
  const { level } = yield* AdaptiveSampler
  const now = () => clock.currentTimeMillisUnsafe()
  const sampling = makeTailSampling(
    { ...tailDefaults, ...given },
    { sink, adaptive: (service) => level(service).threshold },
    now()
  )
  const tick = Effect.sync(() => sampling.tick(now()))
  yield* Effect.forkScoped(Effect.schedule(tick, Schedule.spaced(tickMillis)))
  if (atRelease === "decide") yield* Effect.addFinalizer(() => Effect.sync(() => sampling.flush(now())))
  return TailSampler.of({
    offer: (spans) => sampling.offer(spans, now()),
    stats: () => sampling.stats,
    flush: () => sampling.flush(now()),
    open: sampling.open,
    decision: sampling.decision
  })
})

/** A {@link TailSampler} that keeps what it lets through in memory, for tests and examples. */
export class TailSamplerMemory extends Context.Service<TailSamplerMemory, {
  readonly kept: () => ReadonlyArray<SpanData>
}>()("perigee/layers/observability/TailSamplerMemory") {
  static readonly layer = (options: Omit<TailSamplerOptions, "sink">) =>
    Layer.unwrap(Effect.sync(() => {
      const kept: Array<SpanData> = []
      const sink: OfferSpans = (spans) => {
        for (const span of spans) kept.push(span)
      }
      return Layer.merge(
        TailSampler.layer({ ...options, sink }),
        Layer.succeed(TailSamplerMemory, TailSamplerMemory.of({ kept: () => kept }))
      )
    }))
}
