/** Fetches Kafka's jars into the cache and says nothing when they are there. */
import { kafkaJars } from "./jars.ts"

kafkaJars()
