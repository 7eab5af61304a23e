/** `--json`, of every command that can give its result so. */
import { Flag } from "effect/cli"

export const jsonFlag = Flag.Boolean("json").pipe(
  Flag.withDescription("Print the result as one JSON document on standard output"),
  Flag.withDefault(false)
)
