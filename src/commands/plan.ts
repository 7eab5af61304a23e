/**
 * `perigee plan`: what a run needs is there beforehand: data directory, tables, topics. Computed from what is there, so that a second run has no step;
 * `--destroy` takes it away again. A run makes all of it by itself too: this is for who provisions with other rights than it runs with.
 */
import { Console, Effect, Layer } from "effect"
import { Command, Flag } from "effect/cli"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { observationsTopic } from "../domain/observation/formats/rawRecordHeaders.ts"
import { alertsTopic } from "../layers/alerts/AlertStore.ts"
import { settings, withFlags } from "../layers/config/settings.ts"
import { deadLettersRetentionMillis, deadLettersTopic } from "../layers/deadletters/deadLetterLog.ts"
import * as lineageSchema from "../layers/lineage/sqliteSchema.ts"
import * as logSchema from "../layers/log/embedded/embeddedSchema.ts"
import { layerLogFromConfig } from "../layers/log/logFromConfig.ts"
import type { MessageLog, TopicSpec } from "../layers/log/MessageLog.ts"
import { allOf, inOrder } from "../layers/plan/combine.ts"
import { directoryPlan, leftoversPlan, tablesPlan } from "../layers/plan/filePlans.ts"
import { type Plan, PlanError, type Procedure } from "../layers/plan/Procedure.ts"
import { type PlanOutcome, runPlan } from "../layers/plan/runPlan.ts"
import { topicsPlan } from "../layers/plan/topicsPlan.ts"
import { layerProcessResourceFromConfig } from "../layers/resource/processResourceFromConfig.ts"
import { layerHeadSamplerFromConfig } from "../layers/sampling/headSamplerFromConfig.ts"
import { layerTailSamplerFromConfig } from "../layers/sampling/tailSamplerFromConfig.ts"
import { EmbeddedSloStore } from "../layers/slo/EmbeddedSloStore.ts"
import { lockDirectory } from "../layers/sql/directoryLock.ts"
import { layerTracingFromConfig } from "../layers/tracing/tracingFromConfig.ts"
import { uncorrelatedTopic } from "../operators/fusion/tracking/publishUncorrelated.ts"
import { jsonFlag } from "./jsonFlag.ts"
import { settingFlags } from "./settingFlags.ts"
import { columns } from "./text.ts"
import { version } from "./version.ts"

/** Where spans are asked for, one trace tells the whole plan. */
const layerPlanTracing = layerTracingFromConfig(version).pipe(
  Layer.provide(Layer.merge(layerTailSamplerFromConfig, layerHeadSamplerFromConfig)),
  Layer.provide(layerProcessResourceFromConfig(version))
)

const week = 7 * 86_400_000

/** What a run asks for. An existing topic keeps its partitions. */
const wantedTopics = Effect.gen(function*() {
  const topics: ReadonlyArray<TopicSpec> = [
    { name: observationsTopic, partitions: yield* settings.observationPartitions, retentionMillis: week },
    { name: uncorrelatedTopic, partitions: 1, retentionMillis: week },
    { name: deadLettersTopic, partitions: 1, retentionMillis: deadLettersRetentionMillis },
    { name: alertsTopic, partitions: 1 }
  ]
  return topics
})

const logTables = { file: "log.sqlite", component: logSchema.component, steps: logSchema.steps }

const otherTables = [
  { file: lineageSchema.fileName, component: lineageSchema.component, steps: lineageSchema.steps },
  { file: EmbeddedSloStore.fileName, component: EmbeddedSloStore.component, steps: EmbeddedSloStore.steps }
]

/** Made by a run, and no table: gone with the directory. */
const leftovers = ["perigee.lock", "perigee.pid"]

/** A directory that a run holds is left alone. */
const notInUse = (directory: string) =>
  existsSync(directory)
    ? Effect.scoped(lockDirectory(directory)).pipe(
      Effect.mapError(({ message }) => new PlanError({ reason: "InUse", step: `directory:${directory}`, message }))
    )
    : Effect.void

