/**
 * Observations in a file, or on the standard input (`-`): JSON lines of `Observation`, or a CCSDS TDM in KVN or XML; packed by gzip or not.
 *
 * Bounded: the stream ends where the file does. JSON lines are read as they come, and blank ones are passed over; a TDM is read whole,
 * up to 64 MiB, and cut into one record per observation and one per line that cannot be used (`domain/ccsds/tdm/tdmRecords.ts`). The locator
 * is `file:line`. All records have one key, so that they stay in the file's order. A byte order mark is no part of the first record.
 *
 * **Resumed.** A file whose beginning an earlier run has read is read again up to there and goes on behind it, so that it may have grown meanwhile.
 *
 * A file is a TDM when its name ends in `.tdm`, it begins with `<`, or its first line that is neither blank nor a comment begins with
 * `CCSDS_TDM_VERS`. One that looks like a catalogue is refused as a whole, rather than line by line.
 */
import { Array, Cause, Clock, Deferred, Effect, type Scope, Stream } from "effect"
import { open } from "node:fs/promises"
import { extname } from "node:path"
import { tdmRecords } from "../../domain/ccsds/tdm/tdmRecords.ts"
import { observationIdOf } from "../../domain/observation/observationId.ts"
import type { ReceivedRecord } from "../../domain/observation/ReceivedRecord.ts"
import type { RawRecord } from "../../domain/stream/Envelope.ts"
import { makeLineSplitter } from "../../domain/text/lines.ts"
import { lookOf, lookText } from "../../domain/text/lookOf.ts"
import { type FilePosition, filePosition, headOf, isSameFile, readFilePosition } from "./filePosition.ts"
import { gunzipped } from "./gzip.ts"
import { receiveTime } from "./receiveTime.ts"
import { type Source, sourceArrayLength, SourceError } from "./Source.ts"
import { type SourceCounters, SourceStats } from "./SourceStats.ts"

interface FileSourceOptions {
  /** Default `file`. */
  readonly name?: string
  /** `-` is the standard input. */
  readonly path: string
  /** Longest JSON line (default 512 KiB); of a longer one the beginning is handed on, as a malformed record. */
  readonly maximumLineBytes?: number
  /** Told of what is read, in bytes of the file. */
  readonly onRead?: (bytes: number) => void
}

const chunkBytes = 64 << 10
const longestTdm = 64 << 20
const tdmHead = /^\uFEFF?(?:[ \t]*(?:COMMENT[^\n]*)?\r?\n)*[ \t]*(?:CCSDS_TDM_VERS|<)/

const withoutMark = (bytes: Uint8Array): Uint8Array =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes

/** How chunks become records: what each chunk completes, then what is left at the end. */
interface Reader {
  /** Most bytes that it can take in all. */
  readonly limit: number
  readonly push: (chunk: Uint8Array) => ReadonlyArray<RawRecord>
  readonly end: () => ReadonlyArray<RawRecord>
}

const jsonLines = (path: string, limit: number, counters: SourceCounters): Reader => {
  const splitter = makeLineSplitter(limit)
  const records = (lines: ReturnType<typeof splitter.push>): ReadonlyArray<RawRecord> =>
    lines.flatMap(({ bytes: whole, number, truncated }): ReadonlyArray<RawRecord> => {
      if (truncated) counters.malformed++
      const bytes = number === 1 ? withoutMark(whole) : whole
      return bytes.every((byte) => byte === 0x20 || byte === 0x09)
        ? []
        : [{ format: "observation", source: "observation", bytes, locator: `${path}:${number}` }]
    })
  return {
    limit: Number.POSITIVE_INFINITY,
    push: (chunk) => records(splitter.push(chunk)),
    end: () => records(splitter.end())
  }
}

const wholeTdm = (path: string, counters: SourceCounters): Reader => {
  const chunks: Array<Uint8Array> = []
  return {
    limit: longestTdm,
    push: (chunk) => {
      chunks.push(chunk)
      return []
    },
    end: () =>
      tdmRecords(Buffer.concat(chunks).toString("utf8")).map(({ line, malformed, text }) => {
        if (malformed) counters.malformed++
        return { format: "tdm", source: "tdm", bytes: Buffer.from(text), locator: `${path}:${line}` }
      })
  }
}

/** Chunks of the file, unpacked; the file is open from now on. Fails for what cannot be opened or is a directory. */
const openChunks = (path: string): Promise<AsyncIterator<Uint8Array>> =>
  path === "-"
    ? Promise.resolve(gunzipped(process.stdin[Symbol.asyncIterator]()))
    : open(path).then(async (file) => {
      if ((await file.stat()).isDirectory()) {
        await file.close()
        throw new Error("it is a directory")
      }
      return gunzipped(file.createReadStream({ highWaterMark: chunkBytes })[Symbol.asyncIterator]())
    })

