/** The pages as they were built, over a store with traces in it: those that Jaeger was sent, and one of ten thousand spans. */
import { Effect, Layer, Logger, Metric } from "effect"
import { Health } from "../../../src/layers/health/Health.ts"
import { layerNodeServer } from "../../../src/layers/http/NodeServer.ts"
import { layerRoutes } from "../../../src/layers/http/routes.ts"
import { Collectors } from "../../../src/layers/metrics/Collectors.ts"
import { Exposition } from "../../../src/layers/metrics/Exposition.ts"
import { layerBuiltPages } from "../../../src/layers/pages/builtPages.ts"
import { MemoryTraceStore } from "../../../src/layers/traces/store/MemoryTraceStore.ts"
import { TraceStore, type TraceWrite } from "../../../src/layers/traces/store/TraceStore.ts"
import { emptyLog } from "../emptyLog.ts"
import { clocksOf, reported, trueTrace } from "../traces/clockedTraces.ts"
import { fixtureWrites, jaegerData } from "../traces/jaegerFixture.ts"
import { traceIdOf, traceWrite } from "../traces/storedSpans.ts"

export const bigTrace = traceIdOf(1)
export const bigSize = 10_000

export const pagesTraces: ReadonlyArray<TraceWrite> = [
  ...(jaegerData === undefined ? [] : fixtureWrites(jaegerData)),
  traceWrite(reported(trueTrace(7, bigSize), clocksOf(7)))
]

const filled = Layer.effectDiscard(TraceStore.use(({ write }) => Effect.orDie(write(pagesTraces))))

export const pagesServer = (port = 0) =>
  layerNodeServer(Layer.provide(layerRoutes, layerBuiltPages()), { host: "127.0.0.1", port }).pipe(
    Layer.provide(Exposition.layerOff),
    Layer.provide(Layer.mergeAll(Health.layer, Collectors.layer, emptyLog)),
    Layer.provide(filled),
    Layer.provide(MemoryTraceStore.layer()),
    Layer.provide(Layer.effect(Metric.MetricRegistry, Effect.sync(() => new Map()))),
    Layer.provide(Logger.layer([]))
  )
