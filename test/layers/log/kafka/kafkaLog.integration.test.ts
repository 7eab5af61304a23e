/** The contract of the message log on a real Apache Kafka. */
import { describe } from "@effect/vitest"
import { skipReason } from "../../../support/kafka.ts"
import { messageLogContract } from "../messageLogContract.ts"
import { onKafka } from "./kafkaSupport.ts"

const reason = skipReason()

describe.skipIf(reason !== undefined)(`Kafka${reason === undefined ? "" : ` (${reason})`}`, () => {
  messageLogContract("Kafka", onKafka(), { retention: "relaxed", propertyRuns: 5 })
})
