/** Who may ask a server that has tokens. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Schema } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import { ApiError } from "../../../src/domain/api/ApiError.ts"
import type { AccessTokens } from "../../../src/layers/http/accessTokens.ts"
import { Endpoint } from "../../../src/layers/http/Endpoint.ts"
import { layerNodeServer } from "../../../src/layers/http/NodeServer.ts"

const paths = [
  "/v1/traces",
  "/api/services",
  "/metrics",
  "/",
  "/health",
  "/health/live",
  "/canary",
  "/healthy"
] as const

const routes = HttpRouter.addAll(
  paths.map((path) => HttpRouter.route("*", path, Effect.succeed(HttpServerResponse.jsonUnsafe({ path }))))
)

const server = (tokens: AccessTokens) =>
  layerNodeServer(routes, { host: "127.0.0.1", port: 0, tokens }).pipe(Layer.provide(Logger.layer([])))

const ask = Effect.fnUntraced(function*(path: string, authorization?: string, method = "GET") {
  const { url } = yield* Endpoint
  return yield* Effect.promise(() =>
    fetch(`${url}${path}`, { method, headers: authorization === undefined ? {} : { authorization } })
  )
})

const status = (path: string, authorization?: string, method?: string) =>
  Effect.map(ask(path, authorization, method), (response) => response.status)

const basic = (password: string) => `Basic ${Buffer.from(`anyone:${password}`).toString("base64")}`

describe("tokens", () => {
  it.live("without one only health and canaries are answered", () =>
    Effect.gen(function*() {
      for (const path of ["/health", "/health/live", "/canary"]) assert.strictEqual(yield* status(path), 200, path)
      for (
        const path of [
          "/v1/traces",
          "/v1/traces?service=/health",
          "/api/services",
          "/metrics",
          "/",
          "/healthy",
          "/nowhere"
        ]
      ) {
        assert.strictEqual(yield* status(path), 401, path)
      }
      const refused = yield* ask("/v1/traces")
      assert.match(refused.headers.get("www-authenticate") ?? "", /^Bearer .*Basic /)
      const { error } = yield* Schema.decodeUnknownEffect(ApiError)(yield* Effect.promise(() => refused.json()))
      assert.strictEqual(error.code, "unauthorized")
      assert.strictEqual(error.request_id, refused.headers.get("x-trace-id"))
    }).pipe(Effect.provide(server({ read: "look", admin: "act" }))))

  it.live("the reader's may look, the administrator's may act, others neither", () =>
    Effect.gen(function*() {
      for (const scheme of [(token: string) => `Bearer ${token}`, (token: string) => `bearer  ${token}`, basic]) {
        for (const token of ["look", "act"]) assert.strictEqual(yield* status("/v1/traces", scheme(token)), 200)
        assert.strictEqual(yield* status("/v1/traces", scheme("look"), "POST"), 403)
        assert.strictEqual(yield* status("/v1/traces", scheme("act"), "DELETE"), 200)
        for (const token of ["loo", "look2", "", "anyone"]) {
          assert.strictEqual(yield* status("/v1/traces", scheme(token)), 401, token)
        }
      }
      for (const header of ["look", "Digest look", "Bearer look act", "Basic !!!"]) {
        assert.strictEqual(yield* status("/v1/traces", header), 401, header)
      }
    }).pipe(Effect.provide(server({ read: "look", admin: "act" }))))

  it.live("one alone guards too: with the reader's nobody may act", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* status("/v1/traces"), 401)
      assert.strictEqual(yield* status("/v1/traces", "Bearer look", "PUT"), 403)
    }).pipe(Effect.provide(server({ read: "look" }))))

  it.live("where none is configured all may ask", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* status("/v1/traces", undefined, "POST"), 200)
      assert.strictEqual(yield* status("/v1/traces", "Bearer what"), 200)
    }).pipe(Effect.provide(server({}))))
})
