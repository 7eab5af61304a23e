/**
 * Whether a pipeline may run as the one member of its group on a topic of one partition.
 *
 * A member that died keeps its place for the session timeout, so a group that is not empty is waited for that long before it is refused. Two that are
 * started at the same moment can both find it empty.
 */
import { Duration, Effect } from "effect"
import { LogError } from "../LogError.ts"
import { type KafkaSettings, makeKafkaClient } from "./kafkaClient.ts"
import { makeKafkaTopics } from "./kafkaTopics.ts"

const lookEvery = Duration.seconds(1)

/** Fails with `Invalid`, giving `rule` as the reason. */
export const requireSoleMember = Effect.fnUntraced(
  function*(
    settings: KafkaSettings,
    options: { readonly topic: string; readonly group: string; readonly rule: string }
  ) {
    const { group, rule, topic } = options
    const refused = (what: string) => new LogError({ reason: "Invalid", message: `${what}: ${rule}`, topic })
    const client = yield* makeKafkaClient(settings)
    const topics = yield* makeKafkaTopics(client)
    const partitions = yield* topics.partitions(topic).pipe(
      Effect.catchIf(({ reason }: LogError) => reason === "TopicNotFound", () => Effect.succeed(0))
    )
    if (partitions > 1) return yield* refused(`topic ${topic} has ${partitions} partitions`)

    const admin = client.make().admin()
    yield* Effect.acquireRelease(
      client.attempt({ doing: "connect" }, () => admin.connect()),
      () => Effect.ignore(client.attempt({ doing: "disconnect" }, () => admin.disconnect()))
    )
    const members = Effect.map(
      client.ask({ doing: `look for members of group ${group}` }, () => admin.describeGroups([group])),
      ({ groups }) => groups.reduce((sum, { members }) => sum + members.length, 0)
    )
    if ((yield* members) === 0) return
    yield* Effect.logInfo(
      `group ${group} has a member: waiting for ${Duration.format(settings.sessionTimeout)} at most, in case it is dead`
    )
    const left = yield* Effect.sleep(lookEvery).pipe(
      Effect.andThen(members),
      Effect.repeat({ until: (count) => count === 0 }),
      Effect.timeoutOption(Duration.sum(settings.sessionTimeout, Duration.seconds(5)))
    )
    if (left._tag === "None") return yield* refused(`group ${group} has another member`)
  },
  Effect.scoped
)
