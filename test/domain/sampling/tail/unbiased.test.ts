/**
 * Counts scaled from what is kept are those of all, to 1 % over a million events: with policies that keep every error and every slow trace,
 * a share of the rest, a buffer that is too small, and head sampling before it.
 */
import { assert, describe, it } from "@effect/vitest"
import { readThreshold } from "../../../../src/domain/sampling/head/otMember.ts"
import {
  adjustedCount,
  formatThreshold,
  keepsTraceId,
  never,
  type Threshold,
  thresholdOf
} from "../../../../src/domain/sampling/head/threshold.ts"
import * as Policies from "../../../../src/domain/sampling/policies/index.ts"
import { tailDefaults, type TailOptions } from "../../../../src/domain/sampling/tail/TailOptions.ts"
import { makeTailSampling } from "../../../../src/domain/sampling/tail/tailSampling.ts"
import { stream } from "../../../../src/domain/simulation/random.ts"
import type { SpanData } from "../../../../src/domain/tracing/SpanData.ts"
import { failed, lasting } from "../../../support/spanData.ts"
import { valid } from "../policies/policySupport.ts"

const kinds = ["all", "failed", "slow"] as const

type Total = Record<typeof kinds[number], number>

const none = (): Total => ({ all: 0, failed: 0, slow: 0 })

const add = (total: Total, span: SpanData, weight: number): void => {
  total.all += weight
  if (span.status.code === "error") total.failed += weight
  if (span.endTime - span.startTime >= 500_000_000n) total.slow += weight
}

/** Offers traces of one span, ten thousand a second and fifty thousand in every tenth, and adds up what is kept by its weight. */
const run = (seed: number, events: number, options: Partial<TailOptions>, headProbability = 1) => {
  const random = stream(seed, "unbiased")
  const policy = Policies.or(
    Policies.errors(),
    Policies.latency({ thresholdMillis: 500 }),
    Policies.probabilistic(10)
  )
  const [truth, estimate, variance] = [none(), none(), none()]
  const sampling = makeTailSampling(
    { ...tailDefaults, policy: valid(policy), maxWaitMillis: 5000, rootDelayMillis: 2000, ...options },
    {
      sink: (spans) => {
        for (const span of spans) {
          const weight = adjustedCount(readThreshold(span.traceState) ?? never)
          add(estimate, span, weight)
          add(variance, span, weight * (weight - 1))
        }
      },
      adaptive: () => never
    },
    0
  )
  const head: Threshold = thresholdOf(headProbability)
  const traceState = `ot=th:${formatThreshold(head)}`
  const word = () => random.uint32().toString(16).padStart(8, "0")
  let greatestFloor = 0
  let now = 0
  for (let offered = 0; offered < events;) {
    const spans: Array<SpanData> = []
    const perSecond = Math.floor(now / 1000) % 10 === 0 ? 50_000 : 10_000
    for (let i = 0; i < perSecond / 10 && offered < events; i++, offered++) {
      const traceId = word() + word() + word() + word()
      const span = lasting(random.uniform() < 0.02 ? 900 : 10, {
        traceId,
        spanId: "00f067aa0ba902b7",
        traceState,
        ...(random.uniform() < 0.03 && { status: failed })
      })
      add(truth, span, 1)
      if (keepsTraceId(head, traceId)) spans.push(span)
    }
    sampling.offer(spans, now)
    sampling.tick(now)
    greatestFloor = Math.max(greatestFloor, sampling.floor(now).high / 2 ** 24)
    now += 100
  }
  sampling.flush(now)
  return { truth, estimate, variance, stats: sampling.stats, greatestFloor }
}

/** Whole and parts to three standard deviations of what was kept. */
const assertUnbiased = ({ estimate, truth, variance }: ReturnType<typeof run>) => {
  for (const kind of kinds) {
    const deviation = Math.sqrt(variance[kind])
    assert.isBelow(
      Math.abs(estimate[kind] - truth[kind]),
      3 * deviation + 1e-6,
      `${kind}: ${estimate[kind]} of ${truth[kind]}`
    )
  }
}

describe("scaled counts", () => {
  it("are exact where all that is counted is kept", () => {
    const result = run(1, 200_000, { maxTraces: 1_000_000, maxSpans: 1_000_000 })
    assert.deepStrictEqual([result.estimate.failed, result.estimate.slow], [result.truth.failed, result.truth.slow])
    assertUnbiased(result)
  }, 120_000)

  it("are within 1 % of the truth with a floor of overload that comes and goes", () => {
    const result = run(2, 1_000_000, { maxTraces: 15_000 })
    assert.isAbove(result.stats.evicted, 1000)
    assert.isAbove(result.stats.refused, 1000)
    assert.isAbove(result.greatestFloor, 0.5)
    assert.isBelow(Math.abs(result.estimate.all / result.truth.all - 1), 0.01, `${result.estimate.all}`)
    assertUnbiased(result)
  }, 120_000)

  it("have no bias after head sampling of one in two, with the floor", () => {
    const result = run(3, 300_000, { maxTraces: 8000 }, 0.5)
    assert.isAbove(result.stats.evicted, 1000)
    assertUnbiased(result)
  }, 120_000)
})
