/** Records of the topic `observations`, and streams of them in given arrays. */
import { Stream } from "effect"
import type { Item } from "../../src/domain/stream/Batch.ts"
import type { LogRecord } from "../../src/layers/log/MessageLog.ts"
import { lineRecord } from "./fusionRun.ts"

export const logRecord = (line: string, offset: number, headers: Readonly<Record<string, string>> = {}): LogRecord => {
  const { key, timestamp, value, headers: own } = lineRecord(line, 5000.5)
  return { key, timestamp, value, headers: { ...own, ...headers }, topic: "observations", partition: 3, offset }
}

export const parts = (records: ReadonlyArray<ReadonlyArray<LogRecord>>): Stream.Stream<LogRecord> =>
  Stream.fromIterable(records).pipe(Stream.rechunk(1), Stream.flatMap((part) => Stream.fromArray(part)))

export const eventsOf = <A>(elements: ReadonlyArray<Item<A>>) => elements.filter((element) => element._tag === "Event")
