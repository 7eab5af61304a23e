/**
 * Whether this process may be changed over HTTP at all. Where there is an admin token the server has asked for it before (`accessTokens.ts`); where there
 * is none, only this machine may, by a server that listens on a loopback address.
 */
import { Context, Effect, Layer } from "effect"
import { settings } from "../config/settings.ts"
import { RequestContext } from "./RequestContext.ts"

/** By default nobody may. */
export class Admin extends Context.Reference<{
  /** Why not; `undefined`: it may. */
  readonly refusal: string | undefined
}>("perigee/layers/http/Admin", { defaultValue: () => ({ refusal: "nothing may be changed here" }) }) {
  /** By `PERIGEE_HTTP_ADMIN_TOKEN` and `PERIGEE_HTTP_HOST`. */
  static readonly layerFromConfig = Layer.effect(
    Admin,
    Effect.gen(function*() {
      const hasToken = (yield* settings.httpAdminToken) !== undefined
      const host = yield* settings.httpHost
      return {
        refusal: hasToken || isLoopback(host)
          ? undefined
          : `set PERIGEE_HTTP_ADMIN_TOKEN: this server listens on ${host}, where others than this machine can ask`
      }
    })
  )
}

const isLoopback = (host: string): boolean => host === "localhost" || host === "::1" || host.startsWith("127.")

/** The body of an error in the shape of all errors, with the request's trace id. */
export const refusalBody = Effect.fnUntraced(function*<const Code extends string>(code: Code, message: string) {
  const context = yield* RequestContext
  return { error: { code, message, details: {}, request_id: context?.traceId ?? "" } }
})

/** Fails with an `unauthorized` body where nothing may be changed. */
export const requireAdmin = Effect.gen(function*() {
  const { refusal } = yield* Admin
  if (refusal !== undefined) return yield* Effect.flatMap(refusalBody("unauthorized", refusal), Effect.fail)
})
