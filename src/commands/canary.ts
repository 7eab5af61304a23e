/** `perigee canary wait`: whether a canary has come through a running instance, so that a deployment job can ask it. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Clock, Console, Duration, Effect, Ref, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { HttpApiClient } from "effect/http-api"
import { PerigeeApi } from "../domain/api/api.ts"
import type { CanaryStatus } from "../domain/api/canary.ts"
import { parseDuration, required } from "./inputs.ts"

/** No canary has arrived in time, or none will. */
class NoCanary extends Schema.TaggedError<NoCanary>()("NoCanary", { message: Schema.String }) {}

const everyMillis = 250
const callTimeout = "2 seconds"

const toText = ({ arrived, emitted, firstArrival, late, missed }: CanaryStatus): string =>
  `a canary arrived at ${firstArrival}: everything from the sources to the alert sink works`
  + ` (emitted ${emitted}, arrived ${arrived}, late ${late}, missed ${missed})`

/** Asks until a canary has arrived. Who does not answer may still be starting; who sends none never will. */
const arrival = Effect.fnUntraced(function*(url: string, problem: Ref.Ref<string>) {
  const client = yield* HttpApiClient.make(PerigeeApi, { baseUrl: url })
  const ask = client.canary.status().pipe(
    Effect.timeout(callTimeout),
    Effect.tapError((error) => Ref.set(problem, `${url} does not answer: ${error.message}`)),
    Effect.option
  )
  while (true) {
    const status = yield* ask
    if (status._tag === "Some") {
      if (!status.value.enabled) {
        return yield* new NoCanary({
          message: `${url} sends no canaries: PERIGEE_CANARIES is off, or its run is a rehearsal`
        })
      }
      if (status.value.firstArrival !== null) return status.value
      yield* Ref.set(problem, `${status.value.emitted} sent, none arrived`)
    }
    yield* Effect.sleep(everyMillis)
  }
})

const show = Effect.fnUntraced(
  function*(flags: { readonly url: string; readonly timeout: string; readonly json: boolean }) {
    const millis = yield* required(
      parseDuration(flags.timeout),
      `--timeout ${flags.timeout}: expected a number above 0 and ms, s, m, h or d`
    )
    const problem = yield* Ref.make(`${flags.url} does not answer`)
    const began = yield* Clock.currentTimeMillis
    const status = yield* arrival(flags.url, problem).pipe(
      Effect.timeoutOrElse({
        duration: Duration.millis(millis),
        orElse: () =>
          Effect.flatMap(
            Ref.get(problem),
            (why) => new NoCanary({ message: `no canary arrived within ${flags.timeout}: ${why}` })
          )
      })
    )
    const waitedSeconds = ((yield* Clock.currentTimeMillis) - began) / 1000
    yield* Console.log(flags.json ? JSON.stringify({ url: flags.url, waitedSeconds, ...status }) : toText(status))
  }
)

const wait = Command.make(
  "wait",
  {
    timeout: Flag.String("timeout").pipe(
      Flag.withDescription("Give up after this long, such as 30s or 2m"),
      Flag.withDefault("60s")
    ),
    url: Flag.String("url").pipe(
      Flag.withDescription("Where the instance answers HTTP"),
      Flag.withDefault("http://127.0.0.1:8090")
    ),
    json: Flag.Boolean("json").pipe(
      Flag.withDescription("Print the result as one JSON document on standard output"),
      Flag.withDefault(false)
    )
  },
  Effect.fn("canary.wait")((flags) => Effect.provide(show(flags), NodeHttpClient.layerUndici))
).pipe(
  Command.withDescription(
    "Wait until the first canary has come through a running instance; exit code 1 when none does"
  ),
  Command.withExamples([
    { command: "perigee canary wait", description: "The instance on this machine, for up to a minute" },
    { command: "perigee canary wait --timeout 30s --json", description: "The same for a deployment job" }
  ])
)

export const canary = Command.make("canary").pipe(
  Command.withDescription("Synthetic observations that show that everything works"),
  Command.withSubcommands([wait])
)
