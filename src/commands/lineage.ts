/** `perigee lineage`: what an output rests on, what an input touched, and what a bad sensor did. Reads beside a run; writes nothing. */
import { Console, Effect, Layer, Option, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { type LineageAnswer, type LineageDirection, lineageJson } from "../domain/lineage/LineageAnswer.ts"
import { format } from "../domain/time/UtcTime.ts"
import { withFlags } from "../layers/config/settings.ts"
import { layerLineageReaderFromConfig } from "../layers/lineage/lineageFromConfig.ts"
import { LineageReader } from "../layers/lineage/LineageStore.ts"
import { InputError } from "./InputError.ts"
import { timeOf } from "./inputs.ts"
import { jsonFlag } from "./jsonFlag.ts"
import { answerText } from "./lineage/text.ts"
import { settingFlags, settingMessage } from "./settingFlags.ts"

/** No lineage of this id is kept. */
class UnknownLineage extends Schema.TaggedError<UnknownLineage>()("UnknownLineage", { id: Schema.String }) {
  override get message(): string {
    return `no lineage of ${this.id} is kept: there is no such output or input, it was not one of those that are kept `
      + "(PERIGEE_LINEAGE_RATIO), or it is too old (PERIGEE_LINEAGE_RETENTION)"
  }
}

const common = {
  "data-dir": settingFlags["data-dir"],
  json: jsonFlag
}

type CommonFlags = Command.Command.Config.Infer<typeof common>

/** The store in the data directory. One that is not there or cannot be read by this version is bad input. */
const reader = (flags: CommonFlags) =>
  layerLineageReaderFromConfig.pipe(
    Layer.provide(withFlags({ "data-dir": flags["data-dir"] })),
    Layer.catch((error) =>
      Layer.effect(
        LineageReader,
        Effect.fail(
          error._tag === "ConfigError"
            ? new InputError({ message: settingMessage(error) })
            : error.reason === "NotFound" || error.reason === "Invalid"
            ? new InputError({ message: error.message })
            : error
        )
      )
    )
  )

const print = (answer: LineageAnswer, json: boolean, more: Readonly<Record<string, string | null>> = {}) =>
  Console.log(json ? JSON.stringify({ ...lineageJson(answer), ...more }) : answerText(answer))

const follow = (direction: LineageDirection, argument: string) =>
  Command.make(
    direction,
    { ...common, id: Argument.String("id").pipe(Argument.withDescription(argument)) },
    Effect.fn(`lineage.${direction}`)(function*(flags) {
      const { id, json } = flags
      const answer = yield* Effect.provide(LineageReader.use((lineage) => lineage[direction](id)), reader(flags))
      if (answer === undefined) return yield* new UnknownLineage({ id })
      yield* print(answer, json)
    })
  )

const backward = follow("backward", "An alert, one of its versions (alert/sequence), or any other output").pipe(
  Command.withDescription("List every input of an output, and the steps that made it"),
  Command.withExamples([
    {
      command: "perigee lineage backward 3f2a9c0d51e84b7796a0c1d2e3f40516",
      description: "What all versions of an alert rest on"
    },
    { command: "perigee lineage backward 3f2a9c0d51e84b7796a0c1d2e3f40516/2 --json", description: "One version" }
  ])
)

const forward = follow("forward", "An observation, or any other input").pipe(
  Command.withDescription("List every output that an input touched"),
  Command.withExamples([{
    command: "perigee lineage forward 6fa459ea-ee8a-5ca4-894e-db77e160355e",
    description: "What one observation led to"
  }])
)

const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

export const lineage = Command.make(
  "lineage",
  {
    ...common,
    source: text("source", "The alerts touched by this sensor"),
    since: text("since", "Only by what it observed at this time or later: RFC 3339, or how long ago, such as 2h"),
    until: text("until", "Only by what it observed before this time")
  },
  Effect.fn("lineage.source")(function*(flags) {
    const { json, source } = flags
    const since = yield* timeOf("since", flags.since)
    const until = yield* timeOf("until", flags.until)
    if (Option.isNone(source) || source.value === "") {
      return yield* new InputError({ message: "expected --source SENSOR, or one of: backward ID, forward ID" })
    }
    if (since !== undefined && until !== undefined && since >= until) {
      return yield* new InputError({ message: `--since ${format(since)} is not before --until ${format(until)}` })
    }
    const answer = yield* Effect.provide(
      LineageReader.use((lineage) => lineage.bySource(source.value, since ?? -Infinity, until ?? Infinity)),
      reader(flags)
    )
    yield* print(answer, json, {
      sourceId: source.value,
      since: since === undefined ? null : format(since),
      until: until === undefined ? null : format(until)
    })
  })
).pipe(
  Command.withDescription("What an output rests on, what an input touched, and what a bad sensor did"),
  Command.withSubcommands([backward, forward]),
  Command.withExamples([{
    command: "perigee lineage --source radar-3 --since 2026-03-20T12:00:00Z --until 2026-03-20T13:00:00Z",
    description: "The alerts touched by a bad sensor in a period"
  }])
)
