/** `/v1/letters`: what was given up, among the newest letters of the log. */
import { Effect } from "effect"
import { isUtf8 } from "node:buffer"
import type { ErrorKind } from "../../../domain/deadletter/DeadLetter.ts"
import { format, parse, type UtcTime } from "../../../domain/time/UtcTime.ts"
import { findLetter, listLetters } from "../../deadletters/readLetters.ts"
import { badRequest, notFound, unavailable } from "./refusals.ts"

/** Letters that one question looks at: it is answered beside the pipeline, on its event loop. */
const newest = 20_000
const mostShown = 1000
const steps = 60

interface LetterQuery {
  readonly errorKind?: ErrorKind
  readonly sensor?: string
  readonly operator?: string
  readonly since?: string
  readonly until?: string
  readonly limit?: string
}

const timeOf = (name: string, text: string | undefined) => {
  const time = text === undefined ? undefined : parse(text)
  return text !== undefined && time === undefined
    ? badRequest(`${name}=${text}: expected an RFC 3339 time`, { parameter: name })
    : Effect.succeed(time)
}

const limitOf = (text = "100") => {
  const limit = Number(text)
  return Number.isInteger(limit) && limit >= 1 && limit <= mostShown
    ? Effect.succeed(limit)
    : badRequest(`limit=${text}: expected a whole number from 1 to ${mostShown}`, { parameter: "limit" })
}

interface Seen {
  readonly time: UtcTime
  readonly errorKind: ErrorKind
}

/** Whole seconds a step, so that there are no more than {@link steps}. */
const timelineOf = (letters: ReadonlyArray<Seen>) => {
  const first = letters.reduce((least, { time }) => Math.min(least, time), Infinity)
  const last = letters.reduce((most, { time }) => Math.max(most, time), -Infinity)
  if (letters.length === 0) return { stepSeconds: 1, timeline: [] }
  const stepSeconds = Math.max(1, Math.ceil((last - first + 1) / 1000 / steps))
  const start = Math.floor(first / 1000) * 1000
  const counts = Array.from(
    { length: Math.floor((last - start) / 1000 / stepSeconds) + 1 },
    () => new Map<ErrorKind, number>()
  )
  for (const { errorKind, time } of letters) {
    const of = counts[Math.floor((time - start) / 1000 / stepSeconds)]
    of?.set(errorKind, (of.get(errorKind) ?? 0) + 1)
  }
  return {
    stepSeconds,
    timeline: counts.map((each, place) => ({
      start: format(start + place * stepSeconds * 1000),
      counts: Object.fromEntries(each)
    }))
  }
}

export const letters = Effect.fnUntraced(function*({ errorKind, operator, sensor, ...query }: LetterQuery) {
  const since = yield* timeOf("since", query.since)
  const until = yield* timeOf("until", query.until)
  const limit = yield* limitOf(query.limit)
  const seen: Array<Seen> = []
  const listing = yield* listLetters({ errorKind, operator, sensorId: sensor, since, until }, limit, {
    newest,
    seen: ({ errorKind, time }) => void seen.push({ errorKind, time })
  }).pipe(Effect.catch(({ message }) => unavailable(message)))
  return {
    total: seen.length,
    byErrorKind: Object.fromEntries(listing.byErrorKind),
    bySensor: Object.fromEntries(
      Array.from(listing.bySensor, ([sensor, counts]) => [sensor, Object.fromEntries(counts)] as const)
    ),
    ...timelineOf(seen),
    lookedAt: newest,
    unreadable: listing.unreadable,
    deadLetters: listing.letters.toReversed()
  }
})

const textOf = (bytes: Uint8Array): string | null => isUtf8(bytes) ? new TextDecoder().decode(bytes) : null

export const letter = Effect.fnUntraced(function*(id: string) {
  const found = yield* Effect.catch(findLetter(id, newest), ({ message }) => unavailable(message))
  if (found === undefined) {
    return yield* notFound(`none of the newest ${newest} dead letters has the id ${id}; perigee dlq show looks at all`)
  }
  return { ...found.letter, count: found.count, text: textOf(found.letter.payload) }
})
