/** `/v1/toggles` and `/v1/profile`: a process is steered and looked into by who has the admin token. */
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { PerigeeApi } from "../../domain/api/api.ts"
import { CpuProfiler } from "../runtime/CpuProfiler.ts"
import { Toggles } from "../toggles/Toggles.ts"
import { refusalBody, requireAdmin } from "./Admin.ts"

export const steeringRoutes = HttpApiBuilder.group(
  PerigeeApi,
  "steering",
  Effect.fnUntraced(function*(handlers) {
    const toggles = yield* Toggles
    const profiler = yield* CpuProfiler
    return handlers
      .handle("toggles", () => Effect.sync(toggles.answer))
      .handle(
        "toggle",
        Effect.fnUntraced(function*({ payload }) {
          yield* requireAdmin
          yield* toggles.change(payload)
          return toggles.answer()
        })
      )
      .handle(
        "profile",
        Effect.fnUntraced(function*({ query }) {
          yield* requireAdmin
          return yield* Effect.catchTag(
            profiler.take(query.seconds * 1000),
            "ProfileError",
            ({ message }) => Effect.flatMap(refusalBody("refused", message), Effect.fail)
          )
        })
      )
  })
)
