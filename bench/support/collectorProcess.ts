/** A collector on free ports over the embedded log of the directory that is the argument; prints its endpoints, ends with its standard input. */
import { ConfigProvider, Effect, Layer } from "effect"
import { EmbeddedLog } from "../../src/layers/log/embedded/EmbeddedLog.ts"
import { Collectors } from "../../src/layers/metrics/Collectors.ts"
import { CollectorEndpoints } from "../../src/layers/traces/collector/Collector.ts"
import { layerCollectorFromConfig } from "../../src/layers/traces/collector/collectorFromConfig.ts"

const layer = layerCollectorFromConfig.pipe(
  Layer.provide([EmbeddedLog.layer({ directory: process.argv[2] ?? "." }), Collectors.layer]),
  Layer.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord({
    PERIGEE_OTLP_HTTP_PORT: "0",
    PERIGEE_OTLP_GRPC_PORT: "0"
  })))
)

const program = Effect.gen(function*() {
  const endpoints = yield* CollectorEndpoints
  console.log(JSON.stringify(endpoints))
  yield* Effect.callback<void>((resume) => {
    process.stdin.resume()
    process.stdin.on("end", () => resume(Effect.void))
  })
})

await Effect.runPromise(Effect.provide(program, layer))
