/** `perigee status`: a running instance at a glance, once or over and over. */
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { layerInstanceClient, makeInstance, urlFlag } from "./instance.ts"
import { jsonFlag } from "./jsonFlag.ts"
import { makeScreen } from "./run/screen.ts"
import { sensorLines, statusText } from "./status/text.ts"

interface Flags {
  readonly url: string
  readonly sensors: boolean
  readonly watch: boolean
  readonly json: boolean
}

/** What was asked for: one JSON document, or text. */
const ask = Effect.fnUntraced(function*({ json, sensors, url }: Flags) {
  const { call, client } = yield* makeInstance(url)
  if (sensors) {
    const answer = yield* call(client.inspection.sources())
    return json ? JSON.stringify(answer) : sensorLines(answer).join("\n")
  }
  const answer = yield* call(client.inspection.status())
  return json ? JSON.stringify(answer) : statusText(answer)
})

/** Redrawn on a terminal; elsewhere, and as JSON, a document each time. An instance that does not answer is told, and asked again. */
const watching = Effect.fnUntraced(function*(flags: Flags) {
  const { stdout } = process
  const screen = makeScreen({
    write: (text) => void stdout.write(text),
    columns: () => stdout.columns || 80,
    rows: () => stdout.rows || 24,
    colours: stdout.isTTY && stdout.hasColors()
  })
  const show = (text: string) =>
    stdout.isTTY && !flags.json
      ? Effect.sync(() =>
        screen.draw(
          text.split("\n").map((line) => ({ text: line, colour: line.startsWith("!") ? "yellow" : undefined }))
        )
      )
      : Console.log(text)
  return yield* ask(flags).pipe(
    Effect.catchTag(
      "InstanceError",
      ({ message }) =>
        flags.json ? Effect.succeed(JSON.stringify({ problem: message })) : Effect.succeed(`! ${message}`)
    ),
    Effect.flatMap(show),
    Effect.andThen(Effect.sleep("1 second")),
    Effect.forever,
    Effect.ensuring(Effect.sync(screen.leave))
  )
})

const show = Effect.fnUntraced(function*(flags: Flags) {
  yield* flags.watch ? watching(flags) : Effect.flatMap(ask(flags), Console.log)
})

export const status = Command.make(
  "status",
  {
    url: urlFlag,
    sensors: Flag.Boolean("sensors").pipe(
      Flag.withDescription(
        "A row for each sensor, with what is likely wrong with it, instead of the whole at a glance"
      ),
      Flag.withDefault(false)
    ),
    watch: Flag.Boolean("watch").pipe(
      Flag.withDescription("Ask again every second until interrupted"),
      Flag.withDefault(false)
    ),
    json: jsonFlag
  },
  Effect.fn("status")((flags) => Effect.provide(show(flags), layerInstanceClient))
).pipe(
  Command.withDescription(
    "Show a running instance at a glance: health, rates, lag, sensors, alerts, budgets, canaries"
  ),
  Command.withExamples([
    { command: "perigee status", description: "The instance on this machine" },
    { command: "perigee status --sensors", description: "Whose fault is it: a row for each sensor" },
    { command: "perigee status --watch", description: "Over and over" }
  ])
)
