/** `/v1/pipeline`, `/v1/alerts`, `/v1/letters`, `/v1/lineage`, `/v1/live`: what somebody who operates a run asks it. */
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { byUrgency } from "../../../domain/alert/urgency.ts"
import { PerigeeApi } from "../../../domain/api/api.ts"
import { lineageJson } from "../../../domain/lineage/LineageAnswer.ts"
import { makeAlertVersions } from "../../alerts/alertVersions.ts"
import { LineageStore } from "../../lineage/LineageStore.ts"
import { LogReader } from "../../log/LogReader.ts"
import { PipelineGraphs } from "../../stage/PipelineGraphs.ts"
import { letter, letters } from "./letters.ts"
import { makeLive } from "./live.ts"
import { notFound, unavailable } from "./refusals.ts"

export const operationRoutes = HttpApiBuilder.group(
  PerigeeApi,
  "operation",
  Effect.fnUntraced(function*(handlers) {
    const log = yield* LogReader
    const lineage = yield* LineageStore
    const graphs = yield* PipelineGraphs
    const { listen } = yield* makeLive
    const versions = Effect.catch(makeAlertVersions(log), ({ message }) => unavailable(message))
    return handlers
      .handle("pipeline", () => Effect.sync(() => ({ pipelines: graphs.all() })))
      .handle("alerts", () =>
        Effect.map(versions, ({ alerts, unreadable }) => ({
          unreadable,
          alerts: Array.from(alerts.values()).flatMap(({ leftOut, openedAt, versions }) => {
            const newest = versions.at(-1)
            return newest === undefined ? [] : [{ ...newest, openedAt, versions: versions.length + leftOut }]
          }).toSorted(byUrgency)
        })))
      .handle(
        "alert",
        Effect.fnUntraced(function*({ params: { id } }) {
          const found = (yield* versions).alerts.get(id)
          return found ?? (yield* notFound(`no alert that is kept has the id ${id}`))
        })
      )
      .handle("letters", ({ query }) => Effect.provideService(letters(query), LogReader, log))
      .handle("letter", ({ params: { id } }) => Effect.provideService(letter(id), LogReader, log))
      .handle(
        "lineage",
        Effect.fnUntraced(function*({ params: { id }, query: { direction = "backward" } }) {
          if (!lineage.keeps) return yield* unavailable("this process keeps no lineage (PERIGEE_LINEAGE)")
          const answer = yield* Effect.catch(lineage[direction](id), ({ message }) => unavailable(message))
          return answer === undefined ? yield* notFound(`no lineage of ${id} is kept`) : lineageJson(answer)
        })
      )
      .handle("live", () => listen)
  })
)
