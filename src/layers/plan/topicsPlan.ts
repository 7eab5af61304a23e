/** Plans for the topics of the message log, whichever it is: each is there, with its retention. Partitions of a topic that is there stay as they are. */
import { Effect } from "effect"
import type { LogError } from "../log/LogError.ts"
import { MessageLog, type TopicSpec } from "../log/MessageLog.ts"
import { dependencyCall } from "./dependencyCall.ts"
import { type Plan, PlanError, type Procedure } from "./Procedure.ts"

const limit = (value: number | undefined, unit: string): string => value === undefined ? "no limit" : `${value} ${unit}`

const textOf = ({ partitions, retentionBytes, retentionMillis }: TopicSpec): string =>
  `${partitions} partitions, ${limit(retentionMillis, "ms")}, ${limit(retentionBytes, "bytes")}`

const failed = (step: string) => ({ message }: LogError) =>
  new PlanError({ reason: "Failed", step, message: `${step}: ${message}` })

export const topicsPlan = (topics: ReadonlyArray<TopicSpec>): Plan<MessageLog> =>
  Effect.gen(function*() {
    const log = yield* MessageLog
    const found = yield* dependencyCall({ system: "message-log", operation: "topics", request: {} }, log.topics).pipe(
      Effect.mapError(failed("topics"))
    )
    return topics.flatMap((topic): ReadonlyArray<Procedure<MessageLog>> => {
      const id = `topic:${topic.name}`
      const known = found.find(({ name }) => name === topic.name)
      // An existing topic keeps its partitions.
      const wanted = { ...topic, partitions: known?.partitions ?? topic.partitions }
      if (known !== undefined && textOf(known) === textOf(wanted)) return []
      return [{
        id,
        from: known === undefined ? null : textOf(known),
        to: textOf(wanted),
        // The log in force when it is done, which need not be the one that was looked at.
        do: Effect.flatMap(MessageLog, (inForce) =>
          dependencyCall(
            { system: "message-log", operation: "ensureTopic", request: wanted },
            inForce.ensureTopic(wanted)
          )).pipe(Effect.mapError(failed(id)), Effect.as([]))
      }]
    })
  })
