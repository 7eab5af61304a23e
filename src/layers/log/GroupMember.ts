/**
 * The memberships of one run of a pipeline: what it reads of a log, and how far that is done. `fromLog` joins, `commit` commits; provide it anew for
 * each run.
 */
import { Context, Effect, Layer, Scope } from "effect"
import type { SourcePosition } from "../../domain/stream/Envelope.ts"
import { LogError, MessageLog, type SubscribeOptions, type Subscription } from "./MessageLog.ts"

export class GroupMember extends Context.Service<GroupMember, {
  /**
   * Becomes a member of the group that reads a topic, for as long as this Layer is there: what was read is committed by stages that may still be at
   * work when the reading has ended.
   */
  readonly join: (options: SubscribeOptions) => Effect.Effect<Subscription, LogError>
  /** The membership of the group that reads this topic. */
  readonly subscriptionOf: (topic: string) => Effect.Effect<Subscription, LogError>
  /** Everything before these positions is done. Fails as `Subscription.commit` does, and with `Invalid` for a topic that was not joined. */
  readonly commit: (positions: ReadonlyArray<SourcePosition>) => Effect.Effect<void, LogError>
}>()("perigee/layers/log/GroupMember") {
  static readonly layer: Layer.Layer<GroupMember, never, MessageLog> = Layer.effect(
    GroupMember,
    Effect.gen(function*() {
      const log = yield* MessageLog
      const scope = yield* Effect.scope
      const byTopic = new Map<string, Subscription>()
      const subscriptionOf = (topic: string): Effect.Effect<Subscription, LogError> => {
        const subscription = byTopic.get(topic)
        return subscription === undefined
          ? Effect.fail(new LogError({ reason: "Invalid", topic, message: `${topic}: nobody here reads it` }))
          : Effect.succeed(subscription)
      }
      return GroupMember.of({
        subscriptionOf,
        join: Effect.fn("GroupMember.join")(function*(options) {
          const subscription = yield* Scope.provide(log.subscribe(options), scope)
          byTopic.set(options.topic, subscription)
          return subscription
        }),
        commit: Effect.fnUntraced(function*(positions) {
          for (const [topic, ofTopic] of Map.groupBy(positions, (position) => position.topic)) {
            const subscription = yield* subscriptionOf(topic)
            yield* subscription.commit(ofTopic)
          }
        })
      })
    })
  )
}
