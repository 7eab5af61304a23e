/** `perigee state`: what the stages of a pipeline know, as it is kept from one run to the next. */
import { Console, Effect, Layer } from "effect"
import { Command, Flag } from "effect/cli"
import { format } from "../domain/time/UtcTime.ts"
import { withFlags } from "../layers/config/settings.ts"
import type { LogError } from "../layers/log/LogError.ts"
import { layerLogFromConfig } from "../layers/log/logFromConfig.ts"
import { LogReader } from "../layers/log/LogReader.ts"
import type { TaskSummary } from "../layers/log/LogUnits.ts"
import { MessageLog } from "../layers/log/MessageLog.ts"
import { fusionGroup } from "../operators/fusion/fusionPipeline.ts"
import { InputError } from "./InputError.ts"
import { jsonFlag } from "./jsonFlag.ts"
import { logFlags, logReader } from "./logReader.ts"
import { settingMessage } from "./settingFlags.ts"
import { columns, counted } from "./text.ts"

const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`

const noState = new InputError({ message: "this log keeps no state: Kafka's does not yet" })

const rowsOf = ({ parts, task }: TaskSummary): ReadonlyArray<ReadonlyArray<string>> =>
  parts.map(({ bytes, entries, part, stage, version }) => [
    task,
    stage,
    part,
    String(version),
    String(entries),
    kilobytes(bytes)
  ])

const toText = (tasks: ReadonlyArray<TaskSummary>): string =>
  tasks.length === 0
    ? "no state is kept"
    : [
      ...tasks.map(({ at, closed, task, units }) =>
        `${task}: ${counted(units, "commit unit")}, the last at ${format(at)}${
          closed ? "; its input was read to its end" : ""
        }`
      ),
      ...columns([["TASK", "STAGE", "PART", "VERSION", "ENTRIES", "SIZE"], ...tasks.flatMap(rowsOf)])
    ].join("\n")

const list = Command.make(
  "list",
  { ...logFlags, json: jsonFlag },
  Effect.fn("state.list")(function*(flags) {
    const tasks = yield* LogReader.use(({ tasks }): Effect.Effect<ReadonlyArray<TaskSummary>, LogError | InputError> =>
      tasks ?? noState
    ).pipe(
      Effect.provide(logReader(flags))
    )
    yield* Console.log(flags.json ? JSON.stringify({ tasks }) : toText(tasks))
  })
).pipe(Command.withDescription("List what is kept of each task: its stages, their parts, how much there is of each"))

const reset = Command.make(
  "reset",
  {
    ...logFlags,
    json: jsonFlag,
    task: Flag.String("task").pipe(
      Flag.withDescription(`Whose state: ${fusionGroup} (default), or ingest for how far files were read`),
      Flag.withDefault(fusionGroup)
    ),
    stage: Flag.String("stage").pipe(
      Flag.withDescription("Only that of one stage, which then begins anew; the others go on"),
      Flag.optional
    )
  },
  Effect.fn("state.reset")(function*(flags) {
    const stage = flags.stage._tag === "Some" ? flags.stage.value : undefined
    const log = Layer.provide(layerLogFromConfig, withFlags({ "data-dir": flags["data-dir"], log: flags.log }))
    const removed = yield* Effect.gen(function*() {
      const { units } = yield* MessageLog
      if (units === undefined) return yield* noState
      const found = (yield* units.tasks).find(({ task }) => task === flags.task)
      if (found === undefined) return yield* new InputError({ message: `no state is kept of a task ${flags.task}` })
      if (stage !== undefined && !found.parts.some((part) => part.stage === stage)) {
        const stages = Array.from(new Set(found.parts.map((part) => part.stage))).join(", ")
        return yield* new InputError({
          message: `--stage ${stage}: ${flags.task} keeps state of ${stages || "no stage"}`
        })
      }
      return yield* units.reset(flags.task, stage)
    }).pipe(
      Effect.provide(log),
      Effect.catchTag("ConfigError", (error) => new InputError({ message: settingMessage(error) }))
    )
    yield* Console.log(
      flags.json
        ? JSON.stringify({ task: flags.task, stage: stage ?? null, removed })
        : `${removed} ${removed === 1 ? "entry" : "entries"} of ${
          stage ?? flags.task
        } forgotten; positions stay where they are`
    )
  })
).pipe(
  Command.withDescription("Let a task, or one of its stages, begin anew: what it knew is forgotten. Not beside a run")
)

export const state = Command.make("state").pipe(
  Command.withDescription("What is known from one run to the next: list it, let a stage begin anew"),
  Command.withSubcommands([list, reset])
)
