/** What `/v1/sources` answers: a row per sensor and a row per feed. Times RFC 3339, durations in seconds, residuals in the unit named. */
import { Schema } from "effect"
import { sensorKinds } from "../observation/sourceKinds.ts"

const nullable = Schema.NullOr(Schema.Finite)

/**
 * What is likely wrong with a sensor.
 *
 * - `silent`: it says nothing although there is something to see
 * - `sparse`: it says much less than it does otherwise
 * - `kilometres`, `degrees`: its values fit where taken in that unit instead of metres or radians
 * - `clock-ahead`, `clock-behind`: its time stamps are off
 * - `cross-tagged`: the track numbers it gives are those of other objects
 * - `uncorrelated`: what it measures fits no object
 * - `biased`, `noisy`: its residuals have a mean, or a spread, that its stated sigmas do not have
 * - `slow`: its data comes later than its kind may
 * - `late`: so late that it is given up
 * - `unreadable`: its records are given up for another reason
 */
export const HintCause = Schema.Literals([
  "silent",
  "sparse",
  "kilometres",
  "degrees",
  "clock-ahead",
  "clock-behind",
  "cross-tagged",
  "uncorrelated",
  "biased",
  "noisy",
  "slow",
  "late",
  "unreadable"
])
export type HintCause = typeof HintCause.Type

export const SensorHint = Schema.Struct({
  cause: HintCause,
  /** For a person: what was seen and what it says. */
  text: Schema.String,
  /** Since when it is seen without a break. */
  since: Schema.String
})
export type SensorHint = typeof SensorHint.Type

/** Innovations of one measured component, weighted by how well they were predicted. */
export const ResidualView = Schema.Struct({
  component: Schema.String,
  /** Of `bias` and `biasSigma`. */
  unit: Schema.Literals(["m", "m/s", "rad"]),
  count: Schema.Int,
  /** Measured minus predicted, weighted mean. */
  bias: Schema.Finite,
  /** 1-sigma of it, were the innovations independent. */
  biasSigma: Schema.Finite,
  /** Mean and standard deviation of innovations in units of their own sigma: 0 and 1 for a sensor that is what it says. */
  normalisedBias: Schema.Finite,
  normalisedScatter: Schema.Finite
})
export type ResidualView = typeof ResidualView.Type

/**
 * `ok`; `idle`: says nothing, and is not expected to; `waiting`: has not spoken yet, and it is too early to say more; `silent`; `suspect`: speaks, and
 * a hint says what is wrong.
 */
export const SensorState = Schema.Literals(["ok", "idle", "waiting", "silent", "suspect"])
export type SensorState = typeof SensorState.Type

export const SensorView = Schema.Struct({
  sourceId: Schema.String,
  kind: Schema.Literals(sensorKinds),
  state: SensorState,
  lastSeen: Schema.NullOr(Schema.String),
  /** Since it was seen, or since the start. */
  silentSeconds: Schema.Finite,
  /** Decoded since the start. */
  observations: Schema.Int,
  cadence: Schema.Struct({
    perSecond: Schema.Finite,
    /** Null: not known, or too early to say. */
    expectedPerSecond: nullable,
    /** Objects of the catalogue that it can see now (of a sample of them, scaled); null: not known. */
    visible: nullable,
    /** What it is expected by. */
    basis: Schema.String
  }),
  lag: Schema.Struct({
    /** From sensor time to receipt: the last one, and the mean over the window. Null: none yet. */
    lastSeconds: nullable,
    meanSeconds: nullable,
    /** From receipt to decoding. */
    pipelineSeconds: nullable
  }),
  /** Counts over the last `seconds`; shares of all that was received of it. */
  recent: Schema.Struct({
    seconds: Schema.Finite,
    received: Schema.Int,
    dead: Schema.Int,
    deadShare: Schema.Finite,
    uncorrelated: Schema.Int,
    uncorrelatedShare: Schema.Finite,
    /** Of those whose track number the catalogue knows: that of another object. */
    crossTagged: Schema.Int,
    crossTaggedShare: Schema.Finite,
    deadByKind: Schema.Record(Schema.String, Schema.Int)
  }),
  residuals: Schema.Array(ResidualView),
  /** Its time stamps minus the time that the tracks speak for, from range and range rate; null: not known. */
  clockOffset: Schema.NullOr(Schema.Struct({ seconds: Schema.Finite, sigma: Schema.Finite })),
  /** The last message of what was given up. */
  lastDead: Schema.NullOr(Schema.String),
  hints: Schema.Array(SensorHint)
})
export type SensorView = typeof SensorView.Type

/** What only a socket or a client counts. */
export const FeedView = Schema.Struct({
  feed: Schema.String,
  received: Schema.Int,
  malformed: Schema.Int,
  gaps: Schema.Int,
  dropped: Schema.Int,
  kernelDrops: Schema.NullOr(Schema.Int),
  failures: Schema.Int,
  reconnects: Schema.Int,
  circuit: Schema.NullOr(Schema.Literals(["Closed", "Open", "HalfOpen"])),
  refusal: Schema.NullOr(Schema.String),
  lastSeen: Schema.NullOr(Schema.String)
})
export type FeedView = typeof FeedView.Type

export const SourcesAnswer = Schema.Struct({
  at: Schema.String,
  sensors: Schema.Array(SensorView),
  feeds: Schema.Array(FeedView)
})
export type SourcesAnswer = typeof SourcesAnswer.Type
