/** When the load is too high the share that is sampled is halved; when it has been low for a while, doubled again. */

/** Shares of what there is, 0 to 1. */
export interface Load {
  readonly cpu: number
  readonly heap: number
}

export interface LoadReliefOptions {
  /** Above this of CPU or heap the share is halved. */
  readonly high: number
  /** Below this of both it may recover; between the two it stays. */
  readonly low: number
  /** How long both must have been low before one halving is taken back, milliseconds. */
  readonly calmMillis: number
  /** One halving an interval, at most so many. */
  readonly maxHalvings: number
  /** How often the load is looked at, milliseconds. */
  readonly intervalMillis: number
}

export const loadReliefDefaults: LoadReliefOptions = {
  high: 0.8,
  low: 0.75,
  calmMillis: 10_000,
  maxHalvings: 1,
  intervalMillis: 1000
}

interface LoadRelief {
  readonly halvings: number
  /** Since when the load has been low, or since the last halving was taken back; `undefined` while it is not low. */
  readonly calmSince: number | undefined
}

export const noRelief: LoadRelief = { halvings: 0, calmSince: undefined }

/** The state after the load was measured at `now`, milliseconds. */
export const nextRelief = (options: LoadReliefOptions, state: LoadRelief, load: Load, now: number): LoadRelief => {
  const highest = Math.max(load.cpu, load.heap)
  if (highest > options.high) {
    return { halvings: Math.min(options.maxHalvings, state.halvings + 1), calmSince: undefined }
  }
  if (highest >= options.low) return { halvings: state.halvings, calmSince: undefined }
  const calmSince = state.calmSince ?? now
  return state.halvings > 0 && now - calmSince >= options.calmMillis
    ? { halvings: state.halvings - 1, calmSince: now }
    : { halvings: state.halvings, calmSince }
}
