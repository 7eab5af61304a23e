/** What `/v1/status` answers, and `perigee status --json` prints. Shares are 0 to 1, rates a second over the last ten, times RFC 3339. */
import { Schema } from "effect"
import { bands } from "../slo/errorBudget.ts"
import { CanaryStatus } from "./canary.ts"
import { HealthCheck, HealthStatus } from "./health.ts"
import { HintCause } from "./sources.ts"

const nullable = Schema.NullOr(Schema.Finite)

export const StageRate = Schema.Struct({
  stage: Schema.String,
  perSecond: Schema.Finite,
  emittedPerSecond: Schema.Finite,
  /** Share of the time at work, and waiting for whoever takes the output. */
  busy: Schema.Finite,
  backpressured: Schema.Finite,
  inFlight: Schema.Int,
  /** Since the start. */
  in: Schema.Int,
  emitted: Schema.Int,
  filtered: Schema.Int,
  late: Schema.Int,
  dead: Schema.Int,
  shed: Schema.Int
})

export const BudgetStatus = Schema.Struct({
  name: Schema.String,
  thresholdSeconds: Schema.Finite,
  target: Schema.Finite,
  compliance: Schema.Finite,
  remaining: Schema.Finite,
  band: Schema.Literals(bands),
  burnRates: Schema.Record(Schema.String, Schema.Finite)
})

export const StatusAnswer = Schema.Struct({
  version: Schema.String,
  at: Schema.String,
  startedAt: Schema.String,
  uptimeSeconds: Schema.Finite,
  /** What this process does of the whole. */
  role: Schema.String,
  health: Schema.Struct({ status: HealthStatus, checks: Schema.Array(HealthCheck) }),
  rates: Schema.Struct({
    observationsPerSecond: Schema.Finite,
    observations: Schema.Int,
    bySourceKind: Schema.Record(Schema.String, Schema.Int),
    stages: Schema.Array(StageRate),
    /** The stage that the others wait for; null: none does. */
    bottleneck: Schema.NullOr(Schema.String),
    edges: Schema.Array(Schema.Struct({ edge: Schema.String, occupancy: Schema.Finite }))
  }),
  lag: Schema.Struct({
    /** Now minus the pipeline's watermark; null: there is none yet. */
    watermarkSeconds: nullable,
    unreadRecords: Schema.Int,
    commitLag: Schema.Record(Schema.String, Schema.Int),
    /** The greatest of all sensors: from sensor time to receipt (the partner's), from receipt to decoding (ours). */
    sourceSeconds: nullable,
    pipelineSeconds: nullable
  }),
  sensors: Schema.Struct({
    total: Schema.Int,
    ok: Schema.Int,
    idle: Schema.Int,
    waiting: Schema.Int,
    /** Those that somebody should look at. */
    suspects: Schema.Array(Schema.Struct({
      sourceId: Schema.String,
      state: Schema.String,
      cause: HintCause,
      text: Schema.String,
      since: Schema.String
    }))
  }),
  alerts: Schema.Struct({
    open: Schema.Int,
    action: Schema.Int,
    attention: Schema.Int,
    /** The next encounters, at most five. */
    next: Schema.Array(Schema.Struct({
      alertId: Schema.String,
      objects: Schema.Array(Schema.String),
      level: Schema.String,
      tca: Schema.String,
      missDistanceMetres: Schema.Finite,
      pc: nullable,
      validity: Schema.String
    }))
  }),
  deadLetters: Schema.Struct({
    total: Schema.Int,
    perSecond: Schema.Finite,
    byErrorKind: Schema.Record(Schema.String, Schema.Int)
  }),
  budget: Schema.Array(BudgetStatus),
  canaries: CanaryStatus,
  /** What the run needs of others, as it finds it. */
  dependencies: Schema.Array(HealthCheck),
  tasks: Schema.Array(Schema.Struct({ id: Schema.String, state: Schema.String })),
  process: Schema.Struct({
    pid: Schema.Int,
    eventLoopUtilization: nullable,
    cpuSecondsPerSecond: nullable,
    heapUsedBytes: nullable,
    residentBytes: nullable
  })
})
export type StatusAnswer = typeof StatusAnswer.Type
