/** The contract on a real Apache Kafka, and what is Kafka's alone. */
import { describe } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import { inject } from "vitest"
import { layerKafka } from "../../../src/layers/log/KafkaLog.ts"
import { sharedKafka, skipReason } from "../../support/kafka.ts"
import { messageLogContract } from "./messageLogContract.ts"

const reason = skipReason()

/** Short waits, so that a rebalance takes tenths of a second. */
const quick = {
  heartbeatInterval: Duration.millis(200),
  sessionTimeout: Duration.seconds(6),
  drainTimeout: Duration.millis(300),
  fetchWait: Duration.millis(100)
}

const onKafka = Layer.unwrap(
  Effect.map(
    Effect.promise(() => sharedKafka(inject("kafkaRunDirectory"))),
    ({ bootstrap }) => layerKafka({ ...quick, brokers: [bootstrap] })
  )
)

describe.skipIf(reason !== undefined)(`Kafka${reason === undefined ? "" : ` (${reason})`}`, () => {
  messageLogContract("Kafka", onKafka, { retention: "relaxed", propertyRuns: 5 })
})
