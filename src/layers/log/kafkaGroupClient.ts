/** The kafkajs consumer of a group member, with what the client does not offer by itself: a hook before each join. */
import { Duration } from "effect"
import kafkajs, { type Cluster, type Consumer, type EachBatchPayload } from "kafkajs"
import type { KafkaClient } from "./kafkaClient.ts"

/** The offset at which the client fetched the batch; not among its types. */
export const fetchedAt = ({ batch }: EachBatchPayload): number => {
  const offset: unknown = Reflect.get(batch, "fetchedOffset")
  return Number(offset ?? batch.firstOffset())
}

/** Holds each join of the group until `before` is done. */
const holdJoins = (cluster: Cluster, before: () => Promise<void>): void => {
  const find = cluster.findGroupCoordinator.bind(cluster)
  cluster.findGroupCoordinator = async (group) => {
    await before()
    return find(group)
  }
}

/** Not connected yet. `beforeJoin` is awaited before every join of the group, the first one included. */
export const makeConsumer = (client: KafkaClient, group: string, beforeJoin: () => Promise<void>): Consumer => {
  const { settings } = client
  return client.make().consumer({
    groupId: group,
    allowAutoTopicCreation: false,
    sessionTimeout: Duration.toMillis(settings.sessionTimeout),
    heartbeatInterval: Duration.toMillis(settings.heartbeatInterval),
    rebalanceTimeout: Duration.toMillis(settings.rebalanceTimeout),
    maxWaitTimeInMs: Duration.toMillis(settings.fetchWait),
    maxBytesPerPartition: settings.fetchBytes,
    retry: { retries: settings.retries, restartOnFailure: async () => false },
    partitionAssigners: [(config) => {
      holdJoins(config.cluster, beforeJoin)
      return kafkajs.PartitionAssigners.roundRobin(config)
    }]
  })
}
