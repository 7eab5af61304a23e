/** `npm run kafka`: a Kafka of one's own in the foreground, its data deleted at the end. Ctrl-C stops it. */
import { setTimeout as sleep } from "node:timers/promises"
import { kafkaDirectory, startKafka, stopKafka } from "../../test/support/kafka.ts"
import { isAlive } from "../../test/support/process.ts"
import { kafkaVersion, whyNoKafka } from "./jars.ts"

const reason = whyNoKafka()
if (reason !== undefined) {
  console.error(reason)
  process.exit(1)
}

const directory = kafkaDirectory()
console.error(`starting Kafka ${kafkaVersion()} in ${directory}`)
const broker = await startKafka(directory)
console.log(`PERIGEE_LOG=kafka PERIGEE_KAFKA_BROKERS=${broker.bootstrap}`)

const stop = new AbortController()
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort())
while (!stop.signal.aborted && isAlive(broker.pid)) await sleep(100)
if (!stop.signal.aborted) console.error("Kafka ended by itself")
await stopKafka(broker)
process.exit(stop.signal.aborted ? 0 : 1)
