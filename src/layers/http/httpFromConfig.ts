/** The HTTP server that the settings ask for. */
import { Effect, Layer } from "effect"
import { inForce } from "../config/Setting.ts"
import { settings } from "../config/settings.ts"
import { layerBuiltPages } from "../pages/builtPages.ts"
import { Endpoint } from "./Endpoint.ts"
import { layerNodeServer } from "./NodeServer.ts"
import { layerRoutes } from "./routes.ts"

const isLoopback = (host: string): boolean => host === "localhost" || host === "::1" || host.startsWith("127.")

const none = Layer.succeed(Endpoint, Endpoint.of({ url: undefined }))

/**
 * `onlyIfAsked`: for a run of a file, which ends by itself and of which several may run at once, a server is opened only where the port was
 * set. Fails with a `ConfigError` for a value that is none.
 */
export const layerHttpFromConfig = (options: { readonly onlyIfAsked: boolean }) =>
  Layer.unwrap(Effect.gen(function*() {
    const { origin } = yield* inForce(settings.httpPort)
    if (options.onlyIfAsked && origin === "default") return none
    const host = yield* settings.httpHost
    const tokens = { read: yield* settings.httpReadToken, admin: yield* settings.httpAdminToken }
    if (!isLoopback(host) && tokens.read === undefined && tokens.admin === undefined) {
      yield* Effect.logWarning(
        `http: whoever reaches ${host} may ask: set PERIGEE_HTTP_READ_TOKEN and PERIGEE_HTTP_ADMIN_TOKEN, or PERIGEE_HTTP_HOST=127.0.0.1`
      )
    }
    return layerNodeServer(Layer.provide(layerRoutes, layerBuiltPages()), {
      host,
      port: yield* settings.httpPort,
      tokens
    })
  }))
