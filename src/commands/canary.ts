/** `perigee canary wait`: whether a canary has come through a running instance, so that a deployment job can ask it. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Clock, Console, Duration, Effect, Ref, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { HttpClient, HttpClientRequest } from "effect/http"
import { HttpApiClient } from "effect/http-api"
import { PerigeeApi } from "../domain/api/api.ts"
import type { CanaryStatus } from "../domain/api/canary.ts"
import { shownAddress, withoutSecrets } from "../layers/client/address.ts"
import { guarded } from "../layers/client/guardedClient.ts"
import { parseDuration, required } from "./inputs.ts"
import { urlFlag } from "./instance.ts"
import { jsonFlag } from "./jsonFlag.ts"
import { counted } from "./text.ts"

/** No canary has arrived in time, or none will. */
class NoCanary extends Schema.TaggedError<NoCanary>()("NoCanary", { message: Schema.String }) {}

const everyMillis = 250
const callTimeout = "2 seconds"

const sourcesWhere = ({ bySource }: CanaryStatus, arrived: boolean): ReadonlyArray<string> =>
  Object.entries(bySource).filter(([, counts]) => (counts.arrived > 0) === arrived).map(([source]) => source)

const countsText = ({ arrived, emitted, late, missed }: CanaryStatus): string =>
  `(emitted ${emitted}, arrived ${arrived}, late ${late}, missed ${missed})`

/** `1 of 3 sources (radar); not yet: optical, isl` */
const sourcesText = (status: CanaryStatus): string => {
  const [through, missing] = [sourcesWhere(status, true), sourcesWhere(status, false)]
  return `${through.length} of ${counted(through.length + missing.length, "source")}`
    + (through.length === 0 ? "" : ` (${through.join(", ")})`)
    + (missing.length === 0 ? "" : `; not yet: ${missing.join(", ")}`)
}

const toText = (status: CanaryStatus): string =>
  `a canary arrived at ${status.firstArrival}, over ${sourcesText(status)}. `
  + `${
    sourcesWhere(status, false).length === 0 ? "Everything" : "For those that arrived everything"
  } from the source to the alert sink works ${countsText(status)}`

interface Last {
  /** The last answer. */
  readonly status: CanaryStatus | undefined
  /** Why there is nothing to be glad of yet. */
  readonly problem: string
}

/** Asks until a canary has arrived. Who does not answer may still be starting; who sends none never will. */
const arrival = Effect.fnUntraced(function*(url: string, all: boolean, last: Ref.Ref<Last>) {
  const shown = shownAddress(url)
  const hide = withoutSecrets(url)
  const client = yield* HttpApiClient.make(PerigeeApi, {
    // Before the client looks for user and password in it.
    transformClient: (client) => guarded(HttpClient.mapRequest(client, HttpClientRequest.prependUrl(url)))
  })
  const ask = client.canary.status().pipe(
    Effect.timeout(callTimeout),
    Effect.tapError((error) =>
      Ref.update(last, (known) => ({ ...known, problem: `${shown} does not answer: ${hide(error.message)}` }))
    ),
    Effect.option
  )
  while (true) {
    const status = yield* ask
    if (status._tag === "Some") {
      const { value } = status
      const problem = value.enabled
        ? `${value.emitted} sent, ${value.arrived === 0 ? "none" : value.arrived} arrived: ${sourcesText(value)}`
        : `${shown} sends no canaries: PERIGEE_CANARIES is off, or its run is a rehearsal`
      yield* Ref.set(last, { status: value, problem })
      if (!value.enabled) return yield* new NoCanary({ message: problem })
      if (value.firstArrival !== null && (!all || sourcesWhere(value, false).length === 0)) return value
    }
    yield* Effect.sleep(everyMillis)
  }
})

const show = Effect.fnUntraced(
  function*(flags: { readonly url: string; readonly timeout: string; readonly all: boolean; readonly json: boolean }) {
    const { all, json, timeout, url } = flags
    const millis = yield* required(
      parseDuration(timeout),
      `--timeout ${timeout}: expected a number above 0 and ms, s, m, h or d`
    )
    const shown = shownAddress(url)
    const last = yield* Ref.make<Last>({ status: undefined, problem: `${shown} does not answer` })
    const began = yield* Clock.currentTimeMillis
    /** With `--json` there is one document, whatever came of it. */
    const document = Effect.fnUntraced(function*(status: CanaryStatus | undefined, problem: string | undefined) {
      const waitedSeconds = ((yield* Clock.currentTimeMillis) - began) / 1000
      yield* Console.log(
        JSON.stringify({ url: shown, waitedSeconds, ...status, ...(problem !== undefined && { problem }) })
      )
    })
    const status = yield* arrival(url, all, last).pipe(
      Effect.timeoutOrElse({
        duration: Duration.millis(millis),
        orElse: () =>
          Effect.flatMap(Ref.get(last), ({ problem }) =>
            new NoCanary({
              message: `${
                all ? "not every source had a canary arrive" : "no canary arrived"
              } within ${timeout}: ${problem}`
            }))
      }),
      Effect.tapError(({ message }) =>
        json ? Effect.flatMap(Ref.get(last), ({ status }) => document(status, message)) : Effect.void
      )
    )
    yield* json ? document(status, undefined) : Console.log(toText(status))
  }
)

const wait = Command.make(
  "wait",
  {
    timeout: Flag.String("timeout").pipe(
      Flag.withDescription("Give up after this long, such as 30s or 2m"),
      Flag.withDefault("60s")
    ),
    url: urlFlag,
    all: Flag.Boolean("all").pipe(
      Flag.withDescription("Wait until one has arrived over every source that sends them"),
      Flag.withDefault(false)
    ),
    json: jsonFlag
  },
  Effect.fn("canary.wait")((flags) => Effect.provide(show(flags), NodeHttpClient.layerUndici))
).pipe(
  Command.withDescription(
    "Wait until the first canary has come through a running instance; exit code 1 when none does"
  ),
  Command.withExamples([
    { command: "perigee canary wait", description: "The instance on this machine, for up to a minute" },
    { command: "perigee canary wait --all --timeout 30s --json", description: "Every source, for a deployment job" }
  ])
)

export const canary = Command.make("canary").pipe(
  Command.withDescription("Synthetic observations that show that everything works"),
  Command.withSubcommands([wait])
)
