/** Runs a command as the command line would, in an environment of its own. */
import { NodeServices } from "@effect/platform-node"
import { ConfigProvider, Console, Effect, Layer, Runtime } from "effect"
import { Command } from "effect/cli"

export interface Ran {
  readonly out: ReadonlyArray<string>
  readonly err: ReadonlyArray<string>
  /** `undefined` when it succeeded. */
  readonly failure: string | undefined
  readonly code: number
}

/** The runner of a command. A failure is told with the exit code that it asks for. */
export const runner = <Name extends string, Input, Context, E>(
  command: Command.Command<Name, Input, Context, E, NodeServices.NodeServices>
) =>
(args: ReadonlyArray<string>, env: Record<string, string> = {}): Effect.Effect<Ran> =>
  Effect.gen(function*() {
    const out: Array<string> = []
    const err: Array<string> = []
    const console_ = yield* Console.Console
    const captured: Console.Console = {
      ...console_,
      log: (...parts) => void out.push(parts.join(" ")),
      error: (...parts) => void err.push(parts.join(" "))
    }
    const result = yield* Command.runWith(command, { version: "test" })(args).pipe(
      Effect.provideService(Console.Console, captured),
      Effect.provide(Layer.merge(
        Layer.fresh(NodeServices.layer),
        ConfigProvider.layer(ConfigProvider.fromEnvRecord(env))
      )),
      Effect.match({
        onSuccess: () => ({ failure: undefined, code: 0 }),
        onFailure: (error) => ({
          failure: error instanceof Error ? error.message : String(error),
          code: Runtime.getErrorExitCode(error)
        })
      })
    )
    return { out, err, ...result }
  })
