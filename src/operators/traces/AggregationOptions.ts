/** What the aggregator is made with, and what it has done. */
import type { PolicyContext } from "../../domain/sampling/policies/Judge.ts"
import type { RollingQuantileOptions } from "../../domain/sampling/tail/RollingQuantile.ts"
import type { TailPolicies } from "./tailPolicies.ts"

/** Times are milliseconds of log time: that of the newest record, and the clock's where no record waits. */
export interface AggregationOptions {
  /** Without one all is kept. */
  readonly policies: TailPolicies | undefined
  /** The version of the policies. */
  readonly ruleset: string
  /** Traces are decided in turns of this length, all of one turn together. */
  readonly turnMillis: number
  /** A trace is done when its root ended, every parent is there and nothing came for so long, */
  readonly graceMillis: number
  /** ... or its root ended and nothing came for so long, */
  readonly rootDelayMillis: number
  /** ... or its first span came so long ago, */
  readonly maxWaitMillis: number
  /** ... or it is so large. */
  readonly maxSpansPerTrace: number
  readonly maxBytesPerTrace: number
  /** Of all that waits of a partition, without the bytes of requests: then the lowest randomness goes first, or, where all is kept, the oldest are closed early. */
  readonly maxBytes: number
  /** Of requests whose bytes are at hand; what is beyond is read from the log again. */
  readonly maxBodyBytes: number
  readonly decisionCapacity: number
  readonly rolling: RollingQuantileOptions
  readonly adaptive: PolicyContext["adaptive"]
}

export const aggregationDefaults: Omit<AggregationOptions, "policies" | "ruleset" | "adaptive"> = {
  turnMillis: 500,
  graceMillis: 1000,
  rootDelayMillis: 5000,
  maxWaitMillis: 30_000,
  maxSpansPerTrace: 50_000,
  maxBytesPerTrace: 64 << 20,
  maxBytes: 128 << 20,
  maxBodyBytes: 64 << 20,
  decisionCapacity: 400_000,
  rolling: { periodMillis: 300_000, minimum: 100, maxKeys: 500 }
}

/** Since the start. Every trace that came is open, kept, dropped, evicted or refused. */
export interface AggregationStats {
  records: number
  spans: number
  traces: number
  kept: number
  keptSpans: number
  dropped: number
  excluded: number
  evicted: number
  refused: number
  /** Written again with spans that came after the decision. */
  reopened: number
  lateDroppedSpans: number
  lateDroppedErrors: number
  readonly closedBy: Map<string, number>
  readonly keptBy: Map<string, number>
}

export const emptyAggregationStats = (): AggregationStats => ({
  records: 0,
  spans: 0,
  traces: 0,
  kept: 0,
  keptSpans: 0,
  dropped: 0,
  excluded: 0,
  evicted: 0,
  refused: 0,
  reopened: 0,
  lateDroppedSpans: 0,
  lateDroppedErrors: 0,
  closedBy: new Map(),
  keptBy: new Map()
})
