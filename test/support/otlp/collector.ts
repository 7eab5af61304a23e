/** A collector on free ports over the memory log, and what stands in its topic. */
import { ConfigProvider, Effect, Layer, Result } from "effect"
import {
  decodeResource,
  decodeScope,
  decodeSpan,
  type InstrumentationScope
} from "../../../src/domain/traces/otlp/decodeSpan.ts"
import {
  resourceAt,
  resourceStride,
  scopeAt,
  scopeStride,
  spanAt,
  spanStride
} from "../../../src/domain/traces/otlp/SpanColumns.ts"
import { readSpanRecord, spansTopic } from "../../../src/domain/traces/otlp/spanRecord.ts"
import { SpanScanner } from "../../../src/domain/traces/otlp/SpanScanner.ts"
import type { Attributes, SpanData } from "../../../src/domain/tracing/SpanData.ts"
import { MessageLog } from "../../../src/layers/log/MessageLog.ts"
import { Collectors } from "../../../src/layers/metrics/Collectors.ts"
import { layerCollectorFromConfig } from "../../../src/layers/traces/collector/collectorFromConfig.ts"

export interface CollectedSpan {
  readonly resource: Attributes
  readonly scope: InstrumentationScope
  readonly span: SpanData
  readonly partition: number
}

const none = new Uint8Array(0)

/** All that was collected, in the order of the partitions and offsets. */
export const collectedSpans = Effect.gen(function*() {
  const log = yield* MessageLog
  const scanner = new SpanScanner()
  const found: Array<CollectedSpan> = []
  for (const { beginning, end, partition } of yield* log.offsets(spansTopic)) {
    for (let offset = beginning; offset < end;) {
      const records = yield* log.read({ topic: spansTopic, partition, offset, max: 100 })
      offset += records.length
      for (const record of records) {
        const bytes = Result.getOrThrow(readSpanRecord(record))
        const { count, resourceWords, scopeWords, words } = Result.getOrThrow(scanner.scan(bytes))
        const part = (from: Uint32Array, at: number) =>
          from[at + 1] === 0 ? none : bytes.subarray(from[at], from[at + 1])
        for (let row = 0; row < count * spanStride; row += spanStride) {
          found.push({
            resource: Result.getOrThrow(
              decodeResource(
                part(resourceWords, (words[row + spanAt.resource] ?? 0) * resourceStride + resourceAt.from)
              )
            ),
            scope: Result.getOrThrow(
              decodeScope(part(scopeWords, (words[row + spanAt.scope] ?? 0) * scopeStride + scopeAt.from))
            ),
            span: Result.getOrThrow(decodeSpan(part(words, row + spanAt.from))),
            partition
          })
        }
      }
    }
  }
  return found
})

/** `env` beside free ports; `log` is the memory log unless another is given. */
export const layerCollector = (env: Readonly<Record<string, string>> = {}, log = MessageLog.layerMemory) =>
  layerCollectorFromConfig.pipe(
    Layer.provideMerge(Layer.merge(log, Collectors.layer)),
    Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({
      PERIGEE_OTLP_HTTP_PORT: "0",
      PERIGEE_OTLP_GRPC_PORT: "0",
      ...env
    })))
  )
