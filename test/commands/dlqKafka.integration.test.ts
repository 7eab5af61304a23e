/** `perigee dlq` on a log that is Kafka's, as its settings name it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { dlq } from "../../src/commands/dlq.ts"
import { DeadLetterLog } from "../../src/layers/deadletters/deadLetterLog.ts"
import { DeadLetters } from "../../src/layers/deadletters/DeadLetters.ts"
import { broker, onKafka } from "../layers/log/kafka/kafkaSupport.ts"
import { runner } from "../support/command.ts"
import { skipReason } from "../support/kafka.ts"

const run = runner(dlq)
const reason = skipReason()

describe.skipIf(reason !== undefined)(`perigee dlq on Kafka${reason === undefined ? "" : ` (${reason})`}`, () => {
  it.live("lists and shows what is on the topic", () =>
    Effect.gen(function*() {
      const { bootstrap } = yield* broker
      const env = { PERIGEE_LOG: "kafka", PERIGEE_KAFKA_BROKERS: bootstrap }
      yield* Effect.flatMap(DeadLetters, ({ offer }) =>
        offer([{
          schemaVersion: 1,
          id: "on-kafka",
          time: Date.now(),
          operator: "decode",
          errorKind: "Deserialization",
          message: "not JSON",
          retryCount: 0,
          source: "observation",
          format: "observation",
          locator: "file:1",
          payload: Buffer.from("{"),
          position: null,
          trace: { traceId: "0", spanId: null, sampled: false, traceState: null }
        }])).pipe(Effect.provide(Layer.provide(DeadLetterLog.layer, onKafka())))
      const listed = yield* run(["list", "--json"], env)
      assert.deepStrictEqual([listed.code, listed.failure], [0, undefined])
      assert.deepInclude(JSON.parse(listed.out[0] ?? ""), { total: 1, byErrorKind: { Deserialization: 1 } })
      const shown = yield* run(["show", "on-kafka"], env)
      assert.include(shown.out.join("\n"), "payload, 1 byte of text\n{")
      // A flag wins over the environment: no broker is asked.
      const none = yield* run(["list", "--log", "embedded", "--data-dir", "/nonexistent/perigee"], env)
      assert.deepStrictEqual([none.code, none.out], [2, []])
    }).pipe(Effect.scoped), 60_000)
})
