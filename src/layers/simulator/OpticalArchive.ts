/**
 * The simulated telescopes' archive: an HTTP server in this process with the published interface of `domain/observation/opticalArchive.ts`,
 * `GET /observations?since=<RFC 3339>&limit=<n>[&cursor=<token>]`.
 *
 * Records are given in order of event time; a record may be published after later ones, as telescopes upload at their own pace. The
 * newest 100,000 are kept. A record counts as taken when the client comes back after an answer that held it, so that a run can wait until
 * nothing is left to poll.
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Deferred, Effect, Schema, type Scope } from "effect"
import { HttpMiddleware, HttpServer, HttpServerRequest, HttpServerResponse } from "effect/http"
import { createServer } from "node:http"
import { parse, type UtcTime } from "../../domain/time/UtcTime.ts"

export class OpticalArchiveError extends Schema.TaggedError<OpticalArchiveError>()("OpticalArchiveError", {
  message: Schema.String,
  cause: Schema.Defect()
}) {}

/** A record as published: its event time and its JSON text. */
export interface ArchiveRecord {
  readonly time: UtcTime
  readonly json: string
}

export interface OpticalArchive {
  /** The address to poll. */
  readonly url: string
  publish(records: ReadonlyArray<ArchiveRecord>): void
  /** Says that nothing more will be published. */
  readonly close: Effect.Effect<void>
  /** Ends when the archive is closed and every record is taken. */
  readonly drained: Effect.Effect<void>
  /** Event time of the newest record published, or `undefined` before the first. */
  lastRecordTime(): UtcTime | undefined
  /** Records published that are not taken yet. */
  pending(): number
}

const keep = 100_000
const defaultLimit = 256
const greatestLimit = 1000

interface Entry extends ArchiveRecord {
  /** Order of publication: makes a place in the archive unique where times are equal. */
  readonly serial: number
  taken: boolean
}

/** Index of the first entry at or after a time, or after a place in the archive. */
const firstFrom = (entries: ReadonlyArray<Entry>, time: UtcTime, serial: number): number => {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const entry = entries[middle]
    if (entry !== undefined && (entry.time < time || (entry.time === time && entry.serial < serial))) low = middle + 1
    else high = middle
  }
  return low
}

const place = /^(-?\d+(?:\.\d+)?)~(\d+)$/

const badRequest = (message: string) =>
  HttpServerResponse.text(JSON.stringify({ error: { code: "bad-request", message } }), {
    status: 400,
    contentType: "application/json"
  })

/** Starts the archive on a free port of the loopback interface; it stops with the scope. */
export const makeOpticalArchive: Effect.Effect<OpticalArchive, OpticalArchiveError, Scope.Scope> = Effect.gen(
  function*() {
    const entries: Array<Entry> = []
    const done = yield* Deferred.make<void>()
    let closed = false
    let published = 0
    let pending = 0
    /** In the last answers, not known to have arrived. */
    let given: Array<Entry> = []

    const settle = Effect.suspend(() => closed && pending === 0 ? Deferred.succeed(done, undefined) : Effect.void)

    /** A client asks again when it is through with the answer before. */
    const take = Effect.suspend(() => {
      for (const row of given) {
        if (!row.taken) pending -= 1
        row.taken = true
      }
      given = []
      return settle
    })

    /** The page from a place on. */
    const page = (from: number, limit: number): string => {
      const rows = entries.slice(from, from + limit)
      given = given.concat(rows)
      const next = entries[from + limit]
      const more = next === undefined ? "" : `,"next":"${next.time}~${next.serial}"`
      return `{"observations":[${rows.map(({ json }) => json).join(",")}]${more}}`
    }

    const answer = Effect.gen(function*() {
      const request = yield* HttpServerRequest.HttpServerRequest
      const url = new URL(request.url, "http://archive")
      if (url.pathname !== "/observations") return HttpServerResponse.empty({ status: 404 })
      const since = parse(url.searchParams.get("since") ?? "")
      if (since === undefined) return badRequest("since is not an RFC 3339 time")
      const asked = Number(url.searchParams.get("limit") ?? defaultLimit)
      if (!(Number.isInteger(asked) && asked > 0)) return badRequest("limit is not a whole number above 0")
      const cursor = url.searchParams.get("cursor")
      const at = cursor === null ? undefined : place.exec(cursor)
      if (at === null) return badRequest("cursor is none of this archive's")
      const from = at === undefined
        ? firstFrom(entries, since, 0)
        : firstFrom(entries, Number(at[1]), Number(at[2]))
      yield* take
      const body = page(from, Math.min(asked, greatestLimit))
      return HttpServerResponse.text(body, { contentType: "application/json" })
    })

    const server = yield* NodeHttpServer.make(createServer, {
      host: "127.0.0.1",
      port: 0,
      gracefulShutdownTimeout: "1 second"
    }).pipe(
      Effect.mapError((cause) => new OpticalArchiveError({ message: "The optical archive could not listen", cause }))
    )
    // The simulated world is no part of what is traced.
    yield* server.serve(answer).pipe(Effect.provideService(HttpMiddleware.TracerDisabledWhen, () => true))

    return {
      url: `${HttpServer.formatAddress(server.address)}/observations`,
      publish: (records) => {
        for (const { json, time } of records) {
          const serial = published++
          entries.splice(firstFrom(entries, time, serial), 0, { time, json, serial, taken: false })
          pending += 1
        }
        for (const old of entries.splice(0, Math.max(0, entries.length - keep))) if (!old.taken) pending -= 1
      },
      close: Effect.suspend(() => {
        closed = true
        return settle
      }),
      drained: Deferred.await(done),
      lastRecordTime: () => entries.at(-1)?.time,
      pending: () => pending
    }
  }
)
