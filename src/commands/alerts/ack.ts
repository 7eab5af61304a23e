/** `perigee alerts ack`: says that somebody looks after an alert. Takes effect beside a run, and stays. */
import { Clock, Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { userInfo } from "node:os"
import { format } from "../../domain/time/UtcTime.ts"
import { Acknowledgements } from "../../layers/alerts/acknowledgements/Acknowledgements.ts"
import { InputError } from "../InputError.ts"
import { jsonFlag } from "../jsonFlag.ts"
import { logFlags, logReader } from "../logReader.ts"
import { printable } from "../text.ts"
import { acknowledgements } from "./acknowledgements.ts"
import { acknowledgementJson } from "./alertJson.ts"
import { findAlert } from "./foundAlert.ts"

/** Who is logged in; a system may not know. */
const thisUser = Effect.try({
  try: () => userInfo().username,
  catch: () => new InputError({ message: "--by NAME: needed, as the system does not tell who you are" })
})

export const ack = Command.make(
  "ack",
  {
    ...logFlags,
    id: Argument.String("id").pipe(
      Argument.withDescription("The id, as `perigee alerts list` prints it, or its first digits")
    ),
    by: Flag.String("by").pipe(
      Flag.withDescription("Who acknowledges it; without it the user of this shell"),
      Flag.optional
    ),
    note: Flag.String("note").pipe(Flag.withDescription("What is to be known of it"), Flag.optional),
    json: jsonFlag
  },
  Effect.fn("alerts.ack")(function*(flags) {
    const by = Option.isSome(flags.by) ? flags.by.value.trim() : yield* thisUser
    if (by === "") return yield* new InputError({ message: "--by: expected a name, not empty" })
    const { listed: { alert } } = yield* Effect.provide(findAlert(flags.id), logReader(flags))
    const made = {
      alertId: alert.alertId,
      sequence: alert.sequence,
      level: alert.level,
      by,
      at: yield* Clock.currentTimeMillis,
      ...(Option.isSome(flags.note) && { note: flags.note.value })
    }
    yield* Acknowledgements.use((store) => store.add(made)).pipe(Effect.provide(acknowledgements(flags)))
    yield* Console.log(
      flags.json
        ? JSON.stringify({ alertId: alert.alertId, ...acknowledgementJson(made) })
        : `${alert.alertId} version ${alert.sequence} (${alert.level}) acknowledged by ${printable(by)} at ${
          format(made.at)
        }`
    )
  })
).pipe(
  Command.withDescription("Acknowledge an alert, durably, while the run goes on or after it"),
  Command.withExamples([
    { command: "perigee alerts ack 3f2a9c0d --by dana --note 'asked the operator'", description: "With who and why" }
  ])
)
