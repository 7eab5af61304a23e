/**
 * Starts the product's HTTP server with the endpoint that the public W3C Trace Context suite drives: `node scripts/traceContext.ts [port]`.
 *
 * The suite is `test/test.py` of github.com/w3c/trace-context (Python 3 with aiohttp); it is told the address that is printed.
 */
import { NodeHttpClient, NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer } from "effect"
import { Endpoint } from "../src/layers/http/Endpoint.ts"
import { layerNodeServer } from "../src/layers/http/NodeServer.ts"
import { layerTraceContextEndpoint, traceContextPath } from "../test/support/traceContextEndpoint.ts"

const [port = "0"] = process.argv.slice(2)

const server = layerNodeServer(layerTraceContextEndpoint, { host: "127.0.0.1", port: Number(port) }).pipe(
  Layer.provide(NodeHttpClient.layerUndici)
)

Effect.gen(function*() {
  const { url } = yield* Endpoint
  yield* Console.log(`python3 test/test.py ${url}${traceContextPath}`)
  return yield* Effect.never
}).pipe(Effect.provide(server), NodeRuntime.runMain)
