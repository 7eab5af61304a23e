/** The webhook that the settings ask for, or none. */
import { Clock, Effect } from "effect"
import { join } from "node:path"
import { settings } from "../../config/settings.ts"
import { type AlertWebhook, startAlertWebhook } from "./AlertWebhook.ts"

const none: AlertWebhook = { settle: () => Effect.void }

interface WhereItRuns {
  /** The data directory in force. */
  readonly directory: string
  /** Its waits are in real time, whatever the scenario's clock says. */
  readonly realClock: Clock.Clock
}

/** Fails with a `ConfigError` for a value that is none. */
const webhookFromConfig = Effect.fnUntraced(function*({ directory, realClock }: WhereItRuns) {
  const url = yield* settings.webhookUrl
  if (url === undefined) return none
  return yield* startAlertWebhook({
    url,
    secret: yield* settings.webhookSecret,
    timeout: yield* settings.webhookTimeout,
    file: (yield* settings.log) === "memory" ? ":memory:" : join(directory, "webhook.sqlite"),
    attempts: yield* settings.webhookAttempts,
    backoff: yield* settings.webhookBackoff,
    backoffMax: yield* settings.webhookBackoffMax,
    parkedEvery: yield* settings.webhookParkedInterval,
    retention: yield* settings.webhookRetention
  }).pipe(Effect.provideService(Clock.Clock, realClock))
})

/** At the end of a run, ms: what is not delivered then, the next start delivers. */
const settleMillis = 5000

/** The run with the webhook beside it, which is not started after it, nor ended before what the run raised is delivered. */
export const besideWebhook = (where: WhereItRuns) =>
  Effect.fnUntraced(function*<A, E, R>(run: Effect.Effect<A, E, R>) {
    const webhook = yield* webhookFromConfig(where)
    const result = yield* run
    yield* webhook.settle(settleMillis)
    return result
  })
