/**
 * The trace backend of a process: collector, aggregator, store, and this process's own spans, which enter by the collector's inner door.
 *
 * Nothing of it is traced, and nothing of it can stop what is observed: what fails is told, tried again, and alerts go on. At the end own spans are handed in and what was
 * received is worked off, for some seconds at most; the rest waits in the log for the next start.
 */
import { Cause, Clock, Deferred, Duration, Effect, Fiber, Layer, References, Schedule } from "effect"
import { settings } from "../../layers/config/settings.ts"
import { countByErrorKind, DeadLetters } from "../../layers/deadletters/DeadLetters.ts"
import { GroupMember } from "../../layers/log/GroupMember.ts"
import { ProcessResource } from "../../layers/resource/ProcessResource.ts"
import { AdaptiveSampler } from "../../layers/sampling/AdaptiveSampler.ts"
import { OwnPolicies } from "../../layers/sampling/OwnPolicies.ts"
import { HeadSampler } from "../../layers/stage/HeadSampler.ts"
import { StageMetrics } from "../../layers/stage/StageMetrics.ts"
import { StageRegistry } from "../../layers/stage/StageRegistry.ts"
import { StageState } from "../../layers/stage/StageState.ts"
import { Collector } from "../../layers/traces/collector/Collector.ts"
import {
  layerCollectorFromConfig,
  layerOwnCollectorFromConfig
} from "../../layers/traces/collector/collectorFromConfig.ts"
import { TraceReader, TraceStore } from "../../layers/traces/store/TraceStore.ts"
import {
  layerTraceReaderFromConfig,
  layerTraceStoreFromConfig
} from "../../layers/traces/store/traceStoreFromConfig.ts"
import { layerTraceLogFromConfig } from "../../layers/traces/traceLogFromConfig.ts"
import { OwnSpans } from "../../layers/tracing/store/OwnSpans.ts"
import type { Aggregation } from "../../operators/traces/Aggregation.ts"
import { aggregationDefaults } from "../../operators/traces/AggregationOptions.ts"
import { loadDecisions } from "../../operators/traces/recordDecisions.ts"
import { tailPolicies } from "../../operators/traces/tailPolicies.ts"
import { tracePipeline } from "../../operators/traces/tracePipeline.ts"
import { version } from "../version.ts"
import { observeAggregator } from "./observeAggregator.ts"

/** Which parts of it this process has. */
export interface TraceRoles {
  readonly collector: boolean
  readonly aggregator: boolean
}

export const traceRoles: Readonly<Record<"all" | "fusion" | "collector" | "aggregator" | "query", TraceRoles>> = {
  all: { collector: true, aggregator: true },
  fusion: { collector: false, aggregator: false },
  collector: { collector: true, aggregator: false },
  aggregator: { collector: false, aggregator: true },
  query: { collector: false, aggregator: false }
}

/** Own spans in one request. */
const ownBatch = 512
/** How long they gather. */
const ownInterval = Duration.millis(250)

/** For handing in own spans, and for working off what is in the log. */
const endMillis = 5000

/** Own spans into the collector, for ever. */
const handIn = Effect.gen(function*() {
  const own = yield* OwnSpans
  const collector = yield* Collector
  const { attributes } = yield* ProcessResource
  const scope = { name: "perigee", version, attributes: {} }
  const once = Effect.gen(function*() {
    const spans = yield* own.take(ownBatch)
    yield* collector.acceptSpans(attributes, scope, spans).pipe(
      Effect.retry({
        while: ({ reason }) => reason === "Unavailable" || reason === "Busy",
        schedule: Schedule.spaced("1 second")
      }),
      Effect.catch(({ message }) =>
        Effect.andThen(
          Effect.sync(() => own.lost(spans.length)),
          Effect.logWarning(`own spans are lost: ${message}`)
        )
      )
    )
  })
  return {
    forever: Effect.forever(
      Effect.andThen(once, Effect.suspend(() => own.waiting() >= ownBatch ? Effect.void : Effect.sleep(ownInterval)))
    ),
    /** Those that wait. */
    rest: Effect.whileLoop({ while: () => own.waiting() > 0, body: () => once, step: () => {} })
  }
})

/** Letters of the trace pipeline are told and counted: its records were sound when the collector took them. */
const layerToldLetters = Layer.sync(DeadLetters, () => {
  const counter = countByErrorKind()
  return DeadLetters.of({
    offer: (letters) =>
      Effect.andThen(
        Effect.sync(() => counter.add(letters)),
        Effect.forEach(letters, ({ locator, message, operator }) =>
          Effect.logWarning(`trace backend, ${operator}: ${locator}: ${message}`), { discard: true })
      ),
    countByErrorKind: () => counter.counts
  })
})

