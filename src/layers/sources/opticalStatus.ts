/** What an archive's answer that is not 200 calls for. */
import { Duration, Result } from "effect"
import { Headers } from "effect/http"

/**
 * - `passing`: another try may succeed.
 * - `asked`: it may, after `after`: the archive says when.
 * - `refused`: the same request is refused until somebody changes something.
 */
export type StatusVerdict =
  | { readonly _tag: "passing" }
  | { readonly _tag: "asked"; readonly after: Duration.Duration }
  | { readonly _tag: "refused" }

/** Of the answers below 500, those that another try may change: request timeout, too early, too many requests. */
const passing4xx: ReadonlySet<number> = new Set([408, 425, 429])

/**
 * `Retry-After` is obeyed in both its forms (seconds and HTTP date), at most for `most`: an archive must not be able to switch a source off.
 * `now` in ms, for the date.
 */
export const judgeStatus = (
  status: number,
  headers: Headers.Headers,
  now: number,
  most: Duration.Duration
): StatusVerdict => {
  if (status >= 300 && status < 500 && !passing4xx.has(status)) return { _tag: "refused" }
  const stated = headers["retry-after"]
  const parsed = stated === undefined ? undefined : Result.getOrUndefined(Headers.parseRetryAfter(stated))
  return parsed === undefined
    ? { _tag: "passing" }
    : { _tag: "asked", after: Duration.min(Headers.retryAfterDelay(parsed, now), most) }
}

/** What to look at, by status. */
export const adviceOn = (status: number): string => {
  switch (status) {
    case 401:
      return "it does not accept the credentials: check user and password in PERIGEE_OPTICAL_URL"
    case 403:
      return "these credentials have no right to it"
    case 404:
    case 410:
      return "there is no archive at this path: check PERIGEE_OPTICAL_URL"
    default:
      return status < 400 ? "it is elsewhere: check PERIGEE_OPTICAL_URL" : "it does not take the request as it is"
  }
}
