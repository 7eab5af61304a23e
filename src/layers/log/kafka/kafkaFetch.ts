/**
 * Reads a partition at any offset, outside every consumer group.
 *
 * kafkajs fetches only for a group member that runs. Its request itself is a method of the broker object, and the cluster object that
 * leads there is part of its public interface: a partition assigner is given it. So a consumer is made that never joins a group,
 * and its cluster is used to find the leader and to fetch.
 *
 * **Cost**: one connection per broker, shared by all reads, and one round trip per read once the topic's leaders are known. The
 * broker answers with whole record batches, so a read of few small records can carry up to `fetchBytes`, and reading a partition in
 * small steps fetches each batch again per step: ask for many records at a time.
 */
import { Effect } from "effect"
import kafkajs, { type Cluster, type RecordBatchEntry } from "kafkajs"
import { LogError } from "../LogError.ts"
import type { LogRecord } from "../LogRecord.ts"
import type { KafkaClient } from "./kafkaClient.ts"
import { isTransient } from "./kafkaErrors.ts"
import { fromMessage } from "./kafkaRecord.ts"

/** What the client decodes of a fetch response; its types leave it open. */
interface FetchResponse {
  readonly responses: ReadonlyArray<{ readonly partitions: ReadonlyArray<FetchedPartition> }>
}

interface FetchedPartition {
  readonly lastStableOffset: string
  readonly abortedTransactions: ReadonlyArray<{ readonly producerId: string; readonly firstOffset: string }>
  readonly messages: ReadonlyArray<FetchedMessage>
}

interface FetchedMessage extends RecordBatchEntry {
  readonly isControlRecord: boolean
  readonly batchContext: {
    readonly producerId: string
    readonly inTransaction: boolean
    readonly firstOffset: string
    readonly lastOffsetDelta: number
  }
}

const readCommitted = 1

/** Drops transaction markers and the records of aborted transactions. */
const committedMessages = (partition: FetchedPartition): ReadonlyArray<FetchedMessage> => {
  const starts = [...partition.abortedTransactions ?? []].sort((a, b) => Number(a.firstOffset) - Number(b.firstOffset))
  const aborted = new Set<string>()
  return partition.messages.filter((message) => {
    while (starts[0] !== undefined && Number(starts[0].firstOffset) <= Number(message.offset)) {
      aborted.add(starts[0].producerId)
      starts.shift()
    }
    const { producerId, inTransaction } = message.batchContext
    if (message.isControlRecord) {
      aborted.delete(producerId)
      return false
    }
    return !(inTransaction && aborted.has(producerId))
  })
}

interface KafkaRead {
  (
    options: { readonly topic: string; readonly partition: number; readonly offset: number; readonly max: number }
  ): Effect.Effect<ReadonlyArray<LogRecord>, LogError>
}

/** Connects at the first read. */
export const makeKafkaRead = Effect.fnUntraced(function*(client: KafkaClient) {
  let found: Cluster | undefined
  const consumer = client.make().consumer({
    groupId: `${client.settings.clientId}-no-group`,
    allowAutoTopicCreation: false,
    partitionAssigners: [(config) => {
      found = config.cluster
      return kafkajs.PartitionAssigners.roundRobin(config)
    }]
  })
  yield* Effect.addFinalizer(() =>
    Effect.ignore(client.attempt({ doing: "disconnect the reader" }, () => consumer.disconnect()))
  )

  const fetch = async (
    cluster: Cluster,
    topic: string,
    partition: number,
    offset: number
  ): Promise<FetchedPartition> => {
    await cluster.connect()
    await cluster.addTargetTopic(topic)
    const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]))
    try {
      const broker = await cluster.findBroker({ nodeId: nodeId ?? "" })
      const response: FetchResponse = await broker.fetch({
        isolationLevel: readCommitted,
        maxWaitTime: 0,
        maxBytes: client.settings.fetchBytes,
        topics: [{
          topic,
          partitions: [{ partition, fetchOffset: String(offset), maxBytes: client.settings.fetchBytes }]
        }]
      })
      return response.responses[0]?.partitions[0] ?? { lastStableOffset: "0", abortedTransactions: [], messages: [] }
    } catch (error) {
      if (isTransient(error)) await cluster.refreshMetadata()
      throw error
    }
  }

  const read: KafkaRead = Effect.fnUntraced(function*({ topic, partition, offset, max }) {
    const cluster = found
    if (cluster === undefined) {
      return yield* new LogError({ reason: "Unavailable", message: "the Kafka client gave no access to its cluster" })
    }
    const doing = { doing: `read ${topic}/${partition} at ${offset}`, topic }
    for (let from = offset;;) {
      const fetched = yield* client.ask(doing, () => fetch(cluster, topic, partition, from))
      const wanted = committedMessages(fetched).filter((message) => Number(message.offset) >= from).slice(0, max)
      if (wanted.length > 0) return wanted.map((message) => fromMessage(topic, partition, message))
      // Only markers or aborted records: the next records are behind them. Nothing at all: this is the end.
      const last = fetched.messages.at(-1)?.batchContext
      const next = last === undefined ? from : Number(last.firstOffset) + last.lastOffsetDelta + 1
      if (next <= from) return []
      from = next
    }
  })
  return read
})
