/** The log that the settings ask for. */
import { Config, Effect, Layer, type LogLevel } from "effect"
import { settings } from "../config/settings.ts"
import { Logging } from "./logging.ts"

type LevelName = Config.Success<typeof settings.logLevel>

const levelOf: Readonly<Record<LevelName, LogLevel.LogLevel>> = {
  trace: "Trace",
  debug: "Debug",
  info: "Info",
  warn: "Warn",
  error: "Error",
  fatal: "Fatal",
  none: "None"
}

const isLevel = (name: string | undefined): name is LevelName => name !== undefined && name in levelOf

/** `match=debug,publish=warn` as it was checked when it was read. */
export const parseLevels = (text: string): ReadonlyMap<string, LogLevel.LogLevel> =>
  new Map(
    text.split(",").flatMap((part) => {
      const [operator = "", level] = part.trim().split("=")
      return isLevel(level) ? [[operator, levelOf[level]] as const] : []
    })
  )

/** Settings that cannot be meant leave the defaults: the command that runs names them. */
export const layerLoggingFromConfig = Layer.unwrap(
  Config.all({ format: settings.logFormat, level: settings.logLevel, levels: settings.logLevels }).pipe(
    Effect.orElseSucceed(() => ({ format: undefined, level: "info", levels: "" }) as const),
    Effect.map(({ format, level, levels }) =>
      Logging.layer({
        format: format ?? (process.stderr.isTTY ? "pretty" : "logfmt"),
        level: levelOf[level],
        levels: parseLevels(levels)
      })
    )
  )
)
