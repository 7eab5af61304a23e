/** What is to be said of the environment although a command can go on: misspelt names, values of shared variables that are ignored. */
import { Effect } from "effect"
import { nearest } from "../domain/text/nearest.ts"
import { misspeltSettings } from "../layers/config/misspelt.ts"
import { ignoredValues, settings } from "../layers/config/settings.ts"
import { parseLevels } from "../layers/logging/loggingFromConfig.ts"
import { InputError } from "./InputError.ts"
import { settingMessage } from "./settingFlags.ts"
import { printable } from "./text.ts"

/** A line each. */
export const settingWarnings = Effect.gen(function*() {
  const misspelt = (yield* misspeltSettings).map(({ meant, name }) =>
    `${printable(name)} is not a setting${meant === undefined ? "" : `: ${meant} was probably meant`}`
  )
  const ignored = yield* Effect.orElseSucceed(ignoredValues, () => [])
  return [...misspelt, ...ignored.map(printable)]
})

/** Says them in the log. */
export const warnOfSettings = Effect.flatMap(
  settingWarnings,
  (lines) => Effect.forEach(lines, (line) => Effect.logWarning(line), { discard: true })
)

/** Levels for stages that are none would be waited for in vain. */
export const checkLogLevels = Effect.fnUntraced(function*(stages: ReadonlyArray<string>) {
  const text = yield* Effect.mapError(
    settings.logLevels,
    (error) => new InputError({ message: settingMessage(error) })
  )
  const unknown = Array.from(parseLevels(text).keys()).filter((stage) => !stages.includes(stage))
  if (unknown.length === 0) return
  const [stage = ""] = unknown
  const meant = nearest(stage, stages)
  return yield* new InputError({
    message: `${settings.logLevels.row.name}: there is no stage ${printable(stage)}${
      meant === undefined ? "" : `, ${meant} was probably meant`
    }; the stages are ${stages.join(", ")}`
  })
})
