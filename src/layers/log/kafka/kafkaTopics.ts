/** Topics, offsets and committed positions, by the Kafka client's admin. */
import { Effect, Schedule, type Scope } from "effect"
import kafkajs, { type Admin } from "kafkajs"
import { checkTopicSpec } from "../checkAppend.ts"
import { LogError } from "../LogError.ts"
import type { PartitionOffsets, TopicSpec } from "../LogRecord.ts"
import type { KafkaClient } from "./kafkaClient.ts"

export interface KafkaTopics {
  ensureTopic(spec: TopicSpec): Effect.Effect<void, LogError>
  readonly topics: Effect.Effect<ReadonlyArray<TopicSpec>, LogError>
  /** How many partitions a topic has. Asked once per topic: a topic keeps its count. `TopicNotFound` is not remembered. */
  partitions(topic: string): Effect.Effect<number, LogError>
  /** Forgets what is known of a topic, after the broker said that it does not exist. */
  forget(topic: string): void
  offsets(topic: string): Effect.Effect<ReadonlyArray<PartitionOffsets>, LogError>
  committed(topic: string, group: string): Effect.Effect<ReadonlyMap<number, number>, LogError>
}

const topicResource = kafkajs.ConfigResourceTypes.TOPIC

/** Set by us on every topic. A record's time is its own (a replay, a scenario's clock): it may be ahead of the broker's. */
const ownEntries = (spec: TopicSpec): ReadonlyMap<string, string> =>
  new Map([
    ["retention.ms", String(spec.retentionMillis ?? -1)],
    ["retention.bytes", String(spec.retentionBytes ?? -1)],
    ["message.timestamp.after.max.ms", "9223372036854775807"]
  ])

const toEntries = (entries: ReadonlyMap<string, string>) => Array.from(entries, ([name, value]) => ({ name, value }))

const limit = (text: string | undefined): number | undefined => {
  const value = Number(text ?? -1)
  return value < 0 ? undefined : value
}

const toSpec = (name: string, partitions: number, settings: ReadonlyMap<string, string> | undefined): TopicSpec => {
  const retentionMillis = limit(settings?.get("retention.ms"))
  const retentionBytes = limit(settings?.get("retention.bytes"))
  return {
    name,
    partitions,
    ...(retentionMillis === undefined ? {} : { retentionMillis }),
    ...(retentionBytes === undefined ? {} : { retentionBytes })
  }
}

interface DescribedTopic {
  readonly name: string
  /** All settings in force. */
  readonly all: ReadonlyMap<string, string>
  /** Those that somebody set on the topic itself. */
  readonly set: ReadonlyMap<string, string>
}

