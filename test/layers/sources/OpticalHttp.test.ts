import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Schema, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { type OpticalObservation, OpticalPage } from "../../../src/domain/observation/formats/opticalArchive.ts"
import { format, parse } from "../../../src/domain/time/UtcTime.ts"
import { CursorStore } from "../../../src/layers/sources/CursorStore.ts"
import { makeOpticalHttp, type OpticalHttpOptions } from "../../../src/layers/sources/OpticalHttp.ts"
import { SourceStats } from "../../../src/layers/sources/SourceStats.ts"
import { type Handler, testServer } from "../../support/httpServer.ts"

const start = Date.UTC(2026, 0, 1)

const encodeOpticalPage = Schema.encodeSync(Schema.fromJsonString(OpticalPage))

const observation = (second: number): OpticalObservation => ({
  id: `o-${second}`,
  sourceId: "optical-1",
  time: start + second * 1000,
  rightAscension: 1,
  declination: 0.5,
  frame: "EME2000"
})

/** The archive as it is published: `since` inclusive, ascending, pages by token. */
const archive = (all: () => ReadonlyArray<OpticalObservation>): Handler => (url, response) => {
  const since = parse(url.searchParams.get("since") ?? "") ?? Number.NaN
  const limit = Number(url.searchParams.get("limit"))
  const from = Number(url.searchParams.get("cursor") ?? 0)
  const found = all().filter((record) => record.time >= since)
  const next = from + limit < found.length ? { next: String(from + limit) } : {}
  response.setHeader("content-type", "application/json")
  response.end(encodeOpticalPage({ observations: found.slice(from, from + limit), ...next }))
}

const quick: Omit<OpticalHttpOptions, "url"> = {
  pollInterval: "10 millis",
  requestTimeout: "150 millis",
  retries: 2,
  retryBase: "5 millis",
  retryCap: "20 millis",
  startAt: start
}

const layer = Layer.mergeAll(SourceStats.layer, CursorStore.layerMemory, FetchHttpClient.layer)

const ids = (records: ReadonlyArray<{ readonly raw: { readonly bytes: Uint8Array } }>): ReadonlyArray<unknown> =>
  records.map(({ raw }) => Object.getOwnPropertyDescriptor(JSON.parse(Buffer.from(raw.bytes).toString()), "id")?.value)

describe("OpticalHttp", () => {
  it.live("reads all pages once, then only what is new, and resumes from the saved cursor less the overlap", () =>
    Effect.gen(function*() {
      const published = Array.from({ length: 25 }, (_, second) => observation(second))
      const server = yield* testServer(archive(() => published))
      const options = { ...quick, url: server.url, limit: 10, overlap: "4 seconds" } as const
      yield* Effect.scoped(Effect.gen(function*() {
        const source = yield* makeOpticalHttp(options)
        const first = yield* source.records.pipe(Stream.take(25), Stream.runCollect)
        expect(ids(first)).toEqual(published.map((record) => record.id))
        expect(first[0]?.key).toBe("optical:optical-1")
        // Nothing of it is saved before it is in the log.
        expect(yield* (yield* CursorStore).load("optical")).toBeUndefined()
        yield* source.appended(first)
        expect(yield* (yield* CursorStore).load("optical")).toBe(start + 24_000)
      }))
      const asked = server.requests.length
      published.push(observation(25), observation(26))
      const again = yield* makeOpticalHttp(options)
      // The overlap comes again after a restart, once; dedupe knows it by its id.
      const second = yield* again.records.pipe(Stream.take(7), Stream.runCollect)
      expect(ids(second)).toEqual(["o-20", "o-21", "o-22", "o-23", "o-24", "o-25", "o-26"])
      expect(server.requests[asked]?.searchParams.get("since")).toBe(format(start + 20_000))
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("500s, garbage JSON, no answer and a slow drip are counted and recovered from; bad records come through alone", () =>
    Effect.gen(function*() {
      const good = archive(() => [observation(1)])
      const bad: ReadonlyArray<Handler> = [
        (_, response) => response.writeHead(500).end("oops"),
        (_, response) => response.end("<html>not json"),
        (_, response) => response.end(JSON.stringify({ observations: "many" })),
        () => {},
        (_, response) => response.write("{\"observations\": ["),
        (_, response) => response.destroy()
      ]
      let call = 0
      const server = yield* testServer((url, response) => (bad[call++] ?? good)(url, response))
      const source = yield* makeOpticalHttp({ ...quick, url: server.url, breakerMinimumCalls: 100 })
      const got = yield* source.records.pipe(Stream.take(1), Stream.runCollect)
      expect(ids(got)).toEqual(["o-1"])
      const counters = (yield* SourceStats).counters("optical")
      expect(counters).toMatchObject({ failures: 6, malformed: 2, reconnects: 1, received: 1, circuit: "Closed" })
      server.handler = (_, response) =>
        response.end(JSON.stringify({ observations: [17, { id: "half" }, { time: "2999-01-01T00:00:00Z" }] }))
      const rest = yield* source.records.pipe(Stream.take(3), Stream.runCollect)
      expect(rest.map(({ raw }) => Buffer.from(raw.bytes).toString())).toEqual([
        "17",
        "{\"id\":\"half\"}",
        "{\"time\":\"2999-01-01T00:00:00Z\"}"
      ])
      // A time far ahead does not move the cursor.
      expect(rest.at(-1)?.cursor).toBe(start + 1000)
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("the circuit opens when over half of the calls fail: the archive is left alone, then probed", () =>
    Effect.gen(function*() {
      const server = yield* testServer((_, response) => response.writeHead(503).end())
      const source = yield* makeOpticalHttp({ ...quick, url: server.url, breakerOpen: "300 millis" })
      const counters = (yield* SourceStats).counters("optical")
      const circuit = () => counters.circuit
      while (circuit() !== "Open") yield* Effect.sleep("5 millis")
      expect(server.requests.length).toBe(4)
      server.handler = archive(() => [observation(2)])
      const got = yield* source.records.pipe(Stream.take(1), Stream.runCollect)
      expect(ids(got)).toEqual(["o-2"])
      // The call that brought the record was the probe: none was made while the circuit was open.
      expect(counters.failures).toBe(4)
      while (circuit() !== "Closed") yield* Effect.sleep("5 millis")
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("an answer over the size limit is a failed call; stop ends the stream", () =>
    Effect.gen(function*() {
      const server = yield* testServer((_, response) => response.end(" ".repeat(10_000)))
      const source = yield* makeOpticalHttp({ ...quick, url: server.url, maximumBodyBytes: 1000 })
      const counters = (yield* SourceStats).counters("optical")
      while (counters.failures === 0) yield* Effect.sleep("5 millis")
      const ended = yield* Effect.forkChild(Stream.runCollect(source.records))
      yield* source.stop
      expect(yield* Fiber.join(ended)).toEqual([])
    }).pipe(Effect.scoped, Effect.provide(layer)))
})
