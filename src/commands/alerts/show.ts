/** `perigee alerts show`: everything about one alert. */
import { Console, Effect } from "effect"
import { Argument, Command } from "effect/cli"
import { Acknowledgements } from "../../layers/alerts/acknowledgements/Acknowledgements.ts"
import { jsonFlag } from "../jsonFlag.ts"
import { logFlags, logReader } from "../logReader.ts"
import { acknowledgements } from "./acknowledgements.ts"
import { shownJson } from "./alertJson.ts"
import { findAlert } from "./foundAlert.ts"
import { shownText } from "./text.ts"

export const show = Command.make(
  "show",
  {
    ...logFlags,
    id: Argument.String("id").pipe(
      Argument.withDescription("The id, as `perigee alerts list` prints it, or its first digits")
    ),
    json: jsonFlag
  },
  Effect.fn("alerts.show")(function*(flags) {
    const { listed, versions } = yield* Effect.provide(findAlert(flags.id), logReader(flags))
    const known = yield* Acknowledgements.use(({ all }) => all).pipe(Effect.provide(acknowledgements(flags)))
    const made = known.get(listed.alert.alertId) ?? []
    yield* Console.log(
      flags.json
        ? JSON.stringify(shownJson(listed, versions, made))
        : shownText(listed, versions, made, new Map())
    )
  })
).pipe(
  Command.withDescription("Print everything about one alert: both objects, geometry, probability, every version"),
  Command.withExamples([{ command: "perigee alerts show 3f2a9c0d", description: "By the first digits of its id" }])
)
