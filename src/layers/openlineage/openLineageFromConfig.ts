/** Where run events go: `PERIGEE_OPENLINEAGE`, `OPENLINEAGE_URL` and what belongs to them (`docs/configuration.md`). */
import { type Config, Effect, type FileSystem, Layer, type Path } from "effect"
import type { HttpClient } from "effect/http"
import { addressUnder } from "../client/address.ts"
import { settings } from "../config/settings.ts"
import { OpenLineage } from "./OpenLineage.ts"

/** Posted when there is an address, else into the data directory; off when it says so, and where nothing is kept (`PERIGEE_LOG=memory`). */
export const layerOpenLineageFromConfig = Layer.unwrap(Effect.gen(function*(): Effect.fn.Return<
  Layer.Layer<never, never, HttpClient.HttpClient | FileSystem.FileSystem | Path.Path>,
  Config.ConfigError
> {
  if (!(yield* settings.openLineage)) return OpenLineage.layerOff
  const base = yield* settings.openLineageUrl
  if (base !== undefined) {
    const url = addressUnder(base, yield* settings.openLineageEndpoint)
    return OpenLineage.layerHttp({ url, apiKey: yield* settings.openLineageApiKey })
  }
  return (yield* settings.log) === "memory"
    ? OpenLineage.layerOff
    : OpenLineage.layerFile(yield* settings.dataDirectory)
}))
