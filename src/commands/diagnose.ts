/** `perigee diagnose`: what is wrong, of a running instance or of what a data directory holds. A cause and health end with 0; who cannot be asked, with 1. */
import { Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import type { Symptom } from "../domain/diagnosis/Diagnosis.ts"
import { settings } from "../layers/config/settings.ts"
import { diagnoseDirectory } from "./diagnose/deadRun.ts"
import { diagnosisText } from "./diagnose/text.ts"
import { InputError } from "./InputError.ts"
import { layerInstanceClient, makeInstance } from "./instance.ts"
import { jsonFlag } from "./jsonFlag.ts"

const flags = {
  url: Flag.String("url").pipe(
    Flag.withDescription(
      "Where a running instance answers HTTP (default: the port of PERIGEE_HTTP_PORT on this machine)"
    ),
    Flag.optional
  ),
  "data-dir": Flag.String("data-dir").pipe(
    Flag.withDescription("Read what a run that is over left in this data directory"),
    Flag.optional
  ),
  json: jsonFlag
}

type Flags = Command.Command.Config.Infer<typeof flags>

const ofInstance = Effect.fnUntraced(function*(url: string, symptom: Symptom, id: string | undefined) {
  const { call, client } = yield* makeInstance(url)
  return yield* call(client.diagnosis.diagnosis({ query: id === undefined ? { symptom } : { symptom, id } }))
})

const show = Effect.fnUntraced(function*(flags: Flags, symptom: Symptom, id?: string) {
  const [url, directory] = [Option.getOrUndefined(flags.url), Option.getOrUndefined(flags["data-dir"])]
  if (url !== undefined && directory !== undefined) {
    return yield* new InputError({ message: "--url and --data-dir: expected one of them" })
  }
  const diagnosis = directory === undefined
    ? yield* Effect.provide(
      ofInstance(url ?? `http://${yield* settings.httpHost}:${yield* settings.httpPort}`, symptom, id),
      layerInstanceClient
    )
    : yield* diagnoseDirectory({ "data-dir": directory, log: undefined }, directory, symptom, id)
  yield* Console.log(flags.json ? JSON.stringify(diagnosis) : diagnosisText(diagnosis))
})

const asking = <const Name extends Symptom>(symptom: Name, description: string) =>
  Command.make(symptom, flags, Effect.fn(`diagnose.${symptom}`)((given) => show(given, symptom))).pipe(
    Command.withDescription(description)
  )

const wrongAlert = Command.make(
  "wrong-alert",
  {
    ...flags,
    id: Argument.String("id").pipe(Argument.withDescription("The alert, as `perigee alerts list` prints it"))
  },
  Effect.fn("diagnose.wrong-alert")((given) => show(given, "wrong-alert", given.id))
).pipe(Command.withDescription("An alert that cannot be right: what it rests on, and which of its sensors is off"))

export const diagnoseCommand = Command.make("diagnose").pipe(
  Command.withDescription(
    "What is wrong: evidence in the order metrics, lineage, traces, and a conclusion, or that one cannot tell"
  ),
  Command.withSubcommands([
    asking("auto", "Something is wrong, or is it: looks at all of it"),
    asking("lag", "It is late: source or pipeline, which stage, which channel"),
    wrongAlert,
    asking("dlq", "Much is given up: whose, why, since when, a message to the partner"),
    asking("spike", "It became slow: which stage, since when, which dependency")
  ]),
  Command.withExamples([
    { command: "perigee diagnose auto", description: "The instance on this machine" },
    { command: "perigee diagnose dlq --json", description: "For a program" },
    { command: "perigee diagnose dlq --data-dir .perigee", description: "Of a run that is over" }
  ])
)
