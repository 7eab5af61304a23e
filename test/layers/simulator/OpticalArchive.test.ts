import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { Result } from "effect"
import { FetchHttpClient, HttpClient } from "effect/http"
import { decodeOpticalPage } from "../../../src/domain/observation/formats/opticalArchive.ts"
import { format } from "../../../src/domain/time/UtcTime.ts"
import { makeOpticalArchive } from "../../../src/layers/simulator/OpticalArchive.ts"

const at = Date.UTC(2026, 0, 1)
const record = (seconds: number) => ({ time: at + seconds * 1000, json: `{"seconds":${seconds}}` })

const get = (url: string, query: Record<string, string>) =>
  Effect.flatMap(
    HttpClient.get(`${url}?${new URLSearchParams(query)}`),
    (response) => Effect.map(response.text, (text) => ({ status: response.status, text }))
  ).pipe(Effect.provide(FetchHttpClient.layer))

const page = (text: string) => Result.getOrThrow(decodeOpticalPage(text))

describe("OpticalArchive", () => {
  it.live("gives records from a time on in order of event time, page by page", () =>
    Effect.scoped(Effect.gen(function*() {
      const archive = yield* makeOpticalArchive
      archive.publish([record(5), record(1), record(3), record(3), record(9)])
      const first = page((yield* get(archive.url, { since: format(at + 3000), limit: "2" })).text)
      expect(first.observations).toEqual([{ seconds: 3 }, { seconds: 3 }])
      // What is published late is not lost from a later poll, and does not disturb a page under way.
      archive.publish([record(2), record(4)])
      const rest = page(
        (yield* get(archive.url, { since: format(at + 3000), limit: "9", cursor: first.next ?? "" })).text
      )
      expect(rest).toEqual({ observations: [{ seconds: 5 }, { seconds: 9 }], next: undefined })
      const all = page((yield* get(archive.url, { since: format(at) })).text)
      expect(all.observations).toEqual([1, 2, 3, 3, 4, 5, 9].map((seconds) => ({ seconds })))
      expect(archive.lastRecordTime()).toBe(at + 9000)
    })))

  it.live("is drained when it is closed and the client came back after the last record, not before", () =>
    Effect.scoped(Effect.gen(function*() {
      const archive = yield* makeOpticalArchive
      archive.publish([record(1), record(2)])
      yield* get(archive.url, { since: format(at), limit: "1" })
      expect(archive.pending()).toBe(2)
      yield* get(archive.url, { since: format(at), limit: "1" })
      expect(archive.pending()).toBe(1)
      yield* archive.close
      const fiber = yield* Effect.forkChild(archive.drained)
      yield* get(archive.url, { since: format(at) })
      expect(archive.pending()).toBe(1)
      expect(fiber.pollUnsafe()).toBeUndefined()
      yield* get(archive.url, { since: format(at) })
      yield* archive.drained
      expect(archive.pending()).toBe(0)
    })))

  it.live("refuses what is not in its interface", () =>
    Effect.scoped(Effect.gen(function*() {
      const archive = yield* makeOpticalArchive
      const since = format(at)
      const statuses = yield* Effect.forEach(
        [{}, { since: "yesterday" }, { since, limit: "0" }, { since, limit: "x" }, { since, cursor: "?" }, { since }],
        (query) => Effect.map(get(archive.url, query), ({ status }) => status)
      )
      expect(statuses).toEqual([400, 400, 400, 400, 400, 200])
      expect((yield* get(archive.url.replace("observations", "else"), { since })).status).toBe(404)
    })))
})
