/** An HTTP client for addresses out of settings: user and password are sent as `Authorization`, and no span or error holds what is secret. */
import { Effect, Layer } from "effect"
import { HttpClient, HttpClientRequest, UrlParams } from "effect/http"
import { credentialsOf, httpUrl } from "./address.ts"

/** What the request itself says of its authorisation wins. */
const credentialsAsHeader = (request: HttpClientRequest.HttpClientRequest): HttpClientRequest.HttpClientRequest => {
  const url = httpUrl(request.url)
  const credentials = url === undefined ? undefined : credentialsOf(url)
  if (url === undefined || credentials === undefined) return request
  url.username = ""
  url.password = ""
  const bare = HttpClientRequest.setUrl(request, url.href)
  return "authorization" in request.headers
    ? bare
    : HttpClientRequest.basicAuth(bare, credentials.username, credentials.password)
}

/** `shown` names the parameters of a query whose values may stand in spans; all others are redacted there. */
export const guarded = (
  client: HttpClient.HttpClient,
  shown: ReadonlyArray<string> = []
): HttpClient.HttpClient => {
  const names = [new RegExp(`^(?!(?:${shown.join("|")})$)`)]
  return client.pipe(
    HttpClient.mapRequest(credentialsAsHeader),
    HttpClient.transformResponse(Effect.provideService(UrlParams.CurrentRedactedNames, names))
  )
}

/** The client beneath, guarded, and with it the names that errors leave out when they are written down. */
export const layerGuarded: Layer.Layer<HttpClient.HttpClient, never, HttpClient.HttpClient> = Layer.merge(
  Layer.effect(HttpClient.HttpClient, Effect.map(HttpClient.HttpClient, (client) => guarded(client))),
  Layer.succeed(UrlParams.CurrentRedactedNames, [/^/])
)
