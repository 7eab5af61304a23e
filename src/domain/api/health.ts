/** What `/health` answers. */
import { Schema } from "effect"

/** `degraded`: works, but somebody should look. */
export const HealthStatus = Schema.Literals(["ok", "degraded", "failed"])
export type HealthStatus = typeof HealthStatus.Type

export const HealthCheck = Schema.Struct({
  name: Schema.String,
  status: HealthStatus,
  /** For a person, whatever the status. */
  reason: Schema.String
})
export type HealthCheck = typeof HealthCheck.Type

/** The answer to one question: the worst of its checks. */
export const HealthAnswer = Schema.Struct({ status: HealthStatus, checks: Schema.Array(HealthCheck) })
export type HealthAnswer = typeof HealthAnswer.Type

export const HealthReport = Schema.Struct({ status: HealthStatus, live: HealthAnswer, ready: HealthAnswer })
export type HealthReport = typeof HealthReport.Type
