/** `perigee alerts`: which there are, everything about one, and who looks after it. Reads beside a run. */
import { Command } from "effect/cli"
import { ack } from "./alerts/ack.ts"
import { list } from "./alerts/list.ts"
import { show } from "./alerts/show.ts"
import { subscribe } from "./alerts/subscribe.ts"

export const alerts = Command.make("alerts").pipe(
  Command.withDescription("Conjunction alerts: which there are, everything about one, and who looks after it"),
  Command.withSubcommands([list, show, ack, subscribe])
)
