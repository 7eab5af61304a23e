/** `perigee alerts subscribe`: the reference subscriber, which keeps every version of every alert in a file of its own, exactly once. */
import { Console, Effect, Schedule } from "effect"
import { Command, Flag } from "effect/cli"
import { alertsTopic } from "../../layers/alerts/AlertStore.ts"
import { openAlertSubscriber } from "../../layers/alerts/subscriber/AlertSubscriber.ts"
import { InputError } from "../InputError.ts"
import { jsonFlag } from "../jsonFlag.ts"
import { logFlags, logReader } from "../logReader.ts"
import { counted } from "../text.ts"

/** Between two looks at the topic. */
const lookEvery = "250 millis"

export const subscribe = Command.make(
  "subscribe",
  {
    ...logFlags,
    into: Flag.String("into").pipe(
      Flag.withDescription("The SQLite file that keeps the versions; made if it is not there")
    ),
    once: Flag.Boolean("once").pipe(
      Flag.withDescription("End where the topic ends now, instead of going on until stopped"),
      Flag.withDefault(false)
    ),
    json: jsonFlag
  },
  Effect.fn("alerts.subscribe")(function*({ into, json, once, ...flags }) {
    if (json && !once) {
      return yield* new InputError({ message: "--json goes with --once: without it there is no result" })
    }
    const subscribed = Effect.gen(function*() {
      const { catchUp } = yield* openAlertSubscriber(into, alertsTopic)
      const taken = yield* catchUp
      yield* json
        ? Console.log(JSON.stringify({ into, topic: alertsTopic, taken }))
        : Console.log(`${counted(taken, "new version")} in ${into}`)
      if (once) return
      yield* catchUp.pipe(
        Effect.tap((more) => more === 0 ? Effect.void : Console.log(`${counted(more, "new version")} in ${into}`)),
        Effect.repeat(Schedule.spaced(lookEvery))
      )
    })
    yield* subscribed.pipe(
      Effect.scoped,
      Effect.catchTag(
        "SubscriberError",
        (error) => Effect.fail(error.reason === "Invalid" ? new InputError({ message: error.message }) : error)
      ),
      Effect.provide(logReader(flags))
    )
  })
).pipe(
  Command.withDescription(
    "Keep every version of every alert in an SQLite file, each exactly once, beside a run or after it"
  ),
  Command.withExamples([
    { command: "perigee alerts subscribe --into mirror.sqlite", description: "Until stopped; it goes on where it was" }
  ])
)
