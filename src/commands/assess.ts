/**
 * `perigee assess`: the risk of one conjunction data message, reckoned anew, or why that of an alert changed. Reads; writes nothing.
 *
 * What each figure means: docs/risk.md. A message that cannot be read is an `InputError`, each fault with file, line and reason.
 */
import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { assessCdm, bodyOfCdm } from "../domain/ccsds/assessCdm.ts"
import { readCdm } from "../domain/ccsds/cdm/readCdm.ts"
import { readHardBodies } from "../domain/orbit/encounter/HardBody.ts"
import { showHistory } from "./assess/history.ts"
import { toJson, toText } from "./assess/text.ts"
import { InputError } from "./InputError.ts"
import { orInputError, readText } from "./inputs.ts"
import { jsonFlag } from "./jsonFlag.ts"
import { logFlags } from "./logReader.ts"

const flags = {
  ...logFlags,
  cdm: Flag.String("cdm").pipe(
    Flag.withDescription("Conjunction data message (CCSDS 508.0-B) to assess"),
    Flag.optional
  ),
  history: Flag.String("history").pipe(
    Flag.withDescription("Instead: why the Pc of this alert changed, version by version, from the log of --data-dir"),
    Flag.optional
  ),
  hbr: Flag.Finite("hbr").pipe(
    Flag.withDescription("Combined hard-body radius, m; without one it is the file's, the message's, or 5 m an object"),
    Flag.optional
  ),
  hardBodies: Flag.String("hard-bodies").pipe(
    Flag.withDescription("File of object sizes, JSON: {\"25544\": {\"radiusMetres\": 55, \"shape\": \"square\"}}"),
    Flag.optional
  ),
  json: jsonFlag
}

export const assess = Command.make(
  "assess",
  flags,
  Effect.fn("assess")(function*({ cdm, hardBodies, hbr, history, json, ...flags }) {
    if (Option.isSome(cdm) === Option.isSome(history)) {
      return yield* new InputError({ message: "expected one of --cdm FILE and --history ALERT" })
    }
    if (Option.isSome(history)) return yield* showHistory(history.value, flags, json)
    if (Option.isNone(cdm)) return
    const file = cdm.value
    if (Option.isSome(hbr) && !(hbr.value > 0)) {
      return yield* new InputError({ message: `--hbr ${hbr.value}: expected metres above 0` })
    }
    const { cdm: message, warnings } = yield* orInputError(readCdm(yield* readText(file), file))
    for (const { line, reason } of warnings) yield* Console.error(`assess: ${file}:${line}: ${reason}`)
    const bodies = Option.isNone(hardBodies)
      ? undefined
      : yield* orInputError(readHardBodies(yield* readText(hardBodies.value), hardBodies.value))
    const body = bodyOfCdm(message, { combinedRadius: Option.getOrUndefined(hbr), bodies })
    const assessed = { cdm: message, body, assessment: assessCdm(message, body), warnings }
    yield* Console.log(json ? JSON.stringify(toJson(assessed)) : toText(assessed))
  })
).pipe(
  Command.withDescription(
    "Assess the risk of a conjunction data message: Pc by straight and by bent paths, and what it is worth"
  ),
  Command.withExamples([
    { command: "perigee assess --history 3f2a9c0d", description: "Why the Pc of an alert changed" },
    { command: "perigee assess --cdm message.cdm", description: "The hard body is the message's, or 5 m an object" },
    {
      command: "perigee assess --cdm message.cdm --hbr 20 --json",
      description: "A combined hard body of 20 m, for a program"
    }
  ])
)