const asPlanError = (error: { readonly message: string }) =>
  new PlanError({ reason: "Failed", step: "topics", message: error.message })

/** The log is opened for each look and each step: nothing holds it between. */
const logged = <A>(effect: Effect.Effect<A, PlanError, MessageLog>): Effect.Effect<A, PlanError> =>
  Effect.scoped(Effect.flatMap(
    Effect.mapError(Layer.build(Layer.fresh(layerLogFromConfig)), asPlanError),
    (context) => Effect.provide(effect, context)
  ))

const opened = (procedure: Procedure<MessageLog>): Procedure => ({
  ...procedure,
  do: Effect.map(logged(procedure.do), (nested) => nested.map(opened))
})

const withLog = (plan: Plan<MessageLog>): Plan => Effect.map(logged(plan), (procedures) => procedures.map(opened))

/** While there is no log there are no topics, which is known without making one. */
const topicsOf = (directory: string, isEmbedded: boolean, topics: ReadonlyArray<TopicSpec>): Plan =>
  Effect.suspend(() =>
    isEmbedded && !existsSync(join(directory, logTables.file)) ? Effect.succeed([]) : withLog(topicsPlan(topics))
  )

const planOf = Effect.fnUntraced(function*(destroy: boolean) {
  const directory = yield* settings.dataDirectory
  const isEmbedded = (yield* settings.log) === "embedded"
  const topics = yield* wantedTopics
  const tables = [...(isEmbedded ? [logTables] : []), ...otherTables]
  const ofTables = tables.map((spec) => tablesPlan(directory, spec, destroy))
  if (destroy && !isEmbedded) {
    yield* Console.error("topics that are not on this machine are left: others may read them")
  }
  return {
    directory,
    plan: destroy
      ? inOrder([allOf(ofTables), leftoversPlan(directory, leftovers), directoryPlan(directory, true)])
      : inOrder([allOf([directoryPlan(directory, false), ...ofTables]), topicsOf(directory, isEmbedded, topics)])
  }
})

const valueText = (value: string | null): string => value ?? "(absent)"

const text = ({ done, rounds, steps }: PlanOutcome): string =>
  [
    ...columns(
      steps.map((
        { changed, from, id, to }
      ) => [changed ? "done" : "to do", id, `${valueText(from)} -> ${valueText(to)}`])
    ),
    done
      ? steps.length === 0 ? "nothing is left to do" : `done in ${rounds === 1 ? "1 round" : `${rounds} rounds`}`
      : "nothing was done: what follows from these is computed when they are there"
  ].join("\n")

export const plan = Command.make(
  "plan",
  {
    "data-dir": settingFlags["data-dir"],
    log: settingFlags.log,
    destroy: Flag.Boolean("destroy").pipe(
      Flag.withDescription("Take away what is there, with all that it holds"),
      Flag.withDefault(false)
    ),
    "dry-run": Flag.Boolean("dry-run").pipe(
      Flag.withDescription("Tell the steps and do nothing"),
      Flag.withDefault(false)
    ),
    json: jsonFlag
  },
  Effect.fn("plan.command")(({ destroy, json, "dry-run": dryRun, ...flags }) =>
    Effect.gen(function*() {
      const { directory, plan } = yield* planOf(destroy)
      yield* notInUse(directory)
      const outcome = yield* runPlan(plan, { dryRun })
      yield* Console.log(json ? JSON.stringify(outcome) : text(outcome))
    }).pipe(Effect.provide(Layer.provideMerge(layerPlanTracing, withFlags(flags))))
  )
).pipe(
  Command.withDescription(
    "Provision what a run needs: data directory, tables, topics; a second time nothing is left to do"
  ),
  Command.withExamples([
    { command: "perigee plan --dry-run", description: "What would be done" },
    { command: "perigee plan --destroy", description: "All of it taken away again" }
  ])
)
