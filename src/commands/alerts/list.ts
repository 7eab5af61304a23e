/** `perigee alerts list`: what matters most first. */
import { Console, Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { AlertStatus } from "../../domain/alert/ConjunctionAlert.ts"
import { Acknowledgements } from "../../layers/alerts/acknowledgements/Acknowledgements.ts"
import { alertsTopic } from "../../layers/alerts/AlertStore.ts"
import { conjunctionsTopic } from "../../layers/alerts/conjunctionsTopic.ts"
import { readAlerts } from "../../layers/alerts/readAlerts.ts"
import { LogReader } from "../../layers/log/LogReader.ts"
import { InputError } from "../InputError.ts"
import { timeOf } from "../inputs.ts"
import { jsonFlag } from "../jsonFlag.ts"
import { logFlags, logReader } from "../logReader.ts"
import { acknowledgements } from "./acknowledgements.ts"
import { listedJson } from "./alertJson.ts"
import { selectAlerts } from "./selectAlerts.ts"
import { listText } from "./text.ts"

/** For people; a program gets all. */
const shownAtMost = 50

const text = (name: string, description: string) =>
  Flag.String(name).pipe(Flag.withDescription(description), Flag.optional)

const number = (name: string, description: string) =>
  Flag.Finite(name).pipe(Flag.withDescription(description), Flag.optional)

export const list = Command.make(
  "list",
  {
    ...logFlags,
    json: jsonFlag,
    all: Flag.Boolean("all").pipe(
      Flag.withDescription("Also the conjunctions that raise no alert, since no asset has a part in them"),
      Flag.withDefault(false)
    ),
    level: Flag.Literals("level", ["open", ...AlertStatus.literals]).pipe(
      Flag.withDescription("Only those of this level; open is attention and action. Without it all but withdrawn ones"),
      Flag.optional
    ),
    object: text("object", "Only those of this object, by its catalogue number"),
    unacknowledged: Flag.Boolean("unacknowledged").pipe(
      Flag.withDescription("Only those that nobody has acknowledged, or that have become more urgent since"),
      Flag.withDefault(false)
    ),
    minPc: number("min-pc", "Only those with at least this probability of collision"),
    maxMiss: number("max-miss", "Only those with at most this miss distance, m"),
    since: text("since", "Only those with a version since this time: RFC 3339, or how long ago, such as 2h"),
    tcaBefore: text("tca-before", "Only closest approaches before this time, RFC 3339"),
    limit: Flag.Int("limit").pipe(
      Flag.withDescription(`Most alerts to print, those that matter most; without it ${shownAtMost}, and in JSON all`),
      Flag.optional
    )
  },
  Effect.fn("alerts.list")(function*(flags) {
    const limit = Option.getOrUndefined(flags.limit)
    if (limit !== undefined && limit < 1) {
      return yield* new InputError({ message: `--limit ${limit}: expected a whole number from 1` })
    }
    const filter = {
      level: Option.getOrUndefined(flags.level),
      objectId: Option.getOrUndefined(flags.object),
      unacknowledged: flags.unacknowledged,
      leastPc: Option.getOrUndefined(flags.minPc),
      mostMiss: Option.getOrUndefined(flags.maxMiss),
      since: yield* timeOf("since", flags.since),
      tcaBefore: yield* timeOf("tca-before", flags.tcaBefore)
    }
    const topics = flags.all ? [alertsTopic, conjunctionsTopic] : [alertsTopic]
    const readings = yield* LogReader.use((log) => Effect.forEach(topics, (topic) => readAlerts(log, topic))).pipe(
      Effect.provide(logReader(flags))
    )
    const alerts = readings.flatMap((reading) => reading.alerts)
    const unreadable = readings.reduce((sum, reading) => sum + reading.unreadable, 0)
    const isAlert = new Set(readings[0]?.alerts)
    const known = yield* Acknowledgements.use(({ all }) => all).pipe(Effect.provide(acknowledgements(flags)))
    const selected = selectAlerts(alerts, known, filter)
    const byLevel = new Map(
      Array.from(Map.groupBy(selected, ({ alert }) => alert.level), ([level, of]) => [level, of.length] as const)
    )
    const shown = selected.slice(0, limit ?? (flags.json ? Infinity : shownAtMost))
    yield* Console.log(
      flags.json
        ? JSON.stringify({
          total: selected.length,
          byLevel: Object.fromEntries(byLevel),
          unreadable,
          alerts: shown.map((listed) => ({
            ...listedJson(listed, known.get(listed.alert.alertId) ?? []),
            ...(flags.all && { alerts: isAlert.has(listed) })
          }))
        })
        : listText({ shown, byLevel, unreadable }, known)
    )
  })
).pipe(
  Command.withDescription("List alerts, what matters most first: by level, probability and closest approach"),
  Command.withExamples([
    { command: "perigee alerts list", description: "Of the run in .perigee, while it goes on or after it" },
    { command: "perigee alerts list --data-dir .perigee/rehearsal --json", description: "After a run with --seed" },
    { command: "perigee alerts list --level open --unacknowledged", description: "What somebody should look at" }
  ])
)
