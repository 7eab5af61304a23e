/** What a tail sampler has done since its start. Every trace that came is open, kept, dropped, excluded, evicted or refused. */
export interface TailStats {
  spans: number
  traces: number
  kept: number
  keptSpans: number
  /** Decided against. */
  dropped: number
  /** Taken out by a `drop` policy. */
  excluded: number
  /** Given up for want of room. */
  evicted: number
  /** Not let in, being under the floor. */
  refused: number
  lateKeptSpans: number
  lateDroppedSpans: number
  /** Late spans with an error among the dropped ones: counted, not kept. */
  lateDroppedErrors: number
  /** Traces whose decision was forgotten and made again by the baseline. */
  reDecided: number
  /** Spans kept without a threshold that can be trusted; counts scaled from the others leave these out. */
  unknownWeightSpans: number
  /** Kept traces by the policy that set the threshold. */
  readonly keptBy: Map<string, number>
  /** Decisions by why they were made then. */
  readonly decidedBy: Map<string, number>
}

export const emptyTailStats = (): TailStats => ({
  spans: 0,
  traces: 0,
  kept: 0,
  keptSpans: 0,
  dropped: 0,
  excluded: 0,
  evicted: 0,
  refused: 0,
  lateKeptSpans: 0,
  lateDroppedSpans: 0,
  lateDroppedErrors: 0,
  reDecided: 0,
  unknownWeightSpans: 0,
  keptBy: new Map(),
  decidedBy: new Map()
})
