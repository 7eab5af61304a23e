/** Reading dead letters from the log: which of them, and the last few. */
import { Effect, Option, Stream } from "effect"
import type { DeadLetter, ErrorKind } from "../../domain/deadletter/DeadLetter.ts"
import type { UtcTime } from "../../domain/time/UtcTime.ts"
import { credentialsOf, httpUrl, shownAddress } from "../client/address.ts"
import type { LogError } from "../log/LogError.ts"
import { LogReader } from "../log/LogReader.ts"
import type { LogRecord } from "../log/LogRecord.ts"
import { readPages } from "../log/readPages.ts"
import { deadLettersTopic, decodeDeadLetter } from "./deadLetterLog.ts"

export interface LetterFilter {
  readonly errorKind: ErrorKind | undefined
  readonly operator: string | undefined
  readonly sensorId: string | undefined
  /** Inclusive. */
  readonly since: UtcTime | undefined
  /** Exclusive. */
  readonly until: UtcTime | undefined
}

/** A dead letter without its payload. */
export interface ListedLetter extends Omit<DeadLetter, "payload" | "sensorId"> {
  /** `null`: the record does not tell, or the letter is from before it was kept. */
  readonly sensorId: string | null
  readonly payloadBytes: number
}

type CountByKind = ReadonlyMap<ErrorKind, number>

export interface Listing {
  /** Those that match, all of them. */
  readonly byErrorKind: CountByKind
  /** The same by sensor: at most {@link mostSensors}, the others together. Most letters first. */
  readonly bySensor: ReadonlyMap<string, CountByKind>
  /** Records of the topic that are no dead letters. */
  readonly unreadable: number
  /** The newest that match, at most as many as were asked for, newest last. */
  readonly letters: ReadonlyArray<ListedLetter>
}

/** Sensors that are counted one by one. */
const mostSensors = 1000
const [unknownSensor, otherSensors] = ["(unknown)", "(others)"]

export const totalOf = (counts: CountByKind): number => counts.values().reduce((sum, count) => sum + count, 0)

/** Addresses that were polled stand in letters of earlier versions as they were configured, with what is secret in them. */
const shownLocator = (locator: string): string => {
  const url = httpUrl(locator)
  return url === undefined || (credentialsOf(url) === undefined && [...url.searchParams.keys()].join() === "since")
    ? locator
    : shownAddress(locator)
}

/** A letter as it may be shown. */
const shownLetter = (letter: DeadLetter): DeadLetter => ({ ...letter, locator: shownLocator(letter.locator) })

const notThere = ({ reason }: LogError): boolean => reason === "TopicNotFound"

/** The records of the topic, none when nothing was ever given up; `newest`: only so many at its end, of each partition. */
const records = Effect.fnUntraced(function*(newest = Infinity) {
  const log = yield* LogReader
  const offsets = Number.isFinite(newest)
    ? yield* Effect.catchIf(log.offsets(deadLettersTopic), notThere, () => Effect.succeed([]))
    : []
  const from = (partition: number) => {
    const end = offsets.find((each) => each.partition === partition)?.end
    return end === undefined ? undefined : Math.max(0, end - newest)
  }
  return readPages(log, deadLettersTopic, from).pipe(Stream.catchIf(notThere, () => Stream.empty))
})

const matches = (letter: DeadLetter, filter: LetterFilter): boolean =>
  (filter.errorKind === undefined || letter.errorKind === filter.errorKind)
  && (filter.operator === undefined || letter.operator === filter.operator)
  && (filter.sensorId === undefined || letter.sensorId === filter.sensorId)
  && (filter.since === undefined || letter.time >= filter.since)
  && (filter.until === undefined || letter.time < filter.until)

interface ListOptions {
  /** Looks at no more than so many of the newest (default: at all). */
  readonly newest?: number
  /** Is told of each letter that matches. */
  readonly seen?: (letter: Pick<DeadLetter, "time" | "errorKind">) => void
}

/** Memory: a page of records and twice `limit` letters. */
export const listLetters = Effect.fnUntraced(function*(
  filter: LetterFilter,
  limit: number,
  { newest = Infinity, seen }: ListOptions = {}
) {
  const byErrorKind = new Map<ErrorKind, number>()
  const bySensor = new Map<string, Map<ErrorKind, number>>()
  const countsOf = (sensorId: string) => {
    const sensor = bySensor.has(sensorId) || bySensor.size < mostSensors ? sensorId : otherSensors
    const counts = bySensor.get(sensor) ?? new Map<ErrorKind, number>()
    bySensor.set(sensor, counts)
    return counts
  }
  let letters: Array<ListedLetter> = []
  let unreadable = 0
  const take = (record: LogRecord): void => {
    const decoded = decodeDeadLetter(record)
    if (Option.isNone(decoded)) {
      unreadable++
      return
    }
    if (!matches(decoded.value, filter)) return
    const { payload, sensorId = null, ...letter } = shownLetter(decoded.value)
    for (const counts of [byErrorKind, countsOf(sensorId ?? unknownSensor)]) {
      counts.set(letter.errorKind, (counts.get(letter.errorKind) ?? 0) + 1)
    }
    seen?.(letter)
    letters.push({ ...letter, sensorId, payloadBytes: payload.length })
    if (letters.length >= 2 * limit) letters = letters.slice(-limit)
  }
  yield* Stream.runForEachArray(yield* records(newest), (page) => Effect.sync(() => page.forEach(take)))
  const sorted = Array.from(bySensor).toSorted(([, a], [, b]) => totalOf(b) - totalOf(a))
  return { byErrorKind, bySensor: new Map(sorted), unreadable, letters: letters.slice(-limit) } satisfies Listing
})

/** The newest dead letter with this id and how many there are: one record may have been given up more than once. `among`: of so many of the newest. */
export const findLetter = Effect.fnUntraced(function*(id: string, among = Infinity) {
  let newest: DeadLetter | undefined
  let count = 0
  const take = (record: LogRecord): void => {
    // The key is the id: what has another need not be decoded.
    if (record.key !== undefined && record.key !== id) return
    const letter = Option.getOrUndefined(decodeDeadLetter(record))
    if (letter?.id !== id) return
    newest = shownLetter(letter)
    count++
  }
  yield* Stream.runForEachArray(yield* records(among), (page) => Effect.sync(() => page.forEach(take)))
  return newest === undefined ? undefined : { letter: newest, count }
})
