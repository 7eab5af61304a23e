/**
 * Who may ask: with tokens configured, every request but those for health and canaries has to bring one, as `Authorization: Bearer TOKEN`, or as the password of
 * `Basic` with any user, which is what browsers and Grafana can send. Reading takes either token; whatever changes something, the administrator's. Without tokens all may
 * ask, and the process listens on loopback unless it is told otherwise.
 */
import { Effect, Option, Schema } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { createHash, timingSafeEqual } from "node:crypto"
import type { ApiError } from "../../domain/api/ApiError.ts"
import { RequestContext } from "./RequestContext.ts"

export interface AccessTokens {
  readonly read?: string | undefined
  readonly admin?: string | undefined
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

/** Takes as long whatever is wrong with `given`. */
const sameToken = (given: string, token: string | undefined): boolean =>
  token !== undefined && timingSafeEqual(digest(given), digest(token))

const decodeBasic = Schema.decodeOption(Schema.StringFromBase64)

/** The token that a header brings; `undefined` for none. */
const tokenIn = (header: string | undefined): string | undefined => {
  const [, scheme = "", value = ""] = /^(\S+) +(\S+) *$/.exec(header ?? "") ?? []
  switch (scheme.toLowerCase()) {
    case "bearer":
      return value
    case "basic":
      return Option.getOrUndefined(Option.map(decodeBasic(value), (pair) => pair.slice(pair.indexOf(":") + 1)))
    default:
      return undefined
  }
}

/** Who watches the process, or waits for it, asks these without a token. */
const isOpen = (path: string): boolean => path === "/canary" || path === "/health" || path.startsWith("/health/")

const readingMethods: ReadonlySet<string> = new Set(["GET", "HEAD"])

const refusal = Effect.fnUntraced(function*(status: 401 | 403, message: string) {
  const context = yield* RequestContext
  const body: ApiError = {
    error: {
      code: status === 401 ? "unauthorized" : "forbidden",
      message,
      details: {},
      request_id: context?.traceId ?? ""
    }
  }
  return HttpServerResponse.jsonUnsafe(body, {
    status,
    headers: status === 401
      ? { "www-authenticate": `Bearer realm="Perigee", Basic realm="Perigee", charset="UTF-8"` }
      : {}
  })
})

/** `app` for who may ask it. */
export const withTokens = <E, R>(
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>,
  { admin, read }: AccessTokens
): Effect.Effect<HttpServerResponse.HttpServerResponse, E, R | HttpServerRequest.HttpServerRequest> =>
  admin === undefined && read === undefined ? app : Effect.gen(function*() {
    const { headers, method, url } = yield* HttpServerRequest.HttpServerRequest
    const [path = ""] = url.split("?")
    if (isOpen(path)) return yield* app
    const token = tokenIn(headers["authorization"])
    if (token === undefined) return yield* refusal(401, "this instance wants a token: Authorization: Bearer TOKEN")
    if (sameToken(token, admin)) return yield* app
    if (!sameToken(token, read)) return yield* refusal(401, "this token is none of this instance's")
    return readingMethods.has(method)
      ? yield* app
      : yield* refusal(403, `${method} takes the administrator's token; this one may only read`)
  })
