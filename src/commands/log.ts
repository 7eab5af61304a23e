/** `perigee log`: what the message log holds. Reads beside a run; writes nothing. */
import { Command } from "effect/cli"
import { read } from "./log/read.ts"
import { topics } from "./log/topics.ts"

export const log = Command.make("log").pipe(
  Command.withDescription("The message log: its topics, and the records in them"),
  Command.withSubcommands([topics, read])
)
