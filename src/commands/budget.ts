/** `perigee budget`: what is left of the error budgets, so that a deployment job can ask before it deploys. Reads beside a run. */
import { Clock, Console, Effect, FileSystem, Layer, Option, Path, Schema } from "effect"
import { Command, Flag } from "effect/cli"
import { type BudgetReport, policyOf, worstBand } from "../domain/slo/errorBudget.ts"
import { formatDuration } from "../domain/time/duration.ts"
import { format, parse, type UtcTime } from "../domain/time/UtcTime.ts"
import { settings, withFlags } from "../layers/config/settings.ts"
import { EmbeddedSloStore } from "../layers/slo/EmbeddedSloStore.ts"
import { Slo } from "../layers/slo/Slo.ts"
import { InputError } from "./InputError.ts"
import { jsonFlag } from "./jsonFlag.ts"
import { settingFlags } from "./settingFlags.ts"
import { columns } from "./text.ts"

/** Nothing is left of at least one budget. */
class BudgetExhausted extends Schema.TaggedError<BudgetExhausted>()("BudgetExhausted", {
  objectives: Schema.Array(Schema.String)
}) {
  override get message(): string {
    return `error budget exhausted: ${this.objectives.join(", ")}`
  }
}

const day = 86_400_000

const toJson = (reports: ReadonlyArray<BudgetReport>, at: UtcTime) => ({
  at: format(at),
  band: worstBand(reports),
  policy: policyOf[worstBand(reports)],
  objectives: reports.map(({ bad, band, burnRates, compliance, good, objective, remaining }) => ({
    name: objective.name,
    thresholdSeconds: objective.thresholdMillis / 1000,
    target: objective.target,
    windowDays: objective.windowMillis / day,
    good,
    bad,
    compliance,
    remaining,
    band,
    burnRates: Object.fromEntries(burnRates)
  }))
})

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`

const toText = (reports: ReadonlyArray<BudgetReport>): string =>
  [
    ...columns(
      reports.map(({ bad, band, compliance, good, objective, remaining }) => [
        objective.name,
        `${percent(objective.target)} within ${formatDuration(objective.thresholdMillis)}`,
        good + bad === 0 ? "no alerts" : `${percent(compliance)} of ${good + bad}`,
        `left ${percent(remaining)}`,
        band
      ]),
      ""
    ),
    `${worstBand(reports)}: ${policyOf[worstBand(reports)]}`
  ].join("\n")

/** The store of a data directory. Where none is, no run has measured anything, and nobody can say what is left. */
const storeOf = Effect.fnUntraced(function*(directory: string) {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  if (!(yield* fs.exists(directory))) {
    return yield* new InputError({ message: `--data-dir ${directory}: there is no such folder` })
  }
  if (!(yield* fs.exists(path.join(directory, EmbeddedSloStore.fileName)))) {
    return yield* new InputError({
      message:
        `--data-dir ${directory}: no objective has been measured there: there is no ${EmbeddedSloStore.fileName}, which \`perigee run\` makes `
        + "(with --seed in the folder rehearsal; with --input, or PERIGEE_METRICS=off, never)"
    })
  }
  return EmbeddedSloStore.layerReader(directory)
})

const show = Effect.fnUntraced(function*(json: boolean, given: Option.Option<string>) {
  const at = Option.isNone(given) ? yield* Clock.currentTimeMillis : parse(given.value)
  if (at === undefined) {
    return yield* new InputError({ message: `--at ${Option.getOrElse(given, () => "")}: expected an RFC 3339 time` })
  }
  const store = yield* storeOf(yield* settings.dataDirectory)
  const reports = yield* Effect.map(Slo, (slo) => slo.reports(at)).pipe(
    Effect.provide(Layer.provide(Slo.layerAt(at), store))
  )
  yield* Console.log(json ? JSON.stringify(toJson(reports, at)) : toText(reports))
  const exhausted = reports.filter(({ band }) => band === "exhausted").map(({ objective }) => objective.name)
  if (exhausted.length > 0) return yield* new BudgetExhausted({ objectives: exhausted })
})

export const budget = Command.make(
  "budget",
  {
    "data-dir": settingFlags["data-dir"],
    at: Flag.String("at").pipe(
      Flag.withDescription("Until when the window reaches: RFC 3339 (default now); a seeded run has a time of its own"),
      Flag.optional
    ),
    json: jsonFlag
  },
  Effect.fn("budget")(function*({ at, json, ...flags }) {
    yield* Effect.provide(show(json, at), withFlags(flags))
  })
).pipe(
  Command.withDescription("Print what is left of the error budgets; exit code 1 when one is exhausted"),
  Command.withExamples([
    { command: "perigee budget", description: "Compliance, what is left, and what may be deployed" },
    { command: "perigee budget --json", description: "The same for a deployment job" }
  ])
)
