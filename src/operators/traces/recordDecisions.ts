/**
 * Decisions into the topic `sampling-decisions`, before anything is written of the traces: who reads the spans again, here or elsewhere, follows them.
 *
 * Arrays and order kept; a record for what a turn closed. State: none. Errors: as `toLog`.
 */
import { Clock, Effect } from "effect"
import { type LogError, MessageLog } from "../../layers/log/MessageLog.ts"
import { toLog } from "../log/toLog.ts"
import type { Operator, StageServices } from "../stage/Stage.ts"
import type { ClosedTraces } from "./ClosedTraces.ts"
import { decisionsTopic, encodeDecisions, readDecisions } from "./decisionRecords.ts"
import { Decisions } from "./Decisions.ts"

const day = 86_400_000

export const recordDecisions: Operator<ClosedTraces, ClosedTraces, LogError, StageServices | MessageLog> = toLog<
  ClosedTraces
>({
  name: "decisions",
  topic: decisionsTopic,
  traced: false,
  record: (closed) => ({
    key: undefined,
    value: encodeDecisions(closed),
    headers: {},
    timestamp: Math.max(0, closed.at),
    partition: 0
  })
})

/** Records read in one go. */
const page = 256

/** What was decided lately, at most `capacity` of each partition. Makes the topic. */
export const loadDecisions = Effect.fnUntraced(function*(capacity: number, lookBackMillis: number) {
  const log = yield* MessageLog
  const now = yield* Clock.currentTimeMillis
  yield* log.ensureTopic({ name: decisionsTopic, partitions: 1, retentionMillis: day })
  const partitions = new Map<number, Decisions>()
  const decisionsOf = (partition: number): Decisions => {
    const known = partitions.get(partition)
    if (known !== undefined) return known
    const made = new Decisions(capacity)
    partitions.set(partition, made)
    return made
  }
  for (const { beginning, end, partition } of yield* log.offsets(decisionsTopic)) {
    let next = yield* firstSince(log, partition, beginning, end, now - lookBackMillis)
    while (next < end) {
      const records = yield* log.read({ topic: decisionsTopic, partition, offset: next, max: page })
      if (records.length === 0) break
      for (const { value } of records) {
        if (!readDecisions(value, decisionsOf)) {
          yield* Effect.logWarning(
            `a record of ${decisionsTopic} cannot be read: late spans of its traces are decided anew`
          )
        }
      }
      next = (records.at(-1)?.offset ?? next) + 1
    }
  }
  return partitions
})

/** The first record that is not older; by halves, as times ascend. */
const firstSince = Effect.fnUntraced(function*(
  log: Pick<MessageLog["Service"], "read">,
  partition: number,
  beginning: number,
  end: number,
  since: number
) {
  let [low, high] = [beginning, end]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const [record] = yield* log.read({ topic: decisionsTopic, partition, offset: middle, max: 1 })
    if (record === undefined || record.timestamp >= since) high = middle
    else low = middle + 1
  }
  return low
})
