import { NodeHttpClient, NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Fiber, Layer, Schema } from "effect"
import { SecureRandom } from "effect/crypto"
import { TestClock } from "effect/testing"
import { existsSync, readFileSync } from "node:fs"
import * as Http from "node:http"
import { join } from "node:path"
import { RunEvent } from "../../../src/domain/openlineage/RunEvent.ts"
import {
  OpenLineage,
  openLineageFile,
  type RunDescription,
  withRunEvents
} from "../../../src/layers/openlineage/OpenLineage.ts"
import { layerOpenLineageFromConfig } from "../../../src/layers/openlineage/openLineageFromConfig.ts"
import { brokenRules } from "../../support/openLineageRules.ts"
import { temporaryDirectory } from "../../support/temporaryDirectory.ts"

const description: RunDescription<number> = {
  namespace: "tests",
  job: "fusion",
  description: "A job",
  version: "1.2.3",
  inputs: [{ namespace: "kafka://broker:9092", name: "observations" }, { namespace: "file", name: "/catalogue.3le" }],
  outputs: [{ namespace: "kafka://broker:9092", name: "alerts" }],
  rows: (alerts) => new Map([["observations", 1000], ["alerts", alerts]])
}

class NoSensor extends Schema.TaggedError<NoSensor>()("NoSensor", { message: Schema.String }) {}

const collecting = () => {
  const events: Array<RunEvent> = []
  const layer = Layer.succeed(OpenLineage, { emit: (event: RunEvent) => Effect.sync(() => void events.push(event)) })
  return { events, layer: Layer.merge(layer, SecureRandom.layerWebCrypto) }
}

const encode = Schema.encodeSync(RunEvent)

const linesOf = (directory: string) =>
  readFileSync(join(directory, openLineageFile), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line))

describe("run events", () => {
  it.effect("a run that ends well is a START and a COMPLETE of one run id, with rows", () =>
    Effect.gen(function*() {
      const { events, layer } = collecting()
      const result = yield* withRunEvents(Effect.as(Effect.sleep("2 seconds"), 7), description).pipe(
        Effect.provide(layer),
        Effect.forkChild,
        Effect.tap(() => TestClock.adjust("2 seconds")),
        Effect.flatMap(Fiber.join)
      )
      assert.strictEqual(result, 7)
      const [start, complete] = events.map((event) => encode(event))
      assert.lengthOf(events, 2)
      for (const event of [start, complete]) assert.deepStrictEqual(brokenRules(JSON.parse(JSON.stringify(event))), [])
      assert.deepStrictEqual([start?.eventType, complete?.eventType], ["START", "COMPLETE"])
      assert.deepStrictEqual([start?.eventTime, complete?.eventTime], [
        "1970-01-01T00:00:00.000000Z",
        "1970-01-01T00:00:02.000000Z"
      ])
      assert.strictEqual(start?.run.runId, complete?.run.runId)
      assert.deepStrictEqual(start?.inputs, description.inputs)
      assert.strictEqual(complete?.inputs[0]?.inputFacets?.inputStatistics?.rowCount, 1000)
      assert.isUndefined(complete?.inputs[1]?.inputFacets)
      assert.strictEqual(complete?.outputs[0]?.outputFacets?.outputStatistics?.rowCount, 7)
      assert.strictEqual(complete?.run.facets?.processing_engine?.version, "1.2.3")
    }))

  it.effect("a failure is a FAIL with its message, an interruption an ABORT; the run's own end is not changed", () =>
    Effect.gen(function*() {
      const failing = collecting()
      const error = yield* Effect.flip(
        Effect.provide(withRunEvents(Effect.fail(new NoSensor({ message: "no sensor" })), description), failing.layer)
      )
      assert.strictEqual(error.message, "no sensor")
      assert.deepStrictEqual(failing.events.map(({ eventType }) => eventType), ["START", "FAIL"])
      assert.deepStrictEqual(brokenRules(JSON.parse(JSON.stringify(failing.events.map((e) => encode(e))[1]))), [])
      assert.strictEqual(failing.events[1]?.run.facets?.errorMessage?.message, "no sensor")

      const aborted = collecting()
      const fiber = yield* Effect.forkChild(Effect.provide(withRunEvents(Effect.never, description), aborted.layer))
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual(aborted.events.map(({ eventType }) => eventType), ["START", "ABORT"])
      assert.notStrictEqual(aborted.events[0]?.run.runId, failing.events[0]?.run.runId)
    }))
})

interface Received {
  readonly path: string | undefined
  readonly authorization: string | undefined
  readonly contentType: string | undefined
  readonly event: { readonly eventType: string }
}

