/** A topic as it stands now, page by page. */
import { Effect, Option, Stream } from "effect"
import type { LogReaderShape } from "./LogReader.ts"
import type { LogError, LogRecord } from "./MessageLog.ts"

const pageRecords = 1000

/** Where one partition is read next, and where it ended when the reading began. */
interface Position {
  readonly partition: number
  readonly offset: number
  readonly end: number
}

/**
 * The records that the topic holds when the stream starts, partition by partition, in offset order. Memory: one page. What retention removes
 * while it is read is left out. `from`: where a partition begins; without it at its beginning.
 */
export const readPages = (
  log: LogReaderShape,
  topic: string,
  from: (partition: number) => number | undefined = () => undefined
): Stream.Stream<LogRecord, LogError> => {
  const page = Effect.fnUntraced(function*({ end, offset, partition }: Position) {
    const records = yield* log.read({ topic, partition, offset, max: Math.min(pageRecords, end - offset) })
    const last = records.at(-1)
    const next = last === undefined ? end : last.offset + 1
    return [records, next < end ? Option.some({ partition, offset: next, end }) : Option.none<Position>()] as const
  })
  const skipRemoved = Effect.fnUntraced(function*(position: Position) {
    const now = (yield* log.offsets(topic)).find(({ partition }) => partition === position.partition)
    const offset = Math.max(position.offset + 1, now?.beginning ?? position.end)
    return [[], offset < position.end ? Option.some({ ...position, offset }) : Option.none<Position>()] as const
  })
  return Stream.fromIterableEffect(log.offsets(topic)).pipe(
    Stream.map(({ beginning, end, partition }): Position => ({
      partition,
      offset: Math.max(beginning, from(partition) ?? beginning),
      end
    })),
    Stream.filter(({ end, offset }) => offset < end),
    Stream.flatMap((start) =>
      Stream.paginate(
        start,
        (position: Position) =>
          Effect.catchIf(page(position), ({ reason }) => reason === "OffsetOutOfRange", () => skipRemoved(position))
      )
    )
  )
}
