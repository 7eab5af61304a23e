/** `perigee log read`: records of a topic, to the end as it is now, or on and on. */
import { Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { LogReader } from "../../layers/log/LogReader.ts"
import { InputError } from "../InputError.ts"
import { jsonFlag } from "../jsonFlag.ts"
import { logFlags, logReader } from "../logReader.ts"
import { counted, printable } from "../text.ts"
import { mergedRecords } from "./mergedRecords.ts"
import { type Positions, positionsFrom, positionsText } from "./positions.ts"
import { recordJson, recordLine } from "./recordJson.ts"

const mostRead = 1_000_000
const readByDefault = 100
const pageRecords = 1000

export const read = Command.make(
  "read",
  {
    ...logFlags,
    topic: Argument.String("topic").pipe(Argument.withDescription("The topic, as `perigee log topics` prints it")),
    from: Flag.String("from").pipe(
      Flag.withDescription(
        "Where to begin: earliest, latest, an offset, the `next` of an earlier reading, a time (RFC 3339), or how long ago, such as 2h"
      ),
      Flag.withDefault("earliest")
    ),
    limit: Flag.Int("limit").pipe(
      Flag.withDescription(`Most records to print; without it ${readByDefault}, and with --follow any number`),
      Flag.optional
    ),
    partition: Flag.Int("partition").pipe(Flag.withDescription("Only this partition"), Flag.optional),
    follow: Flag.Boolean("follow").pipe(
      Flag.withDescription(
        "Go on with what is written from now on, until stopped or at the limit; in JSON a record a line"
      ),
      Flag.withDefault(false)
    ),
    json: jsonFlag
  },
  Effect.fn("log.read")(function*(flags) {
    const { follow, json, topic } = flags
    const limit = Option.getOrElse(flags.limit, () => follow ? Infinity : readByDefault)
    if (limit < 1 || (limit > mostRead && !follow)) {
      return yield* new InputError({ message: `--limit ${limit}: expected a whole number from 1 to ${mostRead}` })
    }
    const reading = Effect.gen(function*() {
      const log = yield* LogReader
      const all = yield* log.offsets(topic).pipe(
        Effect.catchIf(
          ({ reason }) => reason === "TopicNotFound",
          () =>
            Effect.flatMap(log.topics, (known) =>
              new InputError({
                message: `there is no topic ${printable(topic)}: ${
                  known.map(({ name }) => name).join(", ") || "none at all"
                }`
              }))
        )
      )
      const partition = Option.getOrUndefined(flags.partition)
      const offsets = partition === undefined ? all : all.filter((each) => each.partition === partition)
      if (offsets.length === 0) {
        return yield* new InputError({
          message: `--partition ${partition}: ${topic} has ${counted(all.length, "partition")}`
        })
      }
      const from = yield* positionsFrom(log, topic, offsets, flags.from)
      if (follow) return yield* followFrom(log, topic, from, limit, json)
      const { next, records } = yield* mergedRecords(log, topic, from, limit)
      yield* Console.log(
        json
          ? JSON.stringify({ topic, records: records.map(recordJson), next: positionsText(next) })
          : [...records.map(recordLine), `${counted(records.length, "record")}; next ${positionsText(next)}`].join("\n")
      )
    })
    yield* Effect.provide(reading, logReader(flags))
  })
).pipe(
  Command.withDescription(
    "Print records of a topic, those of several partitions by their times; a value that is JSON as it is, else in base64"
  ),
  Command.withExamples([
    { command: "perigee log read alerts --json", description: "The first hundred versions of alerts" },
    { command: "perigee log read observations --from 10m --limit 20", description: "From ten minutes ago on" },
    { command: "perigee log read alerts --from latest --follow", description: "What comes from now on" }
  ])
)

/** How often a follower looks for more, where there was nothing. */
const lookEvery = "250 millis"

const followFrom = Effect.fnUntraced(
  function*(log: LogReader["Service"], topic: string, from: Positions, limit: number, json: boolean) {
    let next = from
    let left = limit
    while (left > 0) {
      const merged = yield* mergedRecords(log, topic, next, Math.min(left, pageRecords))
      next = merged.next
      left -= merged.records.length
      const lines = merged.records.map((record) => json ? JSON.stringify(recordJson(record)) : recordLine(record))
      yield* lines.length === 0 ? Effect.sleep(lookEvery) : Console.log(lines.join("\n"))
    }
  }
)