/** A catalogue that answers with these statuses, one after the other, the last one for ever; 0: never. */
const catalogue = (...statuses: ReadonlyArray<number>) => {
  const received: Array<Received> = []
  let requests = 0
  const server = Http.createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk)).on("end", () => {
      const status = statuses[Math.min(requests++, statuses.length - 1)] ?? 500
      const { authorization, "content-type": contentType } = request.headers
      const event = JSON.parse(Buffer.concat(chunks).toString("utf8"))
      if (status < 300 && status > 0) received.push({ path: request.url, authorization, contentType, event })
      if (status > 0) response.writeHead(status).end("{}")
    })
  })
  return Effect.acquireRelease(
    Effect.callback<
      { readonly url: string; readonly received: ReadonlyArray<Received>; readonly requests: () => number }
    >(
      (resume) => {
        server.listen(0, "127.0.0.1", () => {
          const address = server.address()
          const port = typeof address === "object" ? address?.port : undefined
          resume(Effect.succeed({ url: `http://127.0.0.1:${port}`, received, requests: () => requests }))
        })
      }
    ),
    () =>
      Effect.callback<void>((resume) => {
        server.closeAllConnections()
        server.close(() => resume(Effect.void))
      })
  )
}

const configured = (env: Record<string, string>) =>
  Layer.merge(layerOpenLineageFromConfig, SecureRandom.layerWebCrypto).pipe(
    Layer.provide([
      ConfigProvider.layer(ConfigProvider.fromEnvRecord(env)),
      NodeHttpClient.layerUndici,
      NodeServices.layer
    ])
  )

describe("where run events go", () => {
  it.live("into a file of the data directory, a line each, that keeps the rules; later runs add to it", () =>
    Effect.gen(function*() {
      const directory = join(yield* temporaryDirectory, "data")
      const layer = configured({ PERIGEE_DATA_DIR: directory })
      yield* Effect.provide(withRunEvents(Effect.succeed(1), description), Layer.fresh(layer))
      yield* Effect.provide(withRunEvents(Effect.succeed(2), description), Layer.fresh(layer))
      const events = linesOf(directory)
      assert.deepStrictEqual(events.map(({ eventType }) => eventType), ["START", "COMPLETE", "START", "COMPLETE"])
      for (const event of events) assert.deepStrictEqual(brokenRules(event), [])
    }))

  it.live("to OPENLINEAGE_URL when it is set, with the key, after a failure or two", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const { received, requests, url } = yield* catalogue(503, 429, 201)
      yield* withRunEvents(Effect.succeed(1), description).pipe(Effect.provide(configured({
        PERIGEE_DATA_DIR: directory,
        OPENLINEAGE_URL: `${url}/`,
        OPENLINEAGE_API_KEY: "key"
      })))
      assert.deepStrictEqual(received.map(({ event }) => event.eventType), ["START", "COMPLETE"])
      assert.strictEqual(requests(), 4)
      for (const { authorization, contentType, event, path } of received) {
        assert.deepStrictEqual([path, authorization, contentType], [
          "/api/v1/lineage",
          "Bearer key",
          "application/json"
        ])
        assert.deepStrictEqual(brokenRules(event), [])
      }
      assert.isFalse(existsSync(join(directory, openLineageFile)))
    }))

  it.live("a catalogue that refuses, or is not there, stops nothing", () =>
    Effect.gen(function*() {
      const refusing = yield* catalogue(400)
      const layer = configured({ OPENLINEAGE_URL: refusing.url })
      assert.strictEqual(yield* Effect.provide(withRunEvents(Effect.succeed(5), description), layer), 5)
      assert.strictEqual(refusing.requests(), 2, "a refusal is not tried again")
      const nowhere = configured({ OPENLINEAGE_URL: "http://127.0.0.1:9" })
      assert.strictEqual(yield* Effect.provide(withRunEvents(Effect.succeed(6), description), nowhere), 6)
    }))

  it.effect("one that never answers has three seconds", () =>
    Effect.gen(function*() {
      const { requests, url } = yield* catalogue(0)
      const fiber = yield* Effect.forkChild(
        Effect.provide(withRunEvents(Effect.succeed(5), description), configured({ OPENLINEAGE_URL: url }))
      )
      for (const expected of [1, 2]) {
        yield* TestClock.withLive(Effect.sleep("5 millis").pipe(Effect.repeat({ while: () => requests() < expected })))
        assert.isUndefined(fiber.pollUnsafe())
        yield* TestClock.adjust("3 seconds")
      }
      assert.strictEqual(yield* Fiber.join(fiber), 5)
    }))

  it.live("nowhere when it is off, and where nothing is kept", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      for (const env of [{ PERIGEE_OPENLINEAGE: "off" }, { PERIGEE_LOG: "memory" }]) {
        yield* Effect.provide(
          withRunEvents(Effect.succeed(1), description),
          Layer.fresh(configured({ ...env, PERIGEE_DATA_DIR: directory }))
        )
      }
      assert.isFalse(existsSync(join(directory, openLineageFile)))
    }))
})