/** Connects at once, so that a wrong address is told at the start. */
export const makeKafkaTopics = Effect.fnUntraced(
  function*(client: KafkaClient): Effect.fn.Return<KafkaTopics, LogError, Scope.Scope> {
    const admin: Admin = client.make().admin()
    yield* Effect.acquireRelease(
      // With a server that accepts and never answers, `connect` of the client succeeds: only an answer is proof.
      client.attempt({ doing: "connect" }, () => admin.connect().then(() => admin.describeCluster())),
      () => Effect.ignore(client.attempt({ doing: "disconnect" }, () => admin.disconnect()))
    )
    const counts = new Map<string, number>()

    const describe = (names: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<DescribedTopic>, LogError> =>
      names.length === 0 ? Effect.succeed([]) : Effect.map(
        client.ask({ doing: "read the topics' settings" }, () =>
          admin.describeConfigs({
            includeSynonyms: false,
            resources: names.map((name) => ({ type: topicResource, name }))
          })),
        ({ resources }) =>
          resources.map(({ resourceName, configEntries }) => ({
            name: resourceName,
            all: new Map(configEntries.map((entry) => [entry.configName, entry.configValue])),
            set: new Map(
              configEntries.filter((entry) => entry.configSource === kafkajs.ConfigSource.TOPIC_CONFIG)
                .map((entry) => [entry.configName, entry.configValue])
            )
          }))
      )

    /** The client replaces all settings of the topic, so those that others set are sent again. */
    const updateRetention = Effect.fnUntraced(function*(spec: TopicSpec) {
      const own = ownEntries(spec)
      const isSet = (found: DescribedTopic | undefined): boolean =>
        Array.from(own).every(([name, value]) => found?.all.get(name) === value)
      const [found] = yield* describe([spec.name])
      if (isSet(found)) return
      const configEntries = toEntries(new Map([...found?.set ?? [], ...own]))
      yield* client.attempt(
        { doing: `change the settings of topic ${spec.name}`, topic: spec.name },
        () =>
          admin.alterConfigs({
            validateOnly: false,
            resources: [{ type: topicResource, name: spec.name, configEntries }]
          })
      )
    })

    const replicationFactor = Effect.gen(function*() {
      if (client.settings.replicationFactor !== undefined) return client.settings.replicationFactor
      const { brokers } = yield* client.ask({ doing: "count the brokers" }, () => admin.describeCluster())
      return Math.min(3, brokers.length)
    })

    const metadata = (topic: string) =>
      client.ask({ doing: `look for topic ${topic}`, topic }, () => admin.fetchTopicMetadata({ topics: [topic] })).pipe(
        Effect.map(({ topics }) => topics.find((each) => each.name === topic)?.partitions ?? [])
      )

    /** A broker hears a moment later of what another, or its own controller, has done: asks until it has. */
    const until =
      <A>(done: (answer: A) => boolean, what: { readonly doing: string; readonly topic: string }) =>
      (asking: Effect.Effect<A, LogError>): Effect.Effect<void, LogError> =>
        asking.pipe(
          Effect.repeat({ until: done, schedule: Schedule.spaced("50 millis") }),
          Effect.timeoutOrElse({
            duration: client.settings.operationTimeout,
            orElse: () => Effect.fail(client.error(what, new Error("the brokers do not show the result")))
          }),
          Effect.asVoid
        )

    /** The client's own wait takes the moment in which the broker does not know the topic for an error. */
    const untilLed = (topic: string): Effect.Effect<void, LogError> =>
      metadata(topic).pipe(
        Effect.catchIf((error) => error.reason === "TopicNotFound", () => Effect.succeed([])),
        until((found) => found.length > 0 && found.every(({ leader }) => leader >= 0), {
          doing: `create topic ${topic}`,
          topic
        })
      )

    const ensureTopic = Effect.fnUntraced(function*(spec: TopicSpec) {
      const wrong = checkTopicSpec(spec)
      if (wrong !== undefined) return yield* wrong
      const factor = yield* replicationFactor
      const created = yield* client.attempt(
        { doing: `create topic ${spec.name}`, topic: spec.name },
        () =>
          admin.createTopics({
            waitForLeaders: false,
            topics: [{
              topic: spec.name,
              numPartitions: spec.partitions,
              replicationFactor: factor,
              configEntries: toEntries(ownEntries(spec))
            }]
          })
      )
      if (created) yield* untilLed(spec.name)
      else yield* updateRetention(spec)
    })

    const partitions = Effect.fnUntraced(function*(topic: string) {
      const known = counts.get(topic)
      if (known !== undefined) return known
      // The client would ask for any name, and a name that cannot be is not there.
      if (checkTopicSpec({ name: topic, partitions: 1 }) !== undefined) {
        return yield* new LogError({ reason: "TopicNotFound", message: `no topic ${JSON.stringify(topic)}`, topic })
      }
      const count = (yield* metadata(topic)).length
      counts.set(topic, count)
      return count
    })

    const topics = Effect.gen(function*() {
      const all = yield* client.ask({ doing: "list the topics" }, () => admin.fetchTopicMetadata())
      const own = all.topics.filter((topic) => !topic.name.startsWith("__"))
      const settings = new Map((yield* describe(own.map((topic) => topic.name))).map((each) => [each.name, each.all]))
      return own.map((topic) => toSpec(topic.name, topic.partitions.length, settings.get(topic.name)))
    }).pipe(
      // A topic that came or went between the two questions: ask both again.
      Effect.retry({
        times: client.settings.retries,
        schedule: Schedule.spaced("50 millis"),
        while: (error) => error.reason === "TopicNotFound"
      })
    )

    const offsets = Effect.fnUntraced(function*(topic: string) {
      yield* partitions(topic)
      const found = yield* client.ask(
        { doing: `read the offsets of topic ${topic}`, topic },
        () => admin.fetchTopicOffsets(topic)
      )
      return found
        .map(({ partition, low, high }) => ({ partition, beginning: Number(low), end: Number(high) }))
        .sort((a, b) => a.partition - b.partition)
    })

    const committed = Effect.fnUntraced(function*(topic: string, group: string) {
      yield* partitions(topic)
      const found = yield* client.ask(
        { doing: `read the positions of group ${group} on ${topic}`, topic, group },
        () => admin.fetchOffsets({ groupId: group, topics: [topic] })
      )
      // No commit is -1; after it lost a position the client itself commits -2 (earliest).
      return new Map(
        found.flatMap((each) => each.partitions)
          .map(({ partition, offset }): readonly [number, number] => [partition, Number(offset)])
          .filter(([, offset]) => offset >= 0)
          .sort(([a], [b]) => a - b)
      )
    })

    return { ensureTopic, topics, partitions, forget: (topic) => void counts.delete(topic), offsets, committed }
  }
)
