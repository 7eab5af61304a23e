/**
 * Where a reading of a topic begins, and where the next one would: an offset a partition.
 *
 * As text, `17` is the offset of the only partition that is read, and `0:17,1:20` one of each; other partitions begin at their beginning.
 */
import { Effect, Option } from "effect"
import type { LogReaderShape } from "../../layers/log/LogReader.ts"
import type { PartitionOffsets } from "../../layers/log/LogRecord.ts"
import { InputError } from "../InputError.ts"
import { timeOf } from "../inputs.ts"

/** The next offset by partition. */
export type Positions = ReadonlyMap<number, number>

export const positionsText = (positions: Positions): string => {
  const [only] = positions.size === 1 ? positions.values() : []
  return only === undefined
    ? Array.from(positions, ([partition, offset]) => `${partition}:${offset}`).join(",")
    : String(only)
}

const listed = /^\d+:\d+(?:,\d+:\d+)*$/

/** `undefined` for a text that names no offset. */
const parsePositions = (text: string, partitions: ReadonlyArray<number>): Positions | undefined => {
  if (/^\d+$/.test(text)) return new Map(partitions.map((partition) => [partition, Number(text)]))
  if (!listed.test(text)) return undefined
  return new Map(
    text.split(",").map((pair) => {
      const [partition = 0, offset = 0] = pair.split(":").map(Number)
      return [partition, offset] as const
    })
  )
}

/** The first offset whose record, and those behind it, are stamped at `time` or later: records stand nearly in the order of their times. */
const offsetAt = Effect.fnUntraced(
  function*(log: LogReaderShape, topic: string, { beginning, end, partition }: PartitionOffsets, time: number) {
    let low = beginning
    let high = end
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const [record] = yield* log.read({ topic, partition, offset: middle, max: 1 }).pipe(
        // Removed by retention since: it was older.
        Effect.catchIf(({ reason }) => reason === "OffsetOutOfRange", () => Effect.succeed([]))
      )
      if (record === undefined || record.timestamp < time) low = middle + 1
      else high = middle
    }
    return low
  }
)

/** The positions that `--from` names among these partitions. Fails with an `InputError` for a text that names none, or one past the end. */
export const positionsFrom = Effect.fnUntraced(
  function*(log: LogReaderShape, topic: string, offsets: ReadonlyArray<PartitionOffsets>, from: string) {
    const at = (of: (offsets: PartitionOffsets) => number): Positions =>
      new Map(offsets.map((each) => [each.partition, of(each)]))
    if (from === "earliest") return at(({ beginning }) => beginning)
    if (from === "latest") return at(({ end }) => end)
    const given = parsePositions(from, offsets.map(({ partition }) => partition))
    if (given !== undefined) {
      for (const [partition, offset] of given) {
        const kept = offsets.find((each) => each.partition === partition)
        if (kept === undefined) {
          return yield* new InputError({
            message: `--from ${from}: ${topic} has no partition ${partition} that is read`
          })
        }
        if (offset > kept.end && !/^\d+$/.test(from)) {
          return yield* new InputError({
            message: `--from ${from}: ${topic}/${partition} holds offsets ${kept.beginning} to ${kept.end}`
          })
        }
      }
      if (offsets.every(({ end, partition }) => (given.get(partition) ?? 0) > end)) {
        const most = Math.max(...offsets.map(({ end }) => end))
        return yield* new InputError({ message: `--from ${from}: ${topic} ends at offset ${most}` })
      }
      return at(({ beginning, end, partition }) =>
        Math.min(end, Math.max(beginning, given.get(partition) ?? beginning))
      )
    }
    const time = yield* timeOf("from", Option.some(from)).pipe(Effect.mapError(() =>
      new InputError({
        message:
          `--from ${from}: expected earliest, latest, an offset, offsets such as 0:17,1:20, an RFC 3339 time, or how `
          + "long ago, such as 2h"
      })
    ))
    const found = yield* Effect.forEach(
      offsets,
      (each) => Effect.map(offsetAt(log, topic, each, time ?? 0), (offset) => [each.partition, offset] as const)
    )
    return new Map(found) satisfies Positions
  }
)
