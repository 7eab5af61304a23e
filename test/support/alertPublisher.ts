/**
 * A process that delivers alerts and hands them to a webhook, to be killed: `node alertPublisher.ts <directory> <versions> <url> <secret>`. Where it is started
 * again, it goes on behind what was delivered. Ends when all is delivered.
 */
import { NodeHttpClient } from "@effect/platform-node"
import { Effect, Layer } from "effect"
import { join } from "node:path"
import { AlertStore } from "../../src/layers/alerts/AlertStore.ts"
import { startAlertWebhook } from "../../src/layers/alerts/webhook/AlertWebhook.ts"
import { EmbeddedLog } from "../../src/layers/log/embedded/EmbeddedLog.ts"
import { alertVersion } from "./alerts.ts"

const [, , directory = "", versions = "0", url = "", secret = ""] = process.argv
const alerts = 5

const program = Effect.gen(function*() {
  const webhook = yield* startAlertWebhook({
    url,
    secret,
    timeout: 2000,
    file: join(directory, "webhook.sqlite"),
    attempts: 3,
    backoff: 20,
    backoffMax: 100,
    parkedEvery: 300,
    retention: 86_400_000
  })
  const store = yield* AlertStore
  for (let n = 0; n < Number(versions); n++) {
    const alertId = `alert-${n % alerts}`
    const sequence = Math.floor(n / alerts) + 1
    if ((store.current().get(alertId)?.sequence ?? 0) >= sequence) continue
    const emittedAt = Date.now()
    yield* store.upsert([alertVersion(alertId, sequence, { emittedAt, tca: emittedAt + 3_600_000 })])
    yield* Effect.sleep("4 millis")
  }
  // Parked ones too are tried again meanwhile.
  for (let i = 0; i < 200; i++) yield* webhook.settle(200)
})

await Effect.runPromise(
  program.pipe(
    Effect.scoped,
    Effect.provide(
      Layer.mergeAll(AlertStore.layer, NodeHttpClient.layerUndici).pipe(
        Layer.provideMerge(EmbeddedLog.layer({ directory }))
      )
    )
  )
)
