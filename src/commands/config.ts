/** `perigee config`: the settings in force and where each comes from. */
import { Console, Effect, Result } from "effect"
import { Command, Flag } from "effect/cli"
import { inForce, type Origin } from "../layers/config/Setting.ts"
import {
  allSettings,
  fusionSettings,
  kafkaSettings,
  type Setting,
  settingGroups,
  withFlags
} from "../layers/config/settings.ts"
import { fusionGraph } from "./fusionGraph.ts"
import { InputError } from "./InputError.ts"
import { settingFlags, settingMessage } from "./settingFlags.ts"
import { checkLogLevels, settingWarnings } from "./settingProblems.ts"
import { columns, printable } from "./text.ts"

interface Line {
  readonly name: string
  readonly value: string | null
  readonly unit: string
  readonly origin: Origin
  readonly flag: string | null
  readonly default: string | null
  readonly problem: string | undefined
}

const lineOf = Effect.fnUntraced(function*(setting: Setting<unknown>) {
  const { defaultText, flag, name, show, unit } = setting.row
  const { origin, text } = yield* inForce(setting)
  const value = yield* Effect.result(setting)
  return {
    name,
    value: text === undefined ? null : show(text),
    unit,
    origin,
    flag: flag ?? null,
    default: defaultText ?? null,
    problem: Result.isFailure(value) ? settingMessage(value.failure) : undefined
  } satisfies Line
})

const toText = (lines: ReadonlyMap<string, Line>): string =>
  settingGroups.map(({ settings, title }) => {
    const rows = settings.flatMap(({ row }) => {
      const line = lines.get(row.name)
      if (line === undefined) return []
      const origin = line.origin === "flag" ? `flag --${line.flag}` : line.origin
      return [[line.name, line.value === null ? "(none)" : printable(line.value) || "(empty)", line.unit, origin]]
    })
    return `${title}\n${columns(rows, "  ").join("\n")}`
  }).join("\n\n")

const checkedLevels = Effect.flatMap(fusionGraph, ({ nodes }) => checkLogLevels(nodes.map(({ name }) => name)))

/** Settings that are right one by one and wrong together. */
const combinations = Effect.forEach(
  [
    Effect.asVoid(Effect.mapError(fusionSettings, settingMessage)),
    Effect.asVoid(Effect.mapError(kafkaSettings, settingMessage)),
    Effect.mapError(checkedLevels, ({ message }) => message)
  ],
  (check) => Effect.match(check, { onFailure: (message) => [message], onSuccess: () => [] })
)

const show = Effect.fnUntraced(function*(json: boolean) {
  const lines = yield* Effect.forEach(allSettings, lineOf)
  const problems = lines.flatMap(({ problem }) => problem === undefined ? [] : [problem])
  if (problems.length === 0) problems.push(...(yield* combinations).flat())
  const shown = lines.map(({ problem, ...line }) => problem === undefined ? line : { ...line, problem })
  yield* Console.log(
    json ? JSON.stringify({ settings: shown }) : toText(new Map(lines.map((line) => [line.name, line] as const)))
  )
  if (problems.length > 0) return yield* new InputError({ message: problems.join("\n") })
})

export const config = Command.make(
  "config",
  {
    ...settingFlags,
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Print the settings as one JSON document on standard output"),
      Flag.withDefault(false)
    )
  },
  Effect.fn("config")(function*({ json, ...flags }) {
    for (const line of yield* settingWarnings) yield* Console.error(line)
    yield* Effect.provide(show(json), withFlags(flags))
  })
).pipe(
  Command.withDescription("Print the settings in force and where each comes from: flag, environment or default"),
  Command.withExamples([
    { command: "perigee config", description: "All settings" },
    {
      command: "perigee config --log memory --seed 7 --json",
      description: "As `perigee run` with these flags has them"
    }
  ])
)
