import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Metric, Result, Schema } from "effect"
import { canary } from "../../src/commands/canary.ts"
import { CanaryCounts } from "../../src/domain/api/canary.ts"
import { CanaryWatch } from "../../src/layers/canary/CanaryWatch.ts"
import { Health } from "../../src/layers/health/Health.ts"
import { Endpoint } from "../../src/layers/http/Endpoint.ts"
import { layerNodeServer } from "../../src/layers/http/NodeServer.ts"
import { layerRoutes } from "../../src/layers/http/routes.ts"
import { Collectors } from "../../src/layers/metrics/Collectors.ts"
import { Exposition } from "../../src/layers/metrics/Exposition.ts"
import { MemoryTraceStore } from "../../src/layers/traces/store/MemoryTraceStore.ts"
import { runner } from "../support/command.ts"
import { emptyLog } from "../support/emptyLog.ts"
import { testServer } from "../support/httpServer.ts"

const run = runner(canary)

const server = (watch: Layer.Layer<never>) =>
  layerNodeServer(layerRoutes, { host: "127.0.0.1", port: 0 }).pipe(
    Layer.provideMerge(Exposition.layer),
    Layer.provideMerge(Layer.mergeAll(Health.layer, Collectors.layer, MemoryTraceStore.layer(), watch, emptyLog)),
    Layer.provideMerge(Layer.effect(Metric.MetricRegistry, Effect.sync(() => new Map()))),
    Layer.provide(Logger.layer([]))
  )

const wait = (...args: ReadonlyArray<string>) =>
  Effect.flatMap(Endpoint, ({ url = "" }) => run(["wait", "--url", url, ...args]))

const Output = Schema.fromJsonString(Schema.Struct({
  url: Schema.String,
  waitedSeconds: Schema.Finite,
  enabled: Schema.Boolean,
  firstArrival: Schema.String,
  ...CanaryCounts.fields,
  bySource: Schema.Record(Schema.String, CanaryCounts)
}))

describe("perigee canary wait", () => {
  it.live("ends with 0 when the first canary arrives, also one that has arrived already", () =>
    Effect.gen(function*() {
      const watch = yield* CanaryWatch
      watch.emitted("a", "radar")
      yield* Effect.forkScoped(Effect.andThen(Effect.sleep("300 millis"), Effect.sync(() => watch.arrived("a"))))
      const ran = yield* wait("--json")
      assert.deepStrictEqual([ran.code, ran.out.length], [0, 1])
      const told = Result.getOrThrow(Schema.decodeUnknownResult(Output)(ran.out[0]))
      assert.deepStrictEqual(told.bySource, { radar: { emitted: 1, arrived: 1, late: 0, missed: 0 } })
      const again = yield* wait()
      assert.strictEqual(again.code, 0)
      assert.match(again.out.join(), /a canary arrived at \d{4}-\d\d-\d\dT.*Z.*arrived 1/)
    }).pipe(Effect.scoped, Effect.provide(server(CanaryWatch.layer))))

  it.live("ends with 1 and the reason when none arrives in time", () =>
    Effect.gen(function*() {
      const watch = yield* CanaryWatch
      watch.emitted("a", "radar")
      const ran = yield* wait("--timeout", "500ms", "--json")
      assert.deepStrictEqual([ran.code, ran.out.length], [1, 1])
      assert.match(ran.failure ?? "", /within 500ms: 1 sent, none arrived/)
      assert.deepInclude(JSON.parse(ran.out[0] ?? ""), {
        emitted: 1,
        arrived: 0,
        firstArrival: null,
        problem: ran.failure
      })
    }).pipe(Effect.provide(server(CanaryWatch.layer))))

  it.live("tells how many sources it came through, and waits for all where that is asked", () =>
    Effect.gen(function*() {
      const watch = yield* CanaryWatch
      for (const source of ["radar", "optical", "isl"]) watch.emitted(source, source)
      watch.arrived("radar")
      const one = yield* wait()
      assert.match(
        one.out.join(),
        /over 1 of 3 sources \(radar\); not yet: optical, isl\. For those that arrived everything/
      )
      const some = yield* wait("--all", "--timeout", "300ms")
      assert.strictEqual(some.code, 1)
      assert.match(some.failure ?? "", /not every source .* within 300ms: 3 sent, 1 arrived: 1 of 3 sources \(radar\)/)
      watch.arrived("optical")
      watch.arrived("isl")
      const all = yield* wait("--all")
      assert.match(all.out.join(), /over 3 of 3 sources \(radar, optical, isl\)\. Everything from the source/)
    }).pipe(Effect.provide(server(CanaryWatch.layer))))

  it.live("ends with 1 at once where none is sent", () =>
    Effect.gen(function*() {
      const ran = yield* wait()
      assert.strictEqual(ran.code, 1)
      assert.match(ran.failure ?? "", /sends no canaries/)
    }).pipe(Effect.provide(server(CanaryWatch.layerOff))))

  it.live("sends user and password of the address, and prints neither", () =>
    Effect.gen(function*() {
      const watch = yield* CanaryWatch
      const { url = "" } = yield* Endpoint
      const withSecrets = (address: string) => address.replace("://", "://spy:S3CRET-pass@")
      watch.emitted("a", "radar")
      for (const json of [[], ["--json"]]) {
        const late = yield* run(["wait", "--url", withSecrets(url), "--timeout", "400ms", ...json])
        assert.strictEqual(late.code, 1)
        const gone = yield* run(["wait", "--url", withSecrets("http://127.0.0.1:9"), "--timeout", "400ms", ...json])
        assert.match(gone.failure ?? "", /http:\/\/<redacted>@127\.0\.0\.1:9\/ does not answer/)
        assert.notMatch(JSON.stringify([late, gone]), /S3CRET|spy/)
      }
      const asked: Array<string | undefined> = []
      const other = yield* testServer((_, response) => {
        asked.push(response.req.headers.authorization)
        response.writeHead(401).end("spy:S3CRET-pass is not known here")
      })
      const refused = yield* run(["wait", "--url", withSecrets(new URL(other.url).origin), "--timeout", "400ms"])
      assert.strictEqual(asked[0], `Basic ${Buffer.from("spy:S3CRET-pass").toString("base64")}`)
      assert.notMatch(JSON.stringify(refused), /S3CRET/)
      watch.arrived("a")
      const arrived = yield* run(["wait", "--url", withSecrets(url), "--json"])
      assert.strictEqual(arrived.code, 0)
      assert.notMatch(JSON.stringify(arrived), /S3CRET|spy/)
    }).pipe(Effect.scoped, Effect.provide(server(CanaryWatch.layer))))

  it.live("ends with 1 when nobody answers, with 2 for a timeout that is none", () =>
    Effect.gen(function*() {
      const nobody = yield* run(["wait", "--url", "http://127.0.0.1:9", "--timeout", "400ms", "--json"])
      assert.deepInclude(JSON.parse(nobody.out[0] ?? ""), { url: "http://127.0.0.1:9/", problem: nobody.failure })
      assert.strictEqual(nobody.code, 1)
      assert.match(nobody.failure ?? "", /does not answer/)
      const wrong = yield* run(["wait", "--timeout", "soon"])
      assert.strictEqual(wrong.code, 2)
    }))
})
