/** How the command line answers for itself: help where it was asked for; of a mistake the error first, and where help is. */
import { Console, Context, Effect } from "effect"
import { CliOutput } from "effect/cli"

export const layerPresenter = CliOutput.layerPresenter({
  present: Effect.fnUntraced(function*(event) {
    if (event._tag !== "InvalidInvocation") return yield* CliOutput.defaultPresenter.present(event)
    const formatter = Context.get(yield* Effect.context<never>(), CliOutput.Formatter)
    yield* Console.error(formatter.formatErrors(event.errors).trim())
    yield* Console.error(`${event.commandPath.join(" ")} --help lists what there is`)
  })
})
