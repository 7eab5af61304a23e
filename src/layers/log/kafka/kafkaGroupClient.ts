/** The kafkajs consumer of a group member, with what the client does not offer by itself: hooks before each join and at a lost position. */
import { Duration } from "effect"
import kafkajs, { type Broker, type Cluster, type Consumer, type EachBatchPayload } from "kafkajs"
import { setTimeout as sleep } from "node:timers/promises"
import type { KafkaClient } from "./kafkaClient.ts"
import { isTransient } from "./kafkaErrors.ts"

/** A coordinator that takes over reads its part of the offsets topic first: seconds at most. */
const loadTries = 50
const loadDelayMillis = 100
const resetDelayMillis = 50

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

/** What the client does not tell by itself. */
interface GroupHooks {
  /** Awaited before every join of the group, the first one included. */
  readonly beforeJoin: () => Promise<void>
  /** The client fetched where the log has nothing. */
  readonly onOutOfRange: (partition: number) => void
}

/**
 * Keeps the client from committing "first offset" (a negative number) over the group's position, which is how it recovers from
 * OFFSET_OUT_OF_RANGE: until the next commit a new owner would begin wherever its own options say.
 */
const refuseResets = (broker: Broker, onOutOfRange: GroupHooks["onOutOfRange"]): void => {
  const commit = broker.offsetCommit.bind(broker)
  broker.offsetCommit = async (request) => {
    const [position] = request.topics.flatMap((topic) => topic.partitions)
    if (position === undefined || Number(position.offset) >= 0) return commit(request)
    onOutOfRange(position.partition)
    // The client fetches at the same place again until it is told where to go on.
    await sleep(resetDelayMillis)
  }
}

const hookCluster = (cluster: Cluster, { beforeJoin, onOutOfRange }: GroupHooks): void => {
  const hooked = new WeakSet<Broker>()
  const hook = (broker: Broker): Broker => {
    if (!hooked.has(broker)) refuseResets(broker, onOutOfRange)
    hooked.add(broker)
    return broker
  }
  const findBroker = cluster.findBroker.bind(cluster)
  cluster.findBroker = async (node) => hook(await findBroker(node))
  const findCoordinator = cluster.findGroupCoordinator.bind(cluster)
  cluster.findGroupCoordinator = async (group) => {
    await beforeJoin()
    return hook(await loadedCoordinator(() => findCoordinator(group), group.groupId))
  }
}

/** Not connected yet. */
export const makeConsumer = (client: KafkaClient, group: string, hooks: GroupHooks): Consumer => {
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
      hookCluster(config.cluster, hooks)
      return kafkajs.PartitionAssigners.roundRobin(config)
    }]
  })
}
