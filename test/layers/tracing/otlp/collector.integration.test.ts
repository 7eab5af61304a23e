/** Our exporter into a real OpenTelemetry collector, which passes on what it understood to a receiver that checks it again. */
import { NodeHttpClient } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Data, Effect, Layer } from "effect"
import { OtlpSerialization } from "effect/observability"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { rotelAgent } from "../../../../scripts/collector/rotel.ts"
import { parentSpan } from "../../../../src/layers/tracing/SpanTraceState.ts"
import { Tracing } from "../../../../src/layers/tracing/Tracing.ts"
import { otlpReceiver } from "../../../support/otlp/receiver.ts"
import { accepts, freePort, startProcess, stopProcess, untilReady } from "../../../support/process.ts"

class NoTrack extends Data.TaggedError("NoTrack")<{ readonly message: string }> {}

const agent = rotelAgent()
if ("missing" in agent) {
  if (process.env["CI"] !== undefined && process.env["CI"] !== "false") throw new Error(agent.missing)
  console.warn(`The collector test is skipped: ${agent.missing}`)
}

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
const event = parentSpan({ traceId, spanId: "00f067aa0ba902b7", sampled: true, traceState: "ot=th:8" })

/** A collector that takes OTLP over HTTP on a free port and exports over HTTP to `url`; gives its own address. */
const collector = Effect.fnUntraced(function*(path: string, url: string) {
  const directory = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "perigee-rotel-"))),
    (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
  )
  const [http, grpc] = [yield* Effect.promise(freePort), yield* Effect.promise(freePort)]
  const options = {
    "--otlp-http-endpoint": `127.0.0.1:${http}`,
    "--otlp-grpc-endpoint": `127.0.0.1:${grpc}`,
    "--exporter": "otlp",
    "--otlp-exporter-protocol": "http",
    "--otlp-exporter-endpoint": new URL(url).origin,
    "--otlp-exporter-compression": "none",
    "--batch-timeout": "100ms"
  }
  const args = ["start", ...Object.entries(options).flat()]
  yield* Effect.acquireRelease(
    Effect.promise(async () => {
      const server = startProcess(path, args, { cwd: directory, logFile: join(directory, "rotel.log") })
      await untilReady(server, () => accepts(http))
      return server
    }),
    ({ pid }) => Effect.promise(() => stopProcess(pid, "SIGTERM"))
  )
  return `http://127.0.0.1:${http}/v1/traces`
})

describe.skipIf("missing" in agent)("a real OpenTelemetry collector", () => {
  for (const serialization of [OtlpSerialization.layerJson, OtlpSerialization.layerProtobuf]) {
    const name = serialization === OtlpSerialization.layerJson ? "JSON" : "protobuf"
    it.live(`takes our ${name} and passes on the same spans`, () =>
      Effect.gen(function*() {
        const receiver = yield* otlpReceiver()
        const url = yield* collector("path" in agent ? agent.path : "", receiver.url)
        const resource = { "service.name": "perigee", "host.name": "here" }
        yield* Effect.gen(function*() {
          yield* Effect.annotateCurrentSpan({ text: "a", whole: 7, fraction: 0.5, yes: true, list: ["x", "y"] })
          yield* Effect.logInfo("looked up")
          yield* Effect.exit(Effect.withSpan(new NoTrack({ message: "no track" }), "associate", { kind: "client" }))
        }).pipe(
          Effect.withSpan("decode", { links: [{ span: event, attributes: { role: "contributor" } }] }),
          Effect.withParentSpan(event),
          Effect.provide(
            Tracing.layerOtlp({ url, resource, version: "1.2.3" }).pipe(
              Layer.provide(Layer.merge(serialization, NodeHttpClient.layerUndici))
            )
          )
        )
        yield* Effect.sleep("10 millis").pipe(
          Effect.repeat({ while: () => receiver.spans().length < 2 && receiver.faults.length === 0 }),
          Effect.timeout("20 seconds")
        )
        assert.deepStrictEqual(receiver.faults, [])
        const spans = receiver.spans()
        const [decode, associate] = ["decode", "associate"].map((name) => spans.find((span) => span.name === name))
        assert.isDefined(decode)
        assert.isDefined(associate)
        assert.deepStrictEqual([decode.traceId, decode.parentSpanId, decode.traceState], [
          traceId,
          event.spanId,
          "ot=th:8"
        ])
        assert.deepStrictEqual([associate.traceId, associate.parentSpanId, associate.kind], [
          traceId,
          decode.spanId,
          "client"
        ])
        assert.deepStrictEqual(decode.attributes, { text: "a", whole: 7, fraction: 0.5, yes: true, list: ["x", "y"] })
        assert.strictEqual(decode.events[0]?.name, "looked up")
        assert.deepStrictEqual(decode.links.map((link) => [link.traceId, link.spanId, link.attributes]), [
          [traceId, event.spanId, { role: "contributor" }]
        ])
        assert.deepStrictEqual(associate.status, { code: "error", message: "no track" })
        assert.strictEqual(associate.events[0]?.attributes["exception.message"], "no track")
        const [passedOn] = receiver.resources()
        assert.deepStrictEqual([passedOn?.["service.name"], passedOn?.["host.name"]], ["perigee", "here"])
      }).pipe(Effect.scoped))
  }
})
