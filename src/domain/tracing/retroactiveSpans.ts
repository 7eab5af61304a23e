/**
 * Operator spans made afterwards, from the hops that an event came by.
 *
 * The tree is the one that a sampled event has: a root from receipt to the end, below it one span per stage, each the child of the one
 * before, and a wait where more than {@link waitNanos} lie between two stages. Ids depend on nothing but the trace and the hops, so that an event
 * told of twice gives the same spans.
 */
import type { EventContext, Hop } from "../stream/Envelope.ts"
import { derivedSpanId as spanIdOf } from "./derivedSpanId.ts"
import type { SpanData, SpanStatus } from "./SpanData.ts"

/** How an event ended that somebody will ask about. */
export type RecordedReason = "dead" | "late" | "shed" | "slow" | "retracted" | "delivered"

export const recordedReasons = [
  "dead",
  "late",
  "shed",
  "slow",
  "retracted",
  "delivered"
] as const satisfies ReadonlyArray<
  RecordedReason
>

/** On a span of every such event, head-sampled or not: what a tail sampler keeps it by. */
export const recordedAttribute = "perigee.recorded"

/** On spans that were made afterwards. */
export const retroactiveAttribute = "perigee.retroactive"

/** What lies between two stages and is not told apart from work below this, ns. */
export const waitNanos = 1_000_000n

/** The root span that is made afterwards for a trace. */
export const recordedRootId = (traceId: string): string => spanIdOf(`root ${traceId}`)

export interface RetroactiveOptions {
  readonly context: EventContext
  /** The newest first. */
  readonly hop: Hop
  readonly reason: RecordedReason
  readonly error?: { readonly kind: string; readonly message: string }
  /** What is added to the hops' monotonic nanoseconds. */
  readonly wallOffset: bigint
  /** The root's name. */
  readonly rootName: string
  /** Most stages; those that were passed first are left out. */
  readonly maxStages: number
  /** Hops that were left longer before the last one are left out. */
  readonly maxAgeNanos: bigint
}

/** Oldest first. `leftOut`: how many stages were over the bounds. */
const stagesOf = ({ hop, maxAgeNanos, maxStages }: RetroactiveOptions) => {
  const stages: Array<Hop> = []
  let leftOut = 0
  for (let each: Hop | undefined = hop; each !== undefined; each = each.previous) {
    if (leftOut > 0 || stages.length >= maxStages || hop.exit - each.exit > maxAgeNanos) leftOut++
    else stages.push(each)
  }
  return { stages: stages.toReversed(), leftOut }
}

const millisToNanos = (millis: number): bigint => BigInt(Math.round(millis * 1e3)) * 1000n

/** The spans, root first. Their flags say what the head sampler said: that the trace is not sampled. */
export const retroactiveSpans = (
  options: RetroactiveOptions
): { readonly spans: ReadonlyArray<SpanData>; readonly leftOut: number } => {
  const { context, error, reason, rootName, wallOffset } = options
  const { id, ingestTime, sourceKind, trace: { spanId: remote, traceId, traceState } } = context
  const { leftOut, stages } = stagesOf(options)
  const rootId = recordedRootId(traceId)
  const spans: Array<SpanData> = []
  const status: SpanStatus = error === undefined ? { code: "unset" } : { code: "error", message: error.message }
  const add = (
    name: string,
    spanId: string,
    parentSpanId: string | undefined,
    [startTime, endTime]: readonly [bigint, bigint],
    more: SpanData["attributes"] = {},
    spanStatus: SpanStatus = { code: "unset" }
  ) =>
    spans.push({
      traceId,
      spanId,
      parentSpanId,
      traceState,
      flags: 0,
      name,
      kind: "internal",
      startTime,
      endTime,
      status: spanStatus,
      attributes: { "observation.id": id, "source.kind": sourceKind, [retroactiveAttribute]: true, ...more },
      events: [],
      links: []
    })

  const end = options.hop.exit + wallOffset
  const entered = (stages[0]?.enter ?? options.hop.enter) + wallOffset
  const received = millisToNanos(ingestTime)
  add(
    rootName,
    rootId,
    remote,
    [received < entered ? received : entered, end],
    leftOut === 0 ? {} : { "perigee.stages_left_out": leftOut }
  )
  let parent = rootId
  let left: bigint | undefined
  stages.forEach((stage, index) => {
    const key = `${traceId} ${parent} ${stage.stage} ${stage.enter}`
    if (left !== undefined && stage.enter - left >= waitNanos) {
      add(`${stage.stage} wait`, spanIdOf(`wait ${key}`), parent, [left + wallOffset, stage.enter + wallOffset], {
        "perigee.wait": "upstream"
      })
    }
    const last = index === stages.length - 1
    const spanId = spanIdOf(key)
    add(
      stage.stage,
      spanId,
      parent,
      [stage.enter + wallOffset, stage.exit + wallOffset],
      last
        ? { [recordedAttribute]: reason, ...(error === undefined ? undefined : { "error.type": error.kind }) }
        : {},
      last ? status : { code: "unset" }
    )
    parent = spanId
    left = stage.exit
  })
  return { spans, leftOut }
}
