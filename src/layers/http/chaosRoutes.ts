/** `/v1/chaos`: experiments are begun, kept alive and stopped by who has the admin token; anybody may look. */
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { PerigeeApi } from "../../domain/api/api.ts"
import { Chaos } from "../chaos/Chaos.ts"
import { refusalBody, requireAdmin } from "./Admin.ts"

export const chaosRoutes = HttpApiBuilder.group(
  PerigeeApi,
  "chaos",
  Effect.fnUntraced(function*(handlers) {
    const chaos = yield* Chaos
    const known = Effect.fnUntraced(function*<A>(id: string, found: A | undefined) {
      return found
        ?? (yield* Effect.flatMap(refusalBody("unknown_id", `there is no experiment "${id}"`), Effect.fail))
    })
    return handlers
      .handle("list", () => Effect.sync(chaos.answer))
      .handle(
        "run",
        Effect.fnUntraced(function*({ payload }) {
          yield* requireAdmin
          if (!chaos.answer().enabled) {
            return yield* Effect.flatMap(
              refusalBody("refused", "chaos is off: PERIGEE_CHAOS=on where experiments may be run"),
              Effect.fail
            )
          }
          return yield* Effect.catchTag(
            chaos.run(payload),
            "ChaosRefused",
            ({ message }) => Effect.flatMap(refusalBody("refused", message), Effect.fail)
          )
        })
      )
      .handle(
        "heartbeat",
        Effect.fnUntraced(function*({ params: { id } }) {
          yield* requireAdmin
          return yield* known(id, yield* chaos.heartbeat(id))
        })
      )
      .handle(
        "stop",
        Effect.fnUntraced(function*({ params: { id } }) {
          yield* requireAdmin
          return yield* known(id, yield* chaos.stop(id))
        })
      )
  })
)
