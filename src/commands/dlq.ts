/** `perigee dlq`: what was given up, why, and the raw record. Reads beside a run; writes nothing but the file of `--raw`. */
import { Console, Effect, Option, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { DeadLetter, ErrorKind } from "../domain/deadletter/DeadLetter.ts"
import { format } from "../domain/time/UtcTime.ts"
import { findLetter, listLetters, totalOf } from "../layers/deadletters/readLetters.ts"
import { isStandardOutput } from "../layers/runtime/outputSink.ts"
import { letterText, listText } from "./dlq/text.ts"
import { InputError } from "./InputError.ts"
import { timeOf } from "./inputs.ts"
import { jsonFlag } from "./jsonFlag.ts"
import { logFlags, logReader } from "./logReader.ts"
import { oneStandardOutput, writeOutput } from "./output.ts"

const mostListed = 100_000

const encodeLetter = Schema.encodeEffect(DeadLetter)

/** No dead letter has this id. */
class UnknownDeadLetter extends Schema.TaggedError<UnknownDeadLetter>()("UnknownDeadLetter", {
  id: Schema.String
}) {
  override get message(): string {
    return `no dead letter has the id ${this.id}`
  }
}

const json = jsonFlag

const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

const list = Command.make(
  "list",
  {
    ...logFlags,
    json,
    limit: Flag.Int("limit").pipe(
      Flag.withDescription("Most dead letters to print, the newest; the counts are of all"),
      Flag.withDefault(100)
    ),
    errorKind: Flag.Literals("error-kind", ErrorKind.literals).pipe(
      Flag.withDescription("Only those of this kind"),
      Flag.optional
    ),
    operator: text("operator", "Only those of this stage, such as decode"),
    sensor: text("sensor", "Only those of this sensor, as the registry names it"),
    since: text("since", "Only those given up at this time or later: RFC 3339, or how long ago, such as 2h"),
    until: text("until", "Only those given up before this time")
  },
  Effect.fn("dlq.list")(function*(flags) {
    const { limit } = flags
    if (limit < 1 || limit > mostListed) {
      return yield* new InputError({ message: `--limit ${limit}: expected a whole number from 1 to ${mostListed}` })
    }
    const filter = {
      errorKind: Option.getOrUndefined(flags.errorKind),
      operator: Option.getOrUndefined(flags.operator),
      sensorId: Option.getOrUndefined(flags.sensor),
      since: yield* timeOf("since", flags.since),
      until: yield* timeOf("until", flags.until)
    }
    const listing = yield* Effect.provide(listLetters(filter, limit), logReader(flags))
    const { byErrorKind, bySensor, letters, unreadable } = listing
    yield* Console.log(
      flags.json
        ? JSON.stringify({
          total: totalOf(byErrorKind),
          byErrorKind: Object.fromEntries(byErrorKind),
          bySensor: Object.fromEntries(
            Array.from(bySensor, ([sensor, counts]) => [sensor, Object.fromEntries(counts)] as const)
          ),
          unreadable,
          deadLetters: letters.map(({ time, ...letter }) => Object.assign(letter, { time: format(time) }))
        })
        : listText(listing)
    )
  })
).pipe(
  Command.withDescription("List dead letters, newest last, with counts per kind and per sensor"),
  Command.withExamples([
    { command: "perigee dlq list", description: "The newest hundred" },
    { command: "perigee dlq list --data-dir .perigee/rehearsal", description: "After a run with --seed or --input" },
    {
      command: "perigee dlq list --error-kind Late --since 2h",
      description: "What came too late in the last two hours"
    }
  ])
)

const show = Command.make(
  "show",
  {
    ...logFlags,
    id: Argument.String("id").pipe(Argument.withDescription("The id, as `perigee dlq list` prints it")),
    json,
    raw: text("raw", "Write the raw record's bytes to this file; with -, nothing but them to standard output")
  },
  Effect.fn("dlq.show")(function*(flags) {
    const raw = Option.getOrUndefined(flags.raw)
    yield* oneStandardOutput([["raw", raw]], flags.json ? "--json" : undefined)
    const found = yield* Effect.provide(findLetter(flags.id), logReader(flags))
    if (found === undefined) return yield* new UnknownDeadLetter({ id: flags.id })
    const { count, letter } = found
    if (raw !== undefined) yield* writeOutput("raw", raw, letter.payload)
    // The bytes alone, for who reads them.
    if (raw !== undefined && isStandardOutput(raw)) return
    yield* Console.log(
      flags.json
        ? JSON.stringify({ ...(yield* Effect.orDie(encodeLetter(letter))), count })
        : letterText(letter, count)
    )
  })
).pipe(
  Command.withDescription("Print everything about one dead letter; in JSON its payload is base64"),
  Command.withExamples([{
    command: "perigee dlq show 6fa459ea-ee8a-5ca4-894e-db77e160355e --raw record.bin",
    description: "And its bytes into a file"
  }])
)

export const dlq = Command.make("dlq").pipe(
  Command.withDescription("Dead letters: what was given up, why, and the raw record"),
  Command.withSubcommands([list, show])
)