/** The aggregator, until the scope closes. */
const aggregator = Effect.gen(function*() {
  const policy = yield* settings.tailPolicy
  const own = yield* OwnPolicies
  const { level } = yield* AdaptiveSampler
  const aggregations = new Set<Aggregation>()
  const ended = yield* Deferred.make<void>()
  const options = {
    ...aggregationDefaults,
    graceMillis: yield* settings.traceGrace,
    rootDelayMillis: yield* settings.traceRootDelay,
    maxWaitMillis: yield* settings.traceWait,
    maxBytes: yield* settings.traceMemory,
    policies: policy === undefined ? undefined : tailPolicies(policy, own),
    ruleset: policy === undefined ? "" : JSON.stringify(policy),
    adaptive: (service: string) => level(service).threshold
  }
  const { decisionCapacity } = options
  const once = Effect.gen(function*() {
    aggregations.clear()
    const decided = policy === undefined ? undefined : yield* loadDecisions(decisionCapacity, 3_600_000)
    yield* tracePipeline({
      ...options,
      ...(decided !== undefined && { decided }),
      until: Deferred.await(ended),
      began: (aggregation) => aggregations.add(aggregation)
    }).run
  }).pipe(
    Effect.provide(GroupMember.layer),
    Effect.scoped
  )
  const running = yield* once.pipe(
    Effect.tapError((error) =>
      Effect.logError(`trace backend: the aggregator stopped, it begins again: ${error.message}`)
    ),
    Effect.retry(Schedule.spaced("5 seconds")),
    Effect.forkScoped
  )
  yield* observeAggregator(aggregations)
  yield* Effect.addFinalizer(() =>
    Effect.andThen(
      Deferred.succeed(ended, undefined),
      Effect.timeoutOption(Effect.interruptible(Fiber.await(running)), endMillis)
    )
  )
})

/** Removes what is too old or too much, every minute. */
const retention = Effect.gen(function*() {
  const store = yield* TraceStore
  const [age, maxBytes] = [yield* settings.traceRetention, yield* settings.traceRetentionBytes]
  const once = Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    const removed = yield* store.retain({ before: BigInt(Math.floor(now - age)) * 1_000_000n, maxBytes })
    if (removed > 0) yield* Effect.logInfo(`trace backend: retention removed ${removed} traces`)
  })
  yield* once.pipe(
    Effect.catch(({ message }) => Effect.logWarning(`trace backend: retention: ${message}`)),
    Effect.delay("1 minute"),
    Effect.forever,
    Effect.forkScoped
  )
})

/** Nothing of the backend is traced, sampled, or counted among the stages of the run. */
const unobserved = Layer.mergeAll(
  HeadSampler.layerOff,
  Layer.succeed(References.TracerEnabled, false),
  Layer.succeed(StageMetrics, { instruments: () => () => {} }),
  // Of its own: the run's lists the stages of the run.
  Layer.fresh(StageRegistry.layer),
  StageState.layerMemory(),
  layerToldLetters
)

const aggregating = Layer.effectDiscard(Effect.andThen(retention, aggregator)).pipe(
  Layer.provideMerge(layerTraceStoreFromConfig)
)

const ownSpans = Layer.effectDiscard(Effect.gen(function*() {
  const { forever, rest } = yield* handIn
  const handing = yield* Effect.forkScoped(forever)
  yield* Effect.addFinalizer(() =>
    Effect.andThen(Fiber.interrupt(handing), Effect.timeoutOption(Effect.interruptible(rest), endMillis))
  )
}))

const reading = layerTraceReaderFromConfig.pipe(
  Layer.catch(({ message }) => TraceReader.layerOff(`this process keeps no traces: ${message}`))
)

/**
 * The parts of the trace backend that this process has, on the machine's clock; {@link TraceReader} always. Where a part cannot begin, that is told, and there is none of it.
 */
export const layerTraceBackend = (roles: TraceRoles, clock: Clock.Clock) =>
  Layer.unwrap(Effect.gen(function*() {
    const variant = yield* settings.tracing
    const own = variant === "backend"
    // Whoever does everything and sends its spans elsewhere, or nowhere, takes nobody's.
    if (!own && roles.collector === roles.aggregator) return reading
    const stored = roles.aggregator ? aggregating : reading
    const collector = roles.collector ? layerCollectorFromConfig : layerOwnCollectorFromConfig
    return (own ? ownSpans : Layer.empty).pipe(
      Layer.provideMerge(collector),
      Layer.provideMerge(stored),
      Layer.provide(layerTraceLogFromConfig)
    )
  })).pipe(
    Layer.catchCause((cause) =>
      Layer.unwrap(
        Effect.as(
          Effect.logError(`trace backend: it cannot begin, spans are not stored: ${Cause.pretty(cause)}`),
          TraceReader.layerOff("the trace backend of this process could not begin: its log tells why")
        )
      )
    ),
    Layer.provide(Layer.merge(unobserved, Layer.succeed(Clock.Clock, clock)))
  )
