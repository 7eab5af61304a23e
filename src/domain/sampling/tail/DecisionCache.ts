/**
 * What was decided about traces, for the spans that come late: the threshold and not only yes or no, since late spans need their weight.
 *
 * State: two generations of decisions, `capacity` in both together; asking for a decision moves it to the newer. When the newer is full or
 * a time to live old, the older goes. Of the four generations that went last, 52 bits of each trace id stay, to tell a late span from the
 * first of a new trace.
 */
import type { Threshold } from "../head/threshold.ts"

export interface Decision {
  readonly kept: boolean
  /** What the trace was held against, its spans' own thresholds apart. */
  readonly threshold: Threshold
  /** The type of the policy that decided; `overload` for the floor, `baseline` for a decision made again. */
  readonly policy: string
  readonly decidedAt: number
}

export interface DecisionCache {
  /** The decision of a trace. To ask for it is to use it. */
  readonly get: (traceId: string) => Decision | undefined
  readonly set: (traceId: string, decision: Decision) => void
  /** Whether a decision about this trace was forgotten. */
  readonly wasForgotten: (traceId: string) => boolean
  /** Forgets what was last used more than a time to live ago; all within two. */
  readonly expire: (now: number) => void
  readonly size: () => number
}

/** 52 bits of the trace id's random part, as a number. */
const fingerprint = (traceId: string): number => Number.parseInt(traceId.slice(-13), 16)

const forgottenGenerations = 4

export const makeDecisionCache = (
  { capacity, ttlMillis }: { readonly capacity: number; readonly ttlMillis: number },
  startedAt: number
): DecisionCache => {
  const half = Math.max(1, Math.floor(capacity / 2))
  let current = new Map<string, Decision>()
  let previous = new Map<string, Decision>()
  let forgotten: ReadonlyArray<ReadonlySet<number>> = []
  let since = startedAt

  const rotate = (): void => {
    const gone = new Set<number>()
    for (const traceId of previous.keys()) if (!current.has(traceId)) gone.add(fingerprint(traceId))
    if (gone.size > 0) forgotten = [gone, ...forgotten.slice(0, forgottenGenerations - 1)]
    previous = current
    current = new Map()
  }
  const set = (traceId: string, decision: Decision): void => {
    if (current.size >= half && !current.has(traceId)) rotate()
    current.set(traceId, decision)
  }
  return {
    set,
    get: (traceId) => {
      const recent = current.get(traceId)
      if (recent !== undefined) return recent
      const older = previous.get(traceId)
      if (older !== undefined) set(traceId, older)
      return older
    },
    wasForgotten: (traceId) => {
      if (forgotten.length === 0) return false
      const mark = fingerprint(traceId)
      return forgotten.some((generation) => generation.has(mark))
    },
    expire: (now) => {
      if (now - since < ttlMillis) return
      since = now
      rotate()
    },
    size: () => current.size + previous.size
  }
}
