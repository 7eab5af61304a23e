/**
 * `perigee chaos`: faults on a running instance, on purpose. The command is the controller: while it lives it is heard of every second, and when it is
 * gone, however, the instance rolls back by itself.
 */
import { Console, Effect, Option, Result, Schedule, Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { ChaosReport } from "../domain/api/chaos.ts"
import { settings } from "../layers/config/settings.ts"
import { experimentOf } from "./chaos/experiment.ts"
import { listText, reportText } from "./chaos/text.ts"
import { InputError } from "./InputError.ts"
import { parseDuration, required } from "./inputs.ts"
import { adminInstance, type InstanceError, layerInstanceClient, tokenFlag, urlFlag } from "./instance.ts"
import { jsonFlag } from "./jsonFlag.ts"

/** What was to hold did not, or the instance did not come back. */
class ChaosFailed extends Schema.TaggedError<ChaosFailed>()("ChaosFailed", { message: Schema.String }) {}

const recoverySeconds = 30

type Instance = Effect.Success<ReturnType<typeof adminInstance>>

/** Until it is over, with a sign of life every second; then until the steady state is seen again, for half a minute. */
const follow = Effect.fnUntraced(function*({ call, client }: Instance, begun: ChaosReport) {
  let report = begun
  let after = 0
  while (report.end === null || (report.recoveredAt === null && after++ < recoverySeconds)) {
    yield* Effect.sleep("1 second")
    report = yield* call(client.chaos.heartbeat({ params: { id: begun.id } }))
  }
  return report
})

/** The instance is killed: who keeps it alive must bring it back. */
const untilBack = Effect.fnUntraced(function*({ call, client, shown }: Instance, report: ChaosReport) {
  yield* Effect.sleep("1 second")
  yield* call(client.health.live()).pipe(
    Effect.retry({ schedule: Schedule.spaced("1 second"), times: recoverySeconds }),
    Effect.mapError(() =>
      new ChaosFailed({ message: `${shown} was killed and is not back within ${recoverySeconds} s` })
    )
  )
  return report
})

/** One experiment on one instance, to its end; stopped where this command is. */
const onInstance = Effect.fnUntraced(function*(
  url: string,
  token: Option.Option<string>,
  experiment: ChaosReport["experiment"]
) {
  const instance = yield* adminInstance(url, token)
  const { call, client, shown } = instance
  const begun = yield* call(client.chaos.run({ payload: experiment }))
  yield* Console.error(`${shown}: ${begun.id} is injected; it ends by itself after ${experiment.radius.seconds} s`)
  const watched: Effect.Effect<ChaosReport, ChaosFailed | InstanceError> = experiment.fault._tag === "kill"
    ? untilBack(instance, begun)
    : follow(instance, begun)
  const report = yield* watched.pipe(
    Effect.onInterrupt(() => Effect.ignore(call(client.chaos.stop({ params: { id: begun.id } }))))
  )
  return { shown, report }
})

const kinds = [
  "latency",
  "stall",
  "loss",
  "failure",
  "cpu",
  "memory",
  "disk-full",
  "disk-slow",
  "clock-skew",
  "dns",
  "certificate",
  "kill"
] as const

const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

const number = (name: string, description: string, fallback: number) =>
  Flag.Finite(name).pipe(Flag.withDescription(description), Flag.withDefault(fallback))

const runFlags = {
  fault: Argument.Literals("fault", kinds).pipe(Argument.withDescription("What is to go wrong")),
  stage: text("stage", "In front of this stage (perigee graph names them)"),
  dependency: text("dependency", "Of this dependency: log, http, clock, process"),
  share: number("share", "How much of it: of the events of a stage, of the calls of a dependency, 0 to 1", 1),
  sources: Flag.String("sources").pipe(
    Flag.withDescription("Only events of these sensors, separated by commas"),
    Flag.withDefault("")
  ),
  for: Flag.String("for").pipe(Flag.withDescription("It ends by itself after so long"), Flag.withDefault("30s")),
  millis: number("millis", "How slow, or how far the clock is off", 500),
  busy: number("busy", "How busy the processor is kept, 0 to 1", 0.8),
  megabytes: number("megabytes", "How much memory is taken", 256),
  expect: Flag.String("expect").pipe(
    Flag.withDescription(
      "What must hold, else it is rolled back, such as pipeline_unread_records<=5000@10s (default health<=degraded)"
    ),
    Flag.atLeast(0)
  ),
  url: Flag.String("url").pipe(
    Flag.withDescription(
      "Where the instances answer HTTP, separated by commas: several are a zone"
    ),
    Flag.withFallbackConfig(settings.instanceUrl)
  ),
  token: tokenFlag,
  json: jsonFlag
}

const runExperiment = Effect.fnUntraced(function*(flags: Command.Command.Config.Infer<typeof runFlags>) {
  const millis = yield* required(
    parseDuration(flags.for),
    `--for ${flags.for}: expected a number above 0 and ms, s, m or h`
  )
  const experiment = experimentOf({
    ...flags,
    stage: Option.getOrUndefined(flags.stage),
    dependency: Option.getOrUndefined(flags.dependency),
    seconds: millis / 1000
  })
  if (Result.isFailure(experiment)) return yield* new InputError({ message: experiment.failure })
  const urls = flags.url.split(",").map((url) => url.trim()).filter((url) => url !== "")
  const done = yield* Effect.forEach(urls, (url) => onInstance(url, flags.token, experiment.success), {
    concurrency: "unbounded"
  })
  yield* Console.log(
    flags.json
      ? JSON.stringify({ experiments: done.map(({ report, shown }) => ({ url: shown, ...report })) })
      : done.map(({ report, shown }) => `${shown}\n${reportText(report)}`).join("\n\n")
  )
  const broken = done.filter(({ report: { end } }) => end === "breached")
  if (broken.length > 0) {
    return yield* new ChaosFailed({
      message: `the steady state broke: ${broken.map(({ report }) => report.id).join(", ")}`
    })
  }
})

const run = Command.make(
  "run",
  runFlags,
  Effect.fn("chaos.run")((flags) => Effect.provide(runExperiment(flags), layerInstanceClient))
).pipe(
  Command.withDescription(
    "Inject a fault into a running instance, watch its steady state, roll back, report; exit code 1 when the steady state broke"
  ),
  Command.withExamples([
    { command: "perigee chaos run latency --stage assess --millis 200 --for 30s", description: "A slow stage" },
    { command: "perigee chaos run disk-full --for 20s", description: "The log cannot be written" },
    { command: "perigee chaos run kill --url http://a:8090,http://b:8090", description: "A zone is lost" }
  ])
)

const list = Command.make(
  "list",
  { url: urlFlag, json: jsonFlag },
  Effect.fn("chaos.list")(({ json, url }) =>
    Effect.gen(function*() {
      const { call, client } = yield* adminInstance(url, Option.none())
      const answer = yield* call(client.chaos.list())
      yield* Console.log(json ? JSON.stringify(answer) : listText(answer))
    }).pipe(Effect.provide(layerInstanceClient))
  )
).pipe(Command.withDescription("The experiments of an instance, and how they ended"))

const stop = Command.make(
  "stop",
  {
    id: Argument.String("id").pipe(Argument.withDescription("One experiment; without it all"), Argument.optional),
    url: urlFlag,
    token: tokenFlag,
    json: jsonFlag
  },
  Effect.fn("chaos.stop")(({ id, json, token, url }) =>
    Effect.gen(function*() {
      const { call, client } = yield* adminInstance(url, token)
      const ids = Option.isSome(id) ? [id.value] : (yield* call(client.chaos.list())).active.map((report) => report.id)
      const stopped = yield* Effect.forEach(ids, (one) => call(client.chaos.stop({ params: { id: one } })))
      yield* Console.log(
        json
          ? JSON.stringify({ stopped })
          : stopped.length === 0
          ? "nothing is injected"
          : stopped.map(reportText).join("\n\n")
      )
    }).pipe(Effect.provide(layerInstanceClient))
  )
).pipe(Command.withDescription("Roll back what is injected"))

export const chaos = Command.make("chaos").pipe(
  Command.withDescription(
    "Faults on purpose, with a bounded reach and a way back: needs PERIGEE_CHAOS=on at the instance"
  ),
  Command.withSubcommands([run, list, stop])
)
