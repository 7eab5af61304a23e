/**
 * Optical observations, pulled over HTTP from a JSON archive (`domain/observation/opticalArchive.ts`).
 *
 * **Cursor.** `since` is the newest event time seen minus the overlap, as an archive publishes up to 30 s late. It is saved when the
 * records are in the log, not when they are read: a crash repeats records and loses none. A time more than 5 s ahead does not move it.
 * What the overlap brings again is dropped by identity while it is among the last 65,536; the rest is for dedupe.
 *
 * **Failures.** A call that fails in any way (no answer, a status, garbage) is counted, retried, and left to the next poll; the log says
 * so once when it begins and once when it is over. `Retry-After` is obeyed; an archive that refuses (401, 403, 404) is asked again only every five
 * minutes, and the log says what to look at. The stream never fails.
 *
 * **Identity.** A record's bytes are its JSON without white space, as the page is not kept: equal records of one archive have equal ids.
 */
import { Clock, Duration, Effect, Fiber, Queue, type Scope } from "effect"
import type { HttpClient } from "effect/http"
import type { RawOpticalPage } from "../../domain/observation/formats/opticalArchive.ts"
import { mostAheadMillis } from "../../domain/observation/mostAhead.ts"
import { observationIdOf } from "../../domain/observation/observationId.ts"
import type { IncomingTrace, ReceivedRecord } from "../../domain/observation/ReceivedRecord.ts"
import { format, parse, type UtcTime } from "../../domain/time/UtcTime.ts"
import { placeOf, shownAddress } from "../client/address.ts"
import { CursorStore } from "./CursorStore.ts"
import { makeFetchPage, type OpticalClientOptions } from "./opticalClient.ts"
import { receiveTime } from "./receiveTime.ts"
import { makeRecordQueue, recordsOf } from "./recordQueue.ts"
import { makeRemembered } from "./remembered.ts"
import type { Source } from "./Source.ts"
import { SourceStats } from "./SourceStats.ts"

export interface OpticalHttpOptions extends OpticalClientOptions {
  /** Default `optical`. Also names the cursor, and is part of the observation ids. */
  readonly name?: string
  /** Between the end of one poll and the next (default 1 s). */
  readonly pollInterval?: Duration.Input
  /** How far before the newest event time each poll begins (default 35 s: the lateness of optical records and the allowed one). */
  readonly overlap?: Duration.Input
  /** Where to begin without a saved cursor (default: now minus the overlap). */
  readonly startAt?: UtcTime
  /** Records held between the poll loop and the stream (default 4096). */
  readonly queueCapacity?: number
}

const textField = (item: unknown, name: string): string | undefined => {
  if (typeof item !== "object" || item === null) return undefined
  const value: unknown = Object.getOwnPropertyDescriptor(item, name)?.value
  return typeof value === "string" ? value : undefined
}

const traceOf = (item: unknown): IncomingTrace | undefined => {
  const traceparent = textField(item, "traceparent")
  return traceparent === undefined ? undefined : { traceparent, tracestate: textField(item, "tracestate") }
}

