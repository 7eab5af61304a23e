/** The store of alerts that the settings ask for: its table stands in the data directory, unless the log itself is lost at the end. */
import { Effect, Layer } from "effect"
import { fusionTable } from "../config/fusionTable.ts"
import { settings } from "../config/settings.ts"
import { AlertStore } from "./AlertStore.ts"
import { SqliteAlertTable } from "./SqliteAlertTable.ts"

/** Fails with a `ConfigError` for a value that is none. */
export const layerAlertStoreFromConfig = Layer.unwrap(Effect.gen(function*() {
  const store = AlertStore.layerWith({ retention: yield* fusionTable.alertRetention })
  return (yield* settings.log) === "memory"
    ? store
    : Layer.provide(store, SqliteAlertTable.layer(yield* settings.dataDirectory))
}))
