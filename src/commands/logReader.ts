/** Reading the message log of a data directory from a command, beside a run or after it. */
import { Effect, Layer } from "effect"
import type { Command } from "effect/cli"
import { withFlags } from "../layers/config/settings.ts"
import { LogReader } from "../layers/log/LogReader.ts"
import { layerLogReaderFromConfig } from "../layers/log/logReaderFromConfig.ts"
import { InputError } from "./InputError.ts"
import { settingFlags, settingMessage } from "./settingFlags.ts"

export const logFlags = { "data-dir": settingFlags["data-dir"], log: settingFlags.log }

export type LogFlags = Command.Command.Config.Infer<typeof logFlags>

/** The log that the flags and the environment name. One that is not there or cannot be meant is bad input. */
export const logReader = (flags: LogFlags) =>
  layerLogReaderFromConfig.pipe(
    Layer.provide(withFlags({ "data-dir": flags["data-dir"], log: flags.log })),
    Layer.catch((error) =>
      Layer.effect(
        LogReader,
        error._tag === "ConfigError"
          ? Effect.fail(new InputError({ message: settingMessage(error) }))
          : Effect.fail(error.reason === "Invalid" ? new InputError({ message: error.message }) : error)
      )
    )
  )
