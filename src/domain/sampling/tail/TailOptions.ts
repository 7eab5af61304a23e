/** What a tail sampler is made with. */
import type { Policy } from "../policies/Policy.ts"
import type { RollingQuantileOptions } from "./RollingQuantile.ts"
import type { BufferBounds } from "./TraceBuffer.ts"

export interface TailOptions extends BufferBounds {
  readonly policy: Policy
  /** A trace is decided so long after its first span at the latest, milliseconds. */
  readonly maxWaitMillis: number
  /** ... or so long after its root ended and its last span came. Not less than the wait: the wait alone decides. */
  readonly rootDelayMillis: number
  /** Whether a span whose parent is remote is a root: so it is where only the spans of this process come, not where those of many do. */
  readonly remoteParentIsRoot: boolean
  /** A trace of so many spans, or so many bytes, is decided without waiting for more. */
  readonly maxSpansPerTrace: number
  readonly maxBytesPerTrace: number
  /** Decisions that are remembered for late spans, and for how long at least. */
  readonly decisionCapacity: number
  readonly decisionTtlMillis: number
  /** A late span of a trace whose decision was forgotten is kept with this probability. */
  readonly baselineProbability: number
  /**
   * `sampled`: only what a head sampler kept is offered, and the spans' own `th` says with which threshold; spans without one have an
   * unknown weight. `all`: every trace that the policy could keep is offered, so nothing but the policy and the floor decides its weight.
   */
  readonly population: "sampled" | "all"
  readonly rolling: RollingQuantileOptions
}

export const tailDefaults: Omit<TailOptions, "policy"> = {
  maxTraces: 50_000,
  maxSpans: 400_000,
  maxBytes: 256 * 2 ** 20,
  maxWaitMillis: 30_000,
  rootDelayMillis: 2000,
  remoteParentIsRoot: true,
  maxSpansPerTrace: 10_000,
  maxBytesPerTrace: 16 * 2 ** 20,
  decisionCapacity: 200_000,
  decisionTtlMillis: 3_600_000,
  baselineProbability: 0.01,
  population: "sampled",
  rolling: { periodMillis: 300_000, minimum: 100, maxKeys: 500 }
}
