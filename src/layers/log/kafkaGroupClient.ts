/** The kafkajs consumer of a group member, with what the client does not offer by itself: a hook before each join. */
import { Duration } from "effect"
import kafkajs, { type Broker, type Cluster, type Consumer, type EachBatchPayload } from "kafkajs"
import { setTimeout as sleep } from "node:timers/promises"
import type { KafkaClient } from "./kafkaClient.ts"
import { isTransient } from "./kafkaErrors.ts"

/** A coordinator that takes over reads its part of the offsets topic first: seconds at most. */
const loadTries = 50
const loadDelayMillis = 100

/** The offset at which the client fetched the batch; not among its types. */
export const fetchedAt = ({ batch }: EachBatchPayload): number => {
  const offset: unknown = Reflect.get(batch, "fetchedOffset")
  return Number(offset ?? batch.firstOffset())
}

/** The coordinator, once it has loaded the group: the client crashes when it joins before that. */
const loadedCoordinator = async (find: () => Promise<Broker>, groupId: string): Promise<Broker> => {
  for (let tries = 0;; tries++) {
    try {
      const broker = await find()
      await broker.describeGroups({ groupIds: [groupId] })
      return broker
    } catch (error) {
      if (tries === loadTries || !isTransient(error)) throw error
      await sleep(loadDelayMillis)
    }
  }
}

/** Holds each join of the group until `before` is done and the coordinator is ready. */
const holdJoins = (cluster: Cluster, before: () => Promise<void>): void => {
  const find = cluster.findGroupCoordinator.bind(cluster)
  cluster.findGroupCoordinator = async (group) => {
    await before()
    return loadedCoordinator(() => find(group), group.groupId)
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
