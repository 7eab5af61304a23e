/** The entry point: which commands there are, and how the process ends. */
import "effect/schema/SchemaJITCompiler/enable"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Cause, Console, Effect, Exit, Layer, Runtime } from "effect"
import { CliError, Command } from "effect/cli"
import { alerts } from "./commands/alerts.ts"
import { assess } from "./commands/assess.ts"
import { bench } from "./commands/bench.ts"
import { budget } from "./commands/budget.ts"
import { canary } from "./commands/canary.ts"
import { chaos } from "./commands/chaos.ts"
import { config } from "./commands/config.ts"
import { diagnoseCommand } from "./commands/diagnose.ts"
import { dlq } from "./commands/dlq.ts"
import { graph } from "./commands/graph.ts"
import { lineage } from "./commands/lineage.ts"
import { log } from "./commands/log.ts"
import { plan } from "./commands/plan.ts"
import { layerPresenter } from "./commands/presenter.ts"
import { profile } from "./commands/profile.ts"
import { run } from "./commands/run.ts"
import { screen } from "./commands/screen.ts"
import { simulate } from "./commands/simulate.ts"
import { state } from "./commands/state.ts"
import { status } from "./commands/status.ts"
import { toggle } from "./commands/toggle.ts"
import { trace } from "./commands/trace.ts"
import { version } from "./commands/version.ts"
import { layerLoggingFromConfig } from "./layers/logging/loggingFromConfig.ts"
import { stopsGracefully } from "./layers/runtime/Shutdown.ts"

const perigee = Command.make("perigee").pipe(
  Command.withDescription("A stream processor for Space Domain Awareness: observations in, conjunction alerts out"),
  Command.withSubcommands([
    run,
    simulate,
    screen,
    assess,
    alerts,
    log,
    lineage,
    trace,
    diagnoseCommand,
    dlq,
    canary,
    budget,
    bench,
    graph,
    state,
    config,
    status,
    chaos,
    toggle,
    profile,
    plan
  ])
)

/** 0 ok, 1 failed, 2 bad usage or input. What the command line library shows itself is not shown again. */
const exitCode = (exit: Exit.Exit<unknown, unknown>): number => {
  if (Exit.isSuccess(exit)) return 0
  if (Cause.hasInterruptsOnly(exit.cause)) return 130
  const error = Cause.squash(exit.cause)
  if (CliError.isCliError(error)) return error._tag === "ShowHelp" && error.errors.length === 0 ? 0 : 2
  return Runtime.getErrorExitCode(error)
}

const report = (cause: Cause.Cause<unknown>): Effect.Effect<void> => {
  if (Cause.hasInterruptsOnly(cause)) return Effect.void
  const error = Cause.squash(cause)
  if (CliError.isCliError(error)) return Effect.void
  return Cause.hasDies(cause)
    ? Console.error(`perigee: ${Cause.pretty(cause)}`)
    : Console.error(`perigee: ${error instanceof Error ? error.message : String(error)}`)
}

const runMain = Runtime.makeRunMain(({ fiber, teardown }) => {
  const onSignal = () => {
    if (!stopsGracefully()) fiber.interruptUnsafe(fiber.id)
  }
  process.on("SIGINT", onSignal)
  process.on("SIGTERM", onSignal)
  // What a pipe has not taken yet would be lost: more than 64 KiB of JSON came out cut off.
  fiber.addObserver((exit) => teardown(exit, (code) => process.stdout.write("", () => process.exit(code))))
})

Command.run(perigee, { version }).pipe(
  Effect.tapCause(report),
  Effect.provide(Layer.mergeAll(NodeServices.layer, layerLoggingFromConfig, layerPresenter)),
  (main) => runMain(main, { disableErrorReporting: true, teardown: (exit, onExit) => onExit(exitCode(exit)) })
)
