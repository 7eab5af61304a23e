/** A running instance, asked over HTTP: where it is, and what is said when it does not answer. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Effect, Option, Schema } from "effect"
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
  Flag.withDescription(
    "Where the instance answers HTTP (default: the address that the settings name, else this machine)"
  ),
  Flag.withFallbackConfig(settings.instanceUrl)
)

export const tokenFlag = Flag.String("token").pipe(
  Flag.withDescription("The admin token (default: PERIGEE_HTTP_ADMIN_TOKEN)"),
  Flag.optional
)

const callMillis = 5000

const isApiError = Schema.is(ApiError)

const reasonOf = (error: unknown): string =>
  isApiError(error) ? error.error.message : error instanceof Error ? error.message : String(error)

/** The API's client for an instance, `given`, else the token of the settings, with every request; every failure is an {@link InstanceError} that names it. */
export const makeInstance = Effect.fnUntraced(function*(url: string, given?: string) {
  const shown = shownAddress(url)
  const hide = withoutSecrets(url)
  const parsed = httpUrl(url)
  const hasCredentials = parsed !== undefined && credentialsOf(parsed) !== undefined
  const token = given ?? (yield* settings.httpAdminToken) ?? (yield* settings.httpReadToken)
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
    call: <A, E, R>(request: Effect.Effect<A, E, R>, patience = callMillis): Effect.Effect<A, InstanceError, R> =>
      request.pipe(
        Effect.timeout(patience),
        Effect.mapError((error) =>
          new InstanceError({ message: `${shown}: ${hide(reasonOf(error))}`, answered: isApiError(error) })
        )
      )
  }
})

/** The same, with the token of the flag, else that of the environment. */
export const adminInstance = Effect.fnUntraced(function*(url: string, token: Option.Option<string>) {
  return yield* makeInstance(url, Option.getOrUndefined(token))
})

export const layerInstanceClient = NodeHttpClient.layerUndici
