/** Records of a CSV text (RFC 4180, `effect/encoding/Csv`), each with its line, so that one bad record does not spoil the rest. */
import { Cause, Effect, Exit, Option, Stream } from "effect"
import { Csv } from "effect/encoding"

interface CsvRecord {
  /** Where it begins, from 1. */
  readonly line: number
  readonly cells: ReadonlyArray<string>
}

interface CsvReading {
  readonly records: ReadonlyArray<CsvRecord>
  readonly problems: ReadonlyArray<{ readonly line: number; readonly reason: string }>
}

/** Reads records from a line on, until the end or the first fault. */
const readFrom = (
  source: ReadonlyArray<string>,
  first: number,
  records: Array<CsvRecord>
): Csv.CsvError | undefined => {
  let next = first
  let begun = first
  // One line at a time: a record does not say where it stands, but what comes out is what one line completed.
  const pull = Effect.suspend(() => {
    const line = source[next++]
    return line === undefined ? Cause.done() : Effect.succeed([line] as const)
  })
  const exit = Stream.fromPull(Effect.succeed(pull)).pipe(
    Stream.pipeThroughChannel(Csv.decodeString()),
    Stream.runForEachArray((rows) =>
      Effect.sync(() => {
        for (const cells of rows) records.push({ line: begun + 1, cells })
        begun = next
      })
    ),
    Effect.runSyncExit
  )
  return Exit.isFailure(exit) ? Option.getOrUndefined(Cause.findErrorOption(exit.cause)) : undefined
}

/** Reads a whole text; after a record that is no CSV it goes on with the next line. */
export const csvRecords = (text: string): CsvReading => {
  const source = text.split(/(?<=\n)/)
  const records: Array<CsvRecord> = []
  const problems: Array<{ readonly line: number; readonly reason: string }> = []
  let first = 0
  while (first < source.length) {
    const error = readFrom(source, first, records)
    if (error === undefined) break
    const line = first + error.line
    problems.push({ line, reason: error.message })
    first = line
  }
  return { records, problems }
}