/** Opens the file now; an unreadable one is an `Unreadable` error that names it and says why. */
export const makeFileSource = Effect.fn("FileSource.make")(
  function*(options: FileSourceOptions): Effect.fn.Return<Source, SourceError, Scope.Scope | SourceStats> {
    const { maximumLineBytes = 512 << 10, name = "file", path } = options
    const counters = (yield* SourceStats).counters(name)
    const clock = yield* Clock.Clock
    const stopped = yield* Deferred.make<undefined>()
    const unreadable = (cause: unknown) =>
      new SourceError({
        source: name,
        reason: "Unreadable",
        message: `Cannot read ${path === "-" ? "the standard input" : path}: ${
          cause instanceof Error ? cause.message : String(cause)
        }`,
        cause
      })
    const chunks = yield* Effect.acquireRelease(
      Effect.tryPromise({ try: () => openChunks(path), catch: unreadable }),
      // Not waited for: the standard input gives up a pending read only when something comes.
      (iterator) => Effect.sync(() => void iterator.return?.())
    )
    const nextChunk = Effect.raceFirst(
      Effect.map(
        Effect.tryPromise({ try: () => chunks.next(), catch: unreadable }),
        (next) => next.done === true ? undefined : next.value
      ),
      Deferred.await(stopped)
    )

    let reader: Reader | undefined
    let head = headOf(new Uint8Array(0))
    let read = 0
    let ended = false
    const readerFor = (head: string): Reader => {
      const isTdm = extname(path).toLowerCase() === ".tdm" || tdmHead.test(head)
      return isTdm ? wholeTdm(path, counters) : jsonLines(path, maximumLineBytes, counters)
    }
    const more = Effect.gen(function*() {
      const chunk = yield* nextChunk
      if (chunk === undefined) {
        ended = true
        return (yield* Deferred.isDone(stopped)) ? [] : reader?.end() ?? []
      }
      if (reader === undefined) {
        const text = Buffer.from(chunk.buffer, chunk.byteOffset, Math.min(chunk.length, chunkBytes)).toString("utf8")
        const look = lookOf(text)
        if (look === "tle" || look === "omm") {
          return yield* unreadable(
            new Error(
              `it looks like ${
                lookText(look)
              }, not observations (JSON lines, or a CCSDS TDM): is it meant for --catalogue?`
            )
          )
        }
        reader = readerFor(text)
        head = headOf(chunk)
        if (behind !== undefined && !isSameFile(behind, chunk)) behind = undefined
      }
      read += chunk.length
      options.onRead?.(chunk.length)
      if (read > reader.limit) return yield* unreadable(`it is over ${reader.limit} bytes`)
      return reader.push(chunk)
    })

    const received = (raw: RawRecord, receivedAt: number): ReceivedRecord => ({
      raw,
      observationId: observationIdOf(raw.source, raw.bytes),
      receivedAt,
      trace: undefined,
      key: name,
      cursor: undefined
    })
    let given = 0
    /** Records that an earlier run put into the log. */
    let behind: FilePosition | undefined
    const skipRead = Effect.gen(function*() {
      // Another file is found out when its beginning is read.
      yield* fill
      if (behind === undefined) return
      const { records } = behind
      behind = undefined
      for (let left = records; left > 0 && pending.length > 0;) {
        const skipped = Math.min(left, pending.length)
        pending = pending.slice(skipped)
        left -= skipped
        given += skipped
        yield* fill
      }
      counters.readBefore = given
      yield* Effect.logInfo(
        pending.length === 0
          ? `${path}: its ${given} records were read by an earlier run on this data directory; nothing is new in it`
          : `${path}: goes on behind ${given} records, which an earlier run on this data directory has read`
      )
    })
    let pending: ReadonlyArray<RawRecord> = []
    /** Until something is pending, or all is read. */
    const fill = Effect.gen(function*() {
      while (pending.length === 0) {
        if (ended) return
        pending = yield* more
      }
    })
    const pull = Effect.gen(function*() {
      if (behind !== undefined) yield* skipRead
      yield* fill
      if (pending.length === 0) return yield* Cause.done()
      const receivedAt = receiveTime(clock)
      const records = pending.slice(0, sourceArrayLength).map((raw) => received(raw, receivedAt))
      pending = pending.slice(sourceArrayLength)
      given += records.length
      const last = records.at(-1)
      if (last !== undefined) {
        records[records.length - 1] = { ...last, resume: filePosition({ ...head, records: given }) }
      }
      counters.received += records.length
      counters.lastSeen = receivedAt
      return Array.isArrayNonEmpty(records) ? records : yield* Cause.done()
    })

    return {
      name,
      kind: "file",
      records: Stream.fromPull(Effect.succeed(pull)),
      goOnBehind: (resume) => {
        behind = readFilePosition(resume)
      },
      stop: Effect.asVoid(Deferred.succeed(stopped, undefined)),
      appended: () => Effect.void
    }
  }
)
