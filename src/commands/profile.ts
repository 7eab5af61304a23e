/** `perigee profile`: what a running instance's thread does, as a file for a browser's developer tools. */
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { parseDuration, required } from "./inputs.ts"
import { adminInstance, layerInstanceClient, tokenFlag, urlFlag } from "./instance.ts"
import { writeOutput } from "./output.ts"

const take = Effect.fnUntraced(
  function*(url: string, token: Parameters<typeof adminInstance>[1], duration: string, out: string) {
    const millis = yield* required(
      parseDuration(duration),
      `--for ${duration}: expected a number above 0 and ms, s or m`
    )
    const { call, client } = yield* adminInstance(url, token)
    const text = yield* call(client.steering.profile({ query: { seconds: millis / 1000 } }), millis + 10_000)
    yield* writeOutput("out", out, text)
    yield* Console.error(
      `${out}: ${duration} of the processor's time; open it in a browser's developer tools (Performance)`
    )
  }
)

export const profile = Command.make(
  "profile",
  {
    for: Flag.String("for").pipe(Flag.withDescription("How long, up to a minute"), Flag.withDefault("10s")),
    out: Flag.String("out").pipe(
      Flag.withDescription("The file, - for standard output"),
      Flag.withDefault("perigee.cpuprofile")
    ),
    url: urlFlag,
    token: tokenFlag
  },
  Effect.fn("profile")((flags) =>
    Effect.provide(take(flags.url, flags.token, flags.for, flags.out), layerInstanceClient)
  )
).pipe(Command.withDescription("Record what a running instance's processor does for some seconds"))