/** Starts to poll now. */
export const makeOpticalHttp = Effect.fn("OpticalHttp.make")(
  function*(options: OpticalHttpOptions): Effect.fn.Return<
    Source,
    never,
    Scope.Scope | SourceStats | CursorStore | HttpClient.HttpClient
  > {
    const name = options.name ?? "optical"
    const overlap = Duration.toMillis(options.overlap ?? "35 seconds")
    const pollMillis = Duration.toMillis(options.pollInterval ?? "1 second")
    const counters = (yield* SourceStats).counters(name)
    const clock = yield* Clock.Clock
    const cursors = yield* CursorStore
    const queue = yield* makeRecordQueue(options.queueCapacity ?? 4096)
    const fetchPage = yield* makeFetchPage(name, options, counters)
    const remembered = makeRemembered()
    const place = placeOf(options.url)
    let newest: UtcTime | undefined = yield* Effect.catch(
      cursors.load(name),
      (error) => Effect.as(Effect.logError(`${name}: ${error.message}; it begins without a cursor`), undefined)
    )
    /** Why the archive does not work, as it was last told. */
    let failing: string | undefined
    let saving = true

    const works = Effect.suspend(() => {
      if (failing === undefined) return Effect.void
      failing = undefined
      counters.refusal = undefined
      counters.reconnects++
      return Effect.logInfo(`${name}: the archive works again`)
    })
    const fails = (reason: string, message: string) => {
      // A refusal is told though the archive failed otherwise before: it waits for somebody.
      if (failing === reason || (failing !== undefined && reason !== "Refused")) return Effect.void
      failing = reason
      if (reason === "Refused") counters.refusal = message
      return Effect.logWarning(`${name}: ${reason}: ${message}`)
    }

    const recordsOfPage = (page: RawOpticalPage, since: UtcTime): ReadonlyArray<ReceivedRecord> => {
      const receivedAt = receiveTime(clock)
      const locator = `${place}?since=${format(since)}`
      const fresh: Array<ReceivedRecord> = []
      for (const item of page.observations) {
        const time = parse(textField(item, "time") ?? "")
        if (time !== undefined && time <= receivedAt + mostAheadMillis) newest = Math.max(newest ?? time, time)
        const bytes = Buffer.from(JSON.stringify(item))
        const observationId = observationIdOf(name, bytes)
        if (remembered(observationId)) continue
        const key = `optical:${textField(item, "sourceId") ?? ""}`
        fresh.push({
          raw: { format: "optical", source: name, bytes, locator },
          observationId,
          receivedAt,
          trace: traceOf(item),
          key,
          cursor: undefined
        })
      }
      if (fresh.length > 0) {
        counters.lastSeen = receivedAt
        counters.received += fresh.length
      }
      const last = fresh.at(-1)
      return last === undefined ? fresh : [...fresh.slice(0, -1), { ...last, cursor: newest }]
    }

    const poll = Effect.gen(function*() {
      const since = newest === undefined ? options.startAt ?? receiveTime(clock) - overlap : newest - overlap
      let cursor: string | undefined
      while (true) {
        const page = yield* fetchPage(since, cursor)
        yield* works
        yield* Effect.uninterruptible(Queue.offerAll(queue, recordsOfPage(page, since)))
        // A token that repeats or an empty page would go round for ever.
        if (page.next === undefined || page.next === cursor || page.observations.length === 0) return 0
        cursor = page.next
      }
    })
    const loop = poll.pipe(
      Effect.catch((error) => Effect.as(fails(error.reason, error.message), error.retryAfter ?? 0)),
      Effect.flatMap((retryAfter) => Effect.sleep(Math.max(pollMillis, retryAfter))),
      Effect.forever
    )
    const polling = yield* Effect.forkScoped(loop)
    // Closed before the poll loop is: it must not wait for room for ever.
    yield* Effect.addFinalizer(() => Queue.shutdown(queue))
    yield* Effect.logInfo(`${name}: polls ${shownAddress(options.url)} every ${pollMillis} ms`)

    const save = (cursor: UtcTime) =>
      Effect.matchEffect(cursors.save(name, cursor), {
        onSuccess: () => {
          saving = true
          return Effect.void
        },
        onFailure: (error) => {
          const first = saving
          saving = false
          return first ? Effect.logError(`${name}: ${error.message}`) : Effect.void
        }
      })

    return {
      name,
      kind: "optical",
      records: recordsOf(queue),
      stop: Effect.andThen(Fiber.interrupt(polling), Effect.asVoid(Queue.end(queue))),
      appended: (records) => {
        const cursor = records.findLast((record) => record.cursor !== undefined)?.cursor
        return cursor === undefined ? Effect.void : save(cursor)
      }
    }
  }
)
