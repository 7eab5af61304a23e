/** What the server answers: the API's groups on the services that know. */
import { Effect, Layer } from "effect"
import { HttpServerError, HttpServerRequest, HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { PerigeeApi } from "../../domain/api/api.ts"
import type { HealthAnswer } from "../../domain/api/health.ts"
import { format } from "../../domain/time/UtcTime.ts"
import { CanaryWatch } from "../canary/CanaryWatch.ts"
import { Health, type HealthQuestion, worstStatus } from "../health/Health.ts"
import { Exposition } from "../metrics/Exposition.ts"
import { layerPageRoutes } from "../pages/pageRoutes.ts"
import { apiIndex } from "./apiIndex.ts"
import { chaosRoutes } from "./chaosRoutes.ts"
import { diagnosisRoutes } from "./diagnosisRoutes.ts"
import { inspectionRoutes } from "./inspectionRoutes.ts"
import { layerJaegerRoutes } from "./jaeger/jaegerRoutes.ts"
import { operationRoutes } from "./operation/operationRoutes.ts"
import { steeringRoutes } from "./steeringRoutes.ts"
import { layerTraceRoutes } from "./traceRoutes.ts"

const orFail = <A extends Pick<HealthAnswer, "status">>(answer: A): Effect.Effect<A, A> =>
  answer.status === "failed" ? Effect.fail(answer) : Effect.succeed(answer)

const health = HttpApiBuilder.group(
  PerigeeApi,
  "health",
  Effect.fnUntraced(function*(handlers) {
    const { ask } = yield* Health
    const answer = (question: HealthQuestion): HealthAnswer => {
      const checks = ask(question)
      return { status: worstStatus(checks), checks }
    }
    return handlers
      .handle("live", () => orFail(answer("live")))
      .handle("ready", () => orFail(answer("ready")))
      .handle("health", () => {
        const live = answer("live")
        const ready = answer("ready")
        return orFail({ status: worstStatus([...live.checks, ...ready.checks]), live, ready })
      })
  })
)

const metrics = HttpApiBuilder.group(
  PerigeeApi,
  "metrics",
  Effect.fnUntraced(function*(handlers) {
    const exposition = yield* Exposition
    return handlers.handleRaw("metrics", () =>
      Effect.gen(function*() {
        const request = yield* HttpServerRequest.HttpServerRequest
        const exposed = yield* exposition.render(request.headers.accept ?? "")
        return exposed === undefined
          ? yield* Effect.die(
            new HttpServerError.HttpServerError({ reason: new HttpServerError.RouteNotFound({ request }) })
          )
          : HttpServerResponse.text(exposed.body, { contentType: exposed.contentType })
      }))
  })
)

const canary = HttpApiBuilder.group(
  PerigeeApi,
  "canary",
  Effect.fnUntraced(function*(handlers) {
    const { report } = yield* CanaryWatch
    return handlers.handle("status", () =>
      Effect.sync(() => {
        const { bySource, enabled, firstArrival, total } = report()
        return {
          enabled,
          firstArrival: firstArrival === undefined ? null : format(firstArrival),
          ...total,
          bySource: Object.fromEntries(bySource)
        }
      }))
  })
)

/** All routes, `/openapi.json`, the index at `/` and the pages among them. */
export const layerRoutes = HttpApiBuilder.layer(PerigeeApi, { openapiPath: "/openapi.json" }).pipe(
  Layer.provide([
    health,
    metrics,
    canary,
    inspectionRoutes,
    chaosRoutes,
    steeringRoutes,
    operationRoutes,
    diagnosisRoutes,
    layerTraceRoutes
  ]),
  Layer.merge(layerJaegerRoutes),
  Layer.merge(layerPageRoutes(apiIndex))
)
