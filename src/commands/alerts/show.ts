/** `perigee alerts show`: everything about one alert. */
import { Console, Effect, Option, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { ConjunctionAlert } from "../../domain/alert/ConjunctionAlert.ts"
import { cdmOfAlert } from "../../domain/ccsds/alertCdm.ts"
import { formatCdm } from "../../domain/ccsds/cdm/writeCdm.ts"
import { Acknowledgements } from "../../layers/alerts/acknowledgements/Acknowledgements.ts"
import { InputError } from "../InputError.ts"
import { jsonFlag } from "../jsonFlag.ts"
import { logFlags, logReader } from "../logReader.ts"
import { acknowledgements } from "./acknowledgements.ts"
import { shownJson } from "./alertJson.ts"
import { findAlert } from "./foundAlert.ts"
import { shownText } from "./text.ts"

/** The message alone: it ends with its own line break. */
const writeOut = (text: string) => Console.log(text.trimEnd())

/** No message can be made of a version. */
export class NoMessage extends Schema.TaggedError<NoMessage>()("NoMessage", { message: Schema.String }) {}

const cdmText = Effect.fnUntraced(function*(versions: ReadonlyArray<ConjunctionAlert>, sequence: number | undefined) {
  const alert = sequence === undefined ? versions.at(-1) : versions.find((version) => version.sequence === sequence)
  if (alert === undefined) {
    return yield* new InputError({
      message: `--version ${sequence}: there are ${versions.map((version) => version.sequence).join(", ")}`
    })
  }
  const cdm = cdmOfAlert(alert)
  return cdm === undefined
    ? yield* new NoMessage({
      message: `version ${alert.sequence} holds no states of its objects: no message can be made of it`
    })
    : formatCdm(cdm)
})

export const show = Command.make(
  "show",
  {
    ...logFlags,
    id: Argument.String("id").pipe(
      Argument.withDescription("The id, as `perigee alerts list` prints it, or its first digits")
    ),
    json: jsonFlag,
    cdm: Flag.Boolean("cdm").pipe(
      Flag.withDescription(
        "Print its newest version as a conjunction data message (CCSDS 508.0-B, KVN) and nothing else"
      ),
      Flag.withDefault(false)
    ),
    version: Flag.Int("version").pipe(Flag.withDescription("With --cdm: this version instead"), Flag.optional)
  },
  Effect.fn("alerts.show")(function*(flags) {
    if (flags.cdm && flags.json) {
      return yield* new InputError({ message: "--json and --cdm cannot both be the standard output" })
    }
    if (!flags.cdm && Option.isSome(flags.version)) {
      return yield* new InputError({ message: "--version goes with --cdm: without it every version is shown" })
    }
    const { listed, versions } = yield* Effect.provide(findAlert(flags.id), logReader(flags))
    if (flags.cdm) return yield* writeOut(yield* cdmText(versions, Option.getOrUndefined(flags.version)))
    const known = yield* Acknowledgements.use(({ all }) => all).pipe(Effect.provide(acknowledgements(flags)))
    const made = known.get(listed.alert.alertId) ?? []
    yield* Console.log(
      flags.json
        ? JSON.stringify(shownJson(listed, versions, made))
        : shownText(listed, versions, made)
    )
  })
).pipe(
  Command.withDescription("Print everything about one alert: both objects, geometry, probability, every version"),
  Command.withExamples([
    { command: "perigee alerts show 3f2a9c0d", description: "By the first digits of its id" },
    { command: "perigee alerts show 3f2a9c0d --cdm > conjunction.cdm", description: "For other programs" }
  ])
)
