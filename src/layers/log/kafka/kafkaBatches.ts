/** The callback that kafkajs hands its batches to, and the heartbeats while they are pending. */
import { Duration, Effect } from "effect"
import type { EachBatchPayload } from "kafkajs"
import type { LogError } from "../LogError.ts"
import { moveTo, positionKept, reconcile } from "./kafkaAssignment.ts"
import type { KafkaSettings } from "./kafkaClient.ts"
import { fetchedAt } from "./kafkaGroupClient.ts"
import { isClosed, type KafkaMember, openBatch, type PendingBatch, settleAll } from "./kafkaMember.ts"
import type { KafkaTopics } from "./kafkaTopics.ts"

const droppedDelay = Duration.millis(50)

/** Tells the client where to fetch a partition next. */
export type Seek = (partition: number, position: number) => void

interface KafkaBatchesOptions {
  readonly settings: KafkaSettings
  readonly topics: KafkaTopics
  readonly member: KafkaMember
  readonly seek: Seek
  /** Fails the member. */
  readonly fail: (error: LogError) => void
  readonly fork: (effect: Effect.Effect<void>) => void
}

export const makeKafkaBatches = ({ settings, topics, member, seek, fail, fork }: KafkaBatchesOptions) => {
  let latest: EachBatchPayload | undefined

  const orFail = (effect: Effect.Effect<void, LogError>): Effect.Effect<void> =>
    Effect.catch(effect, (error) => Effect.sync(() => fail(error)))

  /** The client fetched outside the log: before it was told where to begin, or because retention overtook this member. */
  const relocate = Effect.fnUntraced(function*(partition: number) {
    const owned = member.owned.get(partition)
    if (owned === undefined || member.phase !== "Owning" || owned.relocating) return
    const { epoch } = member
    owned.relocating = true
    const position = yield* positionKept(topics, member, owned)
    owned.relocating = false
    if (member.epoch !== epoch || isClosed(member)) return
    moveTo(owned, position)
    seek(partition, position)
  })

  /** Takes the batch in, or drops it and tells the client where to fetch. */
  const accept = Effect.fnUntraced(function*(pending: PendingBatch) {
    yield* member.assigned.await
    const owned = member.owned.get(pending.payload.batch.partition)
    if (owned === undefined || member.phase !== "Owning") {
      // The client fetches it again at once, until it has joined.
      yield* Effect.sleep(droppedDelay)
      return pending.settle({ _tag: "Dropped" })
    }
    const { epoch } = member
    const at = fetchedAt(pending.payload)
    const expected = at === owned.position || (yield* reconcile(topics, member, owned, at))
    if (member.epoch !== epoch || !member.pending.has(pending)) return pending.settle({ _tag: "Dropped" })
    if (!expected) {
      seek(owned.partition, owned.position)
      return pending.settle({ _tag: "Dropped" })
    }
    openBatch(owned, pending)
    member.wake.openUnsafe()
  })

  const eachBatch = (payload: EachBatchPayload): Promise<void> =>
    new Promise((resolve, reject) => {
      if (isClosed(member) || member.failure !== undefined) return resolve()
      latest = payload
      const { epoch } = member
      const pending: PendingBatch = {
        payload,
        settle: (how) => {
          if (!member.pending.delete(pending)) return
          // In another assignment the client's positions are not those of this batch.
          if (how._tag === "Given" && member.epoch === epoch) payload.resolveOffset(payload.batch.lastOffset())
          return how._tag === "Failed" ? reject(how.error) : resolve()
        }
      }
      member.pending.add(pending)
      fork(orFail(accept(pending)))
    })

  /** The client sends none while a batch is pending. It limits them to one per interval by itself. */
  const heartbeat = Effect.gen(function*() {
    yield* Effect.sleep(Duration.times(settings.heartbeatInterval, 0.5))
    const [pending] = member.pending
    if (pending === undefined) return
    const failure = yield* Effect.promise(() =>
      pending.payload.heartbeat().then(() => undefined, (error) => ({ error }))
    )
    if (failure !== undefined) settleAll(member, { _tag: "Failed", error: failure.error })
  })

  return {
    eachBatch,
    /** Sends one if it is time, and gives up the pending batches when the group does not take it. */
    heartbeat,
    relocate: (partition: number): Effect.Effect<void> => orFail(relocate(partition)),
    /** The newest batch's payload: through any of them, positions can be committed without the client's retry. */
    latest: (): EachBatchPayload | undefined => latest
  }
}
