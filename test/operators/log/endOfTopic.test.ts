import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Layer } from "effect"
import { GroupMember } from "../../../src/layers/log/GroupMember.ts"
import { MessageLog } from "../../../src/layers/log/MessageLog.ts"
import { fork } from "../../../src/operators/branches/fork.ts"
import { commit } from "../../../src/operators/log/commit.ts"
import { fromLog } from "../../../src/operators/log/fromLog.ts"
import * as Stage from "../../../src/operators/stage/Stage.ts"
import { stageLayer } from "../../../src/testing/testLayers.ts"

const services = Layer.provideMerge(Layer.merge(stageLayer, GroupMember.layer), MessageLog.layerMemory)

describe("the end of a topic", () => {
  it.live("is not the end of the membership: what waits in queues is committed when the reading is long over", () =>
    Effect.gen(function*() {
      const log = yield* MessageLog
      yield* log.ensureTopic({ name: "numbers", partitions: 1 })
      const records = Array.from({ length: 5 }, (_, n) => ({
        key: "k",
        value: new Uint8Array([n]),
        headers: {},
        timestamp: n
      }))
      yield* log.append("numbers", records)
      const slow = (name: string) =>
        Stage.effectful<number, number, never, never>({
          name,
          step: (events, emit) =>
            Effect.andThen(
              Effect.sleep("100 millis"),
              Effect.sync(() => {
                for (const event of events) emit.out(event, event.payload)
              })
            )
        })
      const written = yield* Deferred.make<void>()
      yield* Deferred.succeed(written, undefined)
      const pipeline = fromLog({
        topic: "numbers",
        group: "test",
        read: ({ value }) => ({ payload: value[0] ?? -1 }),
        until: Deferred.await(written)
      }).via(fork({ a: slow("a"), b: slow("b") })).to(commit())
      yield* pipeline.run
      assert.deepStrictEqual([...(yield* log.committed("numbers", "test"))], [[0, 5]])
    }).pipe(Effect.provide(services)))
})
