/** One attempt to hand a version of an alert to its webhook. */
import { Clock, Duration, Effect } from "effect"
import { HttpClient, type HttpClientError, HttpClientRequest, type HttpClientResponse } from "effect/http"
import { signatureOf } from "../../../domain/alert/webhookSignature.ts"
import { placeOf, withoutSecrets } from "../../client/address.ts"
import { guarded } from "../../client/guardedClient.ts"
import { judgeStatus } from "../../sources/opticalStatus.ts"
import type { OutgoingVersion } from "./webhookOutbox.ts"

export interface WebhookAddress {
  /** User and password in it are sent as `Authorization`. */
  readonly url: string
  /** What the body is signed with; without one it is not. */
  readonly secret: string | undefined
  /** From the request to the end of the answer, ms. */
  readonly timeout: number
}

/**
 * - `delivered`: the receiver has it.
 * - `again`: it may take it later, no sooner than `after` ms where it says so.
 * - `refused`: it takes no such request until somebody changes something.
 */
export type PostResult =
  | { readonly _tag: "delivered" }
  | { readonly _tag: "again"; readonly reason: string; readonly after: number }
  | { readonly _tag: "refused"; readonly reason: string }

/** The longest that a receiver's `Retry-After` is obeyed. */
const retryAfterCap = Duration.hours(1)

const judge = (
  { headers, status }: HttpClientResponse.HttpClientResponse,
  place: string,
  now: number
): PostResult => {
  if (status >= 200 && status < 300) return { _tag: "delivered" }
  const reason = `${place} answers ${status}`
  const verdict = judgeStatus(status, headers, now, retryAfterCap)
  return verdict._tag === "refused" && status !== 409
    ? { _tag: "refused", reason }
    : { _tag: "again", reason, after: verdict._tag === "asked" ? Duration.toMillis(verdict.after) : 0 }
}

const causeOf = ({ reason }: HttpClientError.HttpClientError): string =>
  reason.cause instanceof Error ? reason.cause.message : reason._tag

/** Never fails: what went wrong is a result. The same version always has the same `Idempotency-Key`, so that a receiver knows it again. */
export const makePost = Effect.fnUntraced(function*({ secret, timeout, url }: WebhookAddress) {
  const client = guarded(yield* HttpClient.HttpClient)
  const place = placeOf(url)
  const hide = withoutSecrets(url)
  return Effect.fn("AlertWebhook.post")(function*({ alertId, body, sequence, trace }: OutgoingVersion) {
    const now = yield* Clock.currentTimeMillis
    const seconds = Math.floor(now / 1000)
    const request = HttpClientRequest.post(url).pipe(
      HttpClientRequest.bodyUint8Array(body, "application/json"),
      HttpClientRequest.setHeaders({
        "idempotency-key": `${alertId}/${sequence}`,
        "user-agent": "perigee",
        ...(secret !== undefined && { "perigee-signature": signatureOf(secret, seconds, body) }),
        ...(trace !== "" && { traceparent: trace })
      })
    )
    return yield* client.execute(request).pipe(
      // The answer is read to its end, so that the connection can be used again.
      Effect.tap((response) => Effect.ignore(response.arrayBuffer)),
      Effect.map((response) => judge(response, place, now)),
      Effect.timeout(timeout),
      Effect.catch((error): Effect.Effect<PostResult> =>
        Effect.succeed({
          _tag: "again",
          reason: error._tag === "TimeoutError"
            ? `${place} did not answer within ${Duration.format(Duration.millis(timeout))}`
            : `${place} cannot be reached: ${hide(causeOf(error))}`,
          after: 0
        })
      )
    )
  })
})
