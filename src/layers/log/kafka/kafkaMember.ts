/**
 * What one member of a Kafka consumer group owns and was given: the state between the client's callbacks and the stream.
 *
 * **Who decides where to read.** `position` does, per partition. A batch that the client fetched from anywhere else (an old fetch, a
 * silent reset after OFFSET_OUT_OF_RANGE, a commit by another member) is dropped and the client is told where to read.
 *
 * **Bound.** At most one fetched batch per partition owned; the client fetches no more before that one is settled.
 */
import { Latch } from "effect"
import type { EachBatchPayload, KafkaMessage } from "kafkajs"
import type { LogError } from "../LogError.ts"
import type { LogRecord } from "../LogRecord.ts"
import { fromMessage } from "./kafkaRecord.ts"

/** How a batch leaves: all given to the stream, thrown away to be fetched again, or with the error that makes the client rejoin. */
type Settlement =
  | { readonly _tag: "Given" }
  | { readonly _tag: "Dropped" }
  | { readonly _tag: "Failed"; readonly error: unknown }

/** A pending call of `eachBatch`. The client waits for it before it fetches again and before it rejoins. */
export interface PendingBatch {
  readonly payload: EachBatchPayload
  readonly settle: (how: Settlement) => void
}

/** A batch that the stream takes from. */
interface OpenBatch extends PendingBatch {
  readonly messages: ReadonlyArray<KafkaMessage>
  /** Next message to be given. */
  index: number
  /** The offset after the batch, transaction markers included. */
  readonly end: number
}

export interface OwnedPartition {
  readonly partition: number
  /** Where the client is to fetch next. */
  position: number
  /** The offset after the last record given to the stream; commits go up to here. */
  given: number
  committed: number | undefined
  /** Where this ownership began: nothing of it is uncommitted while `given` is no further. */
  readonly begun: number
  /** An unexpected offset that the client fetched at, although it had been told to fetch at `position`. */
  unexpected: number | undefined
  /** The log is being asked where to go on. */
  relocating: boolean
  batch: OpenBatch | undefined
}

/**
 * `Joining`: positions are not known yet. `Owning`: records are given. `Draining`: a rebalance waits for the commit of what was given;
 * nothing more is. `Closed`: the member has left.
 */
type MemberPhase = "Joining" | "Owning" | "Draining" | "Closed"

export interface KafkaMember {
  readonly topic: string
  readonly group: string
  phase: MemberPhase
  /** Counts the assignments; work of an earlier one is void. */
  epoch: number
  owned: Map<number, OwnedPartition>
  /** Per partition, what was given in any ownership: a commit up to here is stale rather than wrong. */
  readonly everGiven: Map<number, number>
  readonly pending: Set<PendingBatch>
  /** Shut while `Joining`. */
  readonly assigned: Latch.Latch
  /** Opened when a waiting pull may find something. */
  readonly wake: Latch.Latch
  /** Opened by each commit. */
  readonly progress: Latch.Latch
  failure: LogError | undefined
  missed: number
  /** The partition whose turn it is. */
  turn: number
}

export const makeKafkaMember = (topic: string, group: string): KafkaMember => ({
  topic,
  group,
  phase: "Joining",
  epoch: 0,
  owned: new Map(),
  everGiven: new Map(),
  pending: new Set(),
  assigned: Latch.makeUnsafe(false),
  wake: Latch.makeUnsafe(false),
  progress: Latch.makeUnsafe(false),
  failure: undefined,
  missed: 0,
  turn: 0
})

export const openBatch = (owned: OwnedPartition, pending: PendingBatch): void => {
  const { batch } = pending.payload
  owned.unexpected = undefined
  owned.batch = { ...pending, messages: batch.messages, index: 0, end: Number(batch.lastOffset()) + 1 }
}

/** Records of the next partition that has some, in turn; empty if none has. */
export const takeRecords = (member: KafkaMember, max: number): ReadonlyArray<LogRecord> => {
  if (member.phase !== "Owning") return []
  const partitions = [...member.owned.values()]
  for (let i = 0; i < partitions.length; i++) {
    const owned = partitions[(member.turn + i) % partitions.length]
    const batch = owned?.batch
    if (owned === undefined || batch === undefined || batch.index === batch.messages.length) continue
    const messages = batch.messages.slice(batch.index, batch.index + max)
    batch.index += messages.length
    const last = messages.at(-1)
    owned.given = batch.index === batch.messages.length || last === undefined ? batch.end : Number(last.offset) + 1
    owned.position = owned.given
    member.everGiven.set(owned.partition, Math.max(owned.given, member.everGiven.get(owned.partition) ?? 0))
    member.turn = (member.turn + i + 1) % partitions.length
    return messages.map((message) => fromMessage(member.topic, owned.partition, message))
  }
  return []
}

/** Lets the client go on after batches of which all was given: the stream asks for more, or all of it is committed. */
export const settleGiven = (member: KafkaMember, which: (owned: OwnedPartition) => boolean): void => {
  for (const owned of member.owned.values()) {
    const { batch } = owned
    if (batch === undefined || batch.index < batch.messages.length || !which(owned)) continue
    owned.batch = undefined
    batch.settle({ _tag: "Given" })
  }
}

/** Ends every pending batch; what was not given is fetched again by whoever owns the partition then. */
export const settleAll = (member: KafkaMember, how: Settlement): void => {
  for (const owned of member.owned.values()) owned.batch = undefined
  for (const pending of member.pending) pending.settle(how)
}

export const isClosed = (member: KafkaMember): boolean => member.phase === "Closed"

/** Whether all that was given is committed. */
export const isDrained = (member: KafkaMember): boolean =>
  member.phase === "Closed" || member.failure !== undefined
  || [...member.owned.values()].every((owned) => owned.given <= Math.max(owned.committed ?? 0, owned.begun))

/** The stream and everything that waits for this member gets the error. The first one counts. */
export const failMember = (member: KafkaMember, error: LogError): void => {
  member.failure ??= error
  settleAll(member, { _tag: "Dropped" })
  member.assigned.openUnsafe()
  member.wake.openUnsafe()
  member.progress.openUnsafe()
}
