/**
 * Whether the process can do its work, told by the parts themselves: each adds checks, and who asks gets all of them with their reasons.
 *
 * A check is short and waits for nothing: it looks at what is known already.
 */
import { Context, Effect, Layer, type Scope } from "effect"
import type { HealthCheck, HealthStatus } from "../../domain/api/health.ts"

/** Which question a check answers: is the process alive (else restart it), is it ready (else send it no work). */
export type HealthQuestion = "live" | "ready"

type Check = () => ReadonlyArray<HealthCheck>

export class Health extends Context.Service<Health, {
  /** Asks `check` whenever somebody asks, until the scope closes. */
  add(question: HealthQuestion, check: Check): Effect.Effect<void, never, Scope.Scope>
  /** A question that nobody answers yet is answered by `starting`, which is not ready but alive. */
  readonly ask: (question: HealthQuestion) => ReadonlyArray<HealthCheck>
}>()("perigee/layers/observability/Health") {
  static readonly layer = Layer.sync(Health, () => {
    const checks: Record<HealthQuestion, Set<Check>> = { live: new Set(), ready: new Set() }
    return Health.of({
      add: (question, check) =>
        Effect.acquireRelease(
          Effect.sync(() => void checks[question].add(check)),
          () => Effect.sync(() => void checks[question].delete(check))
        ),
      ask: (question) =>
        checks[question].size > 0
          ? Array.from(checks[question]).flatMap((check) => check())
          : [{
            name: "process",
            status: question === "live" ? "ok" : "failed",
            reason: question === "live" ? "running" : "starting or stopping"
          }]
    })
  })
}

/** The worst of all: `degraded` still works. */
export const worstStatus = (checks: ReadonlyArray<HealthCheck>): HealthStatus =>
  checks.some(({ status }) => status === "failed")
    ? "failed"
    : checks.some(({ status }) => status === "degraded")
    ? "degraded"
    : "ok"
