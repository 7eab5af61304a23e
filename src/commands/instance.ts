/** A running instance, asked over HTTP: where it is, and what is said when it does not answer. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Effect, Schema } from "effect"
import { Flag } from "effect/cli"
import { HttpClient, HttpClientRequest } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { PerigeeApi } from "../domain/api/api.ts"
import { ApiError } from "../domain/api/ApiError.ts"
import { credentialsOf, httpUrl, shownAddress, withoutSecrets } from "../layers/client/address.ts"
import { guarded } from "../layers/client/guardedClient.ts"
import { settings } from "../layers/config/settings.ts"

/** It does not answer, or it answers that it cannot. */
export class InstanceError extends Schema.TaggedError<InstanceError>()("InstanceError", {
  message: Schema.String,
  /** Something of Perigee's was there to answer. */
  answered: Schema.Boolean
}) {}

export const urlFlag = Flag.String("url").pipe(
  Flag.withDescription("Where the instance answers HTTP"),
  Flag.withDefault("http://127.0.0.1:8090")
)

const callTimeout = "5 seconds"

const isApiError = Schema.is(ApiError)

const reasonOf = (error: unknown): string =>
  isApiError(error) ? error.error.message : error instanceof Error ? error.message : String(error)

/** The API's client for an instance; every failure is an {@link InstanceError} that names it. */
export const makeInstance = Effect.fnUntraced(function*(url: string) {
  const shown = shownAddress(url)
  const hide = withoutSecrets(url)
  const parsed = httpUrl(url)
  const hasCredentials = parsed !== undefined && credentialsOf(parsed) !== undefined
  const token = (yield* settings.httpAdminToken) ?? (yield* settings.httpReadToken)
  const client = yield* HttpApiClient.make(PerigeeApi, {
    transformClient: (client) => {
      const there = HttpClient.mapRequest(client, HttpClientRequest.prependUrl(url))
      // The guard puts user and password of the address into the header itself, unless there is one.
      return guarded(
        token === undefined || hasCredentials
          ? there
          : HttpClient.mapRequest(there, HttpClientRequest.bearerToken(token))
      )
    }
  })
  return {
    client,
    shown,
    call: <A, E, R>(request: Effect.Effect<A, E, R>): Effect.Effect<A, InstanceError, R> =>
      request.pipe(
        Effect.timeout(callTimeout),
        Effect.mapError((error) =>
          new InstanceError({ message: `${shown}: ${hide(reasonOf(error))}`, answered: isApiError(error) })
        )
      )
  }
})

export const layerInstanceClient = NodeHttpClient.layerUndici
