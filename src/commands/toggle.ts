/** `perigee toggle`: what is steered while an instance runs. It is forgotten with the process. */
import { Console, Effect } from "effect"
import { Argument, Command } from "effect/cli"
import type { ToggleChange, TogglesAnswer } from "../domain/api/toggles.ts"
import { InputError } from "./InputError.ts"
import { adminInstance, layerInstanceClient, tokenFlag, urlFlag } from "./instance.ts"
import { jsonFlag } from "./jsonFlag.ts"

const text = ({ paused, samplingRatio }: TogglesAnswer): string =>
  [
    `sampling  ${samplingRatio ?? "as the settings say"}`,
    `paused    ${paused.length === 0 ? "no sensor" : paused.join(", ")}`
  ].join("\n")

const flags = { url: urlFlag, token: tokenFlag, json: jsonFlag }

type Flags = Command.Command.Config.Infer<typeof flags>

const show = (json: boolean) => (answer: TogglesAnswer) => Console.log(json ? JSON.stringify(answer) : text(answer))

const change = Effect.fnUntraced(function*({ json, token, url }: Flags, payload: ToggleChange) {
  const { call, client } = yield* adminInstance(url, token)
  yield* Effect.flatMap(call(client.steering.toggle({ payload })), show(json))
}, Effect.provide(layerInstanceClient))

const source = Argument.String("source").pipe(Argument.withDescription("A sensor's id"))

const list = Command.make(
  "list",
  flags,
  Effect.fn("toggle.list")(({ json, token, url }) =>
    Effect.gen(function*() {
      const { call, client } = yield* adminInstance(url, token)
      yield* Effect.flatMap(call(client.steering.toggles()), show(json))
    }).pipe(Effect.provide(layerInstanceClient))
  )
).pipe(Command.withDescription("What is steered now"))

const sampling = Command.make(
  "sampling",
  { ...flags, ratio: Argument.String("ratio").pipe(Argument.withDescription("0 to 1; off: as the settings say")) },
  Effect.fn("toggle.sampling")(function*({ ratio, ...rest }) {
    const share = ratio === "off" ? null : Number(ratio)
    if (share !== null && !(share >= 0 && share <= 1)) {
      return yield* new InputError({ message: `ratio ${ratio}: expected 0 to 1, or off` })
    }
    yield* change(rest, { _tag: "sampling", ratio: share })
  })
).pipe(Command.withDescription("The share of traces that is sampled"))

const pause = Command.make(
  "pause",
  { ...flags, source },
  Effect.fn("toggle.pause")(({ source, ...rest }) => change(rest, { _tag: "pause", source }))
).pipe(Command.withDescription("A sensor's records are given up as Shed, until it is resumed"))

const resume = Command.make(
  "resume",
  { ...flags, source },
  Effect.fn("toggle.resume")(({ source, ...rest }) => change(rest, { _tag: "resume", source }))
).pipe(Command.withDescription("A paused sensor goes on"))

export const toggle = Command.make("toggle").pipe(
  Command.withDescription("Steer a running instance: how much is traced, which sensors are paused"),
  Command.withSubcommands([list, sampling, pause, resume])
)
