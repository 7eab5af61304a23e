/** The flags that win over the environment, as command-line flags: made from the table of settings. */
import { type Config, Option } from "effect"
import { Flag } from "effect/cli"
import { type FlagName, type Setting, settings } from "../layers/config/settings.ts"

const textFlag = ({ row }: Setting<unknown>, name: FlagName) =>
  Flag.String(name).pipe(
    Flag.withDescription(`${row.what} (${row.name}; default ${row.defaultText ?? "none"})`),
    Flag.optional,
    Flag.map(Option.getOrUndefined)
  )

const switchFlag = ({ row }: Setting<unknown>, name: FlagName) =>
  Flag.Boolean(name).pipe(
    Flag.withDescription(`${row.what} --no-${name}: off (${row.name}; default ${row.defaultText ?? "none"})`),
    Flag.optional,
    Flag.map((on) => Option.isNone(on) ? undefined : on.value ? "on" : "off")
  )

/** By the name of the flag, so that what is parsed can be given to `withFlags` as it is. */
export const settingFlags = {
  "data-dir": textFlag(settings.dataDirectory, "data-dir"),
  log: textFlag(settings.log, "log"),
  catalogue: textFlag(settings.catalogue, "catalogue"),
  sensors: textFlag(settings.sensors, "sensors"),
  assets: textFlag(settings.assets, "assets"),
  "hard-bodies": textFlag(settings.hardBodies, "hard-bodies"),
  simulator: switchFlag(settings.simulator, "simulator"),
  seed: textFlag(settings.seed, "seed"),
  speed: textFlag(settings.speed, "speed"),
  faults: textFlag(settings.faults, "faults"),
  tracing: textFlag(settings.tracing, "tracing"),
  role: textFlag(settings.role, "role")
} satisfies Record<FlagName, Flag.Flag<string | undefined>>

/** The message alone, without the name of its class. */
export const settingMessage = (error: Config.ConfigError): string =>
  error.cause._tag === "SchemaError" ? error.cause.message : error.message
