/** The pages as a browser gets them: from the real server, out of a directory that stands for the build. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Metric } from "effect"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from "node:zlib"
import { Health } from "../../../src/layers/health/Health.ts"
import { Endpoint } from "../../../src/layers/http/Endpoint.ts"
import { layerNodeServer } from "../../../src/layers/http/NodeServer.ts"
import { layerRoutes } from "../../../src/layers/http/routes.ts"
import { Collectors } from "../../../src/layers/metrics/Collectors.ts"
import { Exposition } from "../../../src/layers/metrics/Exposition.ts"
import { layerBuiltPages } from "../../../src/layers/pages/builtPages.ts"
import { MemoryTraceStore } from "../../../src/layers/traces/store/MemoryTraceStore.ts"
import { emptyLog } from "../../support/emptyLog.ts"
import { rawGet } from "../../support/rawGet.ts"
import { temporaryDirectory } from "../../support/temporaryDirectory.ts"

const server = (directory: string) =>
  layerNodeServer(Layer.provide(layerRoutes, layerBuiltPages(directory)), { host: "127.0.0.1", port: 0 }).pipe(
    Layer.provide(Exposition.layer),
    Layer.provide(Layer.mergeAll(Health.layer, Collectors.layer, MemoryTraceStore.layer(), emptyLog)),
    Layer.provide(Layer.effect(Metric.MetricRegistry, Effect.sync(() => new Map()))),
    Layer.provide(Logger.layer([]))
  )

const page = "<!doctype html><title>Perigee</title>"
const script = "export const greatest = 1 // ".padEnd(2000, "and so on ")

const build = (directory: string): void => {
  mkdirSync(join(directory, "assets"))
  writeFileSync(join(directory, "index.html"), page)
  const file = join(directory, "assets/index-1234.js")
  writeFileSync(file, script)
  writeFileSync(`${file}.br`, brotliCompressSync(script))
  writeFileSync(`${file}.gz`, gzipSync(script))
}

const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  Effect.flatMap(Endpoint, ({ url = "" }) => Effect.promise(() => rawGet(`${url}${path}`, headers)))

const html = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" }

const built = <A, E>(check: Effect.Effect<A, E, Endpoint>) =>
  Effect.gen(function*() {
    const directory = yield* temporaryDirectory
    build(directory)
    return yield* Effect.provide(check, server(directory))
  }).pipe(Effect.scoped)

describe("pages over HTTP", () => {
  it.live("every page's address gives the page, with a policy that lets nothing else in", () =>
    built(Effect.gen(function*() {
      for (const path of ["/", "/traces", "/traces/4bf92f3577b34da6a3ce929d0e0e4736?view=raw", "/alerts/a%2Fb"]) {
        const { body, headers, status } = yield* get(path, html)
        assert.strictEqual(status, 200, path)
        assert.strictEqual(body.toString(), page)
        assert.strictEqual(headers["cache-control"], "no-cache")
        const policy = headers["content-security-policy"] ?? ""
        assert.include(policy, "default-src 'none'")
        assert.include(policy, "script-src 'self'")
        assert.notMatch(policy, /unsafe|https?:|\*/)
        assert.match(String(headers["x-trace-id"]), /^[0-9a-f]{32}$/)
      }
    })))

  it.live("an address that no page has is 404, and the page says so; the API keeps its own errors", () =>
    built(Effect.gen(function*() {
      const wrong = yield* get("/nowhere", html)
      assert.strictEqual(wrong.status, 404)
      assert.strictEqual(wrong.body.toString(), page)
      const program = yield* get("/nowhere")
      assert.strictEqual(program.status, 404)
      assert.include(program.body.toString(), "\"not_found\"")
      const asset = yield* get("/assets/gone.js", html)
      assert.strictEqual(asset.status, 404)
      assert.include(asset.body.toString(), "\"not_found\"")
      const outside = yield* get("/assets/../../package.json", html)
      assert.notInclude(outside.body.toString(), "dependencies")
    })))

  it.live("programs get the list at /, and the API where a page has the same name", () =>
    built(Effect.gen(function*() {
      const { body, status } = yield* get("/")
      assert.strictEqual(status, 200)
      assert.include(body.toString(), "questions")
      assert.strictEqual((yield* get("/health/live", html)).headers["content-type"], "application/json")
    })))

  it.live("files go compressed as the browser takes them, and stay in its cache", () =>
    built(Effect.gen(function*() {
      const decoders = { "br": brotliDecompressSync, "gzip": gunzipSync, "": (bytes: Buffer) => bytes }
      for (
        const [asked, encoding] of [
          ["gzip, deflate, br", "br"],
          ["gzip", "gzip"],
          ["br;q=0, gzip;q=0.5", "gzip"],
          ["identity", ""]
        ] as const
      ) {
        const { body, headers } = yield* get("/assets/index-1234.js", { "accept-encoding": asked })
        assert.strictEqual(headers["content-encoding"] ?? "", encoding, asked)
        assert.strictEqual(decoders[encoding](body).toString(), script)
        assert.include(headers["cache-control"] ?? "", "immutable")
        assert.include(headers["vary"] ?? "", "accept-encoding")
        assert.strictEqual(headers["content-type"], "text/javascript; charset=utf-8")
      }
      const first = yield* get("/", html)
      const again = yield* get("/", { ...html, "if-none-match": String(first.headers["etag"]) })
      assert.strictEqual(again.status, 304)
      assert.strictEqual(again.body.length, 0)
    })))

  it.live("not built: says so and how to, until they are there", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      yield* Effect.gen(function*() {
        const before = yield* get("/traces", html)
        assert.strictEqual(before.status, 503)
        assert.include(before.body.toString(), "npm install")
        build(directory)
        assert.strictEqual((yield* get("/traces", html)).status, 200)
      }).pipe(Effect.provide(server(directory)))
    }).pipe(Effect.scoped))
})
