/**
 * Commits of a member: only for partitions that it owns in the current assignment, only up to what it was given, never backwards.
 *
 * The client's own retry is not used: it would send the positions again under whatever generation it has by then (its issue 1046).
 * Each try here checks the ownership again.
 */
import { Duration, Effect, Semaphore } from "effect"
import type { Consumer, EachBatchPayload } from "kafkajs"
import type { SourcePosition } from "../../../domain/stream/Envelope.ts"
import { LogError } from "../LogError.ts"
import type { KafkaClient } from "./kafkaClient.ts"
import { isRebalance, isTransient } from "./kafkaErrors.ts"
import { type KafkaMember, settleGiven } from "./kafkaMember.ts"

/** Next offset by partition. */
type Positions = ReadonlyMap<number, number>

/** A way to send positions once, under the client's present generation. */
type SendCommit = (positions: Positions) => Promise<void>

const toOffsets = (positions: Positions) =>
  Array.from(positions, ([partition, offset]) => ({ partition, offset: String(offset) }))

/** By what comes with a batch: one try under the generation of now. */
export const sendByBatch = (payload: EachBatchPayload, topic: string): SendCommit => (positions) =>
  payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: toOffsets(positions) }] })

/** For when there was no batch yet: the client takes it while the consumer runs, and tries again by itself. */
export const sendByConsumer = (consumer: Consumer, topic: string): SendCommit => (positions) =>
  consumer.commitOffsets(toOffsets(positions).map(({ offset, partition }) => ({ topic, partition, offset })))

const invalid = (message: string, topic: string): LogError => new LogError({ reason: "Invalid", message, topic })

const furthest = (positions: ReadonlyArray<SourcePosition>): Positions => {
  const found = new Map<number, number>()
  for (const { partition, offset } of positions) found.set(partition, Math.max(offset, found.get(partition) ?? 0))
  return found
}

interface Sorted {
  /** Owned, and further than the committed position. */
  readonly todo: Map<number, number>
  readonly notOwned: ReadonlyArray<number>
  readonly wrong: LogError | undefined
}

const sortOut = (member: KafkaMember, positions: Positions): Sorted => {
  const todo = new Map<number, number>()
  const notOwned: Array<number> = []
  let wrong: LogError | undefined
  for (const [partition, offset] of positions) {
    const owned = member.owned.get(partition)
    if (owned === undefined) notOwned.push(partition)
    else if (offset > owned.given) {
      // Given in an earlier ownership: another member has been at it since, so this commit comes too late.
      if (offset <= (member.everGiven.get(partition) ?? 0)) notOwned.push(partition)
      else {
        wrong ??= invalid(
          `commit of ${member.topic}/${partition} at ${offset}: it was given only what is before ${owned.given}`,
          member.topic
        )
      }
    } else if (offset > (owned.committed ?? -1)) todo.set(partition, offset)
  }
  return { todo, notOwned: notOwned.sort((a, b) => a - b), wrong }
}

const notOwnedError = (member: KafkaMember, partitions: ReadonlyArray<number>): LogError =>
  new LogError({
    reason: "PartitionNotOwned",
    message: `this member of group ${member.group} does not own partitions ${partitions.join(", ")} of ${member.topic}`,
    topic: member.topic,
    partitions
  })

/** `send` gives the way to send at the time of each try. */
export const makeKafkaCommit = (client: KafkaClient, member: KafkaMember, send: () => SendCommit) => {
  const one = Semaphore.makeUnsafe(1)
  const what = {
    doing: `commit of group ${member.group} on ${member.topic}`,
    topic: member.topic,
    group: member.group
  }

  const nextAssignment = (epoch: number): Effect.Effect<void, LogError> =>
    Effect.gen(function*() {
      while (member.epoch === epoch && member.phase !== "Closed" && member.failure === undefined) {
        yield* Effect.sleep(20)
      }
    }).pipe(
      Effect.timeoutOrElse({
        duration: Duration.sum(client.settings.sessionTimeout, client.settings.rebalanceTimeout),
        orElse: () => Effect.fail(client.error(what, new Error("the group does not settle")))
      })
    )

  const attempt = Effect.fnUntraced(function*(positions: Positions) {
    for (let tries = 0;; tries++) {
      yield* member.assigned.await
      if (member.failure !== undefined) return yield* member.failure
      const { epoch } = member
      const { todo, notOwned, wrong } = sortOut(member, positions)
      if (wrong !== undefined) return yield* wrong
      if (todo.size > 0) {
        const failure = yield* client.attempt(what, () => send()(todo)).pipe(
          Effect.as(undefined),
          Effect.catch((error) => Effect.succeed(error))
        )
        if (failure !== undefined) {
          if (isRebalance(failure.cause)) yield* nextAssignment(epoch)
          else if (isTransient(failure.cause) && tries < client.settings.retries) yield* Effect.sleep(100 * 2 ** tries)
          else return yield* failure
          continue
        }
        committed(member, epoch, todo)
      }
      return notOwned.length === 0 ? undefined : yield* notOwnedError(member, notOwned)
    }
  })

  return (positions: ReadonlyArray<SourcePosition>): Effect.Effect<void, LogError> =>
    Effect.suspend(() => {
      const other = positions.find((position) => position.topic !== member.topic)
      if (other !== undefined) {
        return Effect.fail(invalid(`commit of ${other.topic} by a subscription of ${member.topic}`, member.topic))
      }
      const bad = positions.find(({ offset }) => !Number.isSafeInteger(offset) || offset < 0)
      if (bad !== undefined) {
        return Effect.fail(invalid(`commit of ${bad.topic}/${bad.partition} at ${bad.offset}`, member.topic))
      }
      return attempt(furthest(positions))
    }).pipe(one.withPermit)
}

const committed = (member: KafkaMember, epoch: number, positions: Positions): void => {
  if (member.epoch !== epoch) return
  for (const [partition, offset] of positions) {
    const owned = member.owned.get(partition)
    if (owned !== undefined) owned.committed = offset
  }
  settleGiven(member, (owned) => owned.given <= (owned.committed ?? 0))
  member.progress.openUnsafe()
}
