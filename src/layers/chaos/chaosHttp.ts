/** Faults of calls over HTTP: they wait, hang, get lost, or fail as a host without a name, or with an expired certificate, makes them fail. */
import { Clock, Effect, Layer, Schema } from "effect"
import { HttpClient, HttpClientError, type HttpClientRequest } from "effect/http"
import { ActiveFaults, isOn } from "./ActiveFaults.ts"

/** As the network's own errors are: a code, and a word. */
class NetworkFault extends Schema.TaggedError<NetworkFault>()("NetworkFault", {
  code: Schema.String,
  message: Schema.String
}) {}

const fails = (request: HttpClientRequest.HttpClientRequest, code: string, message: string) =>
  Effect.fail(
    new HttpClientError.HttpClientError({
      reason: new HttpClientError.TransportError({
        request,
        cause: new NetworkFault({ code, message }),
        description: `chaos: ${message}`
      })
    })
  )

/** The client beneath, struck. */
export const layerChaosHttp: Layer.Layer<HttpClient.HttpClient, never, HttpClient.HttpClient> = Layer.effect(
  HttpClient.HttpClient,
  Effect.gen(function*() {
    const client = yield* HttpClient.HttpClient
    const faults = yield* ActiveFaults
    const clock = yield* Clock.Clock
    const real = Effect.provideService(Clock.Clock, clock)
    const strike = (request: HttpClientRequest.HttpClientRequest) =>
      Effect.suspend(() => {
        const fault = faults.onCall("http")
        switch (fault?._tag) {
          case "latency":
            return real(Effect.sleep(fault.millis))
          case "stall":
            return real(
              Effect.sleep("50 millis").pipe(
                Effect.repeat({ while: () => isOn(faults, "http", "stall") }),
                Effect.asVoid
              )
            )
          case "loss":
            return fails(request, "ECONNRESET", "the connection is reset")
          case "failure":
            return fails(request, "ECONNREFUSED", "the connection is refused")
          case "dns":
            return fails(request, "ENOTFOUND", `getaddrinfo ENOTFOUND ${hostOf(request.url)}`)
          case "certificate":
            return fails(request, "CERT_HAS_EXPIRED", "certificate has expired")
          default:
            return Effect.void
        }
      })
    return HttpClient.transform(client, (response, request) => Effect.andThen(strike(request), response))
  })
)

const hostOf = (url: string): string => url.replace(/^[a-z]+:\/\//, "").split(/[/:?]/)[0] ?? ""
