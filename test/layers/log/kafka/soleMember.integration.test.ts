/** One member, one partition: held to on a real broker, and by the command before any broker is asked. */
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Fiber, Stream } from "effect"
import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { MessageLog } from "../../../../src/layers/log/MessageLog.ts"
import { soleMemberFromConfig, soleMemberRule } from "../../../../src/layers/log/soleMemberFromConfig.ts"
import { skipReason } from "../../../support/kafka.ts"
import { perigee } from "../../../support/perigee.ts"
import { broker, onKafka } from "./kafkaSupport.ts"

const reason = skipReason()

const asked = (env: Record<string, string>, topic = "sole", group = "sole") =>
  soleMemberFromConfig({ topic, group }).pipe(
    Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(env))),
    Effect.match({ onFailure: ({ message }) => message, onSuccess: () => "welcome" })
  )

describe("one member, one partition", () => {
  it("is said by both pages, and by the command with exit code 2", async () => {
    for (const page of ["docs/kafka.md", "docs/configuration.md"]) {
      const text = readFileSync(resolve(import.meta.dirname, "../../../..", page), "utf8").replaceAll(/\s+/g, " ")
      assert.include(text.toLowerCase(), soleMemberRule, page)
    }
    const env = { PERIGEE_LOG: "kafka", PERIGEE_OBSERVATION_PARTITIONS: "2" }
    const { code, stderr } = await perigee(["run"], "/tmp", env)
    assert.strictEqual(code, 2)
    assert.include(stderr, `PERIGEE_OBSERVATION_PARTITIONS: "2": expected 1 on Kafka: ${soleMemberRule}`)
  })

  it.live("other logs are this process's own", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* asked({ PERIGEE_LOG: "embedded", PERIGEE_OBSERVATION_PARTITIONS: "4" }), "welcome")
    }))

  describe.skipIf(reason !== undefined)(`on Kafka ${reason ?? ""}`, () => {
    it.live(
      "a topic of several partitions, and a member at work, are refused; an empty group is not",
      () =>
        Effect.gen(function*() {
          const { bootstrap } = yield* broker
          const env = {
            PERIGEE_LOG: "kafka",
            PERIGEE_KAFKA_BROKERS: bootstrap,
            PERIGEE_KAFKA_SESSION_TIMEOUT: "2s",
            PERIGEE_KAFKA_HEARTBEAT_INTERVAL: "200ms"
          }
          const log = yield* MessageLog
          assert.strictEqual(yield* asked(env, "sole-none"), "welcome", "a topic that is not there yet")
          yield* log.ensureTopic({ name: "sole-two", partitions: 2 })
          assert.strictEqual(yield* asked(env, "sole-two"), `topic sole-two has 2 partitions: ${soleMemberRule}`)
          yield* log.ensureTopic({ name: "sole", partitions: 1 })
          assert.strictEqual(yield* asked(env), "welcome")
          yield* Effect.scoped(Effect.gen(function*() {
            const { records } = yield* log.subscribe({ topic: "sole", group: "sole", from: "earliest" })
            const reading = yield* Effect.forkScoped(Stream.runDrain(records))
            let answer = "welcome"
            for (let i = 0; i < 20 && answer === "welcome"; i++) answer = yield* asked(env)
            assert.strictEqual(answer, `group sole has another member: ${soleMemberRule}`)
            yield* Fiber.interrupt(reading)
          }))
          assert.strictEqual(yield* asked(env), "welcome", "it has left")
        }).pipe(Effect.scoped, Effect.provide(onKafka())),
      120_000
    )
  })
})
