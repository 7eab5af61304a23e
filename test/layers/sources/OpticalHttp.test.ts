import { describe, expect, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Schema, Stream } from "effect"
import { FetchHttpClient } from "effect/http"
import { sourceChecks } from "../../../src/commands/run/observe.ts"
import type { Progress } from "../../../src/commands/run/Progress.ts"
import { type OpticalObservation, OpticalPage } from "../../../src/domain/observation/formats/opticalArchive.ts"
import { format, parse } from "../../../src/domain/time/UtcTime.ts"
import { CursorStore } from "../../../src/layers/sources/CursorStore.ts"
import { makeOpticalHttp, type OpticalHttpOptions } from "../../../src/layers/sources/OpticalHttp.ts"
import { SourceStats } from "../../../src/layers/sources/SourceStats.ts"
import { makeTally } from "../../../src/operators/fusion/observations/decode.ts"
import { recordingTracer } from "../../../src/testing/recordingTracer.ts"
import { collectLogs } from "../../support/collectedLogs.ts"
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

  it.live("an answer that begins with a byte order mark is read", () =>
    Effect.gen(function*() {
      const page = encodeOpticalPage({ observations: [observation(1)] })
      const server = yield* testServer((_, response) => response.end(`\uFEFF${page}`))
      const source = yield* makeOpticalHttp({ ...quick, url: server.url })
      const got = yield* source.records.pipe(Stream.take(1), Stream.runCollect, Effect.timeout("5 seconds"))
      expect(ids(got)).toEqual(["o-1"])
      expect((yield* SourceStats).counters("optical")).toMatchObject({ failures: 0, malformed: 0, circuit: "Closed" })
    }).pipe(Effect.scoped, Effect.provide(layer)))

  /** Answers with `answer` for 250 ms after the first request, then as the archive does. */
  const atFirst = (answer: Handler): Handler => {
    const good = archive(() => [observation(1)])
    let since: number | undefined
    return (url, response) => {
      since ??= Date.now()
      return (Date.now() - since < 250 ? answer : good)(url, response)
    }
  }

  it.live("Retry-After is obeyed, up to a bound: the archive is asked once, and not again before", () =>
    Effect.gen(function*() {
      for (const stated of ["3600", new Date(Date.now() + 3_600_000).toUTCString()]) {
        const server = yield* testServer(
          atFirst((_, response) => response.writeHead(429, { "retry-after": stated }).end())
        )
        const source = yield* makeOpticalHttp({ ...quick, name: stated, url: server.url, retryAfterCap: "400 millis" })
        const got = yield* source.records.pipe(Stream.take(1), Stream.runCollect, Effect.timeout("5 seconds"))
        expect(ids(got)).toEqual(["o-1"])
        expect((yield* SourceStats).counters(stated).failures).toBe(1)
      }
    }).pipe(Effect.scoped, Effect.provide(layer)))

  it.live("a refusal is told with what to look at, and is not retried like a fault that passes", () => {
    const logged = collectLogs()
    return Effect.gen(function*() {
      const server = yield* testServer(atFirst((_, response) => response.writeHead(401).end()))
      const source = yield* makeOpticalHttp({ ...quick, url: server.url, refusedPause: "400 millis" })
      const counters = (yield* SourceStats).counters("optical")
      const progress = (): Progress => ({
        now: 0,
        tally: makeTally(() => 0),
        stages: [],
        behind: 0,
        alerts: new Map(),
        deadLetters: new Map(),
        sources: new Map([["optical", counters]])
      })
      while (counters.refusal === undefined) yield* Effect.sleep("5 millis")
      const [refused] = sourceChecks({ progress })
      expect(refused).toMatchObject({ name: "source optical", status: "degraded" })
      expect(refused?.reason).toMatch(/answers 401: .*PERIGEE_OPTICAL_URL/)
      const got = yield* source.records.pipe(Stream.take(1), Stream.runCollect, Effect.timeout("5 seconds"))
      expect(ids(got)).toEqual(["o-1"])
      expect(counters.failures).toBe(1)
      expect(sourceChecks({ progress })[0]?.status).toBe("ok")
      const warnings = logged.lines.filter((line) => line.includes("Refused"))
      expect(warnings.length).toBe(1)
      expect(warnings[0]).toMatch(/answers 401.*check user and password in PERIGEE_OPTICAL_URL/)
    }).pipe(Effect.scoped, Effect.provide(Layer.mergeAll(layer, logged.layer)))
  })

  it.live("user and password are sent as Authorization; they and the query are in no log line, locator, error or span", () => {
    const tracer = recordingTracer()
    const logged = collectLogs()
    return Effect.gen(function*() {
      const headers: Array<string | undefined> = []
      const tokens: Array<string | null> = []
      const good = archive(() => [observation(1)])
      const bad: ReadonlyArray<Handler> = [
        (_, response) => response.writeHead(500).end(),
        // An answer that repeats the request.
        (url, response) => response.end(`<html>${url.href} is not here</html>`)
      ]
      let call = 0
      const server = yield* testServer((url, response) => {
        headers.push(response.req.headers.authorization)
        tokens.push(url.searchParams.get("token"))
        return (bad[call++] ?? good)(url, response)
      })
      const secretUrl = (url: string) => `${url.replace("://", "://spy:S3CRET%2Fpass@")}?token=S3CRET-token`
      const options = { ...quick, retries: 0 }
      const source = yield* makeOpticalHttp({ ...options, url: secretUrl(server.url) })
      const got = yield* source.records.pipe(Stream.take(1), Stream.runCollect, Effect.timeout("5 seconds"))
      expect(new Set(headers)).toEqual(new Set([`Basic ${Buffer.from("spy:S3CRET/pass").toString("base64")}`]))
      expect(new Set(tokens)).toEqual(new Set(["S3CRET-token"]))
      expect(got[0]?.raw.locator).toBe(`${server.url}?since=${format(start)}`)
      // And one that cannot be reached.
      yield* makeOpticalHttp({ ...options, name: "gone", url: secretUrl("http://127.0.0.1:1/observations") })
      const counters = (yield* SourceStats).counters("gone")
      while (counters.failures < 2) yield* Effect.sleep("5 millis")
      const told = JSON.stringify({ lines: logged.lines, spans: tracer.spans.map((span) => [...span.attributes]), got })
      expect(logged.lines.length).toBeGreaterThan(4)
      expect(tracer.spans.length).toBeGreaterThan(2)
      expect(told).toContain("url.full")
      expect(told).not.toContain("S3CRET")
      expect(told).not.toContain(Buffer.from("spy:S3CRET/pass").toString("base64"))
    }).pipe(
      Effect.scoped,
      Effect.provide(Layer.mergeAll(layer, logged.layer, tracer.layer))
    )
  })
})
